import math

import numpy as np
import pytest

from rig.metrology.dosing.level_noise import CommonSlope, shared_readings, walk_of_means

T_S = np.arange(0.0, 7200.0, 60.0)
FIRST, LAST = np.array([0, 40, 80]), np.array([31, 71, 120])


@pytest.fixture
def levels():
    return CommonSlope(T_S, FIRST, LAST)


@pytest.fixture
def weights(levels):
    """Return the weights of each reading in the three means and, last, in the common slope: written out in full."""
    full = np.zeros((4, T_S.size))
    for level, (a, b) in enumerate(zip(FIRST, LAST, strict=True)):
        full[level, a:b] = 1 / (b - a)
        full[3, a:b] = (T_S[a:b] - T_S[a:b].mean()) / levels.information
    return full


def saw_tooth(period_s):
    """The autocovariance of a saw-tooth of height 1 at a phase left to chance, by its Bernoulli polynomial."""
    turn = (np.subtract.outer(T_S, T_S) / period_s) % 1.0
    same = np.zeros((T_S.size, T_S.size))
    for a, b in zip(FIRST, LAST, strict=True):
        same[a:b, a:b] = 1.0
    return same * (1 / 12 - turn * (1 - turn) / 2)


def residual_variance(weights, covariance, levels):
    """The expected mean square about levels and slope, by the trace of the projected covariance."""
    fitted = np.zeros((T_S.size, T_S.size))
    for level, (a, b) in enumerate(zip(FIRST, LAST, strict=True)):
        fitted[a:b] += weights[level]
        fitted[a:b] += np.outer(T_S[a:b] - T_S[a:b].mean(), weights[3])
    inside = np.zeros(T_S.size, bool)
    inside[levels.index] = True
    rest = (np.eye(T_S.size) - fitted) * inside[:, None] * inside
    return float(np.trace(rest @ covariance @ rest.T)) / levels.dof


def test_white_noise_averages_over_the_readings(levels, weights):
    assert levels.white() == pytest.approx(weights @ weights.T, abs=1e-15)


def test_a_walk_ties_all_levels_together(levels, weights):
    walk = np.minimum.outer(T_S, T_S) / 3600
    assert levels.walk() == pytest.approx(weights @ walk @ weights.T, rel=1e-9, abs=1e-12)


def test_what_residuals_show_of_a_walk(levels, weights):
    walk = np.minimum.outer(T_S, T_S) / 3600
    assert levels.expected_of_walk() == pytest.approx(residual_variance(weights, walk, levels), rel=1e-9)


def test_a_walk_over_many_readings_is_reckoned_in_groups():
    t_s = np.arange(0.0, 7200.0, 3.0)
    means = walk_of_means(t_s, np.array([0, 1200]), np.array([1200, 2400]))
    # Mean of a walk over its first hour: T/3; the second: 1 + T/3; together: half of the first hour.
    assert means == pytest.approx(np.array([[1 / 3, 0.5], [0.5, 4 / 3]]), abs=0.001)


@pytest.mark.parametrize("period_s", [18.0, 47.3, 60.0, 61.0, 720.0, 9000.0])
def test_strokes_average_out_unless_they_keep_step_with_the_readings(levels, weights, period_s):
    expected = weights @ saw_tooth(period_s) @ weights.T
    assert np.diag(levels.strokes(period_s)) == pytest.approx(np.diag(expected), rel=0.12, abs=2e-5)


@pytest.mark.parametrize("period_s", [18.0, 720.0, 9000.0])
def test_what_residuals_show_of_strokes(levels, weights, period_s):
    shown = levels.expected_of_strokes(levels.strokes(period_s))
    assert shown == pytest.approx(residual_variance(weights, saw_tooth(period_s), levels), rel=0.02)


def test_strokes_without_a_period_shift_each_level_whole(levels):
    assert np.diag(levels.strokes(math.inf)) == pytest.approx([1 / 12, 1 / 12, 1 / 12, 0.0], abs=1e-12)


def test_stretches_share_noise_as_they_share_readings():
    shared = shared_readings(np.array([0, 0, 2, 9]), np.array([4, 4, 6, 12]))
    assert shared[0] == pytest.approx([1.0, 1.0, 0.5, 0.0])
