"""Whether the pump's own books and its log are true: what it counted against the balance, and its log by itself."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from rig.errors import MisfitError, NotShownError
from rig.evaluation.claims.delivered_volume import weighed_volume
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.log_words import CLOCK_SET
from rig.evaluation.outcome import Evaluation, FactFound
from rig.evaluation.pump_told import PumpTold, pump_told
from rig.record.bodies.pump_events import LogLine, PumpLogRead
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def books_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate what the pump counted in a window against what was weighed, in percent of the weighed volume.

    Raises SeriesError when the pump's count was not recorded or nothing was delivered.
    """
    pump_ul, invalid = pump_told(recipe, reader, "delivered", "count")
    return _against_weighed(recipe, reader, pump_ul, invalid, "counted_ul")


def reservoir_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the pump's estimate of its reservoir fell in a window against what was weighed, in percent.

    Raises SeriesError when it tells no such estimate, when it rose in the window (a refill), or nothing was delivered.
    """
    pump_ul, invalid = pump_told(recipe, reader, "reservoir", "estimate of its reservoir")
    rises = np.diff(pump_ul.value)
    if np.any(rises > 0.0):
        raise MisfitError(
            f"the pump's estimate of its reservoir rose by {float(rises.max()):.6g} µL in this window: ask for a time "
            "without a refill"
        )
    return _against_weighed(recipe, reader, replace(pump_ul, value=-pump_ul.value), invalid, "fell_ul")


def _against_weighed(
    recipe: Recipe, reader: RecordReader, told: PumpTold, lost: tuple[str, ...], key: str
) -> Evaluation:
    """Return 100·(told/weighed − 1) with its budget."""
    found = weighed_volume(recipe, reader)
    weighed = found.volume
    if weighed.value <= 0:
        saw = f"the balance saw {weighed.value:.4g} µL in this window"
        asked_ul = float(np.diff(found.window.programme.volume_ul(np.asarray([recipe.from_ns, recipe.to_ns])))[0])
        if asked_ul > 0.0:
            raise NotShownError(f"{saw}, where {asked_ul:.4g} µL were asked for: nothing to compare the books with")
        raise MisfitError(f"{saw}, and nothing was asked for: nothing to compare the books with")
    counted = told.gain(recipe, reader.start().dut.stroke_ul)
    told_ul, percent_per_ul = counted.value, 100.0 / weighed.value
    # 100·(told/weighed − 1), linear in what was weighed around its value.
    error = weighed.scaled(
        -percent_per_ul * told_ul / weighed.value,
        2.0 * percent_per_ul * told_ul - 100.0,
        "%",
        counted.scaled(percent_per_ul, 0.0, "%").components,
    )
    return Evaluation(error, (*found.invalid, *lost), {key: told_ul, "weighed_ul": weighed.value})


def log_in_order(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the pump's log, as it was read from a window's begin on, has no gap and never runs backwards."""
    pump = reader.start().in_role("pump")
    since = [entry.body for entry in reader.events(PumpLogRead) if recipe.from_ns <= entry.t_ns]
    read = [one for one in since if one.instrument == pump]
    lines = [line for one in read for line in one.lines]
    if not lines:
        nothing = "the pump's log was not read, or gained nothing"
        return FactFound(holds=False, text=nothing, against=("no line of the log is recorded",))
    against = tuple(out_of_order(lines))
    several = "s" if len(lines) > 1 else ""
    text = f"{len(lines)} line{several} of the pump's log, {lines[0].number} to {lines[-1].number}"
    order = "out of order" if against else "in order"
    return FactFound(holds=not against, text=f"{text}, {order}", against=against)


def out_of_order(lines: list[LogLine]) -> list[str]:
    """Return a sentence for each gap of a log and each time that it runs backwards; a clock that was set may."""
    said = []
    for before, after in pairwise(lines):
        if after.number != before.number + 1:
            said.append(f"line {after.number} follows line {before.number}")
        if after.pump_clock_ns < before.pump_clock_ns and after.event != CLOCK_SET:
            back_s = (before.pump_clock_ns - after.pump_clock_ns) / 1e9
            said.append(f"line {after.number} ({after.event}) is {back_s:.3g} s older than the line before it")
    return said


KINDS = (
    ClaimKind(
        name="books error",
        unit="%",
        question="what the pump counted against what was weighed, in percent of the weighed volume",
        compute=books_error,
        graph=GraphKind.BOOKS,
        panel=ResultPanel("Error of the pump's books"),
    ),
    ClaimKind(
        name="reservoir error",
        unit="%",
        question="by what the pump's estimate of its reservoir fell against what was weighed, in percent of that",
        compute=reservoir_error,
        graph=GraphKind.BOOKS,
        panel=ResultPanel("Error of the reservoir's estimate"),
    ),
    ClaimKind(
        name="log in order",
        unit="",
        question="whether the pump's log has no gap and never runs backwards",
        compute=log_in_order,
        graph=GraphKind.LOG,
        panel=ResultPanel("The log is in order"),
    ),
)
