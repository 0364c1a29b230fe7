"""How often a bench reads its instruments, for a part of a plan: seldom over days on end, or often for a while."""

import contextlib
from collections.abc import Callable, Iterator, Mapping

from rig.bench.asked import seconds_asked
from rig.bench.guard import Guard
from rig.bench.instruments import Instruments
from rig.bench.sampling import Sampler
from rig.bench_file.reading import BenchFile
from rig.clock import Clock
from rig.driving import LONGEST_SILENCE_S
from rig.errors import InstrumentError
from rig.pump_skills import WatchesLink

# At zero flow, on the virtual clock: each reading takes real time, and beside what the air does to a vessel in hours a
# few dozen of them tell as much as hundreds.
_AT_REST_S = {"balance": 120.0}
_OTHERS_AT_REST_S = 300.0
# A pump that watches its link is heard at least twice in the longest time that it may be given before a real pump.
_SELDOMEST_PUMP_S = LONGEST_SILENCE_S / 2


class ReadsAtPaces:
    """What changes the pace of a bench's samplers."""

    file: BenchFile
    instruments: Instruments
    samplers: tuple[Sampler, ...]
    clock: Clock
    guard: Guard
    catch_up: Callable[[], None]
    _pump_waits_s: dict[str, float]
    _cut_at_rest: bool

    @contextlib.contextmanager
    def read_each(self, *, hours: float = 0.0, minutes: float = 0.0, seconds: float = 0.0) -> Iterator[None]:
        """Read every instrument at this pace in the block, instead of that of the bench file.

        A pump that stops by itself when nobody is heard is read each five minutes at least, or twice in the time that
        the bench file lets it wait where that is longer, and is told to wait twice its pace; neither is so where the
        supervisor speaks to it meanwhile, as before a real pump. Evaluations find the pace in the record. Raises
        PlanError for a time that is not above zero.
        """
        every_s = seconds_asked(hours=hours, minutes=minutes, seconds=seconds)
        with self._at_pace({sampler.name: every_s for sampler in self.samplers}):
            yield

    @contextlib.contextmanager
    def _read_at_rest(self) -> Iterator[None]:
        """Read seldom in the block where that saves time, on the virtual clock; else as before."""
        if not self.clock.virtual:
            yield
            return
        at_rest_s = {one.name: _AT_REST_S.get(one.capability, _OTHERS_AT_REST_S) for one in self.instruments}
        with self._at_pace({one.name: max(one.every_s, at_rest_s[one.name]) for one in self.samplers}):
            yield

    @contextlib.contextmanager
    def _at_pace(self, every_s: Mapping[str, float]) -> Iterator[None]:
        """Read each instrument at a pace of its own in the block, and as before behind it."""
        before_s = {sampler.name: sampler.every_s for sampler in self.samplers}
        waited_s = dict(self._pump_waits_s)
        self.catch_up()
        self._pace(every_s)
        try:
            yield
            self.catch_up()
        except BaseException:
            # A pump whose power an interlock took hears nothing any more: what broke the block is what is told.
            with contextlib.suppress(InstrumentError):
                self._pace(before_s, waited_s)
            raise
        self._pace(before_s, waited_s)

    def _pace(self, every_s: Mapping[str, float], waits_s: Mapping[str, float] | None = None) -> None:
        """Read each instrument at its pace; a pump that hears nobody else waits as said, or for twice its pace."""
        pumps = dict(self.instruments.pumps())
        for sampler in self.samplers:
            name, pace_s = sampler.name, every_s[sampler.name]
            pump = pumps.get(name)
            # A pump whose power was taken, because it did not rest, hears nothing: nobody waits for its answer.
            deaf = self._cut_at_rest and pump is self.instruments.pump()
            if pump is not None and isinstance(pump, WatchesLink) and not deaf and not self.guard.feeds(name):
                pace_s, seldom_s = self._heard_often_enough(pace_s)
                self._pump_waits_s[name] = seldom_s if waits_s is None else waits_s.get(name, self._patience_s)
                pump.set_link_watchdog(seconds=self._pump_waits_s[name])
            sampler.read_each(pace_s)

    def _heard_often_enough(self, pace_s: float) -> tuple[float, float]:
        """Return the pace that a pump can be read at, and for how long it is to wait then, in seconds."""
        pace_s = min(pace_s, max(_SELDOMEST_PUMP_S, self._patience_s / 2))
        return pace_s, max(2.0 * pace_s, self._patience_s)

    @property
    def _patience_s(self) -> float:
        return self.file.safety.link_watchdog_s
