"""Pumps that lie, stall, run fast or run on, and worlds that disturb a weighing: none of them passes, and each is told.

Each runs over the wire on the shipped bench; nothing in the plan asks for what is found.
"""

import pytest

from rig.record.bodies.judging import Limit
from tests.truth.support import run

PARTS = "tests.truth.faulty_parts:"


def faulty(**parts):
    return {"parts": {part: PARTS + name for part, name in parts.items()}}


@pytest.mark.parametrize(
    "parts, said",
    [
        ({"desk": "AlarmInEveryStatus"}, "pump's states and alarms: the pump showed the alarm battery_low"),
        ({"alarms": "FalseAlarmForAnHour"}, "the pump showed the alarm reservoir_low at 1.0"),
        ({"books": "CountsAQuarterTooMuch"}, "(+25.1 %): its books are not what was delivered"),
        ({"books": "CountsNothing"}, "the pump counted 0 µL"),
        ({"books": "ReservoirFrozen"}, "the reservoir fell by 0 µL"),
        ({"clock": "ClockGains500Ppm"}, "the pump's clock gains +505"),
        ({"clock": "ClockLeapsAMinute"}, "the pump's clock leapt by +60 s at 3.00 h"),
        ({"log": "LogHasGaps"}, "pump's log: it could not be read"),
        ({"log": "LogForgetsInfusions"}, "it has 0 lines of infusion_started, where the pump was told so 1 times"),
        ({"planner": "ThreeTimesTheRateForAnHour"}, "where the programme asks for 41.7 µL"),
        ({"planner": "TwiceTheRateInTheEnd"}, "µL were delivered, where the programme asks for"),
    ],
)
def test_a_pump_that_contradicts_itself_or_its_programme_gets_no_pass(tmp_path, parts, said):
    outcome = run(tmp_path, twin=faulty(**parts))
    assert {result.verdict for result in outcome.results.values()} == {"INVALID", "FAIL"}
    assert outcome.agreement.verdict == "FAIL"
    assert outcome.says(said)


@pytest.mark.parametrize(
    "part, percent", [("Stalls", -100.0), ("EmptyStrokes", -10.0)], ids=["stalled motor", "empty strokes"]
)
def test_a_pump_that_delivers_less_and_does_not_know_it_fails_with_the_number(tmp_path, part, percent):
    outcome = run(tmp_path, twin=faulty(mechanism=part))
    assert (outcome.flow.verdict, outcome.agreement.verdict) == ("FAIL", "FAIL")
    assert outcome.flow.number.value == pytest.approx(percent, abs=outcome.flow.number.expanded)
    assert outcome.says("its books are not what was delivered")


@pytest.mark.parametrize(
    "part, percent", [({"mechanism": "TwoPercentLow"}, -2.4), ({"planner": "TenStrokesAtOnce"}, 0.0)]
)
def test_a_pump_within_its_limits_is_not_called_faulty(tmp_path, part, percent):
    outcome = run(tmp_path, twin=faulty(**part))
    assert outcome.passes
    assert outcome.flow.number.value == pytest.approx(percent, abs=outcome.flow.number.expanded)


@pytest.mark.parametrize(
    "parts",
    [{"desk": "SaysStoppedAndRunsOn"}, {"schedule": "StopsHalfAnHourLate", "desk": "HidesThatItRuns"}],
    ids=["never", "30 min late"],
)
def test_a_pump_that_says_stopped_and_delivers_on_loses_its_power_and_ends_the_session(tmp_path, parts):
    # On its own cell it still answers when the power was taken: what is tried to stop it then costs no waiting.
    outcome = run(tmp_path, twin=faulty(**parts), laboratory={"pump_power": "battery"})
    assert outcome.results == {}
    assert "delivers although it said that it stopped: its motor made" in outcome.unsafe
    assert "interlock opened and supply switched off" in outcome.unsafe


def test_free_flow_is_a_danger_that_needs_no_motor(tmp_path):
    outcome = run(tmp_path, laboratory={"siphon_ul_h": 100.0, "pump_power": "battery"})
    assert outcome.results == {}
    assert "the balance gained" in outcome.unsafe


@pytest.mark.parametrize(
    "world, said",
    [
        ({"siphon_ul_h": 1.0}, "no evaporation does that; liquid flows freely"),
        ({"siphon_stopped_ul_h": 1.0}, "no evaporation does that; liquid flows freely"),
        ({"siphon_ul_h": 20.0, "siphon_from_h": 5.0, "siphon_hours": 1.0}, "between 3.0"),
        ({"touch_mg": 20.0, "touch_at_h": 5.0}, "where the programme asks for"),
        ({"line_leak_percent": 30.0, "line_leak_from_h": 6.0}, "where the programme asks for"),
        (
            {"tip_touch_percent": 20.0, "tip_touch_from_h": 5.0, "tip_touch_hours": 3.0},
            "where the programme asks for",
        ),
    ],
)
def test_a_disturbed_world_leaves_no_pass(tmp_path, world, said):
    outcome = run(tmp_path, rate_ul_h=12.5, laboratory=world)
    assert {result.verdict for result in outcome.results.values()} <= {"INVALID", "FAIL"}
    assert outcome.says(said)


@pytest.mark.parametrize(
    "world",
    [
        {},
        {"evaporation_swing_percent": 30.0, "evaporation_mg_h": 0.2},
        {"evaporation_trend_percent_day": 40.0, "evaporation_mg_h": 0.2},
        {
            "evaporation_mg_h": 0.3,
            "evaporation_jump_at_h": 5.0,
            "evaporation_jump_hours": 2.0,
            "evaporation_jump_factor": 5.0,
        },
        {"draught_mg": 0.3, "draughts_per_day": 20},
        {"air_temperature_drift_k_h": 0.1, "air_pressure_drift_hpa_h": 1.0},
    ],
)
def test_in_a_world_that_wanders_a_healthy_pump_is_within_its_uncertainty(tmp_path, world):
    outcome = run(tmp_path, rate_ul_h=12.5, laboratory=world)
    assert outcome.agreement.verdict == "PASS"
    assert outcome.flow.verdict in ("PASS", "INCONCLUSIVE")
    assert abs(outcome.flow.number.value) <= outcome.flow.number.expanded


