"""The numbers of a daily proof, from events and readings whose answers are worked out by hand."""

import math

import numpy as np
import pytest

from rig.channels import Channel
from rig.exchange import Exchange
from rig.record.bodies.judging import Limit
from rig.record.bodies.proofs import InputKnown, InstrumentTried, ReferenceRuns, WeightTried, ZeroTried
from rig.samples import Block
from tests.evaluation.courses import line
from tests.evaluation.happenings import WINDOW, judged, ns, put
from tests.evaluation.records import HOUR_NS, START, Z_UL_MG, weighed

DAQ = {"instruments": {**START["instruments"], "daq": {"capability": "daq", "sample_every_s": 60.0}}}
ANY = Limit("1", -1e9, 1e9)
# What the balance's readings are stated to scatter by.
STATED_MG = 0.02


def proven(folder, function, *events, limit=ANY, mass=lambda _: 30_000.0, daq=None, window=WINDOW, **parameters):
    with weighed(folder, mass, hours=33, noise_mg=0.0, start=DAQ) as record:
        for event in events:
            put(record, 60.0, event)
        if daq is not None:
            record.descriptor("daq", tuple(Channel(name, unit) for name, (unit, _) in daq.items()), {})
            columns = {name: np.asarray(values, float) for name, (_, values) in daq.items()}
            size = len(next(iter(columns.values())))
            record.samples("daq", Block(WINDOW[0] + np.arange(size) * (HOUR_NS // 60), columns))
        return judged(record, function, limit, window, **parameters)


@pytest.mark.parametrize(
    "shown_mg, farthest_mg", [((-0.05, 0.03), -0.05), ((0.01, 0.04), 0.04), ((0.02, -0.03), -0.03)]
)
def test_a_zero_is_off_by_what_it_showed_farthest_at_once_or_later(tmp_path, shown_mg, farthest_mg):
    number = proven(tmp_path, "zero error", ZeroTried("balance", *shown_mg, 10, 0.02)).number
    # The tare is one reading more, with the scatter of one.
    expected = (farthest_mg / STATED_MG, 0.02 * math.sqrt(1.1) / STATED_MG)
    assert (number.value, number.u) == pytest.approx(expected)


def test_unrest_is_what_readings_scatter_about_their_line(tmp_path):
    # Thirteen readings, up and down by 0.01 mg: 13 − 1/13 squares are left of a line, for eleven degrees of freedom.
    window = (ns(0), ns(12 * 60) + 1)
    result = proven(
        tmp_path, "unrest of readings", mass=lambda h: 30_000.0 + 0.01 * (-1) ** round(60 * h), window=window
    )
    sd_mg = 0.01 * math.sqrt((13.0 - 1.0 / 13.0) / 11.0)
    assert result.number.value == pytest.approx(sd_mg / STATED_MG)
    # A standard deviation of thirteen is known to 1/√24 of itself.
    assert result.number.u == pytest.approx(result.number.value / math.sqrt(24.0))


def test_lost_answers_are_a_share_of_all_that_were_due_at_the_worst_instrument(tmp_path):
    tried = [InstrumentTried("pump", 1000, 2, 0, 0.1, 0.2), InstrumentTried("flow", 900, 1, 100, 0.1, 0.3)]
    limit = Limit("ppm", None, 1e6)
    # 2 of 1000; 1 and 100 of 900 and 100.
    assert proven(tmp_path, "lost answers", *tried, limit=limit).number.value == pytest.approx(101_000.0)


@pytest.mark.parametrize(
    "tried, said",
    [
        (InstrumentTried("daq", 100, 0, 25, 0.1, 0.2), "daq lost 25 samples: its buffer was full before it was read"),
        (InstrumentTried("pump", 100, 2, 0, 0.1, 0.2), "pump did not give 2 of 100 readings"),
    ],
)
def test_a_full_buffer_is_told_from_an_answer_that_did_not_come(tmp_path, tried, said):
    assert proven(tmp_path, "lost answers", tried, limit=Limit("ppm", None, 5000.0)).remarks[0].startswith(said)


@pytest.mark.parametrize(
    "after_mg, later_mg, said",
    [
        (200.0, 200.0, "which is a load and no draught: it did not tare, or not what stands on the pan"),
        (0.0, 200.0, "which is a load and no draught: something came onto the pan"),
        (0.0, -200.0, "which is a load and no draught: something was taken off the pan"),
        (0.3, 0.3, "balance showed +0.300 mg behind a tare"),
    ],
)
def test_a_load_behind_a_tare_is_told_from_a_draught(tmp_path, after_mg, later_mg, said):
    result = proven(tmp_path, "zero error", ZeroTried("balance", after_mg, later_mg, 10, 0.02))
    assert result.remarks[0].endswith(said)


def test_a_clock_is_off_by_what_pace_and_answer_do_not_explain(tmp_path):
    tried = InstrumentTried("flow", 100, 0, 0, 0.1, 0.3, clock_off_s=-2.5, pace_s=1.0)
    # 2.5 s less a second's pace, 0.3 s of an answer and 0.1 s.
    number = proven(tmp_path, "clock offset", tried, limit=Limit("s", None, 10.0)).number
    assert number.value == pytest.approx(1.1)


def test_of_known_inputs_the_one_that_is_farthest_off_counts_whichever_way(tmp_path):
    known = [InputKnown("low", 5.0, 0.5, "a source"), InputKnown("high", 20.0, 1.0, "a source")]
    # 0.4 V of ± 0.5 too little, 0.5 V of ± 1 too much; four samples that scatter by ± 0.1 V.
    spread = 0.1 * np.array([1.0, -1.0, 1.0, -1.0])
    daq = {"low": ("V", 4.6 + spread), "high": ("V", 20.5 + spread)}
    number = proven(tmp_path, "known inputs error", *known, daq=daq).number
    assert (number.value, number.u) == pytest.approx((-0.8, 0.1 * math.sqrt(4.0 / 3.0) / 2.0 / 0.5))


def test_air_and_liquid_are_as_far_apart_as_their_means_say(tmp_path):
    # Means of 23 and 21 °C; four samples of each scatter by ± 0.1 and ± 0.2 K.
    turns = np.array([1.0, -1.0, 1.0, -1.0])
    daq = {"air_temperature": ("°C", 23.0 + 0.1 * turns), "liquid_temperature": ("°C", 21.0 + 0.2 * turns)}
    number = proven(tmp_path, "air and liquid apart", daq=daq, within_k=4.0).number
    u_k = math.hypot(0.1, 0.2) * math.sqrt(4.0 / 3.0) / 2.0
    assert (number.value, number.u) == pytest.approx((-0.5, u_k / 4.0))


def test_a_known_flow_is_weighed_as_well_as_the_reference_is_known(tmp_path):
    # 40 µL/h are weighed and 0.1 mg/h is taken to evaporate beside them; a reference of 50 µL/h, to ± 2 %.
    def mass(hour):
        return 30_000.0 + 40.0 / Z_UL_MG * hour

    result = proven(
        tmp_path, "known flow error", ReferenceRuns("syringe", 50.0, 2.0), limit=Limit("%", -50, 50), mass=mass
    )
    assert result.number.value == pytest.approx(100.0 * (40.0 + 0.1 * Z_UL_MG) / 50.0 - 100.0, abs=1e-3)
    assert line(result, "reference").contribution == pytest.approx(2.0 / math.sqrt(3.0))
    assert line(result, "loss of the vessel").contribution == pytest.approx(100.0 * 0.1 * Z_UL_MG / 50.0, rel=1e-4)


@pytest.mark.parametrize(
    "weighed_ul_h, said",
    [
        (36.0, "a balance that takes a slow flow for drift swallows it"),
        (0.0, "a balance that takes a slow flow for drift swallows it"),
        (40.0, "40 µL/h were weighed of a slow flow of 40 µL/h"),
        (44.0, "more comes than the slow flow"),
    ],
)
def test_of_a_slow_flow_it_is_said_what_takes_of_it_and_what_gives_more(tmp_path, weighed_ul_h, said):
    # With what is taken to evaporate, 0.1 mg/h; strokes tilt a line of thirty hours by nothing.
    def mass(hour):
        return 30_000.0 + (weighed_ul_h / Z_UL_MG - 0.1) * hour

    reference = ReferenceRuns("syringe", 40.0, 0.2)
    result = proven(tmp_path, "slow flow error", reference, limit=Limit("%", -20.0, 20.0), mass=mass)
    assert result.number.value == pytest.approx(2.5 * weighed_ul_h - 100.0, abs=1e-3)
    assert said in result.remarks[0]


@pytest.mark.parametrize("stroke_ul", [0.5, 5.0])
def test_strokes_of_a_slow_flow_leave_the_square_of_their_share_open(tmp_path, stroke_ul):
    def mass(hour):
        return 30_000.0 + 40.0 / Z_UL_MG * hour

    reference = ReferenceRuns("pump", 40.0, 0.2)
    start = DAQ | {"dut": {"model": "a pump", "stroke_ul": stroke_ul}}
    with weighed(tmp_path, mass, hours=33, noise_mg=0.0, start=start) as record:
        put(record, 60.0, reference)
        result = judged(record, "slow flow error", Limit("%", -20.0, 20.0), (ns(0), ns(1800) + 1))
    # Of half an hour, 20 µL.
    expected = 100.0 * (stroke_ul / 20.0) ** 2 / math.sqrt(3.0)
    assert line(result, "strokes under way").contribution == pytest.approx(expected, rel=1e-3)


def test_the_reference_that_was_started_last_is_the_known_flow(tmp_path):
    # 50 µL/h with what is taken to evaporate, 0.1 mg/h.
    def mass(hour):
        return 30_000.0 + (50.0 / Z_UL_MG - 0.1) * hour

    references = (ReferenceRuns("syringe", 80.0, 2.0), ReferenceRuns("syringe", 50.0, 2.0))
    result = proven(tmp_path, "known flow error", *references, limit=Limit("%", -50, 50), mass=mass)
    assert result.number.value == pytest.approx(0.0, abs=1e-3)


def test_a_supply_is_held_to_the_voltage_that_it_was_set_to_last(tmp_path):
    start = {"instruments": {**START["instruments"], "supply": {"capability": "supply", "sample_every_s": 60.0}}}
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, start=start) as record:
        for at_s, voltage_v in ((10.0, 5.0), (20.0, 3.0)):
            told = {"voltage_v": voltage_v, "current_limit_a": 0.1}
            record.command(Exchange("supply", "set_output", told, b"", b"", ns(at_s), ns(at_s), "ok"))
        record.descriptor("supply", (Channel("voltage", "V"),), {})
        t_ns = WINDOW[0] + np.arange(10) * (HOUR_NS // 60)
        record.samples("supply", Block(t_ns, {"voltage": np.full(10, 3.0003)}))
        result = judged(record, "supply voltage error", Limit("ppm", -500.0, 500.0))
    assert result.number.value == pytest.approx(100.0, rel=1e-6)


@pytest.mark.parametrize("gain_mg_h, told", [(0.2, True), (-0.2, False)])
def test_a_vessel_that_gains_is_said_to_gain(tmp_path, gain_mg_h, told):
    limit = Limit("mg/h", -1.0, 1.0)
    result = proven(tmp_path, "loss of the vessel", mass=lambda h: 30_000.0 + gain_mg_h * h, limit=limit)
    assert ("which is a gain" in result.remarks[0]) is told


@pytest.mark.parametrize(
    "mass_mg, u_mg, told",
    # Twice the root of u² and of 0.03²/3 of the balance's linearity.
    [(20_000.0, 0.03, ""), (20_000.0, 3.0, "300 ppm"), (50.0, 0.002, "697 ppm")],
)
def test_a_weight_that_can_tell_nothing_of_a_balance_is_refused_as_such(tmp_path, mass_mg, u_mg, told):
    tried = WeightTried("balance", mass_mg, u_mg, mass_mg, 0.01, 0.0, 1.0, "CAL-W-0001", "2030-12-31")
    result = proven(tmp_path, "check weight's certificate", tried, limit=None)
    assert (result.verdict == "PASS") is not told
    assert told in " ".join(result.reasons)
