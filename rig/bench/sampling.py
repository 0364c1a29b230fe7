"""Samplers: instruments read into the record at their own pace; what is lost, late or missed is data too."""

import threading
from collections.abc import Callable
from dataclasses import replace

from rig.bench.sampler_counts import SamplerCounts
from rig.bench.typed import MISSABLE, typed
from rig.bench.way_back import FIRST_WAIT_S, LASTING, Absence, WayBack, first_line
from rig.clock import NS_PER_S, Clock, ScheduledCall, ns_from_s
from rig.errors import DriverFailedError, InstrumentError, RecordError, RigError
from rig.record.bodies.absences import InstrumentLost
from rig.record.bodies.event import Event
from rig.record.bodies.events import LeaseLapsed, ReadingMissed, SamplerFailed
from rig.record.writer import RunRecord
from rig.samples import Block, Sampled

# A reading that fails is missed and counted; as many in a row mean that the instrument is gone.
MISSES_IN_A_ROW = 5
# For how long a plan that wants a reading now waits for one that is under way.
_TURN_S = 0.3


class Sampler:
    """Reads one instrument into one stream of the record, each `every_s`.

    It reads only while `lease` says that the plan is alive: a pump that is no longer read stops by its own watchdog.
    An instrument that has a `way_back` is looked for when it gives no readings, and the gap is recorded as a gap. The
    first failure beyond that, which is no mere missed reading, latches: sampling rests, and `check` raises it.
    """

    def __init__(
        self,
        name: str,
        instrument: Sampled,
        every_s: float,
        clock: Clock,
        record: RunRecord,
        lease: Callable[[], bool] = lambda: True,
        way_back: WayBack | None = None,
    ) -> None:
        self.name = name
        self.failure: RigError | None = None
        self.absence: Absence | None = None
        self._lease = lease
        self._lapsed = False
        self.counts = SamplerCounts()
        self.listeners: tuple[Callable[[Block], object], ...] = ()
        self.on_late: Callable[[int, float], object] = lambda _due_ns, _late_s: None
        # When the instrument last answered, or could not because of what a plan does to it (UTC ns).
        self.answered_ns = clock.now_ns()
        # What a plan has cut off cannot answer: it is not asked, and each reading counts as missed.
        self.out_of_reach: Callable[[], bool] = lambda: False
        self._instrument = instrument
        self.way_back = way_back
        self._period_ns = ns_from_s(every_s)
        self._clock = clock
        self._record = record
        self._call: ScheduledCall | None = None
        self._looking: ScheduledCall | None = None
        self._misses_in_a_row = 0
        # What a gap has cost, to be said with the first samples behind it; and how many samples a reading brings.
        self._owed = 0
        self._per_reading = 1
        self._last_due_ns: int | None = None
        # A plan may ask for a reading while the sampler's own thread reads.
        self._turn = threading.Lock()

    @property
    def every_s(self) -> float:
        """Return the pace of reading in seconds."""
        return self._period_ns / NS_PER_S

    @property
    def answers(self) -> bool:
        """Tell whether the instrument answered when it was last asked."""
        return self.failure is None and self.absence is None and not self._misses_in_a_row

    def overdue_s(self, now_ns: int) -> float:
        """Return for how long the reading that comes next has been due and has not begun, in seconds; 0 before."""
        last_due_ns = self._last_due_ns
        if self._call is None or last_due_ns is None or self.absence is not None:
            return 0.0
        return max(0, now_ns - last_due_ns - self._period_ns) / NS_PER_S

    def start(self) -> None:
        """Describe the stream in the record, set the instrument measuring, and read it from now on."""
        self._describe()
        self._instrument.start_sampling()
        self._begin()

    def read_each(self, every_s: float) -> None:
        """Read at another pace from now on; the record is told of it."""
        if self._call is None or ns_from_s(every_s) == self._period_ns:
            return
        self._call.cancel()
        self._period_ns = ns_from_s(every_s)
        self._last_due_ns = None
        self._describe()
        self._begin()

    def _describe(self) -> None:
        self._record.descriptor(self.name, self._instrument.channels, {"every_s": self._period_ns / NS_PER_S})

    def _begin(self) -> None:
        first_ns = self._clock.now_ns() + self._period_ns
        self._call = self._clock.call_every(self.name, self._period_ns, self._read, first_ns)

    def read_now(self) -> None:
        """Read once more, out of turn, so that the record reaches up to this moment.

        On the wall clock one that did not answer the last times, or whose reading is under way and does not end, is not
        waited for: the plan has others to read. Nor is one that is away: it is looked for already.
        """
        if (
            self.failure is not None
            or self.absence is not None
            or (self._misses_in_a_row > 1 and not self._clock.virtual)
        ):
            return
        if self._turn.acquire(timeout=_TURN_S):
            try:
                self._read_once(self._clock.now_ns(), in_turn=False)
            finally:
                self._turn.release()

    def stop(self) -> None:
        """Read no more and set the instrument to rest; safe to repeat."""
        if self._call is None:
            return
        self._call.cancel()
        self._call = None
        if (looking := self._looking) is not None:
            looking.cancel()
        if self.absence is not None:
            self._gap_ends(self.absence, back=False)
        elif self.failure is None:
            self._instrument.stop_sampling()

    def check(self) -> None:
        """Raise the failure that stopped this sampler, if any."""
        if self.failure is not None:
            raise self.failure

    def _read(self, due_ns: int) -> None:
        with self._turn:
            self._read_once(due_ns)

    def _read_once(self, due_ns: int, *, in_turn: bool = True) -> None:
        if self.failure is not None:
            return
        if self.absence is not None:
            self._look_for(self.absence, due=in_turn)
            return
        if in_turn:
            self._count_time(due_ns)
            if not self._leased():
                return
        if self.out_of_reach():
            self.counts.missed += 1
            self.answered_ns = self._clock.now_ns()
            return
        try:
            self._take(self._read_block(), due_ns)
        except MISSABLE as error:
            self._missed(error)
        except RigError as error:
            self._gone(error)

    def _read_block(self) -> Block:
        with typed(self.name, "reading"):
            block = self._instrument.read_block()
            if not isinstance(block, Block):
                raise TypeError(f"{block!r} is no block of samples")
            return block

    def _take(self, block: Block, due_ns: int) -> None:
        """Record what was read, and let listeners hear of it."""
        self._misses_in_a_row = 0
        self.answered_ns = self._clock.now_ns()
        if len(block.t_ns):
            block, self._owed = replace(block, lost=block.lost + self._owed), 0
            self._per_reading = len(block.t_ns)
        self.counts.reads += 1
        self.counts.samples += len(block.t_ns)
        self.counts.lost += block.lost
        if not len(block.t_ns) and not block.lost:
            return
        try:
            with typed(self.name, "taking what it read"):
                self._record.samples(self.name, block, due_ns=due_ns)
                for listener in self.listeners:
                    listener(block)
        except DriverFailedError as error:
            self._fail(error)
        except RecordError as error:
            # What cannot be recorded did not happen: the plan must hear of it, not this thread.
            self.failure = error

    def _count_time(self, due_ns: int) -> None:
        late_ms = (self._clock.now_ns() - due_ns) / 1e6
        self.counts.worst_lateness_ms = max(self.counts.worst_lateness_ms, late_ms)
        skipped = 0
        if self._last_due_ns is not None:
            skipped = (due_ns - self._last_due_ns) // self._period_ns - 1
            self.counts.overruns += skipped
        self.on_late(due_ns, late_ms / 1e3 + skipped * self.every_s)
        self._last_due_ns = due_ns

    def _leased(self) -> bool:
        """Tell whether the plan still shows signs of life; a lapse is recorded once."""
        alive = self._lease()
        if not alive and not self._lapsed:
            self._record.event(LeaseLapsed(self.name))
        self._lapsed = not alive
        return alive

    def _missed(self, error: InstrumentError) -> None:
        self.counts.missed += 1
        self._misses_in_a_row += 1
        self._tell(ReadingMissed(self.name, str(error)))
        if self._misses_in_a_row >= MISSES_IN_A_ROW:
            self._gone(error)

    def _fail(self, error: RigError) -> None:
        self.failure = error
        self._tell(SamplerFailed(self.name, str(error)))

    def _tell(self, event: Event) -> None:
        """Record an event; what the record refuses is this sampler's failure, unless it has one already."""
        try:
            self._record.event(event)
        except RecordError as error:
            self.failure = self.failure or error

    # Away and back ------------------------------------------------------------------------------------------------

    def _gone(self, error: RigError) -> None:
        """Look for the instrument from now on, at once for the first time; give up what has no way back."""
        if self.way_back is None or not isinstance(error, InstrumentError) or isinstance(error, LASTING):
            self._fail(error)
            return
        cause = first_line(error)
        self.way_back.away = cause
        self.absence = absence = Absence(self.answered_ns, self._clock.now_ns(), cause)
        self._tell(InstrumentLost(self.name, absence.since_ns, cause))
        if self._looking is None:
            step_ns = ns_from_s(FIRST_WAIT_S)
            first_ns = self._clock.now_ns() + step_ns
            self._looking = self._clock.call_every(f"{self.name} away", step_ns, self._look_again, first_ns)
        self._look_for(absence, due=True)

    def _look_again(self, _due_ns: int) -> None:
        """Look for the instrument in between two readings: it may be read seldom."""
        with self._turn:
            if self.absence is not None and self.failure is None:
                self._look_for(self.absence, due=False)
            elif self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def _look_for(self, absence: Absence, *, due: bool) -> None:
        """Try to reach the instrument when it is time to; `due` says that a reading is due and comes to nothing."""
        if due:
            self.counts.missed += 1
            absence.missed += 1
            self._last_due_ns = None
        now_ns, way_back = self._clock.now_ns(), self.way_back
        if way_back is None or not absence.is_due(now_ns):
            return
        absence.attempts += 1
        try:
            with typed(self.name, "opening it anew"):
                way_back.reopen()
                self._instrument.start_sampling()
            block = self._read_block()
        except InstrumentError as error:
            way_back.away = first_line(error)
            absence.failed(error, self._clock)
            if absence.is_over_after(way_back.away_s, self._clock.now_ns()):
                self._gap_ends(absence, back=False)
                self._fail(error)
        except RecordError as error:
            self.failure = error
        else:
            self._gap_ends(absence, back=True)
            # What the instrument kept of itself meanwhile nobody knows: a gap never costs nothing.
            self._owed += max(1, absence.missed) * self._per_reading
            self._take(block, now_ns)

    def _gap_ends(self, absence: Absence, *, back: bool) -> None:
        # The record first: who sees that the instrument is back finds the gap there.
        self._tell(absence.gap(self.name, self._clock.now_ns(), back=back))
        self.absence = None
