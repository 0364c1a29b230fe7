"""What a series comes to, against figures that others have published; and what is said where there is no number."""

import math

import pytest

from reports.history.series import series_of
from reports.history.statistics import Lacking, statistics_of
from rig.metrology.over_runs.trend import trend
from tests.history.lines import given, result, run

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rates of ten batches, limits 45.8159 and 55.8041.
FLOWRATE = (49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1)
# Anscombe, The American Statistician 27 (1973) 17-21, the first of his four: slope 0.5001, standard error 0.1179.
ANSCOMBE = {10: 8.04, 8: 6.95, 13: 7.58, 9: 8.81, 11: 8.33, 14: 9.96, 6: 7.24, 4: 4.26, 12: 10.84, 7: 4.82, 5: 5.68}


def of_pumps(values, verdicts=None, **limit):
    """Return the series of one value for each pump, a day apart."""
    words = verdicts or ["PASS"] * len(values)
    pairs = [
        (run(number, f"P-{number}"), result(value, verdict, **limit))
        for number, (value, verdict) in enumerate(zip(values, words, strict=True))
    ]
    (series,) = series_of(*given(*pairs))
    return series


def standard(n):
    """Return n values with mean 0 and standard deviation 1."""
    raw = [at - (n - 1) / 2 for at in range(n)]
    s = math.sqrt(sum(x * x for x in raw) / (n - 1))
    return [x / s for x in raw]


def test_the_chart_is_that_of_the_nist_handbook():
    chart = statistics_of(of_pumps(FLOWRATE)).chart
    assert (chart.centre, chart.lower, chart.upper) == pytest.approx((50.81, 45.8159, 55.8041), abs=2e-3)
    assert (chart.n, [one.rule for one in chart.broken if "1:" in one.rule]) == (10, [])


def test_a_point_beyond_the_limits_is_named_with_its_run():
    chart = statistics_of(of_pumps([*FLOWRATE, *FLOWRATE, 80.0])).chart
    assert ("run-020", "nelson 1: beyond 3 σ") in {(one.point.run.run_id, one.rule) for one in chart.broken}


def test_the_slope_is_that_of_anscombe():
    found = trend(list(ANSCOMBE), list(ANSCOMBE.values()))
    assert (found.slope, found.u) == pytest.approx((0.5001, 0.1179), abs=5e-5)
    # t(0.975, 9) = 2.262, as all tables print it.
    assert found.expanded / found.u == pytest.approx(2.262, abs=5e-4)


def test_the_trend_of_a_series_is_per_day():
    pairs = [(run(number, day=2.0 * day), result(value)) for number, (day, value) in enumerate(ANSCOMBE.items())]
    (series,) = series_of(*given(*pairs))
    assert statistics_of(series).trend.slope == pytest.approx(0.5001 / 2, abs=3e-5)


def test_the_yield_counts_each_pump_once():
    verdicts = ["PASS"] * 7 + ["FAIL"] * 3
    found = statistics_of(of_pumps([1.0 + at for at in range(10)], verdicts)).first_pass
    # Clopper and Pearson for 7 of 10 at 95 %.
    assert (found.passed, found.n, found.lower, found.upper) == (
        7,
        10,
        pytest.approx(0.3475, abs=5e-5),
        pytest.approx(0.9333, abs=5e-5),
    )


def test_a_pump_that_passed_when_repeated_has_not_passed_first():
    (series,) = series_of(*given((run(1), result(9.0, "FAIL")), (run(2), result(1.0))))
    assert statistics_of(series).first_pass.passed == 0


# Natrella, NBS Handbook 91, tables: confidence 90 %, coverage 90 %; those of A-6 are an approximation that
# is up to 0.5 % too small.
@pytest.mark.parametrize("n, printed", [(5, 3.494), (10, 2.535), (20, 2.152)])
def test_the_tolerance_interval_has_the_printed_factor(n, printed):
    found = statistics_of(of_pumps(standard(n))).tolerance
    assert found.factor == pytest.approx(printed, rel=0.006)
    assert (found.lower, found.upper) == pytest.approx((-found.factor, found.factor))


