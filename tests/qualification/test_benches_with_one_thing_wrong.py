"""Benches with one thing wrong each, put before the daily proof: each is refused, naming the thing."""

from datetime import date

import pytest

from instruments.hosting.faults import Garbage
from qualification.proof import test_proof as plans
from rig.bench.machine import Machine
from rig.bench.proving import Proving
from rig.clock import WallClock
from tests.qualification.proving import prove, refused

WIRING = [
    {"physical": "ai2", "quantity": "air_temperature_c", "scale": 10.0},
    {"physical": "ai3", "quantity": "air_pressure_hpa", "scale": 120.0, "offset": 500.0},
    {"physical": "ai4", "quantity": "air_humidity_percent", "scale": 20.0},
    {"physical": "ai5", "quantity": "liquid_temperature_c", "scale": 10.0},
    {"physical": "ai6", "quantity": "pump_voltage_v", "scale": 2.0 / 1.01},
]
WARM = {"physical": "ai5", "quantity": "liquid_temperature_c", "scale": 10.0, "offset": -2.0}
REPEATS = {"instruments.balance": {"driver": "qualification.library.repeating_balance.driver:Driver"}}
LAGS = {"instruments.balance": {"driver": "tests.qualification.lagging_balance.driver:Driver"}}
NEVER_MOVES = {"instruments.balance": {"twin": {"noise_mg": 0.0, "wander_mg": 0.0}}}
SHORT_BLANK = {"proof": {"blank_minutes": 4.0, "every_s": 1.0}}
# What is as plain in five minutes as in twenty.
SHORT = {
    "proof": {"flow_minutes": 5.0, "slow_flow_minutes": 5.0, "every_s": 5.0},
    "instruments.flow": {"interval_ms": 470},
}
QUICK = {"proof": SHORT["proof"]}
SEEN = {"proof": {"every_s": 60.0, "rest_minutes": 20.0}}
FLOWS = ("pump", "balance", "flow", "daq")


PLANS = {
    "machine": plans.test_the_machine_has_room_and_a_clock,
    "instruments": plans.test_every_instrument_answers_in_time,
    "settings": plans.test_the_balance_swallows_no_slow_flow,
    "zero": plans.test_the_zero_stays,
    "weight": plans.test_the_check_weight_is_found,
    "stability": plans.test_nothing_moves_where_nothing_moves,
    "walk": plans.test_somebody_who_walks_round_is_not_weighed,
    "blank": plans.test_the_vessel_loses_little,
    "flow": plans.test_a_known_flow_is_seen_by_all,
    "inputs": plans.test_known_inputs_are_read_as_what_they_are,
}


def lab(**keys):
    return {"laboratory": keys}


def flow(**keys):
    return {"instruments.flow": {"interval_ms": 470, "twin": keys}}


def balance(**keys):
    return {"instruments.balance": {"twin": keys}}


WALKED, BLANK, LOAD = "farthest reading, walked round", "loss of the vessel", "rest behind a load"
CERTIFICATE = "check weight's certificate"


@pytest.mark.parametrize(
    "plan, claim, words, tables",
    [
        ("blank", "unrest of the blank", "readings scattered", SEEN | lab(draught_mg=0.5, draughts_per_day=48)),
        ("stability", "unrest of the balance", "readings scattered", balance(noise_mg=0.1)),
        ("stability", "farthest reading", "a reading went", lab(touch_mg=2.0, touch_at_h=0.015)),
        ("walk", WALKED, "a reading went", lab(touch_mg=0.5, touch_at_h=0.015)),
        ("zero", "balance's zero", "behind a tare", lab(creep_mg_h=60.0)),
        ("blank", BLANK, "the vessel lost", SEEN | lab(evaporation_mg_h=0.5)),
        ("blank", BLANK, "the vessel lost", SEEN | lab(static_mg=10.0, static_decay_h=100.0)),
        ("blank", BLANK, "the vessel lost", SEEN | lab(static_mg=-10.0, static_decay_h=100.0)),
        ("blank", BLANK, "the vessel lost", SEEN | lab(siphon_ul_h=0.5)),
        ("weight", "check weight", "for the check weight of 9000.00 mg", balance(sensitivity_ppm=1000.0)),
        ("weight", CERTIFICATE, "was due on 2025-12-31", {"check_weight": {"due": date(2025, 12, 31)}}),
        ("weight", CERTIFICATE, "has no certificate", {"check_weight": {"certificate": ""}}),
        ("weight", CERTIFICATE, "without its uncertainty", {"check_weight": {"u_mg": 0.0}}),
        ("weight", "fresh answers", "with what it had weighed before", LAGS),
        ("stability", "readings of the balance", "0 of 63 readings differed", REPEATS),
        ("blank", "readings of the blank", "the balance sticks", SHORT_BLANK | REPEATS),
        ("blank", "readings of the blank", "the balance sticks", SHORT_BLANK | NEVER_MOVES),
        ("blank", "unrest of the blank", "which is next to none", SHORT_BLANK | NEVER_MOVES),
        ("stability", "unrest of the balance", "which is next to none", NEVER_MOVES),
        ("walk", "unrest, walked round", "which is next to none", NEVER_MOVES),
        ("weight", LOAD, "behind a change of load", balance(settling_s=12.0)),
        ("settings", "balance's settings", "a place that is very unstable", balance(environment=4)),
        ("settings", "balance's settings", "stands open", balance(doors=1)),
    ],
)
def test_a_balance_with_one_thing_wrong_is_refused(tmp_path, plan, claim, words, tables):
    refused(prove(tmp_path, PLANS[plan], tables=tables), claim, words)


