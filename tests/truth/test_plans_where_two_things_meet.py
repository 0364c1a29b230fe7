"""What a pump does well by itself, and not beside something else: each is found by the plan that looks there."""

import pytest

from test_plans import test_dose_bounds as bounds
from test_plans import test_flex as flex
from test_plans import test_reservoir as reservoir
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

LIBRARY = "qualification.library.interplay:"


@pytest.mark.parametrize(
    "plan, twin, claim",
    [
        (
            flex.test_a_step_of_the_day_and_a_bolus_leave_each_other_alone,
            {"firmware": LIBRARY + "AStepEndsTheBolus"},
            "volume of a bolus over a step",
        ),
        (
            reservoir.test_a_bolus_that_takes_the_reservoir_to_its_mark_warns,
            {"parts": {"desk": LIBRARY + "LooksAway", "alarms": LIBRARY + "OverlooksTheMark"}},
            "low reservoir was signalled in a bolus",
        ),
        (
            bounds.test_a_sliding_window_forgets_none_of_many_small_boluses,
            {"parts": {"dose_limit": LIBRARY + "SixteenSpells"}},
            "most in any 4 h",
        ),
    ],
    ids=["a step and a bolus", "a mark and a bolus", "a window and many boluses"],
)
def test_what_goes_well_alone_is_not_taken_for_right(tmp_path, plan, twin, claim):
    assert run_plan_of_catalogue(tmp_path, plan, twin=twin).results[claim].verdict == "FAIL"
