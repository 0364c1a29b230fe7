import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import MetrologyError
from rig.metrology.uncertainty.decision import Verdict
from rig.metrology.uncertainty.joint import JointPoint, decide_jointly, joint_conformance, joint_coverage_factor
from rig.quantities import Measured


def curve(*values, u=1.0, lower=-5.0, upper=5.0):
    return [JointPoint(f"window {i}", Measured(value, u, "%"), lower, upper) for i, value in enumerate(values)]


def test_all_points_within_their_guard_bands_pass():
    assert decide_jointly(curve(0, 1, -2.9)).verdict is Verdict.PASS


def test_one_undecided_point_leaves_the_curve_undecided():
    decision = decide_jointly(curve(0, 4, 0))
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.reasons[0].startswith("window 1:")


def test_one_failing_point_fails_the_curve():
    decision = decide_jointly(curve(0, 0, 9))
    assert decision.verdict is Verdict.FAIL
    assert [reason.split(":")[0] for reason in decision.reasons] == ["window 2"]


def test_guard_band_of_rejection_grows_with_the_number_of_points():
    # Φ(−2)/10 = 0.2275 %: k' = 2.8376.
    assert decide_jointly(curve(*[0] * 10)).k_reject == pytest.approx(2.8376, abs=1e-3)
    assert decide_jointly(curve(7.2)).verdict is Verdict.FAIL
    assert decide_jointly(curve(7.2, *[0] * 9)).verdict is Verdict.INCONCLUSIVE


def test_invalid_prevails():
    decision = decide_jointly(curve(0, 9), invalid=["samples missing"])
    assert (decision.verdict, decision.reasons) == (Verdict.INVALID, ("samples missing",))


def test_bounds_of_the_probability_that_all_conform():
    # One limit 2 u away for each of two: 1 − 2·2.275 % and 97.725 %.
    decision = decide_jointly(curve(3, 3, lower=None))
    assert decision.conformance_probability == pytest.approx(1 - 2 * 0.0227501, abs=1e-7)
    assert decision.conformance_at_most == pytest.approx(0.9772499, abs=1e-7)
    assert decision.wrong_accept_risk == pytest.approx(2 * 0.0227501, abs=1e-7)


def test_all_points_conform_at_the_most_as_surely_as_the_worst_of_them():
    # Limits 3 u and 1 u away: Φ(1) = 84.134 %.
    decision = decide_jointly(curve(2, 4, lower=None))
    assert decision.conformance_at_most == pytest.approx(0.8413447, abs=1e-7)
    assert decision.wrong_reject_risk == pytest.approx(0.8413447, abs=1e-7)


@settings(deadline=None)
@given(st.lists(st.floats(-7, 7), min_size=2, max_size=4), st.floats(0, 0.95))
def test_probability_with_known_correlation_lies_between_the_bounds(values, correlation):
    matrix = np.full((len(values), len(values)), correlation)
    np.fill_diagonal(matrix, 1)
    decision = decide_jointly(curve(*values))
    known = joint_conformance(curve(*values), matrix)
    assert decision.conformance_probability - 1e-4 <= known <= decision.conformance_at_most + 1e-4


def test_independent_points_multiply():
    assert joint_conformance(curve(3, 3, 3, lower=None), np.eye(3)) == pytest.approx(0.9772499**3, abs=1e-5)


def test_fully_correlated_points_are_one():
    assert joint_conformance(curve(3, 3, lower=None), np.ones((2, 2))) == pytest.approx(0.9772499, abs=1e-5)


@pytest.mark.parametrize("correlation", [pytest.param(0.0, marks=pytest.mark.nightly), 0.9])
@pytest.mark.parametrize("others", [0.0, 4.9])
def test_curve_with_one_point_on_its_limit_is_wrongly_accepted_no_more_than_one_point(correlation, others):
    rng = np.random.default_rng(1)
    true = np.array([5.0, others, others, others])
    noise = np.sqrt(correlation) * rng.normal(size=(4000, 1)) + np.sqrt(1 - correlation) * rng.normal(size=(4000, 4))
    passed = sum(decide_jointly(curve(*y)).verdict is Verdict.PASS for y in true + noise)
    assert passed / 4000 <= 0.02275 + 3 * (0.02275 / 4000) ** 0.5


@pytest.mark.parametrize("correlation", [0.0, pytest.param(0.9, marks=pytest.mark.nightly)])
def test_curve_on_its_limits_is_wrongly_rejected_no_more_than_one_point(correlation):
    rng = np.random.default_rng(2)
    noise = np.sqrt(correlation) * rng.normal(size=(4000, 1)) + np.sqrt(1 - correlation) * rng.normal(size=(4000, 6))
    failed = sum(decide_jointly(curve(*(5.0 + y))).verdict is Verdict.FAIL for y in noise)
    assert failed / 4000 <= 0.02275 + 3 * (0.02275 / 4000) ** 0.5


def test_joint_coverage_factor_of_bonferroni():
    # 95 % for six windows: Φ(k) = 1 − 0.05/12, k = 2.6383.
    assert joint_coverage_factor(6, 0.95) == pytest.approx(2.6383, abs=1e-4)
    assert joint_coverage_factor(1, 0.9545) == pytest.approx(2.0, abs=1e-4)


def test_no_points_no_decision():
    with pytest.raises(MetrologyError):
        decide_jointly([])


@pytest.mark.parametrize(
    "matrix", [np.eye(3), [[1, 2], [2, 1]], [[1, 0.5], [0.2, 1]], [[2, 0], [0, 2]], [[1, np.nan], [np.nan, 1]]]
)
def test_matrices_that_are_no_correlation_are_refused(matrix):
    with pytest.raises(MetrologyError):
        joint_conformance(curve(0, 0), matrix)


def test_correlations_that_exclude_each_other_are_refused():
    with pytest.raises(MetrologyError, match="eigenvalue"):
        joint_conformance(curve(0, 0, 0), [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
