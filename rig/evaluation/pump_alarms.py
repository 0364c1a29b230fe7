"""When a pump's alarms showed: the status is polled, so each rose somewhere between two readings of it."""

from dataclasses import dataclass

from rig.clock import NS_PER_S
from rig.evaluation.paces import pace_s
from rig.record.bodies.events import ReadingMissed
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.reader import RecordReader

_NEAR_NS = 3600 * NS_PER_S


@dataclass(frozen=True, slots=True)
class AlarmShown:
    """The status that showed an alarm first, and between which moments (UTC ns) the alarm rose."""

    status: PumpStateChanged
    earliest_ns: int
    latest_ns: int


def states_of(reader: RecordReader) -> tuple[PumpStateChanged, ...]:
    """Return every change of the status of the pump under test, in order."""
    pump = reader.start().in_role("pump")
    return tuple(entry.body for entry in reader.events(PumpStateChanged) if entry.body.instrument == pump)


def status_pace_s(reader: RecordReader, at_ns: int) -> float | None:
    """Return how often the pump's status was read before a moment (UTC ns), in s; None for one that is not polled."""
    return pace_s(reader, reader.start().in_role("pump"), at_ns - 1, at_ns)


def shown_before(reader: RecordReader, alarm: str, at_ns: int) -> bool:
    """Tell whether the last status before a moment (UTC ns) showed an alarm."""
    before = [one for one in states_of(reader) if one.at_ns < at_ns]
    return bool(before) and alarm in before[-1].alarms


def first_shown(reader: RecordReader, alarm: str, from_ns: int, to_ns: int) -> AlarmShown | None:
    """Return when an alarm rose in [from_ns, to_ns), UTC ns; None where no status shows that it did.

    It was not there at the reading before, nor at the last change of the status; readings that were missed in between
    are no readings.
    """
    states = states_of(reader)
    for before, one in zip((None, *states), states, strict=False):
        if not from_ns <= one.at_ns < to_ns or alarm not in one.alarms:
            continue
        if before is not None and alarm in before.alarms:
            continue
        looked_ns = _looked_before(reader, one.at_ns)
        earliest_ns = max([ns for ns in (looked_ns, before.at_ns if before else None) if ns is not None], default=0)
        return AlarmShown(one, earliest_ns, one.at_ns)
    return None


def _status_is_sampled(reader: RecordReader, pump: str) -> bool:
    return pump in reader.streams() and any(one.name == "alarms" for one in reader.channels(pump))


def _looked_before(reader: RecordReader, at_ns: int) -> int | None:
    """Return when the pump's status had been read before, None when that is not known."""
    every_s, pump = status_pace_s(reader, at_ns), reader.start().in_role("pump")
    if _status_is_sampled(reader, pump):
        # A sample that told of other alarms is what the status was read for, at once behind it.
        # What lies farther back is looked for only where nothing lies near: a run may hold very many readings.
        for from_ns in (at_ns - _NEAR_NS, None):
            read_ns = reader.series(pump, from_ns, at_ns - NS_PER_S, ()).t_ns
            if len(read_ns):
                return int(read_ns[-1])
    if every_s is None:
        return None
    every_ns = round(every_s * NS_PER_S)
    looked_ns = at_ns - every_ns
    missed = sorted(entry.t_ns for entry in reader.events(ReadingMissed) if entry.body.stream == pump)
    for missed_ns in reversed([ns for ns in missed if ns < at_ns]):
        if missed_ns >= looked_ns - every_ns // 2:
            looked_ns = missed_ns - every_ns
    return looked_ns
