"""What goes wrong when a therapy is changed or ended: a pump that is wrong there is found, and for what it does."""

import pytest

from test_plans import test_link as link
from test_plans import test_programme_change as change
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

CHANGES = "tests.truth.faulty_changes:"


def test_small_steps_that_are_only_shown_are_found_by_their_size(tmp_path):
    outcome = run_plan_of_catalogue(
        tmp_path,
        change.test_a_dose_that_is_titrated_follows_each_small_step,
        parts={"schedule": CHANGES + "SmallChangesAreOnlyShown"},
    )
    errors = [outcome.results[f"flow after {steps}"].number.value for steps in ("small steps up", "a small step down")]
    assert errors == pytest.approx([100.0 * (200.0 / rate_ul_h - 1.0) for rate_ul_h in (245.0, 220.0)], abs=0.3)


def test_a_long_programme_whose_first_part_ends_the_therapy_is_found(tmp_path):
    outcome = run_plan_of_catalogue(
        tmp_path,
        link.test_a_week_of_which_only_a_part_arrives_leaves_the_former_therapy,
        parts={"desk": CHANGES + "FirstPartEndsTheTherapy"},
    )
    assert outcome.results["flow of the former therapy"].verdict == "FAIL"


def test_what_springs_back_behind_each_stop_is_found_as_reverse_flow(tmp_path):
    outcome = run_plan_of_catalogue(
        tmp_path, change.test_many_starts_cost_and_add_nothing, twin={"firmware": CHANGES + "SpringsBack"}
    )
    assert outcome.results["reverse flow behind a stop"].verdict == "FAIL"
