"""Since when a bench has been the same one: a mocked one is set up anew for each plan, with another vessel and pump."""

from rig.record.bodies.events import BenchOpened, ZeroFlow
from rig.record.reader import RecordReader


def set_up_ns(reader: RecordReader, at_ns: int) -> int:
    """Return when (UTC ns) the mocked bench of the moment `at_ns` was set up, 0 for a physical one."""
    return max((one for one in _set_ups_ns(reader) if one <= at_ns), default=0)


def zero_flows(reader: RecordReader, at_ns: int) -> tuple[ZeroFlow, ...]:
    """Return the weighings at zero flow on the bench of the moment `at_ns` (UTC ns), in order: none of another vessel.

    On a physical bench, which stays the same whenever it is opened again, these are all of the run.
    """
    from_ns = set_up_ns(reader, at_ns)
    known = [entry.body for entry in reader.events(ZeroFlow) if entry.body.from_ns >= from_ns]
    to_ns = min((one for one in _set_ups_ns(reader) if one > at_ns), default=None)
    return tuple(one for one in known if to_ns is None or one.to_ns <= to_ns)


def _set_ups_ns(reader: RecordReader) -> list[int]:
    return [entry.t_ns for entry in reader.events(BenchOpened) if entry.body.seed is not None]