def test_zero_tracking_is_refused_before_anything_is_tried(tmp_path):
    said = prove(tmp_path, PLANS["settings"], tables=balance(zero_tracking=True))
    assert "the balance tracks its zero (M03 is on)" in said


def test_zero_tracking_that_a_bench_file_allows_is_refused_by_the_proof(tmp_path):
    tables = {"instruments.balance": {"zero_tracking": "allow", "twin": {"zero_tracking": True}}}
    refused(prove(tmp_path, PLANS["settings"], tables=tables), "balance's settings", "takes a slow flow for drift")


def test_another_weight_than_the_certificate_s_is_refused(tmp_path):
    def trying(bench):
        return Proving(bench, hand=lambda _, mg: bench.challenge.bump_balance(mg=mg * 0.999))

    refused(prove(tmp_path, PLANS["weight"], trying=trying), "check weight", "for the check weight of 9000.00 mg")


@pytest.mark.parametrize(
    "claim, words, tables",
    [
        ("known flow", "look for a leak", SHORT | lab(line_leak_percent=5.0)),
        pytest.param(
            "known flow", "at [liquid]", SHORT | {"liquid": {"density_kg_m3": 1060.0}}, marks=pytest.mark.nightly
        ),
        ("flow sensor at rest", "flow saw 30", SHORT | flow(offset_ul_h=30.0, gain_percent=0.0)),
        pytest.param(
            "motor's edges", "daq counted", SHORT | {"dut": {"motor_edges_per_stroke": 9}}, marks=pytest.mark.nightly
        ),
        *(
            pytest.param("flow sensor" + of, said, SHORT | tables, marks=pytest.mark.nightly)
            for of, said, tables in (
                ("", "is it the sensor, with the scale", flow(gain_percent=10.0)),
                ("", "saturated", flow(model="LG16-0150")),
                ("'s line", "tell of air in its line", flow(air_percent=5.0)),
            )
        ),
    ],
    ids=["leak", "density", "sensor's zero", "lost edges", "sensor's scale", "sensor of another range", "air"],
)
def test_a_known_flow_that_one_of_them_does_not_see_is_refused(tmp_path, claim, words, tables):
    refused(prove(tmp_path, PLANS["flow"], stands=FLOWS, tables=tables), claim, words)


def test_a_flow_sensor_that_was_swapped_is_refused_by_its_number(tmp_path):
    said = prove(
        tmp_path, PLANS["flow"], stands=("pump", "balance", "flow"), tables={"instruments.flow": {"serial": "00000007"}}
    )
    assert "flow" in said
    assert "00000007" in said


def test_two_thermometers_that_differ_in_one_room_are_refused(tmp_path):
    tables = {"instruments.daq": {"twin": {"wiring": [*WIRING[:3], WARM]}}}
    found = prove(tmp_path, PLANS["instruments"], stands=FLOWS, tables=tables)
    refused(found, "air and liquid", "°C of the air and 23.9")


@pytest.mark.parametrize(
    "claim, words, tables",
    [
        ("known inputs", "pump_voltage of daq reads", {"instruments.daq": {"twin": {"wiring": WIRING}}}),
        ("supply", "and is set to 3 V", {"instruments.supply": {"twin": {"voltage_error_percent": 5.0}}}),
    ],
    ids=["gain of the DAQ", "supply"],
)
def test_an_input_that_is_not_read_as_what_it_is_is_refused(tmp_path, claim, words, tables):
    stands = ("pump", "balance", "daq", "supply")
    refused(prove(tmp_path, PLANS["inputs"], stands=stands, tables=tables), claim, words)


@pytest.mark.parametrize(
    "machine, words",
    [
        (Machine(free_bytes=lambda _: 0), "make room there"),
        (Machine(stepped_s=lambda _: 5.0), "clock was set by +5.000 s"),
    ],
    ids=["disk full", "clock stepped"],
)
def test_a_machine_with_one_thing_wrong_is_refused(tmp_path, machine, words):
    refused(prove(tmp_path, PLANS["machine"], trying=lambda bench: Proving(bench, machine)), "machine", words)


def test_an_instrument_that_answers_after_two_seconds_is_refused(tmp_path):
    def trying(bench):
        proving = Proving(bench)
        proving.turns = 3
        return proving

    late = {"instruments.balance": {"twin": {"faults": [{"kind": "late", "by_s": 2.0, "from_answer": 20}]}}}
    found = prove(tmp_path, PLANS["instruments"], trying=trying, clock_of=lambda _: WallClock(speed=20.0), tables=late)
    refused(found, "slowest answer", "balance took")


