"""The catalogue's plans of asking and of a month, on pumps that go wrong late or as often as they are asked."""

from test_plans import test_clock as clock
from test_plans import test_month as month
from tests.truth.catalogue import run_plan_of_catalogue

PARTS = "tests.truth.faulty_over_time:"


def test_a_pump_that_gives_a_stroke_with_each_status_is_found(tmp_path):
    plan = clock.test_asking_often_changes_no_dose
    parts = {"desk": f"{PARTS}StrokesWhenAsked", "mechanism": f"{PARTS}OwesStrokes"}
    outcome = run_plan_of_catalogue(tmp_path, plan, parts=parts)
    assert outcome.results["flow while asked often"].verdict != "PASS"
    assert outcome.says("its books are not what was delivered")


def test_a_pump_that_lives_from_question_to_question_is_found(tmp_path):
    plan = clock.test_asking_seldom_changes_no_dose
    parts = {"mechanism": f"{PARTS}ForgetsWhatFellDueUnasked"}
    results = run_plan_of_catalogue(tmp_path, plan, parts=parts).results
    assert results["flow while asked seldom"].verdict == "FAIL"


def test_an_over_infusion_that_sets_in_late_is_found_in_a_month(tmp_path):
    plan = month.test_a_month_between_two_refills_delivers_what_was_programmed
    outcome = run_plan_of_catalogue(tmp_path, plan, parts={"planner": f"{PARTS}OverInfusesFromDay20"})
    assert outcome.results["volume of the month"].verdict != "PASS"
    assert outcome.says("between 498.00 and 585.00 h")
