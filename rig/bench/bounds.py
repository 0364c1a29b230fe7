"""What holds a plan to its bounds: the interlocks of the bench, what latches it, and the plan's time limit."""

import contextlib
import threading
from collections.abc import Iterator, Sequence

from rig.bench.in_use import demand_nobody_else
from rig.bench.interlocks import Interlocks
from rig.bench.stopping import StopsDelivery
from rig.bench.timing import Timing
from rig.bench_file.reading import BenchFile
from rig.clock import Clock
from rig.driving import DriverContext
from rig.errors import InterlockError, RecordError, SafetyError
from rig.record.bodies.safety import BenchLatched, InterlockTripped, KeptAwake
from rig.safety import interrupts
from rig.safety.awake import kept_awake
from rig.safety.latch import demand_clear, latch
from rig.safety.lease import leased
from rig.safety.left_open import unmark
from rig.safety.stop import end_by_every_way
from rig.safety.trip import Trip

_GRACE_S = 2.0


class KeepsBounds(StopsDelivery):
    """A bench's verbs about interlocks, its latch and a plan's time."""

    file: BenchFile
    clock: Clock
    interlocks: Interlocks
    timing: Timing
    _cleanup: contextlib.ExitStack
    # Set once a plan has met the trip where it dwells.
    _trip_is_met: threading.Event

    @contextlib.contextmanager
    def plan(self, *, hours: float | None = None) -> Iterator[None]:
        """Open the bench for a plan, on its own threads, and close it behind it.

        `hours` is the plan's own time limit; None means that of the bench file. Raises InterlockError on a bench whose
        interlock has tripped.
        """
        self.demand_bounds()
        self.interlocks.plan_begins()
        self.timing.plan_begins()
        try:
            with self.guard.plan(hours=hours):
                yield
        finally:
            with contextlib.suppress(RecordError):  # who leaves the bench hears of that
                self.timing.tell()

    def demand_bounds(self) -> None:
        """Raise InterlockError when an interlock has tripped, after ending delivery by every way there is."""
        self.interlocks.look()
        if self.interlocks.tripped is not None:
            self._trip_is_met.set()
            raise self._ended(self.interlocks.tripped)

    def _ended(self, trip: Trip) -> InterlockError:
        if not self.ended_by_interlock:
            done, problems = self._end_by_every_way()
            self.ended_by_interlock = " and ".join(done) or "NOTHING WORKED, STOP THE PUMP BY HAND"
            self.guard.at_rest()
            if problems:
                self.ended_by_interlock += f"; {'; '.join(problems)}"
                self.guard.told_unsafe(SafetyError(f"{trip}; {self.ended_by_interlock}"))
        return trip.error(self.ended_by_interlock)

    def _end_by_every_way(self) -> tuple[Sequence[str], Sequence[str]]:
        """Return what was done and what went wrong; what the supervisor has done already is not done again."""
        ended = self.guard.ended_for_the_run()
        if ended is not None and ended.stopped:
            return ended.done, ended.wrong
        pumps = [pump for _, pump in self.instruments.pumps()]
        return end_by_every_way(pumps, self.instruments.powering())

    def _tripped(self, trip: Trip) -> None:
        """Act on a trip at once, on whatever thread it was found: what may wait is done by `demand_bounds`."""
        self.guard.close_gate(str(trip))
        self._latch(str(trip))
        with contextlib.suppress(RecordError):  # the error says all of it
            self.record.event(
                InterlockTripped(trip.interlock, trip.value, trip.limit, trip.streams, trip.from_ns, trip.to_ns)
            )

        if not self.clock.virtual:
            threading.Thread(target=self._insist, args=(trip,), name="a trip", daemon=True).start()

    def _insist(self, trip: Trip) -> None:
        """End a plan that does not meet its trip where it dwells: one that loops, or waits for something else."""
        if not self._trip_is_met.wait(_GRACE_S) and self.guard.under_way:
            interrupts.raise_in_main(trip.error("delivery was ended"))

    # The latch ----------------------------------------------------------------------------------------------------

    def _have_the_bench(self) -> None:
        """Lease a physical bench that is clear, latch it where it is left unsafe, and keep the machine awake meanwhile.

        Raises BenchBusyError, also where a run of another machine has it, or BenchLatchedError for a bench, or a pump
        on it, that nobody has cleared.
        """
        self._cleanup.enter_context(leased(self.file.bench.name, self.file.ports))
        demand_clear(self.file.bench.name, self.file.latching_ports)
        demand_nobody_else(self.file, DriverContext(self.clock, lambda _: None, again=True))
        # The supervisor marks it as open; where it has died, who ends delivery in its place has to unmark it.
        self._cleanup.callback(unmark, self.file.bench.name, self.record.run_id)
        self._cleanup.callback(self._latch_when_unsafe)
        awake = self._cleanup.enter_context(kept_awake())
        self.record.event(KeptAwake(awake.by, awake.why_not))

    def _latch_when_unsafe(self) -> None:
        """Latch a bench that could not be brought back to its safe state."""
        if self.guard.left_unsafe:
            self._latch(self.guard.left_unsafe)

    def _latch(self, why: str) -> None:
        if self.file.mocked or self._is_latched:
            return  # a mocked bench's next run has twins of its own
        self._is_latched = True
        try:
            latch(self.file.bench.name, why, f"run {self.record.run_id}", self.file.latching_ports)
        except SafetyError as error:
            self.guard.told_unsafe(error)
        with contextlib.suppress(RecordError):
            self.record.event(BenchLatched(why))
