"""Pumps that lie, stall, run fast or run on: none of them passes, and each is told.

Each runs over the wire on the shipped bench; nothing in the plan asks for what is found.
"""

import pytest

from tests.truth.support import run

PARTS = "tests.truth.faulty_parts:"


def faulty(**parts):
    return {"parts": {part: PARTS + name for part, name in parts.items()}}


@pytest.mark.parametrize(
    "parts, said",
    [
        ({"desk": "AlarmInEveryStatus"}, "pump's states and alarms: the pump showed the alarm battery_low"),
        pytest.param(
            {"alarms": "FalseAlarmForAnHour"},
            "the pump showed the alarm reservoir_low at 1.0",
            marks=pytest.mark.nightly,
        ),
        ({"books": "CountsAQuarterTooMuch"}, " % less than it counted): its books are not what was delivered"),
        ({"mechanism": "LosesEachThirtiethStroke"}, "its books are not what its motor did"),
        pytest.param({"books": "CountsNothing"}, "the pump counted 0 µL", marks=pytest.mark.nightly),
        pytest.param({"books": "ReservoirFrozen"}, "the reservoir fell by 0 µL", marks=pytest.mark.nightly),
        pytest.param({"clock": "ClockGains500Ppm"}, "the pump's clock gains +505", marks=pytest.mark.nightly),
        ({"clock": "ClockLeapsAMinute"}, "the pump's clock leapt by +60 s at 2.00 h"),
        pytest.param({"log": "LogHasGaps"}, "pump's log: it could not be read", marks=pytest.mark.nightly),
        pytest.param(
            {"log": "LogForgetsInfusions"},
            "it has 0 lines of infusion_started, where the pump was told so 1 times",
            marks=pytest.mark.nightly,
        ),
        ({"planner": "ThreeTimesTheRateForHalfAnHour"}, "where the programme asks for "),
        pytest.param(
            {"planner": "TwiceTheRateInTheEnd"},
            "µL were delivered, where the programme asks for",
            marks=pytest.mark.nightly,
        ),
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