def test_strokes_that_the_bench_file_does_not_declare_are_found(tmp_path):
    outcome = run(tmp_path, rate_ul_h=12.5, dut={"stroke_ul": 0.0}, twin={"stroke_ul": 2.0})
    assert abs(outcome.flow.number.value) <= outcome.flow.number.expanded
    assert outcome.flow.details["stroke_ul"] == pytest.approx(2.0, rel=0.3)


def test_a_denser_liquid_is_weighed_as_what_it_is(tmp_path):
    dense = {"density_kg_m3": 1004.6, "reference_c": 20.0, "expansion_per_k": 2.1e-4}
    world = {"liquid_density_kg_m3": 1004.6, "liquid_reference_c": 20.0, "liquid_expansion_per_k": 2.1e-4}
    outcome = run(tmp_path, rate_ul_h=100.0, liquid=dense, laboratory=world)
    assert outcome.passes
    assert abs(outcome.flow.number.value) <= outcome.flow.number.expanded


def test_a_volume_in_the_body_is_larger_than_on_the_bench(tmp_path):
    on_the_bench, in_the_body = (
        run(folder, rate_ul_h=100.0, liquid={"volume_at_c": at_c}).flow
        for at_c, folder in ((22.0, _new(tmp_path, "a")), (37.0, _new(tmp_path, "b")))
    )
    # Tanaka 2001: 997.7703 kg/m³ at 22 °C over 993.3290 at 37 °C.
    assert in_the_body.number.value - on_the_bench.number.value == pytest.approx(0.447, abs=0.002)
    assert (on_the_bench.volume_at_c, in_the_body.volume_at_c) == (22.0, 37.0)


def _new(folder, name):
    path = folder / name
    path.mkdir()
    return path


def power_goes_and_comes(bench, **_):
    """Infuse, take the power away for ten seconds, and wait for half an hour."""
    pump, supply = bench.instruments.pump(), bench.instruments.supply()
    pump.run_continuous(rate_ul_h=41.7)
    with bench.window("analysis") as window:
        bench.dwell(hours=3)
    bench.dwell(seconds=5)  # off the pace of the samples: a pump without power answers nothing
    supply.switch(on=False)
    bench.dwell(seconds=10)
    supply.switch(on=True)
    bench.dwell(minutes=30)
    return {"flow error": (window.flow_error(), "basal accuracy")}


def test_a_pump_that_stays_stopped_when_the_power_is_back_is_no_contradiction(tmp_path):
    assert run(tmp_path, power_goes_and_comes).passes


def test_a_pump_that_resumes_by_itself_is(tmp_path):
    resumes = "tests.instruments.intrathecal_pump.defective_parts:ResumesByItself"
    outcome = run(tmp_path, power_goes_and_comes, twin={"parts": {"schedule": resumes}})
    assert outcome.flow.verdict == "INVALID"
    assert outcome.says("when it was told to deliver nothing")


def test_a_flow_sensor_that_reads_a_third_low_is_a_contradiction(tmp_path):
    outcome = run(tmp_path, rate_ul_h=100.0, flow={"gain_percent": -30.0})
    assert outcome.flow.verdict == "INVALID"
    assert outcome.says("one of the two is wrong")


def a_volume(bench, **_):
    """Ask for the volume of a window that cuts an infusion at both ends."""
    bench.instruments.pump().run_continuous(rate_ul_h=41.7)
    bench.dwell(hours=1)
    with bench.window("volume") as window:
        bench.dwell(hours=2)
    return {"volume": (window.volume(), "whole volume")}


def test_a_volume_whose_ends_cut_strokes_says_so(tmp_path):
    limits = {"whole volume": Limit("µL", 80.0, 86.0)}
    volume = run(tmp_path, a_volume, limits=limits).results["volume"]
    (line,) = [line for line in volume.number.budget if line.name == "phase of the strokes at both ends"]
    assert line.u == pytest.approx(0.5 / 6**0.5, rel=0.5)
    assert volume.number.value == pytest.approx(83.4, abs=volume.number.expanded)


def boluses(bench, **_):
    """Three boluses on a basal infusion."""
    pump = bench.instruments.pump()
    pump.run_continuous(rate_ul_h=100.0)
    bench.dwell(hours=1)
    with bench.window("boluses") as window:
        bench.dwell(minutes=30)
        for _ in range(3):
            with window.dose():
                pump.give_bolus(volume_ul=25.0)
                bench.dwell(minutes=60)
    return {"bolus error": (window.bolus_error(plateau_minutes=40, on_basal=True), "bolus accuracy")}


def test_boluses_in_their_time_pass(tmp_path):
    assert run(tmp_path, boluses).passes


@pytest.mark.parametrize("part, took_s", [("BolusAtTheHighestRate", "64.29"), ("BolusTakesItsTime", "900")])
def test_a_bolus_of_the_right_volume_in_the_wrong_time_is_a_contradiction(tmp_path, part, took_s):
    outcome = run(tmp_path, boluses, twin=faulty(bolus=part))
    assert outcome.results["bolus error"].verdict == "INVALID"
    assert outcome.says("after the order of a bolus of 25 µL at 600 µL/h")
    assert outcome.says(f"took {took_s} s by it, where the programme asks for 150 s")
