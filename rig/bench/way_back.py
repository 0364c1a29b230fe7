"""The way back to a measuring instrument whose line was lost: opened anew in its place, and known again.

What holds the driver (a plan, a fixture, the bench) holds the same one afterwards. The pump has no way back, because
one that went away is a matter of safety; nor has the supply, which feeds it.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass

from rig.bench_file.reading import InstrumentEntry
from rig.bench_file.tables import InstrumentSettings
from rig.capabilities import Identity, Instrument
from rig.clock import Clock, ns_from_s
from rig.driving import DriverContext
from rig.errors import ConnectionFailedError, ConnectionLostError, InstrumentError, OutOfRangeError
from rig.record.bodies.absences import AnotherAnswered, SamplingGap
from rig.record.writer import RunRecord
from rig.safety import interrupts

# What time does not mend: a value that the driver refuses by itself it refuses for ever.
LASTING = (OutOfRangeError,)
# Between two attempts: twice as long each time, up to a bound. Virtual time costs nothing, but each attempt does.
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
LONGEST_VIRTUAL_WAIT_S = 300.0
# Verbs that a driver obeys at any time: they ask nothing of the line.
_ANYTIME = frozenset({"close", "identify"})


def comes_back(entry: InstrumentEntry) -> bool:
    """Tell whether an instrument of the bench file is looked for when it is lost: what measures, if it may be away."""
    return bool(entry.driver.measuring) and entry.capability != "pump" and entry.away_s > 0


class WayBack:
    """Reaches one instrument again. `away` is why it is not reached now, empty while it is.

    `stranger` says which other one was met last in its place and refused; empty until then.
    """

    def __init__(
        self,
        entry: InstrumentEntry,
        settings: Callable[[], InstrumentSettings],
        context: DriverContext,
        record: RunRecord,
    ) -> None:
        self.away = self.stranger = ""
        self.away_s = entry.away_s
        self._entry = entry
        self._settings = settings
        self._context = context
        self._record = record
        self._strangers: list[Identity] = []
        # Who opens the driver anew: a driver that is opened may use its own verbs.
        self._by: threading.Thread | None = None

    def leads_to(self, driver: Instrument, turn: AbstractContextManager[object]) -> None:
        """Remember the driver, who holds it alone while it holds `turn`, and whom it has met."""
        self._driver, self._turn, self._known = driver, turn, driver.identify()

    @contextlib.contextmanager
    def calling(self, verb: str) -> Iterator[None]:
        """Let a verb through; raises ConnectionLostError for one that needs the instrument while it is away."""
        if self.away and verb not in _ANYTIME and self._by is not threading.current_thread():
            raise ConnectionLostError(
                self._entry.name,
                f"{verb} was refused, nothing was sent: the instrument is away ({self.away})",
                advice="check its cable and its power; it is looked for until it is back, and longest for "
                f"{self.away_s:g} s (away_s in the bench file)",
            )
        yield

    def reopen(self) -> None:
        """Open the driver anew; raises what opening raises, and ConnectionFailedError when another one answers."""
        with interrupts.deferred(), self._turn:
            self._by = threading.current_thread()
            try:
                self._open()
            finally:
                self._by = None
        self.away = ""

    def _open(self) -> None:
        self._driver.close()
        self._entry.driver.__init__(self._driver, self._entry.name, self._settings(), self._context)
        found = self._driver.identify()
        if found != self._known:
            self._driver.close()
            raise self._refused(found)

    def _refused(self, found: Identity) -> ConnectionFailedError:
        said = f"{_said(found)} answers where {_said(self._known)} was lost; it was refused"
        self.stranger = _in_one_line(said)
        if found not in self._strangers:
            self._strangers.append(found)
            self._record.event(AnotherAnswered(self._entry.name, asdict(self._known), asdict(found)))
        return ConnectionFailedError(
            self._entry.name,
            said,
            advice=f"plug in {_said(self._known)} again: what this run measures rests on its calibration",
        )


def _said(who: Identity) -> str:
    return f"{who.maker} {who.model}, serial number {who.serial}, firmware {who.firmware}"


@dataclass(slots=True)
class Absence:
    """One time that an instrument is away: since when (UTC ns), why, and how it was looked for so far."""

    since_ns: int
    known_ns: int
    cause: str
    attempts: int = 0
    missed: int = 0
    last: InstrumentError | None = None
    next_ns: int = 0
    _wait_s: float = FIRST_WAIT_S

    def failed(self, error: InstrumentError, clock: Clock) -> None:
        """Take note of an attempt that failed, and put the next one off."""
        self.last = error
        self.next_ns = clock.now_ns() + ns_from_s(self._wait_s)
        self._wait_s = min(2.0 * self._wait_s, LONGEST_VIRTUAL_WAIT_S if clock.virtual else LONGEST_WAIT_S)

    def is_due(self, now_ns: int) -> bool:
        """Tell whether it is time for the next attempt."""
        return now_ns >= self.next_ns

    def gap(self, stream: str, to_ns: int, *, back: bool) -> SamplingGap:
        """Return what the record says of it at its end."""
        last = "" if self.last is None else first_line(self.last)
        return SamplingGap(stream, self.since_ns, to_ns, self.cause, self.attempts, self.missed, back, last)

    def is_over_after(self, away_s: float, now_ns: int) -> bool:
        """Tell whether it has lasted as long as it may."""
        return now_ns - self.known_ns >= ns_from_s(away_s)


def first_line(error: InstrumentError) -> str:
    """Return an error in one line: what went wrong, without its bytes and advice.

    What an instrument said of itself may stand in it, and goes to a terminal: nothing in it moves a cursor.
    """
    return f"{type(error).__name__}: {_in_one_line(error.what)}"


def _in_one_line(said: str) -> str:
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in said)
