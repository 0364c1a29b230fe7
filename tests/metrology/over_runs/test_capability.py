import numpy as np
import pytest
from scipy.stats import nct

from rig.errors import MetrologyError, SeriesError
from rig.metrology.over_runs.capability import _noncentral_t_cdf, observed_yield, performance


def test_indices_worked_by_hand():
    # Mean 3, s = √2.5, limits −3 and 8.
    found = performance([1, 2, 3, 4, 5], -3, 8)
    assert (found.pp, found.ppk) == pytest.approx((11 / (6 * 2.5**0.5), 5 / (3 * 2.5**0.5)))


def test_one_limit_has_no_pp():
    found = performance([1, 2, 3, 4, 5], None, 8)
    assert (found.pp, found.ppk) == (None, pytest.approx(5 / (3 * 2.5**0.5)))


def test_ppk_is_negative_when_the_mean_is_outside():
    assert performance([9, 10, 11], 0, 8).ppk == pytest.approx(-2 / 3)


def test_expected_fraction_outside_is_the_normal_tail():
    # Mean 0, s = 1: 2·Φ(−2) = 4.550 %.
    values = np.array([-1.0, 0.0, 1.0])
    assert performance(values, -2, 2).expected_outside == pytest.approx(0.0455003, abs=1e-7)


def test_lower_limit_of_ppk_is_the_tolerance_factor_turned_round():
    # ISO 16269-6: k(20; 95 %/95 %) = 2.396 puts 95 % within, that is an index of 1.6449/3, with 95 % confidence.
    values = np.random.default_rng(1).normal(size=20)
    values = (values - values.mean()) / values.std(ddof=1)
    assert performance(values, None, 2.396).ppk_lower == pytest.approx(1.644854 / 3, abs=2e-4)


def test_lower_limit_of_pp_covers():
    rng = np.random.default_rng(6)
    lows = [performance(rng.normal(size=10), -4, 4).pp_lower for _ in range(600)]
    # True Pp is 4/3; one standard error of the share is 0.9 %.
    assert np.mean(np.array(lows) <= 4 / 3) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("n, chi_squared", [(10, 3.325), (30, 17.708)])
def test_the_lower_limit_of_pp_is_that_of_the_tables(n, chi_squared):
    # χ² that is exceeded with 95 %, for 9 and 29 degrees of freedom: Pp·√(χ²/(n − 1)).
    found = performance(np.arange(float(n)), -3.0, 100.0)
    assert found.pp_lower / found.pp == pytest.approx((chi_squared / (n - 1)) ** 0.5, abs=5e-5)


def test_yield_interval_of_clopper_and_pearson():
    # Clopper-Pearson for 7 of 10 at 95 %: 0.3475 to 0.9333.
    found = observed_yield(7, 10)
    assert (found.lower, found.upper) == pytest.approx((0.3475, 0.9333), abs=5e-5)


def test_full_yield_still_has_a_lower_limit():
    # 0.025^(1/59).
    found = observed_yield(59, 59)
    assert (found.lower, found.upper) == (pytest.approx(0.025 ** (1 / 59)), 1.0)


@pytest.mark.parametrize("passed, n", [(-1, 5), (6, 5), (0, 0)])
def test_counts_that_are_no_yield_are_refused(passed, n):
    with pytest.raises(MetrologyError):
        observed_yield(passed, n)


@pytest.mark.parametrize("lower, upper", [(None, None), (2, 1), (float("nan"), 1)])
def test_limits_that_are_none_are_refused(lower, upper):
    with pytest.raises(MetrologyError):
        performance([1, 2, 3], lower, upper)


def test_values_that_never_differ_are_refused():
    with pytest.raises(MetrologyError, match="never differ"):
        performance([2, 2, 2], 0, 4)


@pytest.mark.parametrize("values", [[1.0], [1.0, float("inf")]])
def test_samples_without_scatter_are_refused(values):
    with pytest.raises(SeriesError):
        performance(values, 0, 4)


@pytest.mark.parametrize("t, dof, noncentrality", [(2.5, 4, 1.0), (-1.0, 1, 0.3), (40.0, 30, 35.0), (0.0, 7, -2.0)])
def test_noncentral_t_is_the_known_one(t, dof, noncentrality):
    assert _noncentral_t_cdf(t, dof, noncentrality) == pytest.approx(nct.cdf(t, dof, noncentrality), abs=1e-12)


@pytest.mark.parametrize("values", [[9.99999, 10.0], [-500.0, -500.1, -500.05]])
def test_mean_far_outside_the_limits_has_a_finite_lower_limit_too(values):
    found = performance(values, 0, 8)
    assert found.ppk_lower < found.ppk < 0
