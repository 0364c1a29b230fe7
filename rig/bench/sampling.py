"""Samplers: instruments read into the record at their own pace; what is lost, late or missed is data too."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from rig.clock import NS_PER_S, Clock, ScheduledCall, ns_from_s
from rig.errors import GarbledReplyError, NoReplyError, RecordError, RefusedError, RigError
from rig.record.bodies.events import LeaseLapsed, ReadingMissed, SamplerFailed
from rig.record.bodies.others import SamplerCounted
from rig.record.writer import RunRecord
from rig.samples import Block, Sampled

# A reading that fails is missed and counted; as many in a row mean that the instrument is gone.
MISSES_IN_A_ROW = 5
MISSABLE = (NoReplyError, GarbledReplyError, RefusedError)


@dataclass(slots=True)
class SamplerCounts:
    """What one sampler has done so far; `worst_lateness_ms` is between due and begun, 0 on the virtual clock."""

    reads: int = 0
    samples: int = 0
    lost: int = 0
    missed: int = 0
    overruns: int = 0
    worst_lateness_ms: float = 0.0

    def counted(self) -> SamplerCounted:
        """Return the counts as the record keeps them."""
        return SamplerCounted(self.reads, self.samples, self.lost, self.missed, self.overruns, self.worst_lateness_ms)


class Sampler:
    """Reads one instrument into one stream of the record, each `every_s`.

    It reads only while `lease` says that the plan is alive: a pump that is no longer read stops by its own watchdog.
    The first failure that is no mere missed reading latches: sampling rests, and `check` raises it.
    """

    def __init__(
        self,
        name: str,
        instrument: Sampled,
        every_s: float,
        clock: Clock,
        record: RunRecord,
        lease: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name = name
        self.failure: RigError | None = None
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
        self._period_ns = ns_from_s(every_s)
        self._clock = clock
        self._record = record
        self._call: ScheduledCall | None = None
        self._misses_in_a_row = 0
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
        return self.failure is None and not self._misses_in_a_row

    def overdue_s(self, now_ns: int) -> float:
        """Return for how long the reading that comes next has been due and has not begun, in seconds; 0 before."""
        last_due_ns = self._last_due_ns
        if self._call is None or last_due_ns is None:
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
        """Read once more, out of turn, so that the record reaches up to this moment."""
        if self.failure is None:
            self._read(self._clock.now_ns(), in_turn=False)

    def stop(self) -> None:
        """Read no more and set the instrument to rest; safe to repeat."""
        if self._call is None:
            return
        self._call.cancel()
        self._call = None
        if self.failure is None:
            self._instrument.stop_sampling()

    def check(self) -> None:
        """Raise the failure that stopped this sampler, if any."""
        if self.failure is not None:
            raise self.failure

    def _read(self, due_ns: int, *, in_turn: bool = True) -> None:
        with self._turn:
            if self.failure is not None:
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
                block = self._instrument.read_block()
            except MISSABLE as error:
                self._missed(error)
                return
            except RigError as error:
                self._fail(error)
                return
            self._misses_in_a_row = 0
            self.answered_ns = self._clock.now_ns()
            self.counts.reads += 1
            self.counts.samples += len(block.t_ns)
            self.counts.lost += block.lost
            if len(block.t_ns) or block.lost:
                try:
                    self._record.samples(self.name, block, due_ns=due_ns)
                    for listener in self.listeners:
                        listener(block)
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

    def _missed(self, error: RigError) -> None:
        self.counts.missed += 1
        self._misses_in_a_row += 1
        self._record.event(ReadingMissed(self.name, str(error)))
        if self._misses_in_a_row >= MISSES_IN_A_ROW:
            self._fail(error)

    def _fail(self, error: RigError) -> None:
        self.failure = error
        self._record.event(SamplerFailed(self.name, str(error)))
