"""Power, boluses, volumes and the flow sensor: what a plan does besides a constant rate is compared as well."""

import pytest

from rig.record.bodies.judging import Limit
from tests.truth.support import run

PARTS = "tests.truth.faulty_parts:"


def faulty(**parts):
    return {"parts": {part: PARTS + name for part, name in parts.items()}}


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


def a_pattern_that_begins_with_none(bench, **_):
    """A day's pattern that is ordered in its hours of none, on the bench's clock of 08:00."""
    with bench.window("pattern") as window:
        bench.instruments.pump().run_flex(days={"every": {"00:00": 0.0, "09:30": 60.0}})
        bench.dwell(hours=4)
    return {"volume": (window.volume_error(), "volume accuracy")}


def test_a_pattern_whose_first_step_is_none_passes(tmp_path):
    outcome = run(tmp_path, a_pattern_that_begins_with_none, zero_flow_h=0.5)
    assert outcome.passes, outcome


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
    outcome = run(tmp_path, boluses, read_each_minutes=1.0, twin=faulty(bolus=part))
    assert outcome.results["bolus error"].verdict == "INVALID"
    assert outcome.says("after the order of a bolus of 25 µL at 600 µL/h")
    assert outcome.says(f"took {took_s} s by it, where the programme asks for 150 s")
