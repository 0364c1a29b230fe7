"""The pump's non-volatile event log: a ring of numbered entries."""

from collections import deque
from itertools import islice

from instruments.intrathecal_pump.messages import Event, LogPage, LogRecord

CAPACITY = 4096
PAGE_RECORDS = 13  # what fits one frame
_DETAIL_MAX = 2**31 - 1


class EventLog:
    """Keeps the newest 4096 entries; numbers start at 0 and go on for the pump's life."""

    def __init__(self) -> None:
        self._records: deque[LogRecord] = deque(maxlen=CAPACITY)
        self.total = 0

    def write(self, clock_ms: int, event: Event, detail: int = 0) -> None:
        """Append an entry; a detail beyond 32 bits is stored as the largest, as docs/pump-link.md says."""
        held = max(-_DETAIL_MAX, min(_DETAIL_MAX, detail))
        self._records.append(LogRecord(self.total, clock_ms, event, held))
        self.total += 1

    def page(self, first: int) -> LogPage:
        """Return the entries from number `first` on, or from the oldest kept, as many as fit one frame."""
        oldest = self.total - len(self._records)
        skipped = max(0, first - oldest)
        return LogPage(oldest, self.total, tuple(islice(self._records, skipped, skipped + PAGE_RECORDS)))
