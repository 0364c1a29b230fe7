"""What a daily proof asks of machine and instruments: room and time, answers in time, nothing lost, true clocks."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.absences import said_of
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.inputs import standing_invalid
from rig.evaluation.outcome import Evaluation, FactFound
from rig.metrology.uncertainty.budget import Component, combine
from rig.record.bodies.event import Event
from rig.record.bodies.proofs import InstrumentTried, MachineLooked
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

E = TypeVar("E", bound=Event)
# A machine's clock is kept by small steps all the time; a run is not disturbed by them.
_MOST_STEPPED_S = 0.5
# What a sample may be older than its pace without its clock being wrong, as stamps are bent back (rig.stamping).
_SLACK_S = 0.1


def found_in(recipe: Recipe, reader: RecordReader, kind: type[E]) -> tuple[E, ...]:
    """Return the events of a kind in a window; raise SeriesError when there are none: then nothing was tried."""
    found = tuple(entry.body for entry in reader.events(kind) if recipe.from_ns <= entry.t_ns <= recipe.to_ns)
    if not found:
        raise SeriesError(f"nothing of the kind {kind.NAME!r} was recorded in this window: it was not tried")
    return found


def machine(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the machine has room for the day's records, and whether its clock was set since the run began."""
    looked = found_in(recipe, reader, MachineLooked)[-1]
    against = []
    if looked.free_mb < looked.needed_mb:
        against.append(
            f"the disk has {looked.free_mb:.4g} MB free, where a day of this bench takes {looked.needed_mb:.4g} MB: "
            "make room there, or record elsewhere"
        )
    if abs(looked.stepped_s) > _MOST_STEPPED_S:
        against.append(
            f"the machine's clock was set by {looked.stepped_s:+.3f} s since the run began: let NTP keep it, and prove "
            "anew"
        )
    text = f"{looked.free_mb:.4g} MB free, clock set by {looked.stepped_s:+.3f} s, kept by NTP: {looked.ntp}"
    return FactFound(not against, text, tuple(against), details={"free_mb": looked.free_mb, "ntp": looked.ntp})


def slowest_answer(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the longest time (s) that an instrument took for a reading, of all that were tried."""
    words = "took {:.3g} s for its slowest answer"
    return _worst(recipe, reader, "s", lambda one: one.worst_s, lambda one: words.format(one.worst_s))


def lost_answers(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the largest share (ppm) of readings that did not come, or of samples overwritten, of all instruments."""
    return _worst(recipe, reader, "ppm", _lost_ppm, _lost_words)


def buffers(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether what takes samples by itself keeps all that come between two readings of a run."""
    left = [one for one in found_in(recipe, reader, InstrumentTried) if one.unread_s > 0.0]
    against = tuple(
        f"{one.stream} lost {one.overrun} samples when it was left unread for {one.unread_s:g} s, as sample_every_s of "
        "the bench file has it: its buffer is too short for that"
        for one in left
        if one.overrun
    )
    words = [f"{one.stream} kept what came in {one.unread_s:g} s" for one in left if not one.overrun]
    text = "; ".join((*against, *words)) or "nothing that stands here takes samples by itself: not looked at"
    return FactFound(not against, text, against, details={one.stream: one.overrun for one in left})


def clock_offset(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the largest time (s) that an instrument's own clock is off the rig's, beyond its pace and its answer."""
    words = "is {:.3g} s off the rig's time by its own clock"
    return _worst(recipe, reader, "s", _clock_off_s, lambda one: words.format(_clock_off_s(one)))


def calibrations(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the calibration of each instrument still holds, as the bench file states it, also that of a twin.

    A twin needs none, and takes no verdict with it; what is rehearsed on twins is the bench file, dates and all.
    """
    standing, on = standing_invalid(reader, recipe.to_ns), datetime.fromtimestamp(recipe.to_ns // NS_PER_S, UTC).date()
    named = {line.partition(":")[0] for line in standing}
    stated = {name: one.calibration for name, one in reader.start().instruments.items() if one.calibration is not None}
    against = list(standing)
    for name, one in stated.items():
        if one.due and date.fromisoformat(one.due) < on and name not in named:
            against.append(f"{name}: calibration {one.id} was due on {one.due}")
    due = [f"{name} until {one.due}" for name, one in stated.items() if one.due]
    return FactFound(not against, ", ".join(due) or "no calibration is stated", tuple(against))


def all_there(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether every instrument gave all its readings in a window: one that comes back was away all the same."""
    away = said_of(reader, recipe.from_ns, recipe.to_ns)
    lost = {stream: reader.series(stream, recipe.from_ns, recipe.to_ns, []).lost for stream in reader.streams()}
    told = (f"{stream} lost {count} samples in this window" for stream, count in lost.items() if count)
    against = (*away, *told)
    return FactFound(not against, ", ".join(reader.streams()) or "nothing is read", against)


def _lost_ppm(one: InstrumentTried) -> float:
    return 1e6 * (one.failed + one.lost) / (one.turns + one.lost)


def _lost_words(one: InstrumentTried) -> str:
    """Say whether answers did not come, or samples were overwritten before they were fetched."""
    failed = f"did not give {one.failed} of {one.turns} readings" if one.failed else ""
    lost = f"lost {one.lost} samples: its buffer was full before it was read" if one.lost else ""
    return ", and ".join(filter(None, (failed, lost)))


def _clock_off_s(one: InstrumentTried) -> float:
    if one.clock_off_s is None:
        return 0.0
    return max(0.0, abs(one.clock_off_s) - one.pace_s - one.worst_s - _SLACK_S)


def _worst(
    recipe: Recipe,
    reader: RecordReader,
    unit: str,
    of: Callable[[InstrumentTried], float],
    words: Callable[[InstrumentTried], str],
) -> Evaluation:
    tried = found_in(recipe, reader, InstrumentTried)
    worst = max(tried, key=of)
    value = of(worst)
    # What is counted or timed by the rig's own clock is certain beside any limit.
    counted = Component("as counted and timed by the rig", "B", value, 0.0, unit, 1.0)
    budget = combine(value, unit, [counted], [f"{worst.stream} {words(worst)}"] if value > 0.0 else [])
    return Evaluation(budget, details={one.stream: of(one) for one in tried})


KINDS = (
    ClaimKind(
        name="all instruments are there",
        unit="",
        question="whether every instrument gave all its readings in a window; a fact, of proofs",
        compute=all_there,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="calibrations hold",
        unit="",
        question="whether the calibrations of all instruments hold on the day; a fact, of proofs",
        compute=calibrations,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="machine is fit",
        unit="",
        question="whether the machine has room for records and a clock that was not set meanwhile; a fact, of proofs",
        compute=machine,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="slowest answer",
        unit="s",
        question="the longest time that an instrument took for a reading, in s; of proofs",
        compute=slowest_answer,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="lost answers",
        unit="ppm",
        question="the largest share of an instrument's readings that did not come, in ppm; of proofs",
        compute=lost_answers,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="buffers hold",
        unit="",
        question="whether what takes samples by itself keeps all between two readings of a run; a fact, of proofs",
        compute=buffers,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="clock offset",
        unit="s",
        question="by how much an instrument's own clock is off the rig's, in s; of proofs",
        compute=clock_offset,
        graph=GraphKind.EVENTS,
    ),
)
