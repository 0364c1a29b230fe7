import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import MetrologyError, SeriesError
from rig.metrology.uncertainty.tolerance import (
    attribute_sample_size,
    distribution_free_confidence,
    one_sided_factor,
    tolerance_interval,
    two_sided_factor,
)

# Berthouex and Brown, Statistics for Environmental Engineers, table 21.1: confidence 95 %, coverage 90, 95, 99 %.
PRINTED = {
    4: (5.37, 6.34, 8.22),
    5: (4.29, 5.08, 6.60),
    6: (3.73, 4.42, 5.76),
    7: (3.39, 4.02, 5.24),
    8: (3.16, 3.75, 4.89),
    9: (2.99, 3.55, 4.63),
    10: (2.86, 3.39, 4.44),
    12: (2.67, 3.17, 4.16),
    20: (2.32, 2.76, 3.62),
    25: (2.22, 2.64, 3.46),
    30: (2.15, 2.55, 3.35),
    40: (2.06, 2.45, 3.22),
    60: (1.96, 2.34, 3.07),
}


@pytest.mark.parametrize("n", PRINTED)
def test_two_sided_factors_are_the_printed_ones(n):
    factors = [two_sided_factor(n, coverage, 0.95) for coverage in (0.90, 0.95, 0.99)]
    assert factors == pytest.approx(PRINTED[n], abs=0.0065)


@pytest.mark.parametrize("n, printed", [(10, 3.393), (20, 2.760), (30, 2.555), (60, 2.335)])
def test_two_sided_95_95_to_three_decimals(n, printed):
    assert round(two_sided_factor(n), 3) == printed


@pytest.mark.parametrize("n, printed", [(10, 2.911), (20, 2.396), (30, 2.220), (60, 2.022)])
def test_one_sided_95_95_to_three_decimals(n, printed):
    assert round(one_sided_factor(n), 3) == printed


def test_one_sided_factor_of_the_nist_handbook():
    # NIST/SEMATECH e-Handbook 7.2.6.3: n = 43, 90 % with 99 %, exact by the noncentral t: 1.8740.
    assert round(one_sided_factor(43, 0.90, 0.99), 4) == 1.8740


def test_two_sided_interval_covers_in_the_promised_share_of_samples():
    rng = np.random.default_rng(8)
    sample = rng.normal(size=(20_000, 5))
    mean, half = sample.mean(axis=1), two_sided_factor(5, 0.9, 0.95) * sample.std(axis=1, ddof=1)
    from scipy.stats import norm

    held = norm.cdf(mean + half) - norm.cdf(mean - half) >= 0.9
    # 20,000 samples: one standard error is 0.15 %.
    assert held.mean() == pytest.approx(0.95, abs=0.006)


@settings(deadline=None)
@given(st.integers(2, 500), st.floats(0.5, 0.999), st.floats(0.5, 0.999))
def test_two_sided_factor_exceeds_the_normal_quantile_and_falls_with_n(n, coverage, confidence):
    assert two_sided_factor(n, coverage, confidence) > two_sided_factor(n + 1, coverage, confidence) > 0


@pytest.mark.parametrize("n", [2, 10**7])
@pytest.mark.parametrize("fraction", [0.01, 0.9999])
def test_two_sided_factor_is_found_at_the_ends_of_its_range(n, fraction):
    assert two_sided_factor(n, fraction, fraction) > 0


def test_interval_of_a_sample_worked_by_hand():
    # Mean 3, s = √2.5; k(5; 95/95) = 5.077 in ISO 16269-6.
    interval = tolerance_interval([1, 2, 3, 4, 5])
    assert (interval.lower, interval.upper) == pytest.approx((3 - 5.077 * 2.5**0.5, 3 + 5.077 * 2.5**0.5), abs=1e-3)


@pytest.mark.parametrize("side, open_end", [("lower", "upper"), ("upper", "lower")])
def test_one_sided_interval_is_open_on_the_other_side(side, open_end):
    assert getattr(tolerance_interval([1, 2, 3], side=side), open_end) is None


@pytest.mark.parametrize("reliability, n", [(0.95, 59), (0.90, 29), (0.99, 299)])
def test_zero_failure_sizes_at_95_percent_confidence(reliability, n):
    assert attribute_sample_size(0.95, reliability) == n


def test_zero_failure_size_survives_rounding():
    assert attribute_sample_size(0.75, 0.5) == 2


def test_one_allowed_failure_needs_93_trials():
    assert attribute_sample_size(0.95, 0.95, failures=1) == 93


@pytest.mark.parametrize("side, n", [("both", 93), ("upper", 59)])
def test_extremes_reach_95_95_at_the_size_of_wilks(side, n):
    assert distribution_free_confidence(n, 0.95, side) >= 0.95 > distribution_free_confidence(n - 1, 0.95, side)


@pytest.mark.parametrize("values", [[1.0], [1.0, float("nan")], [[1.0, 2.0]], []])
def test_samples_that_show_no_scatter_are_refused(values):
    with pytest.raises(SeriesError):
        tolerance_interval(values)


@pytest.mark.parametrize("n, coverage, confidence", [(1, 0.9, 0.9), (5, 1.0, 0.9), (5, 0.9, 95)])
def test_fractions_that_are_percentages_are_refused(n, coverage, confidence):
    with pytest.raises(MetrologyError):
        two_sided_factor(n, coverage, confidence)
