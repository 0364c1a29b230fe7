"""The catalogue's plans of the link, on pumps that take a disturbed link for an order."""

import pytest

from test_plans import test_link as plans
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

PARTS = "tests.truth.faulty_links:"


def test_a_rate_that_runs_without_its_commit_is_found(tmp_path):
    outcome = run_plan_of_catalogue(
        tmp_path,
        plans.test_a_change_that_is_not_completed_leaves_the_former_therapy,
        parameters={"after_frames": 2},
        parts={"desk": f"{PARTS}CommitsWhatItReadsBack"},
    )
    flow = outcome.results["flow of the former therapy"]
    assert (flow.verdict, round(flow.number.value)) == ("FAIL", 200)


def test_a_pump_that_never_misses_its_rig_is_found(tmp_path):
    plan = plans.test_a_change_that_is_cut_off_for_good_ends_in_a_critical_alarm
    results = run_plan_of_catalogue(tmp_path, plan, parts={"watchdog": f"{PARTS}NeverFires"}).results
    assert [results[name].verdict for name in ("critical alarm", "delivery ended")] == ["FAIL", "FAIL"]


def test_a_commit_that_is_carried_out_when_it_is_heard_again_is_found(tmp_path):
    plan = plans.test_frames_that_arrive_again_give_no_second_dose
    results = run_plan_of_catalogue(tmp_path, plan, parts={"desk": f"{PARTS}AddsWhatIsCommittedAgain"}).results
    assert results["volume with each bolus once"].verdict == "FAIL"


def test_a_repeat_that_is_taken_for_a_new_order_is_found(tmp_path):
    plan = plans.test_a_bolus_whose_answers_are_spoilt_is_given_once
    results = run_plan_of_catalogue(
        tmp_path, plan, twin={"firmware": "qualification.library.boluses:TakesARepeatForNew"}
    ).results
    assert results["volume with the bolus once"].verdict == "FAIL"
