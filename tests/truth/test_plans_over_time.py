"""The catalogue's plans of starts, interruptions, asking and a month, on pumps that go wrong in one of them."""

import re

import pytest

from test_plans import test_basal as basal
from test_plans import test_bolus as bolus
from test_plans import test_clock as clock
from test_plans import test_month as month
from test_plans import test_stall as stall
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

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
    found = outcome.results["volume of the month"]
    assert found.verdict != "PASS"
    (said,) = (reason for reason in found.reasons if reason.startswith("programme: between"))
    from_h, to_h = map(float, re.search(r"between ([\d.]+) and ([\d.]+) h", said).groups())
    # Zero flow is weighed for an hour before it.
    assert 20 * 24 + 1 <= from_h < to_h <= 31 * 24


def test_a_rate_that_is_only_approached_starts_up_too_late(tmp_path):
    plan, parts = basal.test_an_infusion_starts_up_in_time, {"planner": f"{PARTS}SlewsOverTwoHours"}
    results = run_plan_of_catalogue(tmp_path, plan, parts=parts).results
    assert results["start-up time"].verdict == "FAIL"


def test_a_rest_of_a_bolus_that_comes_with_the_next_is_found(tmp_path):
    plan = bolus.test_a_power_cut_in_a_bolus_ends_it_and_nothing_of_it_comes_later
    results = run_plan_of_catalogue(tmp_path, plan, parts={"bolus": f"{PARTS}GivesTheRestOfItsBolus"}).results
    assert results["volume of both boluses"].verdict == "FAIL"


def test_a_pump_that_tells_no_stall_is_found(tmp_path):
    plan = stall.test_an_intermittent_stall_is_signalled_each_time_and_overcome
    outcome = run_plan_of_catalogue(tmp_path, plan, parts={"alarms": f"{PARTS}NoStallIsTold"})
    assert outcome.results["volume between the stalls"].verdict != "PASS"
