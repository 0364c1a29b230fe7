"""False alarms, curves and detection limits, against numbers from tables and from hand."""

import pytest

from qualification.curves import curves_of, reckoned
from qualification.false_alarms import false_alarms, jobs_of_seeds
from qualification.jobs import Done
from qualification.scaled import Trial
from tests.qualification.findings import BOLUS, FLOW, claim, finding

PASSED = finding(claim("PASS", value=0.0))
FAILED = finding(claim("FAIL", "too much", 9.0))
UNDECIDED = finding(claim("INCONCLUSIVE", value=4.9))


def test_no_alarm_in_200_is_a_rate_of_less_than_two_percent():
    found = false_alarms([Done((PASSED,), 1.0)] * 200)
    # Clopper and Pearson: 1 − 0.025^(1/200).
    assert (found.rate, found.lower, found.upper) == pytest.approx((0.0, 0.0, 0.018275), abs=1e-6)
    assert found.as_stated


def test_what_the_limits_state_is_the_risk_of_a_pump_right_on_them():
    assert false_alarms([Done((PASSED,), 1.0)]).stated == pytest.approx(0.02275, abs=1e-5)


def test_ten_alarms_in_100_are_more_than_is_stated():
    found = false_alarms([Done((FAILED,), 1.0)] * 10 + [Done((PASSED,), 1.0)] * 90)
    # The tables have 4.90 % to 17.62 % for 10 of 100.
    assert (found.lower, found.upper) == pytest.approx((0.0490, 0.1762), abs=1e-4)
    assert not found.as_stated


def test_what_cannot_be_decided_is_counted_apart():
    found = false_alarms([Done((UNDECIDED, PASSED), 1.0)])
    assert (len(found.alarms), len(found.undecided), found.plans) == (0, 1, 2)


def test_seeds_run_all_plans_about_as_often_and_no_two_are_the_same():
    plans = [finding(plan=f"{FLOW}[{n}]", seconds=float(n)) for n in range(7)]
    jobs = jobs_of_seeds(plans, 70, (6.0,))
    ran = [plan for job in jobs for plan in job.plans]
    assert {ran.count(plan.plan) for plan in plans} == {30}
    assert len({job.seed for job in jobs}) == 70
    assert sum(bool(job.sizes_percent) for job in jobs) == 35


def trials(*shares, tried=20):
    return [Trial(FLOW, percent, number < found) for percent, found in shares for number in range(tried)]


@pytest.mark.parametrize(
    "shares, smallest",
    [
        ([(4.0, 0), (5.0, 10), (5.5, 19), (6.0, 20)], 5.5),
        ([(4.0, 0), (5.0, 20), (5.5, 18), (6.0, 20)], 6.0),  # from there on, not once by luck
        ([(4.0, 0), (5.0, 10)], None),
        ([(4.0, 20), (5.0, 20)], 4.0),
    ],
)
def test_the_smallest_error_is_that_from_which_on_95_in_100_are_found(shares, smallest):
    (curve,) = curves_of(trials(*shares))
    assert curve.smallest_percent == smallest


@pytest.mark.parametrize(
    "percent, found, requirements, rejected",
    [
        (4.0, True, ("ACC-001",), ((FLOW, 4.0),)),
        (-4.0, True, ("ACC-001",), ((FLOW, -4.0),)),
        (4.0, False, ("ACC-001",), ()),
        (5.2, True, ("ACC-001",), ()),  # beyond what is allowed
        (4.0, True, ("RIG-002",), ()),  # the pump is what is known there
    ],
)
def test_a_plan_that_finds_what_is_allowed_rejects_good_pumps(percent, found, requirements, rejected):
    plan = finding(claim("PASS", value=0.0), requirements=requirements)
    told = false_alarms([Done((plan,), 1.0, trials=(Trial(FLOW, percent, found),))])
    assert (told.rejected, told.as_stated) == (rejected, not rejected)


def test_a_curve_is_of_errors_upwards():
    (curve,) = curves_of([Trial(FLOW, -4.0, False), Trial(FLOW, 4.0, False)])
    assert [point.percent for point in curve.points] == [4.0]


def test_a_plan_has_a_curve_of_its_own():
    curves = curves_of([Trial(FLOW, 5.0, True), Trial(BOLUS, 5.0, False)])
    assert [(one.plan, one.points[0].share) for one in curves] == [(FLOW, 1.0), (BOLUS, 0.0)]


def test_a_claim_fails_95_in_100_times_beyond_its_limit_its_u_and_1_645_u():
    (one,) = reckoned([PASSED])
    # Limit 5 %, U = 0.4 % with k = 2, so that u = 0.2 %.
    assert one.smallest == pytest.approx(5.0 + 0.4 + 1.645 * 0.2, abs=1e-3)


def test_a_fact_has_no_detection_limit():
    assert reckoned([finding(claim("PASS", name="the log is in order"))]) == ()


def test_a_session_that_did_not_come_to_its_end_is_no_sign_of_health():
    found = false_alarms([Done((PASSED,), 1.0), Done((), 1.0, "the session ended with -9 and no outcome")])
    assert (found.seeds, found.plans, found.as_stated) == (2, 1, False)
    assert found.broken == ("the session ended with -9 and no outcome",)
