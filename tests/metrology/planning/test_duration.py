from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import MetrologyError
from rig.metrology.planning.duration import decided_after_s, needed_duration, project
from rig.metrology.uncertainty.decision import Verdict
from rig.metrology.weighing.precision import Precision
from rig.quantities import Measured

HOUR_S = 3600.0


def percent(value, u):
    return Measured(value, u, "%")


def test_needed_duration_for_one_limit_has_a_closed_form():
    # PASS with 95 % asks for (limit − expected)/u = k + 1.6449.
    precision = Precision(0.0, 1.0, 0.0)
    needed = needed_duration(precision, None, 5.0, expected_percent=1.0)
    assert needed.u_percent == pytest.approx(4 / (2 + 1.6448536), rel=1e-6)
    assert needed.duration_s == pytest.approx(HOUR_S / needed.u_percent**2, rel=1e-6)
    assert needed.verdict is Verdict.PASS


def test_error_expected_outside_is_planned_as_fail():
    needed = needed_duration(Precision(0.0, 1.0, 0.0), -5.0, 5.0, expected_percent=9.0)
    assert (needed.verdict, needed.u_percent) == (Verdict.FAIL, pytest.approx(4 / (2 + 1.6448536), rel=1e-6))


@pytest.mark.parametrize("expected", [0.0, 2.5, -4.0, 8.0])
def test_needed_duration_keeps_its_promise_in_simulation(expected):
    precision = Precision(0.1, 0.5, 4.0)
    needed = needed_duration(precision, -5.0, 5.0, expected_percent=expected, probability=0.9)
    u = precision.u_percent(needed.duration_s)
    y = np.random.default_rng(1).normal(expected, u, 50_000)
    decided = np.abs(y) <= 5 - 2 * u if needed.verdict is Verdict.PASS else np.abs(y) > 5 + 2 * u
    assert decided.mean() == pytest.approx(0.9, abs=0.006)


def test_balance_that_never_decides_says_so():
    with pytest.raises(MetrologyError, match="no duration"):
        needed_duration(Precision(3.0, 1.0, 1.0), -5.0, 5.0)


def test_error_on_the_limit_is_never_decided():
    with pytest.raises(MetrologyError, match="on the limit"):
        needed_duration(Precision(0.0, 1.0, 0.0), -5.0, 5.0, expected_percent=5.0)


@pytest.mark.parametrize("probability", [0.0, 0.4, 1.0, 95.0])
def test_probability_is_a_fraction(probability):
    with pytest.raises(MetrologyError):
        needed_duration(Precision(0.0, 1.0, 0.0), -5.0, 5.0, probability=probability)


def test_projection_foretells_the_verdicts_of_simulated_runs():
    precision = Precision(0.3, 0.2, 5.0)
    early_s, end_s = 5 * HOUR_S, 25 * HOUR_S
    covariance = np.array([[precision.covariance(a, b) for a in (early_s, end_s)] for b in (early_s, end_s)])
    rng = np.random.default_rng(3)
    # A flat prior: true errors far wider than the readings, of which those are kept that read 2.0 % early on.
    true = rng.uniform(-6, 10, 2_000_000)
    seen = true[:, None] + rng.multivariate_normal([0, 0], covariance, size=true.size)
    end = seen[np.abs(seen[:, 0] - 2.0) < 0.02, 1]
    u_end = precision.u_percent(end_s)
    projection = project(percent(2.0, precision.u_percent(early_s)), early_s, end_s, precision, -3.0, 3.0)
    assert projection.pass_probability == pytest.approx(np.mean(np.abs(end) <= 3 - 2 * u_end), abs=0.02)
    assert projection.fail_probability == pytest.approx(np.mean(np.abs(end) > 3 + 2 * u_end), abs=0.02)


def test_time_to_verdict_is_when_the_guard_band_has_shrunk_to_the_margin():
    # u = 1 %·√h/√T; a margin of 1 % needs u = 0.5 %, that is 4 h.
    projection = project(percent(4.0, 1.0), HOUR_S, 10 * HOUR_S, Precision(0.0, 1.0, 0.0), -5.0, 5.0)
    assert projection.decided_after_s == pytest.approx(4 * HOUR_S)
    assert projection.now.verdict is Verdict.INCONCLUSIVE


def test_decided_run_needs_no_more_time():
    projection = project(percent(0.0, 1.0), HOUR_S, 10 * HOUR_S, Precision(0.0, 1.0, 0.0), -5.0, 5.0)
    assert (projection.now.verdict, projection.decided_after_s) == (Verdict.PASS, HOUR_S)


def test_run_that_will_not_be_decided_within_its_plan_says_so():
    projection = project(percent(4.9, 1.0), HOUR_S, 10 * HOUR_S, Precision(0.0, 1.0, 0.0), -5.0, 5.0)
    assert projection.decided_after_s is None
    assert projection.verdict is Verdict.INCONCLUSIVE


# A run whose u is twice what was planned: 2 %·√h/√T, where 1 %·√h/√T was.
def test_a_run_that_is_less_certain_than_planned_goes_on_by_its_own_u():
    # A margin of 1 % needs u = 0.5 %, that is 16 h; by the plan it would be 4.
    precision, measured = Precision(0.0, 1.0, 0.0), percent(4.0, 2.0)
    assert decided_after_s(measured, HOUR_S, precision, -5.0, 5.0) == pytest.approx(16 * HOUR_S)
    assert project(measured, HOUR_S, 25 * HOUR_S, precision, -5.0, 5.0).decided_after_s == pytest.approx(16 * HOUR_S)


def test_a_run_that_is_less_certain_than_planned_is_foretold_by_its_own_u():
    projection = project(percent(2.0, 2.0), HOUR_S, 4 * HOUR_S, Precision(0.0, 1.0, 0.0), -5.0, 5.0)
    # At the end u is 1 %; the two errors have the variance of the later one in common: 2² + 1² − 2·1² = 3.
    end = NormalDist(2.0, 3.0**0.5)
    assert projection.pass_probability == pytest.approx(end.cdf(3.0) - end.cdf(-3.0))
    assert projection.fail_probability == pytest.approx(1.0 - end.cdf(7.0) + end.cdf(-7.0))


@settings(deadline=None)
@given(st.floats(-10, 10), st.floats(0.05, 5), st.floats(0.1, 1))
def test_chances_of_a_projection_add_up(value, u, share):
    projection = project(percent(value, u), share * 1e5, 1e5, Precision(0.2, 0.5, 2.0), -5.0, 5.0)
    total = projection.pass_probability + projection.fail_probability + projection.inconclusive_probability
    assert total == pytest.approx(1)


@pytest.mark.parametrize("elapsed_s, end_s", [(0.0, 10.0), (11.0, 10.0), (5.0, float("inf"))])
def test_times_outside_of_the_plan_are_refused(elapsed_s, end_s):
    with pytest.raises(MetrologyError):
        project(percent(0.0, 1.0), elapsed_s, end_s, Precision(0.0, 1.0, 0.0), -5.0, 5.0)
