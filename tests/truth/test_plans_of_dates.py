"""The date that a pump foretells for its refill: one that does not follow what changes it is found."""

import pytest

from test_plans import test_outlook as outlook
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

OF_PROGRAMME = outlook.test_the_date_of_the_refill_follows_the_programme
OF_CONTENT = outlook.test_the_date_of_the_refill_follows_what_is_taken_and_filled


@pytest.mark.parametrize(
    "plan, forecast, found, off_h",
    [
        # Of 18 mL 17.83 are left when the second date is read: at 150 µL/h they would last 74 h longer than at 400.
        (OF_PROGRAMME, "KeepsTheFirstRate", "date at another rate", 17_830.0 / 150.0 - 17_830.0 / 400.0),
        # The mark moved up by 2 mL, which take 10 h at 200 µL/h.
        (OF_CONTENT, "ReckonsFromTheFirstMark", "date after another refill and mark", 10.0),
        # 100 µL of boluses take half an hour at 200 µL/h.
        (OF_CONTENT, "LeavesBolusesOut", "date after boluses", 0.5),
    ],
)
def test_a_date_that_does_not_follow_is_found(tmp_path, plan, forecast, found, off_h):
    outcome = run_plan_of_catalogue(tmp_path, plan, parts={"forecast": f"tests.truth.faulty_dates:{forecast}"})
    result = outcome.results[found]
    assert (result.verdict, result.number.value) == ("FAIL", pytest.approx(off_h, rel=0.02))
