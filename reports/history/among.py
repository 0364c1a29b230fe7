"""Where a run stands among its kind: each of its numbers among the decided ones of all other runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean, stdev

from reports.history.chosen import Chosen
from reports.history.series import Point, Series, series_of
from reports.history.statistics import FEWEST_OF_CHART, Lacking
from rig.errors import MetrologyError
from rig.metrology.over_runs.control_charts import individuals_chart
from rig.record.run_line import RunLine


@dataclass(frozen=True, slots=True)
class Others:
    """The decided values of other runs: how many, mean and standard deviation, and the limits of their chart."""

    n: int
    mean: float
    s: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Among:
    """A decided number of a run: the `place`-th from below of `n` values of its kind, its own among them."""

    point: Point
    place: int
    n: int
    others: Others | Lacking

    @property
    def is_beyond(self) -> bool:
        """Tell whether it lies beyond the limits of the others' chart, where there is one."""
        if isinstance(self.others, Lacking):
            return False
        return not self.others.lower <= self.point.value <= self.others.upper


def among(chosen: Chosen, run: RunLine) -> Iterator[Among]:
    """Yield where each decided number of a run stands among the runs that were chosen with its results' names."""
    for series in series_of(chosen.runs, chosen.results):
        for point in series.decided:
            if point.run.path == run.path:
                yield _among(series, point)


def _among(series: Series, point: Point) -> Among:
    own, values = point.value, [one.value for one in series.decided if one.run.path != point.run.path]
    return Among(point, 1 + sum(value < own for value in values), len(values) + 1, _others(values))


def _others(values: list[float]) -> Others | Lacking:
    if len(values) < FEWEST_OF_CHART:
        return Lacking(f"{len(values)} decided values of other runs; a chart takes {FEWEST_OF_CHART}")
    try:
        location = individuals_chart(values).location
    except MetrologyError as error:
        return Lacking(str(error))
    return Others(len(values), fmean(values), stdev(values), location.lower, location.upper)
