"""Every byte on the wires, as JSON lines: for finding out why a driver and an instrument misunderstand each other.

Off by default, and then nothing is even asked. One line for each piece as it went or came: `t` (UTC of the bench's
clock), `t_ns`, `real_ns` (the machine's monotonic time, which passes on the virtual clock too), `instrument`,
`direction` ("sent", "received", or "discarded" for input that nobody waited for) and `hex`. Where the wire carries
calls, `call` is the method, `said` its message in words, and `bytes` how long that was: its hex would help nobody.
"""

import json
import threading
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rig.clock import Clock, iso_utc, stopwatch_ns


class Tap(Protocol):
    """Where a transport says what one instrument's wire carries."""

    def __call__(self, direction: str, data: bytes, call: str = "", said: str = "") -> None:
        """Take one piece."""


class WireTrace:
    """A file that takes what the wires carry; raises OSError when it cannot be written. Safe from any thread."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._file = path.open("w", encoding="utf-8")

    def tap(self, instrument: str) -> Tap:
        """Return what the transport of one instrument calls."""

        def carried(direction: str, data: bytes, call: str = "", said: str = "") -> None:
            t_ns = self._clock.now_ns()
            line: dict[str, object] = {
                "t": iso_utc(t_ns),
                "t_ns": t_ns,
                "real_ns": stopwatch_ns(),
                "instrument": instrument,
                "direction": direction,
            }
            line |= {"call": call, "said": said, "bytes": len(data)} if call else {"hex": data.hex()}
            self._write(json.dumps(line))

        return carried

    def close(self) -> None:
        """Close the file; what is said afterwards is dropped. Safe to repeat."""
        with self._lock:
            self._file.close()

    def _write(self, line: str) -> None:
        with self._lock:
            if not self._file.closed:
                self._file.write(line + "\n")
                # The last line is the one that matters when a run hangs or dies.
                self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
