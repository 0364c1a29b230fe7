"""The pump's non-volatile event log: a ring of numbered entries."""

from collections import deque
from itertools import islice

from instruments.intrathecal_pump.messages import LogEvent, LogPage, LogRecord
from instruments.intrathecal_pump.simulated.part import Kept, Part, number_of, rows_of
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock

CAPACITY = 4096
PAGE_RECORDS = 13  # what fits one frame
_DETAIL_MAX = 2**31 - 1


class EventLog(Part):
    """Keeps the newest 4096 entries; numbers start at 0 and go on for the pump's life."""

    def __init__(self, clock: PumpClock) -> None:
        self._clock = clock
        self._records: deque[LogRecord] = deque(maxlen=CAPACITY)
        self._total = 0

    @property
    def total(self) -> int:
        """Return how many entries were ever written, which is the number of the next."""
        return self._total

    def write(self, t_ns: int, event: LogEvent, detail: int) -> None:
        """Append an entry in the pump's own time.

        A detail beyond 32 bits is stored as the largest, as docs/pump-link.md says.
        """
        held = max(-_DETAIL_MAX, min(_DETAIL_MAX, detail))
        self._records.append(LogRecord(self._total, self._clock.read_ms(t_ns), event, held))
        self._total += 1

    def kept(self) -> Kept:
        """Return the entries, and how many there ever were."""
        return {"total": self._total, "records": [[r.number, r.clock_ms, r.event, r.detail] for r in self._records]}

    def restore(self, kept: Kept, shift_ns: int) -> None:
        """Take up the entries: they bear the pump's own time."""
        super().restore(kept, shift_ns)
        rows = rows_of(kept, "records", 4)
        records = (LogRecord(number, clock_ms, LogEvent(event), detail) for number, clock_ms, event, detail in rows)
        self._records = deque(records, maxlen=CAPACITY)
        self._total = int(number_of(kept, "total"))

    def page(self, first: int) -> LogPage:
        """Return the entries from number `first` on, or from the oldest kept, as many as fit one frame."""
        oldest = self._total - len(self._records)
        skipped = max(0, first - oldest)
        return LogPage(oldest, self._total, tuple(islice(self._records, skipped, skipped + PAGE_RECORDS)))
