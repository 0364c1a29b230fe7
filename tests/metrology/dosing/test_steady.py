import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.steady import crossing_s, largest_of_noise, rate_change, steady, step_between

T_S = np.arange(0.0, 3600.0)


def test_line_is_read_off_anywhere():
    line = steady(T_S, 5.0 + 36.0 * T_S / 3600, 600.0, 1200.0, "delivery")
    assert line.rate_h == pytest.approx(36.0)
    assert line.at(np.array([0.0, 3600.0])) == pytest.approx([5.0, 41.0])


def test_uncertainty_grows_away_from_the_readings():
    noisy = 36.0 * T_S / 3600 + 0.1 * np.random.default_rng(0).normal(size=T_S.size)
    line = steady(T_S, noisy, 600.0, 1200.0, "delivery")
    assert line.u_at(900.0) < line.u_at(2400.0)


def test_step_and_change_of_rate_between_two_stretches():
    v = np.where(T_S < 1800, 36.0 * T_S / 3600, 7.0 + 18.0 + 72.0 * (T_S - 1800) / 3600)
    before, after = steady(T_S, v, 0.0, 1799.0, "before"), steady(T_S, v, 1800.0, 3599.0, "after")
    assert step_between(before, after, 1800.0).value == pytest.approx(7.0)
    assert rate_change(before, after).value == pytest.approx(36.0)


def test_scale_and_levels_make_up_the_budget_of_a_step():
    v = np.where(T_S < 1800, 0.0, 10.0)
    before, after = steady(T_S, v, 0.0, 1799.0, "before"), steady(T_S, v, 1800.0, 3599.0, "after")
    assert step_between(before, after, 1800.0, u_level_ul=0.3, u_relative=0.04).u == pytest.approx(
        (2 * 0.3**2 + 0.4**2) ** 0.5
    )


@pytest.mark.parametrize("uncertainties", [{"u_level_ul": -0.1}, {"u_relative": float("nan")}])
def test_uncertainty_that_is_none_is_refused(uncertainties):
    line = steady(T_S, T_S, 0.0, 1799.0, "before")
    with pytest.raises(MetrologyError):
        step_between(line, line, 1800.0, **uncertainties)


def test_too_few_readings_are_named():
    with pytest.raises(SeriesError, match="basal delivery: 7 readings"):
        steady(T_S, T_S, 0.0, 6.0, "basal delivery")


def test_readings_in_one_half_of_the_stretch_are_refused():
    with pytest.raises(SeriesError, match="less than half"):
        steady(T_S[:100], T_S[:100], 0.0, 300.0, "basal delivery")


@pytest.mark.parametrize("level, at_s", [(2.5, 2.5), (5.0, 5.0), (8.25, 8.25)])
def test_crossing_is_interpolated(level, at_s):
    t = np.arange(11.0)
    assert crossing_s(t, t, level, 5.0) == pytest.approx(at_s)


def test_noise_far_from_the_rise_is_no_crossing():
    y = np.array([0.0, 3.0, 0.0, 0.0, 2.0, 6.0, 10.0, 10.0, 7.0, 10.0])
    assert crossing_s(np.arange(10.0), y, 1.0, 5.0) == pytest.approx(3.5)
    assert crossing_s(np.arange(10.0), y, 9.0, 5.0) == pytest.approx(5.75)


@pytest.mark.parametrize(
    "y, level",
    [([0.0, 1.0, 2.0], 1.0), ([9.0, 9.0, 9.0], 1.0), ([3.0, 4.0, 6.0], 1.0), ([0.0, 4.0, 6.0], 9.0)],
    ids=["never reached", "reached from the start", "begins above the level", "never gets to the level"],
)
def test_rise_that_is_not_in_the_series_is_refused(y, level):
    with pytest.raises(MetrologyError):
        crossing_s(np.arange(3.0), np.array(y), level, 5.0)


@pytest.mark.parametrize("n", [10, 100, 1000])
def test_largest_of_noise_is_that_of_draws(n):
    draws = np.random.default_rng(1).normal(size=(4000, n)).max(axis=1)
    assert largest_of_noise(n) == pytest.approx(draws.mean(), abs=0.05)
