"""What a pump tells of itself, held to what it was told and to its own readings: a pump that is wrong is found."""

import pytest

from test_plans import test_bolus as bolus
from test_plans import test_clock as clock
from test_plans import test_link as link
from test_plans import test_patient_bolus as patient
from test_plans import test_power as power
from test_plans import test_priming as priming
from tests.truth.catalogue import run_plan_of_catalogue
from tests.truth.support import run

pytestmark = pytest.mark.nightly

LIBRARY = "qualification.library."


@pytest.mark.parametrize(
    "plan, parts, said",
    [
        (
            bolus.test_a_bolus_that_is_stopped_gives_and_tells_no_more,
            {"bolus": "logs:TellsTheRequest"},
            "of its log says that 200 of 200 µL of a bolus were given, where 100",
        ),
        (
            clock.test_setting_the_clock_makes_nothing_up,
            {"forecast": "batteries:ReplaceByAYearLate"},
            "no battery gains by serving",
        ),
        (
            patient.test_a_patient_who_keeps_pressing_gets_one_bolus,
            {"log": "logs:PageSkipsAtItsEdge"},
            "pump's log: it could not be read",
        ),
        (
            clock.test_setting_the_clock_makes_nothing_up,
            {"log": "logs:OldTime"},
            "(flex_started), of 2.00 h, bears a time that is -1.08e+04 s off what the pump's clock showed then",
        ),
    ],
    ids=["end of a bolus", "replace by", "page", "old time"],
)
def test_a_pump_that_tells_something_wrong_is_found(tmp_path, plan, parts, said):
    outcome = run_plan_of_catalogue(tmp_path, plan, parts={part: LIBRARY + name for part, name in parts.items()})
    assert outcome.agreement.verdict == "FAIL"
    assert outcome.says(said)


def test_dips_that_cost_strokes_are_found(tmp_path):
    parts = {"mechanism": f"{LIBRARY}power:LosesAStrokeForEachDip"}
    flow = run_plan_of_catalogue(tmp_path, power.test_dips_of_the_voltage_change_no_dose, parts=parts).results[
        "flow over the dips"
    ]
    # 40 strokes of 0.5 µL in an hour of 200 µL.
    assert (flow.verdict, flow.number.value) == ("FAIL", pytest.approx(-10.0, abs=1.0))


def test_a_pump_that_waits_behind_a_short_silence_is_found(tmp_path):
    twin = {"firmware": f"{LIBRARY}magnets:WaitsForInterrogation"}
    plan = link.test_a_short_silence_changes_no_dose
    outcome = run_plan_of_catalogue(tmp_path, plan, twin=twin, read_each_minutes=1.0)
    assert outcome.results["flow over the silences"].verdict == "FAIL"


def test_a_bolus_that_is_lost_to_a_prime_is_found(tmp_path):
    parts = {"bolus": f"{LIBRARY}notices_of_use:LosesItsBolus"}
    outcome = run_plan_of_catalogue(tmp_path, priming.test_a_bolus_waits_for_a_prime_and_is_given_whole, parts=parts)
    assert outcome.results["volume of bolus and prime"].verdict == "FAIL"


@pytest.mark.parametrize(
    "plan, part, said",
    [
        (
            power.test_the_low_mark_outlives_a_power_cut,
            {"books": "tests.truth.faulty_links:ForgetsItsMark"},
            "did not show reservoir_low, where the low mark was set to 4000 µL",
        ),
        (
            power.test_the_dose_limit_outlives_a_power_cut,
            {"dose_limit": "tests.truth.faulty_links:ForgetsItsWindow"},
            "µL outside the upper limit 452",
        ),
    ],
    ids=["mark", "window"],
)
def test_a_pump_that_forgets_with_the_power_what_was_set_is_found(tmp_path, plan, part, said):
    assert run_plan_of_catalogue(tmp_path, plan, parts=part).says(said)


def test_an_alarm_that_was_silenced_and_comes_back_mute_is_found(tmp_path):
    def twice(bench, **_):
        pump = bench.instruments.pump()
        bench.expect_alarm("stall")
        for _ in range(2):
            pump.run_continuous(rate_ul_h=200.0)
            bench.dwell(minutes=20)
            with bench.challenge.magnet():
                bench.dwell(minutes=3)
            pump.acknowledge_alarms()
            pump.stop()
        return {}

    twin = {"parts": {"alarms": f"{LIBRARY}told_alarms:SilentForEver"}}
    outcome = run(tmp_path, twice, zero_flow_h=0.3, twin=twin)
    assert outcome.says("did not sound, though nobody had silenced it")
