"""What only shows at an odd rate, at another hour, in a silence or in a bolus: a pump that is wrong there is found."""

from datetime import UTC, datetime

import pytest

from rig.errors import NotShownError
from test_plans import test_bolus as bolus
from test_plans import test_dose_bounds as bounds
from test_plans import test_flex as flex
from test_plans import test_limits as limits
from test_plans import test_patient_bolus as patient
from test_plans import test_programme_change as change
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

LIBRARY = "qualification.library."


def seeded(folder, plan, parts, **parameters):
    """Run a plan with parts of the library of defects, given without the name of its package."""
    named = {part: LIBRARY + name for part, name in parts.items()}
    return run_plan_of_catalogue(folder, plan, parts=named, parameters=parameters)


def test_a_schedule_that_goes_by_summer_time_is_found(tmp_path):
    parts = {"schedule": "schedules:GoesByLocalTime"}
    autumn = datetime(2026, 10, 25, tzinfo=UTC)
    outcome = seeded(tmp_path, flex.test_the_calendar_moves_no_dose, parts, before_it=autumn)
    assert outcome.agreement.verdict == "FAIL"
    assert outcome.says("where the programme asks for")


@pytest.mark.parametrize(
    "plan, parts, claim, said",
    [
        (
            flex.test_a_pump_that_nobody_speaks_to_keeps_its_hours,
            {"schedule": "timing:AdvancesWhenHeard", "desk": "timing:ScheduleHears"},
            "volume of a pump that was alone",
            "where the programme asks for 320 µL",
        ),
        (
            change.test_the_lowest_rate_holds_no_higher_one_up,
            {"planner": "rates:WaitsForTheTimedStroke"},
            "how late the new rate came",
            "outside the upper limit 120",
        ),
        (
            change.test_a_ramp_rises_evenly_and_stays,
            {"schedule": "timing:RampEndsAtMidnight"},
            "volume under the ramp",
            "where the programme asks for",
        ),
        (
            bolus.test_a_volume_of_no_whole_strokes_is_given,
            {"bolus": "boluses:CutsToWholeStrokes"},
            "volume of the boluses",
            "outside the lower limit -5",
        ),
        (
            bolus.test_a_bolus_that_is_stopped_gives_and_tells_no_more,
            {"desk": "boluses:GivesTheRestLater"},
            "volume of both boluses",
            "where the programme asks for",
        ),
        (
            bolus.test_what_is_asked_for_in_a_bolus_is_refused_and_changes_nothing,
            {"desk": "requests:RequestExtends"},
            "volume of the first bolus alone",
            "where the programme asks for",
        ),
        (
            bounds.test_no_sliding_window_holds_more_than_is_set,
            {"dose_limit": "patients:CountsNoCliniciansBolus", "desk": "patients:TellsWhoOrdered"},
            "most in any 4 h",
            "outside the upper limit 106",
        ),
        (
            patient.test_what_a_patient_had_outlives_stop_power_and_a_new_permission,
            {"patient": "patients:CountIsLostWithThePower"},
            "most in any 24 h",
            "outside the upper limit 106",
        ),
        (
            patient.test_setting_the_calendar_does_not_shorten_the_lockout,
            {"patient": "patients:LockoutByTheCalendar", "desk": "patients:TellsOfTheClock"},
            "refused a day ahead",
            "was granted",
        ),
        (
            patient.test_requests_within_the_lockout_give_nothing,
            {"patient": "patients:LockoutFromTheEnd"},
            "lockout from start to start",
            "outside the upper limit 3690",
        ),
    ],
)
def test_a_pump_that_is_wrong_at_such_a_moment_is_found(tmp_path, plan, parts, claim, said):
    outcome = seeded(tmp_path, plan, parts)
    assert outcome.results[claim].verdict in ("FAIL", "INVALID")
    assert outcome.says(said)


def test_a_pump_whose_rates_add_up_without_a_bound_is_found(tmp_path):
    plan = limits.test_rates_that_would_add_up_beyond_the_pump_are_refused
    with pytest.raises(NotShownError, match=r"an order that was to be refused, since .*, was taken"):
        seeded(tmp_path, plan, {"limits": "bolus_orders:SumIsNotLimited"})
