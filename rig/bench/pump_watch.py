"""Follows what the pump says about itself into the record: each change of its state or alarms, and its log."""

import threading

from rig.capabilities import Pump
from rig.clock import Clock
from rig.errors import InstrumentError
from rig.pump_skills import KeepsLog
from rig.record.bodies.events import ReadingMissed
from rig.record.bodies.pump_events import LogLine, PumpLogRead, PumpLogUnreadable, PumpStateChanged
from rig.record.writer import RunRecord
from rig.samples import Block

# Channels of a pump that tell by number what its status tells in words.
_TELLING = ("state", "alarms")
# So many lines that were read are read once more with the next ones.
_READ_AGAIN = 8
# A log may drop its oldest lines, but never one among so many of its newest.
_KEEPS = 64


class PumpWatch:
    """One pump, watched from the moment it was opened; older lines of its log belong to other runs."""

    def __init__(self, name: str, pump: Pump, clock: Clock, record: RunRecord) -> None:
        self._name = name
        self._pump = pump
        self._clock = clock
        self._record = record
        self._numbers: tuple[float, ...] = ()
        self._last: PumpStateChanged | None = None
        self._next_line = -1
        self._lines: dict[int, LogLine] = {}
        self._since_looked_back: dict[int, LogLine] = {}
        self._miscounted = False
        # A plan may look while the sampler's own thread does.
        self._turn = threading.Lock()

    def look(self) -> None:
        """Record what has changed since the last look: state, alarms, and new lines of the log.

        An answer that does not come is a reading missed; whether the pump is gone is for its sampler to find.
        """
        with self._turn:
            try:
                self._look()
            except InstrumentError as error:
                self._record.event(ReadingMissed(self._name, str(error)))

    def look_back(self) -> None:
        """Read once more every line that was read since the last look back; record what the log tells otherwise now."""
        with self._turn:
            if isinstance(self._pump, KeepsLog) and self._since_looked_back:
                lines = self._lines_from(self._pump, min(self._since_looked_back))
                if lines is not None:
                    self._compare(lines, self._since_looked_back)
                    self._since_looked_back = {}

    def sampled(self, block: Block) -> None:
        """Look when a block of the pump's samples tells of another state or other alarms than before."""
        numbers = tuple(float(block.columns[key][-1]) for key in _TELLING if len(block.columns.get(key, ())))
        if numbers != self._numbers:
            self._numbers = numbers
            self.look()

    def _look(self) -> None:
        status = self._pump.status()
        at_ns = self._clock.now_ns()
        # Entries that nobody can read witness nothing, neither for the pump nor against it.
        entries = status.log_entries if isinstance(self._pump, KeepsLog) else 0
        now = PumpStateChanged(
            self._name, status.state.value, at_ns, status.alarms, entries, status.critical, status.sounding
        )
        if self._last is None or _shown(now) != _shown(self._last):
            self._last = now
            self._record.event(now)
        if not isinstance(self._pump, KeepsLog):
            return
        if self._next_line < 0:
            self._next_line = status.log_entries
        if status.log_entries != self._next_line:
            self._read_log(self._pump, status.log_entries)

    def _read_log(self, pump: KeepsLog, told: int) -> None:
        """Record the lines that came since, and what speaks against them; the status tells of `told` lines in all."""
        first = min(self._lines, default=self._next_line)
        lines = self._lines_from(pump, first)
        if lines is None:
            return
        said = tuple(one for one in lines if one.number >= self._next_line)
        if said:
            self._record.event(PumpLogRead(self._name, said))
            self._next_line = said[-1].number + 1
        self._compare(lines, self._lines)
        newest = (*self._lines.values(), *said)[-_READ_AGAIN:]
        self._lines = {one.number: one for one in newest}
        self._since_looked_back |= {one.number: one for one in said}
        self._count(told, lines[-1].number + 1 if lines else min(told, first))

    def _count(self, told: int, held: int) -> None:
        """Record once that the status tells of another number of lines than the log holds.

        What is written between the two readings is in the log and was not in the status: that is asked once more.
        """
        if self._miscounted or told == held:
            return
        behind = self._pump.status().log_entries if held > told else told
        if held < told or held > behind:
            self._miscounted = True
            said = f"the status tells of {behind} lines of the log, which holds {held}"
            self._record.event(PumpLogUnreadable(self._name, said))

    def _lines_from(self, pump: KeepsLog, first: int) -> tuple[LogLine, ...] | None:
        """Return the lines from a number on; None where the log could not be read, which is recorded."""
        try:
            entries = pump.read_log(first=first)
        except InstrumentError as error:
            self._record.event(PumpLogUnreadable(self._name, str(error)))
            return None
        return tuple(LogLine(one.number, one.pump_clock_ns, one.event, one.detail) for one in entries)

    def _compare(self, lines: tuple[LogLine, ...], before: dict[int, LogLine]) -> None:
        """Record what the log tells otherwise than when it was read before: it must keep what it told."""
        now = {one.number: one for one in lines}
        newest = max([*now, self._next_line - 1])
        for number, was in before.items():
            line = now.get(number)
            if line is None and newest - number < _KEEPS:
                told = f"line {number} was {was.event} ({was.detail}) and is gone"
            elif line is not None and line != was:
                told = f"line {number} was {was.event} ({was.detail}) and is now {line.event} ({line.detail})"
            else:
                continue
            self._record.event(PumpLogUnreadable(self._name, f"{told}: a log must keep what it told"))
            return


def _shown(status: PumpStateChanged) -> tuple[object, ...]:
    """Return what makes a status another one."""
    return status.state, status.alarms, status.critical
