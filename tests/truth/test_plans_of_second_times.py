"""What goes well once, for an hour, or by itself: each is found by the plan that asks again, for longer, or beside."""

import pytest

from test_plans import test_dose_bounds as bounds
from test_plans import test_link as link
from test_plans import test_long_runs as long_runs
from test_plans import test_patient_bolus as patient
from test_plans import test_programme_change as change
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

LIBRARY = "qualification.library."
SECOND = "tests.truth.faulty_second_times:"


@pytest.mark.parametrize(
    "plan, parts, claim",
    [
        (
            change.test_a_ramp_falls_evenly_and_stays,
            {"schedule": SECOND + "SecondRampFromTheFirst"},
            "volume under a second ramp",
        ),
        (
            long_runs.test_no_quarter_of_an_hour_makes_up_for_another,
            {"schedule": SECOND + "ToAndFro"},
            "any window of a quarter of an hour",
        ),
        (
            link.test_a_link_that_is_lost_ends_delivery_with_an_alarm,
            {"watchdog": LIBRARY + "later_in_life:WatchdogBitesOnce"},
            "lost link was signalled, second time",
        ),
        (
            patient.test_what_a_patient_had_outlives_stop_power_and_a_new_permission,
            {
                "desk": LIBRARY + "interplay:RefillOpensTheLockout",
                "patient": LIBRARY + "interplay:ForgetsWhenTold",
            },
            "lockout from start to start",
        ),
        (
            bounds.test_a_dose_limit_that_was_acknowledged_still_holds,
            {
                "alarms": LIBRARY + "interplay:AcknowledgedIsForgotten",
                "dose_limit": LIBRARY + "interplay:ForgetsItsWindow",
            },
            "most in any 4 h",
        ),
    ],
    ids=["ramp", "quarters of an hour", "link", "refill", "dose limit"],
)
def test_what_goes_well_once_and_alone_is_asked_again(tmp_path, plan, parts, claim):
    assert run_plan_of_catalogue(tmp_path, plan, parts=parts).results[claim].verdict == "FAIL"
