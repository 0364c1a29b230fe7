"""What a pump tells of itself, held to what it was told and to its own readings: a pump that is wrong is found."""

import pytest

from test_plans import test_bolus as bolus
from test_plans import test_clock as clock
from test_plans import test_link as link
from test_plans import test_patient_bolus as patient
from test_plans import test_power as power
from test_plans import test_priming as priming
from test_plans import test_reservoir as reservoir
from test_plans import test_stall as stall
from tests.truth.catalogue import run_plan_of_catalogue
from tests.truth.support import run

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
            bolus.test_a_power_cut_in_a_bolus_ends_it_and_nothing_of_it_comes_later,
            {"books": "tests.truth.faulty_links:ForgetsItsBoluses"},
            "its counter of boluses rose by 1, where it took 2",
        ),
        (
            power.test_a_low_battery_is_signalled_and_the_dose_holds,
            {"alarms": "told_alarms:StopClearsWhatHolds"},
            "and did not show battery_low or battery_depleted, which it showed at 2.5 V",
        ),
        (
            reservoir.test_the_low_mark_warns_and_the_dose_goes_on,
            {"books": "reservoirs:LowMarkATenth"},
            "and did not show reservoir_low, where the low mark was set to 4000 µL",
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
    ],
    ids=["end of a bolus", "counter", "battery low", "low mark", "replace by", "page"],
)
def test_a_pump_that_tells_something_wrong_is_found(tmp_path, plan, parts, said):
    outcome = run_plan_of_catalogue(
        tmp_path, plan, parts={part: name if "." in name else LIBRARY + name for part, name in parts.items()}
    )
    assert outcome.agreement.verdict == "FAIL"
    assert outcome.says(said)


def test_a_pump_that_says_that_it_delivers_what_nobody_asked_for_is_found(tmp_path):
    outcome = run(tmp_path, twin={"parts": {"schedule": f"{LIBRARY}power:OneBitOfTheRateFlips"}}, zero_flow_h=0.5)
    assert outcome.says("by its status the pump delivered 58.")


def test_dips_that_cost_strokes_are_found(tmp_path):
    parts = {"mechanism": f"{LIBRARY}power:LosesAStrokeForEachDip"}
    flow = run_plan_of_catalogue(tmp_path, power.test_dips_of_the_voltage_change_no_dose, parts=parts).results[
        "flow over the dips"
    ]
    # 40 strokes of 0.5 µL in an hour of 200 µL.
    assert (flow.verdict, flow.number.value) == ("FAIL", pytest.approx(-10.0, abs=1.0))


def test_a_pump_that_waits_behind_a_short_silence_is_found(tmp_path):
    twin = {"firmware": f"{LIBRARY}magnets:WaitsForInterrogation"}
    outcome = run_plan_of_catalogue(tmp_path, link.test_a_short_silence_changes_no_dose, twin=twin)
    assert outcome.results["flow over the silences"].verdict == "FAIL"


def test_a_bolus_that_is_lost_to_a_prime_is_found(tmp_path):
    parts = {"bolus": f"{LIBRARY}notices_of_use:LosesItsBolus"}
    outcome = run_plan_of_catalogue(tmp_path, priming.test_a_bolus_waits_for_a_prime_and_is_given_whole, parts=parts)
    assert outcome.results["volume of bolus and prime"].verdict == "FAIL"


def test_a_motor_that_is_let_go_late_and_says_so_is_not_called_faulty(tmp_path):
    plan = stall.test_an_intermittent_stall_is_signalled_each_time_and_overcome
    assert run_plan_of_catalogue(tmp_path, plan, twin={"firmware": f"{LIBRARY}stalls:RecoversLate"}).passes