def test_an_instrument_of_which_one_line_in_twenty_is_lost_is_refused(tmp_path):
    def trying(bench):
        bench.twin_failures.__self__.wires["balance"].impose(Garbage(given=b"?\r\n", one_in=20))
        return Proving(bench)

    refused(prove(tmp_path, PLANS["instruments"], trying=trying), "answers lost", "balance did not give")


def test_a_clock_that_was_set_wrongly_is_refused(tmp_path):
    tables = {"instruments.pump": {"twin": {"clock_offset_s": 90.0}}}
    refused(prove(tmp_path, PLANS["instruments"], tables=tables), "clock offset", "pump is 89.9 s off the rig's time")


@pytest.mark.parametrize(
    "plan, stands",
    [*((name, ("pump", "balance")) for name in PLANS if name not in ("flow", "inputs")), ("flow", FLOWS)],
)
def test_a_healthy_bench_is_proven(tmp_path, plan, stands):
    found = prove(tmp_path, PLANS[plan], stands=stands, tables=SHORT if "flow" in stands else SEEN)
    assert {name: result.reasons for name, result in found.items() if result.verdict != "PASS"} == {}


def test_a_balance_of_another_digit_than_stated_is_refused(tmp_path):
    coarse = balance(readability_mg=0.1, noise_mg=0.08)
    found = prove(tmp_path, PLANS["stability"], stands=("pump", "balance", "daq"), tables=coarse)
    refused(found, "readings of the balance", "in steps of 0.1 mg")


def test_a_buffer_that_overruns_between_two_readings_of_a_run_is_refused(tmp_path):
    small = {"instruments.flow": {"sample_every_s": 60, "interval_ms": 200, "twin": {"buffer_bytes": 600}}}
    found = prove(tmp_path, PLANS["instruments"], stands=("pump", "balance", "flow"), tables=small)
    refused(found, "buffers", "when it was left unread for 60 s")


def test_a_calibration_that_ran_out_is_refused_on_twins_too(tmp_path):
    overdue = {"instruments.flow": {"calibration": {"id": "CAL-FLOW-0001", "due": date(2025, 12, 31)}}}
    found = prove(tmp_path, PLANS["instruments"], stands=("pump", "balance", "flow"), tables=overdue)
    refused(found, "calibrations", "flow: calibration CAL-FLOW-0001 was due on 2025-12-31")


def test_a_pump_that_its_own_cell_feeds_is_refused(tmp_path):
    tables = QUICK | lab(pump_power="battery")
    found = prove(tmp_path, PLANS["flow"], stands=("pump", "balance", "daq", "supply", "meter"), tables=tables)
    refused(found, "supply feeds the pump", "something else than the supply feeds it")


def test_edges_are_asked_of_no_other_reference_than_the_pump_whose_motor_is_counted(tmp_path):
    tables = {"proof": QUICK["proof"] | {"reference": "operator"}}
    found = prove(tmp_path, PLANS["flow"], stands=("pump", "balance", "daq"), tables=tables)
    assert "known flow" in found
    assert "motor's edges" not in found


def test_what_breaks_while_the_reference_runs_is_told_and_not_the_silence_behind_it(tmp_path):
    tables = {"interlocks": {"most_rate_ul_h": 800.0}, "instruments.pump": {"timeout_s": 0.02}}
    said = prove(tmp_path, PLANS["flow"], stands=("pump", "balance", "daq", "supply"), tables=QUICK | tables)
    assert "interlock most_rate_ul_h tripped" in said


AWAY = {"kind": "unplugged", "after_s": 20.0, "for_s": 10.0}
COUNTS = ("pump", "balance", "daq")


@pytest.mark.parametrize(
    "plan, claim, words, stands, tables",
    [
        ("flow", "behind the stop", "mg came behind the stop", COUNTS[:2], QUICK | lab(line_compliance_ul_kpa=0.6)),
        ("flow", "edges and pump's count", "of its strokes itself", COUNTS, QUICK | {"dut": {"stroke_ul": 0.51}}),
        (
            "stability",
            "instruments there",
            "daq gave no readings",
            COUNTS,
            {"instruments.daq": {"twin": {"faults": [AWAY]}}},
        ),
    ],
    ids=["soft line", "stroke of another pump", "loose plug"],
)
def test_what_only_the_course_of_a_part_shows_is_refused(tmp_path, plan, claim, words, stands, tables):
    refused(prove(tmp_path, PLANS[plan], stands=stands, tables=tables), claim, words)


def test_a_bench_that_reads_as_seldom_as_it_may_sees_what_comes_behind_a_stop(tmp_path):
    assert prove(tmp_path, PLANS["flow"], stands=COUNTS[:2], tables=SEEN)["behind the stop"].verdict == "PASS"
