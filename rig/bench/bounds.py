"""What holds a plan to its bounds: the interlocks of the bench, what latches it, and the plan's time limit."""

import contextlib
from collections.abc import Iterator

from rig.bench.interlocks import Interlocks
from rig.bench.stopping import StopsDelivery
from rig.bench_file.reading import BenchFile
from rig.errors import InterlockError, RecordError, SafetyError
from rig.record.bodies.safety import BenchLatched, InterlockTripped
from rig.safety.latch import demand_clear, latch
from rig.safety.stop import end_by_every_way
from rig.safety.trip import Trip


class KeepsBounds(StopsDelivery):
    """A bench's verbs about interlocks, its latch and a plan's time."""

    file: BenchFile
    interlocks: Interlocks

    @contextlib.contextmanager
    def plan(self, *, hours: float | None = None) -> Iterator[None]:
        """Open the bench for a plan, on its own threads, and close it behind it.

        `hours` is the plan's own time limit; None means that of the bench file. Raises InterlockError on a bench whose
        interlock has tripped.
        """
        self.demand_bounds()
        self.interlocks.plan_begins()
        with self.guard.plan(hours=hours):
            yield

    def demand_bounds(self) -> None:
        """Raise InterlockError when an interlock has tripped, after ending delivery by every way there is."""
        self.interlocks.look()
        if self.interlocks.tripped is not None:
            raise self._ended(self.interlocks.tripped)

    def _ended(self, trip: Trip) -> InterlockError:
        if not self.ended_by_interlock:
            pumps = [pump for _, pump in self.instruments.pumps()]
            done, problems = end_by_every_way(pumps, self.instruments.powering())
            self.ended_by_interlock = " and ".join(done) or "NOTHING WORKED, STOP THE PUMP BY HAND"
            self.guard.at_rest()
            if problems:
                self.ended_by_interlock += f"; {'; '.join(problems)}"
                self.guard.told_unsafe(SafetyError(f"{trip}; {self.ended_by_interlock}"))
        return trip.error(self.ended_by_interlock)

    def _tripped(self, trip: Trip) -> None:
        """Act on a trip at once, on whatever thread it was found: what may wait is done by `demand_bounds`."""
        self.guard.close_gate(str(trip))
        self._latch(str(trip))
        with contextlib.suppress(RecordError):  # the error says all of it
            self.record.event(
                InterlockTripped(trip.interlock, trip.value, trip.limit, trip.streams, trip.from_ns, trip.to_ns)
            )

    # The latch ----------------------------------------------------------------------------------------------------

    def _demand_clear(self) -> None:
        """Raise BenchLatchedError for a bench, or a pump on it, that nobody has cleared."""
        demand_clear(self.file.bench.name, self.file.latching_ports)

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
