"""One-way analysis of variance: GUM H.5, and reference data of NIST."""

import math

import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.over_runs.one_way import one_way

# GUM table H.9: a Zener reference, 5 readings on each of 10 days; the means of the days in V, their s in µV.
DAY_MEANS_V = [10.000172, 10.000116, 10.000013, 10.000144, 10.000106, 10.000031, 10.000060, 10.000125, 10.000163]
DAY_MEANS_V += [10.000041]
DAY_S_UV = [60, 77, 111, 101, 67, 93, 80, 73, 88, 86]

# NIST StRD, SiRstv: resistance of silicon by five instruments, in ohm·cm.
SIRSTV = [
    [196.3052, 196.1240, 196.1890, 196.2569, 196.3403],
    [196.3042, 196.3825, 196.1669, 196.3257, 196.0422],
    [196.1303, 196.2005, 196.2889, 196.0343, 196.1811],
    [196.2795, 196.1748, 196.1494, 196.1485, 195.9885],
    [196.2119, 196.1051, 196.1850, 196.0052, 196.2090],
]


@pytest.fixture
def zener():
    """Return the analysis of readings in µV with the means and scatters of the table: it depends on nothing else."""
    pattern = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) / math.sqrt(2.5)
    return one_way([1e6 * mean + s * pattern for mean, s in zip(DAY_MEANS_V, DAY_S_UV, strict=True)])


def test_the_mean_of_the_guides_days(zener):
    assert round(zener.mean / 1e6, 6) == 10.000097


def test_the_two_estimates_of_the_variance(zener):
    # H.5.2: s_a = 128 µV with 9 degrees of freedom, s_b = 85 µV with 40.
    assert (round(math.sqrt(zener.between_mean_square)), zener.between_dof) == (128, 9)
    assert (round(math.sqrt(zener.within_mean_square)), zener.within_dof) == (85, 40)


def test_the_ratio_of_the_guide(zener):
    # H.5.2: F = 2.25 against F_0.95(9, 40) = 2.12 and F_0.975(9, 40) = 2.45.
    assert zener.f == pytest.approx(2.25, abs=0.02)
    assert 0.025 < zener.p < 0.05


def test_the_components_of_the_guide(zener):
    # H.5.2: s_W = 85 µV, s_B = 43 µV.
    assert (round(zener.within), round(zener.between)) == (85, 43)


def test_the_uncertainty_of_the_mean_of_the_guide(zener):
    # H.5.2: 18 µV with an effect of the day, 13 µV without.
    assert (round(zener.u_mean), round(zener.u_mean_pooled)) == (18, 13)


def test_the_certified_sums_of_nist():
    found = one_way(SIRSTV)
    assert found.between_mean_square == pytest.approx(1.27865654e-02, rel=1e-12)
    assert found.within_mean_square == pytest.approx(1.08318280e-02, rel=1e-12)
    assert (found.between_dof, found.within_dof) == (4, 20)


def test_the_certified_f_and_residual_of_nist():
    found = one_way(SIRSTV)
    assert found.f == pytest.approx(1.18046237440255, rel=1e-12)
    assert found.within == pytest.approx(0.104076068334656, rel=1e-12)


@pytest.mark.parametrize("digits, rel", [(1e3, 1e-9), (1e6, 1e-7)])
def test_a_large_offset_costs_no_more_digits_than_the_readings_lost(digits, rel):
    # NIST StRD, SmLs: nine treatments of 0.2, 0.3, 0.4, …; F = 21 for 21 replicates whatever the leading digits.
    groups = [
        [digits + 0.1 * offset + (0.1 if place % 2 else -0.1) * (place > 0) for place in range(21)]
        for offset in (4, 3, 2, 5, 6, 7, 9, 8, 10)
    ]
    exact = [[round(10 * (value - digits)) for value in group] for group in groups]
    assert one_way(groups).f == pytest.approx(one_way(exact).f, rel=rel)


def test_the_ratio_is_that_of_the_mean_squares(zener):
    assert zener.f == pytest.approx(zener.between_mean_square / zener.within_mean_square)


@pytest.fixture(scope="module")
def unequal():
    """Return 1200 studies of groups of unequal size whose means scatter by 2 and whose readings by 1."""
    rng = np.random.default_rng(1)
    sizes = (2, 3, 8, 4, 13, 5)
    return [one_way([2.0 * rng.standard_normal() + rng.standard_normal(size) for size in sizes]) for _ in range(1200)]


def test_groups_of_unequal_size_give_both_components_without_bias(unequal):
    variances = np.array([(study.between_variance, study.within_mean_square) for study in unequal])
    # Each within four standard errors of the mean.
    assert np.all(np.abs(variances.mean(axis=0) - [4.0, 1.0]) < 4.0 * variances.std(axis=0) / math.sqrt(1200))


def test_the_mean_of_unequal_groups_scatters_as_it_says(unequal):
    told = math.sqrt(np.mean([study.u_mean**2 for study in unequal]))
    # The standard deviation of 1200 means is known to 2 %.
    assert np.std([study.mean for study in unequal]) == pytest.approx(told, rel=0.08)


def test_groups_that_agree_too_well_have_no_component_between_them():
    found = one_way([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
    assert (found.between_variance < 0, found.between) == (True, 0.0)


def test_the_mean_of_groups_that_agree_too_well_is_known_as_from_their_readings():
    assert one_way([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]).u_mean == pytest.approx(1.0 / math.sqrt(6.0))


@pytest.mark.parametrize("groups", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], []], [[1.0, math.nan], [2.0, 3.0]]])
def test_what_is_no_study_is_refused(groups):
    with pytest.raises(SeriesError):
        one_way(groups)


def test_readings_that_never_differ_within_groups_are_refused():
    with pytest.raises(MetrologyError, match="resolution"):
        one_way([[1.1, 1.1], [2.2, 2.2]])


def test_groups_of_unequal_size_worked_by_hand():
    found = one_way([[1.0, 2.0, 3.0], [2.0, 4.0], [5.0]])
    # Mean 17/6; between: (3·(5/6)² + 2·(1/6)² + (13/6)²)/2 = 41/12; within: (2 + 2)/3; n₀ = (6 − 14/6)/2.
    assert found.mean == pytest.approx(17 / 6)
    assert (found.between_mean_square, found.between_dof) == (pytest.approx(41 / 12), 2)
    assert (found.within_mean_square, found.within_dof) == (pytest.approx(4 / 3), 3)
    assert found.effective_size == pytest.approx(11 / 6)
    assert found.between_variance == pytest.approx(25 / 22)
    # σ_B²·Σn²/N² + σ_W²/N.
    assert found.u_mean == pytest.approx((25 / 22 * 14 / 36 + 4 / 18) ** 0.5)
    assert found.f == pytest.approx(41 / 16)
    # All as one sample of six: (2·41/12 + 4)/5/6.
    assert found.u_mean_pooled == pytest.approx((65 / 180) ** 0.5)
