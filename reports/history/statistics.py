"""What a series comes to: chart, trend, yield, performance and tolerance interval, or what each of them lacks.

Each session looks at other runs when it is over, and mostly there are too few for any of these: what computes them is
imported where there is something to compute.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from reports.history.series import Point, Series
from rig.clock import NS_PER_S
from rig.errors import MetrologyError
from rig.evaluation.proof_history import FEWEST_BEFORE
from rig.metrology.over_runs.control_charts import individuals_chart
from rig.metrology.over_runs.trend import FEWEST, Trend, trend
from rig.record.standing import PASSED

if TYPE_CHECKING:
    from rig.metrology.over_runs.capability import Performance, Yield
    from rig.metrology.uncertainty.tolerance import Side, ToleranceInterval

T = TypeVar("T")
LEVEL = 0.95
# Limits of a chart rest on so many values: those that a bench's proofs want before the newest, and the newest.
FEWEST_OF_CHART = FEWEST_BEFORE + 1
_S_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why there is no number: what is missing."""

    why: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule of the chart that is met at a point."""

    point: Point
    rule: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of single values: centre and limits (3 σ of the mean moving range) in the series' unit."""

    n: int
    centre: float
    sigma: float
    lower: float
    upper: float
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """Ppk over pumps with its two-sided 95 % confidence interval, exact for the nearer limit."""

    performance: "Performance"
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a series comes to. Chart and trend (per day) go by all decided values, the others by one for each pump."""

    chart: Chart | Lacking
    trend: Trend | Lacking
    first_pass: "Yield | Lacking"
    index: Index | Lacking
    tolerance: "ToleranceInterval | Lacking"


def statistics_of(series: Series, coverage: float = 0.9, confidence: float = 0.9) -> Statistics:
    """Return the statistics of a series; `coverage` and `confidence` (fractions) are those of the tolerance interval.

    Raises MetrologyError for a fraction outside (0, 1).
    """
    return Statistics(
        _or_lacking(lambda: _chart(series)),
        _or_lacking(lambda: _trend(series)),
        _or_lacking(lambda: _first_pass(series)),
        index_of(series),
        _or_lacking(lambda: _tolerance(series, coverage, confidence)),
    )


def index_of(series: Series) -> Index | Lacking:
    """Return Ppk of a series, as `statistics_of` does."""
    return _or_lacking(lambda: _index(series))


def _or_lacking(found: Callable[[], T | Lacking]) -> T | Lacking:
    try:
        return found()
    except MetrologyError as error:
        return Lacking(str(error))


def _chart(series: Series) -> Chart | Lacking:
    points = series.decided
    if len(points) < FEWEST_OF_CHART:
        return Lacking(f"{len(points)} decided values; a chart takes {FEWEST_OF_CHART}")
    pair = individuals_chart([point.value for point in points])
    one = pair.location
    broken = tuple(Broken(points[signal.point], signal.said) for signal in one.signals)
    return Chart(len(points), one.centre, pair.sigma, one.lower, one.upper, broken)


def _trend(series: Series) -> Trend | Lacking:
    points = series.decided
    if len(points) < FEWEST:
        return Lacking(f"{len(points)} decided values; a trend takes {FEWEST}")
    days = [(point.run.begun_utc_ns - points[0].run.begun_utc_ns) / NS_PER_S / _S_PER_DAY for point in points]
    return trend(days, [point.value for point in points], LEVEL)


def _first_pass(series: Series) -> "Yield | Lacking":
    pumps = series.of_pumps
    if not pumps:
        return Lacking(_no_pump(series))
    from rig.metrology.over_runs.capability import observed_yield  # brings scipy's root finding

    return observed_yield(sum(one.point.result.verdict == PASSED for one in pumps), len(pumps), LEVEL)


def _index(series: Series) -> Index | Lacking:
    values, why = _of_pumps(series, "Ppk")
    if why:
        return Lacking(why)
    if len(series.limits) > 1:
        return Lacking(f"the limit changed: {len(series.limits)} different ones; choose runs of one with --since")
    ((lower, upper),) = series.limits
    if lower is None and upper is None:
        return Lacking("there is no limit")
    from rig.metrology.over_runs.capability import performance  # brings scipy's root finding

    found = performance(values, lower, upper, LEVEL)
    ends = [performance(values, lower, upper, level).ppk_lower for level in ((1 + LEVEL) / 2, (1 - LEVEL) / 2)]
    return Index(found, ends[0], ends[1])


def _tolerance(series: Series, coverage: float, confidence: float) -> "ToleranceInterval | Lacking":
    values, why = _of_pumps(series, "a tolerance interval")
    if why:
        return Lacking(why)
    from rig.metrology.uncertainty.tolerance import tolerance_interval

    return tolerance_interval(values, coverage, confidence, _side(series))


def _side(series: Series) -> "Side":
    """Return which side is open: that of the newest limit, where it has one side only."""
    lower, upper = series.limits[-1]
    sides: dict[tuple[bool, bool], Literal["both", "lower", "upper"]] = {(True, False): "lower", (False, True): "upper"}
    return sides.get((lower is not None, upper is not None), "both")


def _of_pumps(series: Series, what: str) -> tuple[list[float], str]:
    """Return one value for each pump, or why they are too few."""
    values = [one.point.value for one in series.of_pumps]
    if len(values) >= 2:
        return values, ""
    return [], f"{_pumps(len(values))} with a decided value; {what} takes 2" if values else _no_pump(series)


def _pumps(n: int) -> str:
    return f"{n} pump{'s' * (n != 1)}"


def _no_pump(series: Series) -> str:
    unnamed = sum(not point.run.dut for point in series.decided)
    return f"no pump has a decided value{f'; {unnamed} are of pumps without a serial number' if unnamed else ''}"
