"""The line through correlated residuals against ordinary least squares, closed forms and known noise."""

import math

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.metrology.readings.regression import MOST_SPANS, fit_line

N = 128 * 30
T_S = 10.0 * np.arange(float(N))
T_H = T_S / 3600.0


def noise(seed, white=0.1, walk_h=0.0):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, white, N) + np.cumsum(rng.normal(0.0, walk_h * math.sqrt(10.0 / 3600.0), N))


def test_a_line_without_noise_is_found_exactly():
    line = fit_line(T_S, 5.0 - 0.25 * T_H)
    assert line.slope_h == pytest.approx(-0.25, abs=1e-12)
    assert line.mid == pytest.approx(5.0 - 0.25 * line.t_mid_s / 3600.0)
    assert (line.u_slope_h, line.jumps) == (pytest.approx(0.0, abs=1e-9), ())


def test_with_white_noise_it_is_ordinary_least_squares():
    y = 0.3 * T_H + noise(4)
    line = fit_line(T_S, y)
    assert line.walk_h == 0.0
    assert line.slope_h == pytest.approx(np.polyfit(T_H, y, 1)[0], abs=0.02 * line.u_slope_h)


def test_with_white_noise_its_uncertainty_is_the_closed_form():
    # GUM-style straight line: u² = 12·σ²/(n·T²) for n readings over T.
    u = np.median([fit_line(T_S, noise(seed)).u_slope_h for seed in range(200)])
    assert u == pytest.approx(0.1 * math.sqrt(12.0 / N) / T_H[-1], rel=0.05)


def test_with_a_random_walk_it_is_the_line_between_the_ends():
    y = noise(5, white=1e-6, walk_h=1.0)
    line = fit_line(T_S, y)
    spans = y.reshape(MOST_SPANS, -1).mean(axis=1)
    between = (spans[-1] - spans[0]) / (T_H[-1] * (MOST_SPANS - 1) / MOST_SPANS)
    assert line.slope_h == pytest.approx(between, abs=0.05 * line.u_slope_h)


def test_with_a_random_walk_its_uncertainty_is_the_closed_form():
    # The slope between the ends of a walk of variance w per hour over T has variance w/T.
    u = np.median([fit_line(T_S, noise(seed, white=0.0, walk_h=0.3)).u_slope_h for seed in range(50)])
    assert u == pytest.approx(0.3 / math.sqrt(T_H[-1]), rel=0.1)


def test_white_noise_and_walk_are_told_apart():
    lines = [fit_line(T_S, noise(seed, white=0.1, walk_h=0.2)) for seed in range(100)]
    assert np.mean([line.white_s for line in lines]) == pytest.approx(0.1**2 * 10.0, rel=0.2)
    assert np.mean([line.walk_h for line in lines]) == pytest.approx(0.2**2, rel=0.2)


@pytest.mark.parametrize("white, walk_h", [(0.1, 0.0), (0.1, 0.5), (0.0, 0.3)])
def test_the_interval_holds_the_slope(white, walk_h):
    lines = [fit_line(T_S, noise(seed, white, walk_h)) for seed in range(600)]
    held = np.mean([abs(line.slope_h) <= 2.0 * line.u_slope_h for line in lines])
    assert 0.92 <= held <= 0.99


def test_an_isolated_jump_is_named_and_not_taken_for_noise():
    y = noise(6)
    y[T_H > 4.0] += 3.0
    line = fit_line(T_S, y)
    ((when_s, size),) = line.jumps
    assert when_s == pytest.approx(4.0 * 3600.0, abs=300.0)
    assert size == pytest.approx(3.0, abs=0.2)
    assert line.slope_h == pytest.approx(0.0, abs=3.0 * line.u_slope_h)
    assert line.u_slope_h < 0.003


def test_an_expected_walk_weighs_the_line_and_the_residuals_tell_its_uncertainty():
    y = noise(10, white=1e-6, walk_h=1.0)
    line = fit_line(T_S, y, walk_h=0.0)
    ordinary = np.polyfit(T_H, y, 1)[0]
    assert line.slope_h == pytest.approx(ordinary, abs=0.1 * line.u_slope_h)
    # Ordinary least squares through a walk: variance 6/5·w/T.
    assert line.u_slope_h == pytest.approx(math.sqrt(1.2 / T_H[-1]), rel=0.2)
    assert line.u_steady_h < 0.1 * line.u_slope_h


def test_scatter_is_that_of_single_readings():
    assert fit_line(T_S, 0.3 * T_H + noise(7)).scatter == pytest.approx(0.1, rel=0.1)


def test_uneven_readings_give_the_same_line():
    keep = np.random.default_rng(8).random(N) < 0.5
    y = 0.3 * T_H + noise(9)
    line = fit_line(T_S[keep], y[keep])
    assert line.slope_h == pytest.approx(0.3, abs=3.0 * line.u_slope_h)


def test_readings_in_two_heaps_make_no_line():
    t = np.concatenate([np.linspace(0.0, 1.0, 50), np.linspace(99.0, 100.0, 50)])
    with pytest.raises(SeriesError, match="do not fill"):
        fit_line(t, t)


def test_a_jump_takes_a_degree_of_freedom_and_lies_where_two_spans_meet():
    y = noise(6)
    quiet = fit_line(T_S, y)
    # The sixty-fourth of 128 spans ends in the middle of the readings.
    middle_s = T_S[-1] / 2.0
    y[middle_s <= T_S] += 3.0
    line = fit_line(T_S, y)
    assert (quiet.dof, line.dof) == (126.0, 125.0)
    assert line.jumps[0][0] == pytest.approx(middle_s, abs=1e-6)
