"""The catalogue's plans of catheter and reservoir, where something else is wrong than what they look for."""

import pytest

from test_plans import test_catheter as catheter
from test_plans import test_reservoir as reservoir
from tests.truth.catalogue import run_plan_of_catalogue


def test_a_reservoir_that_leaks_at_its_septum_is_found_although_the_pump_believes_in_its_content(tmp_path):
    plan = reservoir.test_the_last_four_millilitres_are_delivered_and_an_empty_pump_says_so
    results = run_plan_of_catalogue(
        tmp_path, plan, parts={"mechanism": "tests.truth.faulty_links:LeaksAtTheSeptum"}
    ).results
    given = results["volume of the last 4 mL"]
    # So many hours until 1000 µL/h and 3500 / 24 µL/h together have emptied what 4.2 mL hold.
    hours = 4200.0 / (1000.0 + 3500.0 / 24.0)
    # What stops before its time widens U to the limit: what the pump says of itself contradicts, and is its fault.
    assert given.number.value == pytest.approx(1000.0 * hours, abs=4)
    assert (given.verdict, given.sorted_as.fault) == ("INVALID", "pump")


@pytest.mark.nightly
def test_a_pump_that_over_infuses_empties_its_reservoir_faster_than_it_believes(tmp_path):
    plan = reservoir.test_a_reservoir_empties_as_fast_as_the_pump_believes
    results = run_plan_of_catalogue(tmp_path, plan, twin={"rate_error_percent": 14.5}).results
    named = ("the pump's estimate of its reservoir", "programme, books and balance")
    assert [results[name].verdict for name in named] == ["FAIL", "FAIL"]


@pytest.mark.nightly
def test_what_a_pump_itself_leaves_out_is_told_from_what_a_leak_takes(tmp_path):
    plan = catheter.test_a_leak_is_found_although_the_pump_is_silent
    results = run_plan_of_catalogue(tmp_path, plan, parts={"mechanism": "EmptyStrokes"}).results
    assert results["what is missing"].verdict == "FAIL"
    assert results["what is missing"].number.value == pytest.approx(-32.5, abs=0.2)


@pytest.mark.nightly
def test_a_vessel_that_gains_although_the_catheter_is_off_is_found(tmp_path):
    plan = catheter.test_a_catheter_that_is_off_is_found_although_the_pump_is_silent
    results = run_plan_of_catalogue(tmp_path, plan, laboratory={"touch_mg": 60.0, "touch_at_h": 3.0}).results
    assert results["what is missing"].verdict == "FAIL"
