"""One result over time: its values of one plan on one kind of bench, in order, and one value for each pump.

What is INCONCLUSIVE or INVALID is counted apart and enters no statistic. Mocked and physical benches, plans (a rate is
a plan of its own) and units are never mixed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rig.errors import MetrologyError
from rig.record.result_line import ResultLine
from rig.record.run_line import RunLine
from rig.record.standing import FAILED, PASSED


@dataclass(frozen=True, slots=True)
class Point:
    """One result of one run."""

    run: RunLine
    result: ResultLine

    @property
    def pump(self) -> tuple[str, str]:
        """Return model and serial number of the pump."""
        return self.run.model, self.run.dut

    @property
    def decided(self) -> bool:
        """Tell whether it has a number that was judged PASS or FAIL: no other enters a statistic."""
        return self.result.value is not None and self.result.verdict in (PASSED, FAILED)

    @property
    def value(self) -> float:
        """Return its number; raise MetrologyError for one that has none: `decided` tells."""
        if self.result.value is None:
            raise MetrologyError(f"{self.run.run_id}: entry {self.result.seq} has no number")
        return self.result.value


@dataclass(frozen=True, slots=True)
class OfPump:
    """The value that stands for a pump: the first of its results that was decided.

    `repeats` counts the decided ones behind it, `undecided` those of the pump that were INCONCLUSIVE or INVALID before
    it. Who repeated until it passed is seen, and gains nothing.
    """

    point: Point
    repeats: int
    undecided: int


@dataclass(frozen=True)
class Series:
    """The results of one name, plan, kind of bench and unit, in order of begin and place in the record.

    What is made of its points is made once: statistics ask for it again and again.
    """

    name: str
    plan: str
    kind: str
    unit: str
    points: tuple[Point, ...]

    @cached_property
    def decided(self) -> tuple[Point, ...]:
        """Return the points that enter statistics."""
        return tuple(point for point in self.points if point.decided)

    @property
    def verdicts(self) -> dict[str, int]:
        """Return how many results have each verdict."""
        return dict(Counter(point.result.verdict for point in self.points))

    @cached_property
    def limits(self) -> tuple[tuple[float | None, float | None], ...]:
        """Return the limits (lower, upper) that decided points were judged by, each once, the newest at the end."""
        found = [(point.result.lower, point.result.upper) for point in self.decided]
        return tuple(reversed(dict.fromkeys(reversed(found))))

    @cached_property
    def of_pumps(self) -> tuple[OfPump, ...]:
        """Return one value for each pump with a serial number, in order of time."""
        by_pump: dict[tuple[str, str], list[Point]] = {}
        for point in self.points:
            if point.run.dut:
                by_pump.setdefault(point.pump, []).append(point)
        found = [_of_pump(points) for points in by_pump.values() if any(point.decided for point in points)]
        return tuple(sorted(found, key=lambda one: (one.point.run.begun_utc_ns, one.point.result.seq)))


def series_of(runs: Iterable[RunLine], results: dict[Path, tuple[ResultLine, ...]]) -> tuple[Series, ...]:
    """Return the series that the results of some runs are, by kind of bench, name and plan."""
    found: dict[tuple[str, str, str, str], list[Point]] = {}
    units: dict[tuple[str, str, str], str] = {}
    points = [Point(run, result) for run in runs for result in results[run.path]]
    for point in points:
        if point.result.unit:
            units.setdefault(_key(point), point.result.unit)
    for point in sorted(points, key=lambda one: (one.run.begun_utc_ns, one.run.run_id, one.result.seq)):
        # A result that could not be read has no unit: it is counted with those of its name and plan.
        unit = point.result.unit or (units.get(_key(point), "") if point.result.problem else "")
        found.setdefault((*_key(point), unit), []).append(point)
    return tuple(
        Series(name, plan, kind, unit, tuple(found[kind, name, plan, unit])) for kind, name, plan, unit in sorted(found)
    )


def _key(point: Point) -> tuple[str, str, str]:
    return point.run.kind, point.result.name, point.result.plan


def _of_pump(points: list[Point]) -> OfPump:
    first = next(at for at, point in enumerate(points) if point.decided)
    return OfPump(points[first], sum(point.decided for point in points[first + 1 :]), first)