@pytest.mark.parametrize("n, printed", [(5, 2.742), (10, 2.066), (20, 1.765)])
def test_the_tolerance_interval_is_open_where_there_is_no_limit(n, printed):
    found = statistics_of(of_pumps(standard(n), lower=None)).tolerance
    assert (found.lower, found.upper) == (None, pytest.approx(printed, abs=1.5e-3))


def test_coverage_and_confidence_may_be_given():
    # Two-sided, 95 % with 95 %, n = 10: 3.393 (ISO 16269-6).
    assert statistics_of(of_pumps(standard(10)), 0.95, 0.95).tolerance.factor == pytest.approx(3.393, abs=5e-4)


def test_ppk_has_the_interval_of_bissell():
    # Bissell, Applied Statistics 39 (1990) 331-340: ppk ± 1.96·√(1/(9·n) + ppk²/(2·(n − 1))).
    found = statistics_of(of_pumps(standard(100), lower=None, upper=4.0)).index
    half = 1.96 * math.sqrt(1 / 900 + (4 / 3) ** 2 / 198)
    assert found.performance.ppk == pytest.approx(4 / 3)
    assert (found.lower, found.upper) == pytest.approx((4 / 3 - half, 4 / 3 + half), abs=0.01)


def test_repeats_do_not_make_pumps():
    pairs = [(run(number), result(1.0 + number)) for number in range(20)]
    (series,) = series_of(*given(*pairs))
    found = statistics_of(series)
    assert found.index == Lacking("1 pump with a decided value; Ppk takes 2")
    assert found.tolerance == Lacking("1 pump with a decided value; a tolerance interval takes 2")


def test_a_limit_that_changed_gives_no_index():
    pairs = [(run(at, f"P-{at}"), result(1.0 + at, upper=5.0 + at)) for at in range(3)]
    (series,) = series_of(*given(*pairs))
    assert "the limit changed: 3 different ones" in statistics_of(series).index.why


@pytest.mark.parametrize(
    "values, chart, slope",
    [
        ([], "0 decided values; a chart takes 9", "0 decided values; a trend takes 3"),
        ([1.0, 2.0], "2 decided values; a chart takes 9", "2 decided values; a trend takes 3"),
    ],
)
def test_too_few_values_are_said(values, chart, slope):
    pairs = [(run(at, f"P-{at}"), result(value)) for at, value in enumerate(values)]
    (series,) = series_of(*given(*pairs, (run(99), result(None, "INVALID"))))
    found = statistics_of(series)
    assert (found.chart, found.trend) == (Lacking(chart), Lacking(slope))


def test_no_pump_with_a_decided_value_is_said():
    (series,) = series_of(*given((run(1, ""), result(1.0))))
    said = "no pump has a decided value; 1 are of pumps without a serial number"
    found = statistics_of(series)
    assert [found.first_pass, found.index, found.tolerance] == [Lacking(said)] * 3


def test_values_that_never_differ_make_no_chart_and_no_index():
    found = statistics_of(of_pumps([1.0] * 12))
    assert "never differ" in found.chart.why
    assert "never differ" in found.index.why


def test_runs_of_one_moment_have_no_trend():
    pairs = [(run(at, f"P-{at}", day=0.0), result(1.0 + at)) for at in range(4)]
    (series,) = series_of(*given(*pairs))
    assert statistics_of(series).trend == Lacking("all values are of one time: nothing is known of a trend")


@pytest.mark.parametrize("first, newest", [("lower", "upper"), ("upper", "lower")])
def test_a_tolerance_interval_is_open_where_the_newest_limit_is(first, newest):
    bounds = {"lower": {"upper": None}, "upper": {"lower": None}}
    pairs = [
        (run(number, f"P-{number}"), result(value, **bounds[first if number < 5 else newest]))
        for number, value in enumerate(FLOWRATE)
    ]
    (series,) = series_of(*given(*pairs))
    found = statistics_of(series).tolerance
    assert (getattr(found, first), getattr(found, newest) is None) == (None, False)
