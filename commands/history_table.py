"""The history as text: a table of runs, or of one result's values with what they come to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reports.history.among import Among
    from reports.history.chosen import Chosen
    from reports.history.series import Point, Series
    from reports.history.statistics import Chart, Statistics

_MOST_BROKEN = 5
_HEADER = ("run", "begun (UTC)", "DUT", "bench", "value", "U", "limit", "verdict", "ended")


def notes(chosen: Chosen) -> Iterator[str]:
    """Yield what a reader of any table over runs must know: repeats, what was cut short, copies."""
    from reports.history.repeats import cut_short, repeats_of

    for one in repeats_of(chosen.runs):
        came = ", ".join(f"{standing or 'nothing yet'} ({run.run_id})" for run, standing in one.attempts)
        yield f"repeated on {one.dut}{_mocked(one.kind)}: {one.plan}: {came}"
    for run in cut_short(chosen.runs):
        yield f"not ended by itself: {run.run_id} on {run.dut or 'a pump without a serial number'}: {run.ended}"
    for run in chosen.copies:
        yield f"counted once: {run.path} is a copy of another record"


def series_lines(series: Series, shown: Sequence[Point], statistics: Statistics) -> Iterator[str]:
    """Yield a series: its head, a row for each point that is to be shown, and what all of its points come to."""
    yield f"{series.name}{f', in {series.unit}' if series.unit else ''}: {series.plan}{_mocked(series.kind)}"
    yield from table([_HEADER, *(_cells(point) for point in shown)])
    yield from (f"  {line}" for line in _comes_to(series, statistics))


def among_lines(found: Iterable[Among]) -> Iterator[str]:
    """Yield a line for each number of a run: its place among those of its kind."""
    from reports.history.statistics import Lacking
    from reports.words.numbers import plain
    from rig.quantities import in_digits

    for one in found:
        result, others = one.point.result, one.others
        value, expanded = in_digits(one.point.value, result.expanded or 0.0)
        head = f"{result.name}: {value} ± {expanded} {result.unit}, {result.verdict}: {result.plan}"
        yield f"{head}{_mocked(one.point.run.kind)}"
        yield f"  from below, value {one.place} of {one.n}"
        if isinstance(others, Lacking):
            yield f"  chart of the others: none ({others.why})"
        else:
            limits = f"{plain(others.lower)} to {plain(others.upper)} {result.unit}".rstrip()
            lies = "BEYOND" if one.is_beyond else "within"
            spread = f"mean {plain(others.mean)}, s {plain(others.s)}"
            yield f"  {lies} the limits of the {others.n} others' chart, {limits} ({spread})"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their columns under one another; the last is as wide as it likes."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()


def _mocked(kind: str) -> str:
    return " (mocked)" if kind == "mocked" else ""


def _cells(point: Point) -> tuple[str, ...]:
    from rig.clock import iso_utc
    from rig.quantities import in_digits

    run, result = point.run, point.result
    value, expanded = "-", "-"
    if result.value is not None and result.expanded is not None:
        value, expanded = in_digits(result.value, result.expanded)
    if result.k is not None:
        expanded = f"{expanded} (k = {result.k:.3g})"
    begun = iso_utc(run.begun_utc_ns)[:19]
    limit = _limit(result.lower, result.upper)
    return (run.run_id, begun, run.dut, run.bench, value, expanded, limit, result.verdict, run.ended)


def _limit(lower: float | None, upper: float | None) -> str:
    from reports.words.numbers import plain

    if lower is None and upper is None:
        return "-"
    if lower is None or upper is None:
        return f"≤ {plain(upper)}" if upper is not None else f"≥ {plain(lower or 0.0)}"
    return f"{plain(lower)} to {plain(upper)}"


def _comes_to(series: Series, statistics: Statistics) -> Iterator[str]:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in series.verdicts.items())
    apart = len(series.points) - len(series.decided)
    out = f"; {apart} of them are in no statistic: only PASS and FAIL with a number are" if apart else ""
    yield f"results: {counts}{out}"
    yield from _over_values(series, statistics)
    yield from _over_pumps(series, statistics)


def _over_values(series: Series, statistics: Statistics) -> Iterator[str]:
    from reports.history.statistics import Lacking
    from reports.words.numbers import plain

    chart, trend = statistics.chart, statistics.trend
    if isinstance(chart, Lacking):
        yield f"control chart: none ({chart.why})"
    else:
        limits = f"{plain(chart.lower)} to {plain(chart.upper)}"
        yield f"control chart of {chart.n} values: mean {plain(chart.centre)}, limits {limits} {series.unit}".rstrip()
        yield from (f"  {line}" for line in _broken(chart))
    if isinstance(trend, Lacking):
        yield f"trend: none ({trend.why})"
    else:
        seen = "" if trend.is_shown else ": none is seen"
        slope = f"{plain(trend.slope)} ± {plain(trend.expanded)}"
        yield f"trend of {trend.n} values: {slope} {series.unit}/day (95 %){seen}"


def _broken(chart: Chart) -> Iterator[str]:
    if not chart.broken:
        yield "no rule is broken"
    rules = Counter(one.rule for one in chart.broken)
    for rule, count in rules.items():
        runs = [one.point.run.run_id for one in chart.broken if one.rule == rule]
        more = f" and {count - _MOST_BROKEN} before" if count > _MOST_BROKEN else ""
        yield f"{rule}: at {', '.join(runs[-_MOST_BROKEN:])}{more}"


def _over_pumps(series: Series, statistics: Statistics) -> Iterator[str]:
    from reports.history.statistics import Lacking
    from reports.words.numbers import chance, plain

    pumps = series.of_pumps
    left_out = sum(one.repeats for one in pumps)
    repeats = f"; {left_out} repeats are left out" if left_out else ""
    yield f"over pumps: the first decided value of each of {len(pumps)}{repeats}"
    first, index, tolerance = statistics.first_pass, statistics.index, statistics.tolerance
    if isinstance(first, Lacking):
        yield f"first-pass yield: none ({first.why})"
    else:
        between = f"{chance(first.lower)} to {chance(first.upper)}"
        yield f"first-pass yield: {first.passed} of {first.n}, {chance(first.fraction)} ({between}, 95 %)"
    if isinstance(index, Lacking):
        yield f"Ppk: none ({index.why})"
    else:
        found = index.performance
        between = f"{plain(index.lower, 3)} to {plain(index.upper, 3)}"
        spread = f"mean {plain(found.mean)}, s {plain(found.s)} {series.unit}".rstrip()
        yield f"Ppk: {plain(found.ppk, 3)} ({between}, 95 %); {spread}"
    if isinstance(tolerance, Lacking):
        yield f"tolerance interval: none ({tolerance.why})"
    else:
        share = f"{100 * tolerance.confidence:g}/{100 * tolerance.coverage:g}"
        ends = _limit(tolerance.lower, tolerance.upper)
        yield f"{share} tolerance interval (confidence/coverage): {ends} {series.unit} (k = {tolerance.factor:.4g})"


def joined(blocks: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield blocks of lines with an empty line between them; blocks without a line are none."""
    first = True
    for block in map(list, blocks):
        if block and not first:
            yield ""
        yield from block
        first = first and not block
