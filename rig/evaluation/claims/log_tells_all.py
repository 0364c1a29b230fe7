"""Whether a pump's log tells all: each event that it must, at its time, in the right order, and nothing else."""

from dataclasses import dataclass
from itertools import pairwise

from rig.clock import NS_PER_S
from rig.evaluation.case import Case, case_around
from rig.evaluation.claims.pump_account import out_of_order
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.log_expected import Expected, expected_lines
from rig.evaluation.log_words import KNOWN, tells_of_trouble
from rig.evaluation.outcome import FactFound
from rig.evaluation.own_log import StampedLine
from rig.record.bodies.pump_events import PumpLogUnreadable
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# A line bears the stamp of a moment before its order was complete, or behind it; and clocks are compared so well.
_SLACK_S = 1.0
_K = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """An event with the line that tells of it; None where none does."""

    of: Expected
    by: StampedLine | None


@dataclass(frozen=True, slots=True)
class HeldLog:
    """A log held against what it must tell in a window.

    `lines` are all of it, `own` those of the window, `loose` those that tell of nothing known, `blamed` the own ones
    among these whose words a table knows. `demanded` is what it must tell. `unknown` is why nothing can be said of it.
    """

    lines: tuple[StampedLine, ...]
    own: tuple[StampedLine, ...] = ()
    loose: tuple[StampedLine, ...] = ()
    blamed: tuple[StampedLine, ...] = ()
    demanded: tuple[Told, ...] = ()
    unknown: str = ""


def log_tells_all(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether each order, answer, alarm and challenge of a window stands in the pump's log, and nothing else.

    Words that no table knows are not judged. A refused order may stand in the log and need not: whether it was refused
    when it was laid down or when it was to begin is not in the record.
    """
    case = case_around(reader, recipe)
    held = held_log(recipe, case)
    if held.unknown:
        return FactFound(holds=False, text="whether its log tells all is not known", invalid=(held.unknown,))
    lines, loose, demanded = held.lines, held.loose, held.demanded
    if not demanded and not lines and not any(one.log_entries for one in case.states):
        nothing = "nothing shows that the pump keeps a log: nothing was to be told, and no line was ever read"
        return FactFound(holds=False, text="whether its log tells all is not known", invalid=(nothing,))
    against = (
        *_unread(case, recipe),
        *out_of_order([one.line for one in lines if recipe.from_ns <= one.read_ns <= recipe.to_ns]),
        *(_missing(case, one.of, loose) for one in demanded if one.by is None),
        *_order(demanded),
        *(
            f"it tells of {one.line.event} at {case.hour(one.at_ns):.3f} h, which nothing provoked"
            for one in held.blamed
        ),
    )
    count = sum(one.by is not None for one in demanded)
    text = f"the pump's log tells of {count} of {len(demanded)} that it must"
    not_judged = sorted({one.line.event for one in held.own if one in loose and one not in held.blamed})
    return FactFound(not against, text, against, details={"not_judged": not_judged})


def held_log(recipe: Recipe, case: Case) -> HeldLog:
    """Return the log of a case's pump beside what it must tell in a recipe's window."""
    lines = case.log_lines
    unknown = _unknown(case, lines)
    if unknown:
        return HeldLog(lines, unknown=unknown)
    told, loose = _matched(expected_lines(case), lines)
    # A window holds the reading of its last moment; what happened at that moment comes behind it.
    last_ns = recipe.to_ns - 1
    inside = [one for one in told if recipe.from_ns <= one.of.earliest_ns and one.of.latest_ns < last_ns]
    own = tuple(one for one in lines if _inside(one, recipe))
    blamed = (one for one in loose if one in own and (one.line.event in KNOWN or tells_of_trouble(one.line.event)))
    return HeldLog(lines, own, tuple(loose), tuple(blamed), tuple(one for one in inside if one.of.demanded))


def _unknown(case: Case, lines: tuple[StampedLine, ...]) -> str:
    """Return why nothing can be said of a log, "" when something can."""
    if not case.states and not lines:
        return "the pump's status and log were not followed"
    if lines and not any(one.line.event in KNOWN for one in lines):
        return f"its log has words of its own ({lines[0].line.event} …): what it should tell is not known"
    return ""


def _matched(expected: tuple[Expected, ...], lines: tuple[StampedLine, ...]) -> tuple[list[Told], list[StampedLine]]:
    """Return each event with its line, the demanded ones first served, and the lines that are left."""
    loose = list(lines)
    told = []
    for one in sorted(expected, key=lambda one: not one.demanded):
        line = next((line for line in loose if line.line.event in one.words and _fits(line, one)), None)
        if line is not None:
            loose.remove(line)
        told.append(Told(one, line))
    return told, loose


def _fits(line: StampedLine, one: Expected) -> bool:
    if not line.dated:
        return line.read_ns >= one.earliest_ns
    reach_ns = _reach_ns(line)
    return one.earliest_ns - reach_ns <= line.at_ns <= one.latest_ns + reach_ns


def _reach_ns(line: StampedLine) -> int:
    return round((_SLACK_S + _K * line.u_s) * NS_PER_S) if line.dated else 0


def _inside(line: StampedLine, recipe: Recipe) -> bool:
    reach_ns = _reach_ns(line)
    return recipe.from_ns + reach_ns <= line.at_ns < recipe.to_ns - reach_ns


def _missing(case: Case, one: Expected, loose: tuple[StampedLine, ...]) -> str:
    words = " or ".join(sorted(one.words))
    at = f"{one.said} at {case.hour(one.earliest_ns):.3f} h"
    near = [line for line in loose if line.line.event in one.words and line.dated]
    if not near:
        return f"no line {words} tells of {at}"
    nearest = min(near, key=lambda line: abs(line.at_ns - one.earliest_ns))
    off_s = (nearest.at_ns - one.earliest_ns) / NS_PER_S
    return (
        f"no line {words} tells of {at} at its time: the nearest, number {nearest.line.number}, is {off_s:+.4g} s off"
    )


def _order(demanded: tuple[Told, ...]) -> list[str]:
    """Return the events whose lines stand in another order than they happened."""
    told = sorted((one for one in demanded if one.by is not None), key=lambda one: one.of.earliest_ns)
    return [
        f"line {after.by.line.number} ({after.by.line.event}) stands before line {before.by.line.number}, "
        "which tells of something earlier"
        for before, after in pairwise(told)
        if before.by is not None
        and after.by is not None
        and before.of.latest_ns < after.of.earliest_ns
        and after.by.line.number < before.by.line.number
    ]


def _unread(case: Case, recipe: Recipe) -> list[str]:
    events = case.reader.events(PumpLogUnreadable)
    own = [one.body for one in events if one.body.instrument == case.pump and one.t_ns >= recipe.from_ns]
    return [f"it could not be read: {one.error.splitlines()[0]}" for one in own][:1]


KINDS = (
    ClaimKind(
        name="log tells all",
        unit="",
        question="whether the pump's log tells of all that happened, in time and in order, and of nothing else",
        compute=log_tells_all,
        graph=GraphKind.LOG,
        panel=ResultPanel("The log tells all"),
    ),
)
