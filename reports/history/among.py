"""Where a run stands among its kind: each of its numbers among the decided ones of all other runs."""

from bisect import bisect_left
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
    """A decided number of a run: the `place`-th from below of the `n` values of its kind, its own among them.

    `series` holds its kind: its own values and those of the other runs.
    """

    series: Series
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
    """Yield where each decided number of a run, one of those chosen, stands among the others' of its name."""
    for series in series_of(chosen.runs, chosen.results):
        own = [point for point in series.decided if point.run is run]
        if not own:
            continue
        values = [point.value for point in series.decided if point.run is not run]
        others, in_order = _others(values), sorted(values)
        for point in own:
            yield Among(series, point, 1 + bisect_left(in_order, point.value), len(values) + 1, others)


def _others(values: list[float]) -> Others | Lacking:
    if len(values) < FEWEST_OF_CHART:
        return Lacking(f"{len(values)} decided values of other runs; a chart takes {FEWEST_OF_CHART}")
    try:
        location = individuals_chart(values).location
    except MetrologyError as error:
        return Lacking(str(error))
    return Others(len(values), fmean(values), stdev(values), location.lower, location.upper)
