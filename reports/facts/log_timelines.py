"""The pump's log in time, beside what it has to tell."""

from collections.abc import Iterable, Sequence

from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet, names_of
from reports.facts.timelines import Lane, Moment, Timeline, Tone
from rig.errors import SeriesError
from rig.evaluation.claims.log_tells_all import held_log
from rig.evaluation.own_log import StampedLine

_MARGIN = 0.03


def log_timeline(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the lines of the log in a window, and what they must tell; raises SeriesError when there are none."""
    recipe = results[0].recipe
    held = held_log(recipe, sheet.case)
    told = [one for one in held.demanded if one.by is not None]
    missing = [one for one in held.demanded if one.by is None]
    lines = [one for one in held.lines if one.dated and recipe.from_ns <= one.at_ns < recipe.to_ns]
    if not held.demanded and not lines:
        raise SeriesError("nothing happened that it must tell, and it has no dated line")
    lanes = [
        Lane(
            "it must tell",
            f"{len(told)} of {len(held.demanded)} told",
            moments=(
                *(_moment(sheet, one.of.earliest_ns, Tone.GOOD, one.of.said) for one in told),
                *(_moment(sheet, one.of.earliest_ns, Tone.BAD, f"not told: {one.of.said}") for one in missing),
            ),
        ),
        Lane("its lines", f"{len(lines)}", moments=_lines(sheet, lines, Tone.PLAIN)),
    ]
    if held.blamed:
        lanes.append(Lane("nothing provoked", f"{len(held.blamed)}", moments=_lines(sheet, held.blamed, Tone.BAD)))
    begin_h, end_h = sheet.hour(recipe.from_ns), sheet.hour(recipe.to_ns)
    around = _MARGIN * (end_h - begin_h)
    timeline = Timeline(
        name="log",
        title=f"The pump's log: {names_of(results)}",
        caption="Each line at its own time, by the pump's clock as it was compared with the rig's.",
        since="delivery began",
        unit="h",
        begin=begin_h - around,
        end=end_h + around,
        lanes=tuple(lanes),
    )
    return Graphs(timelines=(timeline,))


def _lines(sheet: Sheet, lines: Iterable[StampedLine], tone: Tone) -> tuple[Moment, ...]:
    return tuple(
        _moment(sheet, one.at_ns, tone, f"line {one.line.number}, {one.line.event}") for one in lines if one.dated
    )


def _moment(sheet: Sheet, at_ns: int, tone: Tone, said: str) -> Moment:
    return Moment(sheet.hour(at_ns), tone, f"{said} at {sheet.hour(at_ns):.3f} h")
