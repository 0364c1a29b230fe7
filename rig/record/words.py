"""Entries in the record's words: which class a body is, and reading it as that."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from rig.errors import RecordCorruptError
from rig.moments import is_moment
from rig.record.bodies import events
from rig.record.bodies.codec import Json, from_body, to_body
from rig.record.bodies.event import Event
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.old import is_old_result, result_in_new_words, stop_in_new_words
from rig.record.bodies.others import Command, Descriptor, Note, Stop
from rig.record.bodies.result import Result
from rig.record.bodies.start import Start
from rig.record.schema import Entry

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stamped(Generic[T]):
    """An entry of the record in its own words: its number, its time (UTC ns), its name and its body."""

    seq: int
    t_ns: int
    name: str
    body: T


def event_body(event: Event) -> dict[str, Json]:
    """Return the body that an event is written with."""
    return dict(event.said) if isinstance(event, OtherEvent) else to_body(event)


def start_of(entry: Entry) -> Start:
    """Return what a start entry says; raises RecordCorruptError as the others here do."""
    start = from_body(Start, entry.body, "the start of the run", entry.seq)
    if not is_moment(start.begun_utc_ns):
        raise RecordCorruptError(f"entry {entry.seq}: the run began at {start.begun_utc_ns} ns", entry.seq)
    return start


def stop_of(entry: Entry) -> Stop:
    """Return what a stop entry says."""
    return from_body(Stop, stop_in_new_words(entry.body), "the stop of the run", entry.seq)


def descriptor_of(entry: Entry) -> Descriptor:
    """Return what a descriptor says."""
    return from_body(Descriptor, entry.body, f"the descriptor of {entry.name}", entry.seq)


def command_of(entry: Entry) -> Command:
    """Return what a command entry says."""
    return from_body(Command, entry.body, f"a command to {entry.name}", entry.seq)


def result_of(entry: Entry) -> Result:
    """Return what a result's entry says, whichever format it was written in."""
    try:
        body = result_in_new_words(entry.body) if is_old_result(entry.body) else entry.body
        return from_body(Result, body, f"result {entry.name!r}", entry.seq)
    except (KeyError, TypeError, ValueError) as error:
        raise RecordCorruptError(
            f"entry {entry.seq}: result {entry.name!r} of an earlier format: {error!r}", entry.seq
        ) from error
    except RecordCorruptError as error:
        if error.seq is not None:
            raise
        raise RecordCorruptError(f"entry {entry.seq}: result {entry.name!r}: {error}", entry.seq) from error


def event_of(entry: Entry) -> Event:
    """Return the event of an entry: OtherEvent for a name that has no class.

    Raises RecordCorruptError when one that has a class lacks what belongs to it.
    """
    kind = events.BY_NAME.get(entry.name)
    if kind is None:
        return OtherEvent(entry.name, entry.body)
    return from_body(kind, entry.body, f"event {entry.name!r}", entry.seq)


def readable_event_of(entry: Entry) -> Event:
    """Return the event of an entry for a reader who wants to see whatever is there: what is damaged is OtherEvent."""
    try:
        return event_of(entry)
    except RecordCorruptError:
        return OtherEvent(entry.name, entry.body)


def note_of(entry: Entry) -> Note:
    """Return what a note says."""
    return Note(entry.name, entry.body)
