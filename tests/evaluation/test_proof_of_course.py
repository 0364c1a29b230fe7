"""What a daily proof asks of a known flow's strokes: how evenly it comes, who counts it, and what comes behind it."""

import math

import numpy as np
import pytest

from rig.channels import Channel
from rig.record.bodies.judging import Limit
from rig.record.bodies.proofs import ReferenceRuns
from rig.record.bodies.pump_events import EdgesCounted
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, judged, ns, put
from tests.evaluation.records import HOUR_NS, START, Z_UL_MG, weighed

DUT = {"dut": {"model": "a pump", "stroke_ul": 0.5, "motor_edges_per_stroke": 8.0}}
DAQ = {"instruments": {**START["instruments"], "daq": {"capability": "daq", "sample_every_s": 60.0}}}
WIDE = Limit("1", -1e3, 1e3)
# Forty minutes of a reading each.
SHORT = (ns(0), ns(40 * 60) + 1)


def proven(folder, function, mass, *, limit=WIDE, window=WINDOW):
    with weighed(folder, mass, hours=33, noise_mg=0.0) as record:
        put(record, 0.0, ReferenceRuns("pump", 1.0, 0.2))
        return judged(record, function, limit, window)


def in_drops(hour, drop_mg):
    """Return what the balance shows of 1000 mg/h that hang at the needle until a drop of so many mg falls."""
    return 30_000.0 + (drop_mg * math.floor(1000.0 * hour / drop_mg) if drop_mg else 1000.0 * hour)


@pytest.mark.parametrize("drop_mg", [0.0, 13.0])
def test_a_known_flow_that_comes_in_drops_strays_from_a_line_by_a_drop_s_share(tmp_path, drop_mg):
    result = proven(tmp_path, "known flow's unevenness", lambda hour: in_drops(hour, drop_mg))
    # What hangs is spread evenly over a drop: by its share of √12. Allowed are 0.5 mg of a stroke and 5 · 0.02 mg.
    assert result.number.value == pytest.approx(drop_mg / math.sqrt(12.0) / 0.6, rel=0.05, abs=1e-6)
    assert bool(result.remarks) is (drop_mg > 0.0)


@pytest.mark.parametrize("late_s, told", [(2.5, False), (20.0, True)])
def test_what_comes_behind_a_stop_is_so_much_time_of_the_flow(tmp_path, late_s, told):
    # Of 1 µL/h, which is a mg in an hour, the line gives what is left within a minute.
    def mass(hour):
        return 30_000.0 + (late_s / 3600.0 if hour > 4.0 else 0.0)

    result = proven(tmp_path, "flow behind a stop", mass, limit=Limit("s", None, 1e6), window=SHORT)
    assert result.number.value == pytest.approx(late_s, rel=1e-3)
    assert bool(result.remarks) is told


@pytest.mark.parametrize(
    "counted, off, before_s",
    [
        (16_000, 0.0, 0.0),  # 1000 µL
        (16_000, 0.0, 0.001),  # counted a moment before the window, as on the wall clock
        (15_680, -20.0 / 5.75, 0.0),  # one in fifty is missed
        (16_160, 10.0 / 5.75, 0.0),  # strokes that are declared by 1 % too large
    ],
)
def test_edges_and_the_pump_s_own_count_are_two_counts_of_the_same_strokes(tmp_path, counted, off, before_s):
    # Allowed are half a per cent of 1000 µL, and one and a half strokes: 5.75 µL.
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, start=DUT | DAQ) as record:
        record.descriptor("pump", (Channel("delivered", "µL"),), {})
        record.samples("pump", Block(WINDOW[0] + np.arange(3) * HOUR_NS, {"delivered": np.array([0.0, 500.0, 1000.0])}))
        for at_s, edges in ((-before_s, 40), (7200.0, 40 + counted)):
            put(record, at_s, EdgesCounted("daq", ns(at_s), edges))
        window = (WINDOW[0], WINDOW[0] + 2 * HOUR_NS + 1)
        number = judged(record, "motor edges beside the pump's count", WIDE, window).number
    assert number.value == pytest.approx(off, abs=1e-3)


@pytest.mark.parametrize("samples, relative_u", [(1600, 0.0), (40, 0.5 / math.sqrt(39.0))], ids=["many", "few"])
def test_strokes_that_a_sensor_sees_rise_and_fall_are_no_noise_of_its_mean(tmp_path, samples, relative_u):
    # By turns half as much again and half as much: parts of a hundred samples have one mean.
    flow_ul_h = 100.0 + 50.0 * np.where(np.arange(samples) % 2, 1.0, -1.0)
    stands = {"flow": {"capability": "flow", "accuracy": {"percent": 5.0, "absolute": 5.0}}}
    start = {"instruments": {**START["instruments"], **stands}}
    with weighed(
        tmp_path, lambda hour: 30_000.0 + 100.0 / Z_UL_MG * hour, hours=33, noise_mg=0.0, start=start
    ) as record:
        record.descriptor("flow", (Channel("flow", "µL/h"),), {})
        t_ns = WINDOW[0] + np.arange(samples, dtype=np.int64) * ((WINDOW[1] - WINDOW[0]) // samples)
        record.samples("flow", Block(t_ns, {"flow": flow_ul_h}))
        result = judged(record, "flow sensor error", WIDE)
    # Limits of error are 5 µL/h: what is a share of 100 µL/h is twenty times as many of them.
    lines = {one.name: one.contribution for one in result.number.budget}  # one that adds nothing is left out
    assert lines.get("scatter of the sensor", 0.0) == pytest.approx(20.0 * relative_u, rel=1e-2)
