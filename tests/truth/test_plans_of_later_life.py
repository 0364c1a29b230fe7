"""What a pump does well once, and not again or not for long: each is found by the plan that looks there."""

import pytest

from rig.errors import RefusedError
from test_plans import test_power as power
from test_plans import test_reservoir as reservoir
from test_plans import test_stall as stall
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

LIBRARY = "qualification.library.later_in_life:"
REPEATS = "tests.truth.faulty_repeats:"


@pytest.mark.parametrize(
    "plan, part, name, claim",
    [
        (
            reservoir.test_the_low_mark_warns_behind_each_refill,
            "alarms",
            "WarnsOfOneFillingOnly",
            "low reservoir was signalled, second filling",
        ),
        (stall.test_no_bolus_is_given_in_an_alarm, "alarms", "SilenceEndsTheAlarm", "the requests were refused"),
        (
            power.test_a_depleted_battery_gives_no_bolus,
            "battery",
            "DepletedWhileInfusingOnly",
            "the request was refused",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) and one[0].isupper() else "",
)
def test_what_goes_well_once_is_not_taken_for_right(tmp_path, plan, part, name, claim):
    outcome = run_plan_of_catalogue(tmp_path, plan, parts={part: LIBRARY + name})
    assert outcome.results[claim].verdict == "FAIL"


def test_a_pump_that_adds_up_its_refills_is_found_when_it_is_told(tmp_path):
    with pytest.raises(RefusedError, match="its status does not show a content of 4300"):
        run_plan_of_catalogue(
            tmp_path,
            reservoir.test_the_low_mark_warns_behind_each_refill,
            parts={"books": LIBRARY + "SecondRefillAdds"},
        )


def test_a_short_cut_that_is_not_told_is_found(tmp_path):
    outcome = run_plan_of_catalogue(
        tmp_path,
        power.test_a_cut_of_any_length_is_told,
        parameters={"off_minutes": 1 / 20},
        parts={"alarms": LIBRARY + "ShortResetsAreSilent"},
    )
    assert outcome.results["the reset was signalled"].verdict == "FAIL"


def test_a_short_stall_that_is_made_up_and_not_told_is_found(tmp_path):
    outcome = run_plan_of_catalogue(
        tmp_path,
        stall.test_an_intermittent_stall_is_signalled_each_time_and_overcome,
        parts={"mechanism": REPEATS + "MakesUpAShortStall"},
    )
    assert outcome.results["stall 1 was signalled"].verdict == "FAIL"


def test_a_status_that_lags_behind_the_log_is_found(tmp_path):
    outcome = run_plan_of_catalogue(
        tmp_path, stall.test_a_stall_is_signalled_and_nothing_is_made_up, parts={"desk": REPEATS + "StatusIsOld"}
    )
    assert outcome.results["the stall was shown"].verdict == "FAIL"
