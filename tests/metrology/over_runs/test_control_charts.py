import io

import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.over_runs.control_charts import (
    chart_constants,
    deviation_chart,
    individuals_chart,
    range_chart,
    standing_chart,
)

# Montgomery, Introduction to Statistical Quality Control, table 6.3: piston rings, 25 subgroups of 5, in mm.
RINGS_TEXT = """
74.030 74.002 74.019 73.992 74.008
73.995 73.992 74.001 74.011 74.004
73.988 74.024 74.021 74.005 74.002
74.002 73.996 73.993 74.015 74.009
73.992 74.007 74.015 73.989 74.014
74.009 73.994 73.997 73.985 73.993
73.995 74.006 73.994 74.000 74.005
73.985 74.003 73.993 74.015 73.988
74.008 73.995 74.009 74.005 74.004
73.998 74.000 73.990 74.007 73.995
73.994 73.998 73.994 73.995 73.990
74.004 74.000 74.007 74.000 73.996
73.983 74.002 73.998 73.997 74.012
74.006 73.967 73.994 74.000 73.984
74.012 74.014 73.998 73.999 74.007
74.000 73.984 74.005 73.998 73.996
73.994 74.012 73.986 74.005 74.007
74.006 74.010 74.018 74.003 74.000
73.984 74.002 74.003 74.005 73.997
74.000 74.010 74.013 74.020 74.003
73.982 74.001 74.015 74.005 73.996
74.004 73.999 73.990 74.006 74.009
74.010 73.989 73.990 74.009 74.014
74.015 74.008 73.993 74.000 74.010
73.982 73.984 73.995 74.017 74.013
"""
RINGS = np.loadtxt(io.StringIO(RINGS_TEXT))


# Montgomery, appendix VI: c4, d2, d3, A2, A3, D3, D4, B3, B4.
@pytest.mark.parametrize(
    "n, printed",
    [
        (2, (0.7979, 1.128, 0.853, 1.880, 2.659, 0, 3.267, 0, 3.267)),
        (3, (0.8862, 1.693, 0.888, 1.023, 1.954, 0, 2.574, 0, 2.568)),
        (4, (0.9213, 2.059, 0.880, 0.729, 1.628, 0, 2.282, 0, 2.266)),
        (5, (0.9400, 2.326, 0.864, 0.577, 1.427, 0, 2.114, 0, 2.089)),
        (6, (0.9515, 2.534, 0.848, 0.483, 1.287, 0, 2.004, 0.030, 1.970)),
        (7, (0.9594, 2.704, 0.833, 0.419, 1.182, 0.076, 1.924, 0.118, 1.882)),
        (10, (0.9727, 3.078, 0.797, 0.308, 0.975, 0.223, 1.777, 0.284, 1.716)),
        (25, (0.9896, 3.931, 0.708, 0.153, 0.606, 0.459, 1.541, 0.565, 1.435)),
    ],
)
def test_constants_are_the_printed_ones(n, printed):
    c = chart_constants(n)
    assert (c.c4, c.d2, c.d3, c.A2, c.A3, c.D3, c.D4, c.B3, c.B4) == pytest.approx(printed, abs=0.0011)


def test_range_of_two_values_has_a_closed_form():
    c = chart_constants(2)
    assert (c.d2, c.d3) == pytest.approx((2 / np.pi**0.5, (2 - 4 / np.pi) ** 0.5), abs=1e-12)


def test_individuals_chart_of_the_nist_handbook():
    # NIST/SEMATECH e-Handbook 6.3.2.2: mean 50.81, mean moving range 1.8778, limits 55.8041 and 45.8159 (d2 = 1.128).
    pair = individuals_chart([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    assert (pair.location.centre, pair.spread.centre) == pytest.approx((50.81, 1.8778), abs=5e-5)
    assert (pair.location.lower, pair.location.upper) == pytest.approx((45.8159, 55.8041), abs=2e-3)
    assert pair.location.in_control


def test_range_charts_of_the_piston_rings():
    pair = range_chart(RINGS)
    assert (pair.location.centre, pair.spread.centre) == pytest.approx((74.001, 0.023), abs=5e-4)
    assert (pair.location.lower, pair.location.upper) == pytest.approx((73.988, 74.014), abs=1e-3)
    assert (pair.spread.lower, pair.spread.upper) == pytest.approx((0, 0.049), abs=1e-3)


def test_deviation_charts_of_the_piston_rings():
    pair = deviation_chart(RINGS)
    assert (pair.location.lower, pair.location.upper) == pytest.approx((73.988, 74.014), abs=1e-3)
    assert (pair.spread.centre, pair.spread.upper) == pytest.approx((0.0094, 0.0196), abs=1e-4)


@pytest.mark.parametrize("chart", [range_chart, deviation_chart])
def test_sigma_is_unbiased_for_small_subgroups(chart):
    subgroups = np.random.default_rng(2).normal(10, 0.25, size=(20_000, 3))
    assert chart(subgroups).sigma == pytest.approx(0.25, rel=0.01)


def test_point_beyond_a_limit_is_a_signal_of_both_rule_sets():
    chart = standing_chart([100.0, 100.05, 99.6], centre=100.0, sigma=0.1)
    assert {(signal.rules, signal.number, signal.point) for signal in chart.signals} == {
        ("western electric", 1, 2),
        ("nelson", 1, 2),
    }


def test_wide_range_is_a_signal_of_the_spread_chart():
    rings = RINGS.copy()
    rings[7, 0] += 0.2
    assert [signal.point for signal in range_chart(rings).spread.signals] == [7]


@pytest.mark.parametrize("values", [[1.0], [1.0, float("nan")], [[1.0, 2.0], [2.0, 3.0]]])
def test_rows_that_are_no_series_are_refused(values):
    with pytest.raises(SeriesError):
        individuals_chart(values)


def test_values_that_never_differ_make_no_chart():
    with pytest.raises(MetrologyError, match="never differ"):
        individuals_chart([5.0, 5.0, 5.0])


@pytest.mark.parametrize("n", [1, 0, 101])
def test_subgroup_sizes_without_constants_are_refused(n):
    with pytest.raises(MetrologyError):
        chart_constants(n)


def test_standing_chart_needs_a_positive_sigma():
    with pytest.raises(MetrologyError):
        standing_chart([1.0], centre=0.0, sigma=0.0)


@pytest.mark.parametrize("narrow, signals", [(0.12, [5]), (0.13, [])])
def test_a_range_that_is_too_narrow_is_a_signal_of_the_spread_chart(narrow, signals):
    # Nine ranges of 1 and one x: the lower limit is D3(8) = 0.136 of their mean (9 + x)/10, so that x = 0.124 is on it.
    subgroups = np.tile(np.linspace(-0.5, 0.5, 8), (10, 1))
    subgroups[5] *= narrow
    assert [one.point for one in range_chart(subgroups).spread.signals] == signals


def test_sigma_of_a_chart_of_ranges_is_that_of_ranges():
    # d3/d2 of the mean range (n = 5: 0.864/2.326), though the lower limit is cut off at nothing.
    spread = range_chart(RINGS).spread
    assert spread.sigma == pytest.approx(spread.centre * 0.864 / 2.326, rel=1e-3)
