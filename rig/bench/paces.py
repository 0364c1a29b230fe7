"""How often a bench reads its instruments, for a part of a plan: seldom over days on end, or often for a while."""

import contextlib
from collections.abc import Callable, Iterator

from rig.bench.asked import seconds_asked
from rig.bench.instruments import Instruments
from rig.bench.sampling import Sampler
from rig.bench_file.reading import BenchFile
from rig.driving import LONGEST_SILENCE_S
from rig.pump_skills import WatchesLink

# A pump that watches its link is heard at least twice in the longest time that it may be given before a real pump.
_SELDOMEST_PUMP_S = LONGEST_SILENCE_S / 2


class ReadsAtPaces:
    """What changes the pace of a bench's samplers."""

    file: BenchFile
    instruments: Instruments
    samplers: tuple[Sampler, ...]
    catch_up: Callable[[], None]

    @contextlib.contextmanager
    def read_each(self, *, hours: float = 0.0, minutes: float = 0.0, seconds: float = 0.0) -> Iterator[None]:
        """Read every instrument at this pace in the block, instead of that of the bench file.

        A pump that stops by itself when nobody is heard is read each five minutes at least, or twice in the time that
        the bench file lets it wait where that is longer, and is told to wait twice its pace. Evaluations find the pace
        in the record. Raises PlanError for a time that is not above zero.
        """
        every_s = seconds_asked(hours=hours, minutes=minutes, seconds=seconds)
        self.catch_up()
        self._pace(every_s)
        try:
            yield
            self.catch_up()
        finally:
            self._pace(None)

    def _pace(self, every_s: float | None) -> None:
        """Read each instrument at a pace, or at its own again for None."""
        own_s = {entry.name: entry.sample_every_s for entry in self.file.instruments}
        pumps = dict(self.instruments.pumps())
        for sampler in self.samplers:
            pace_s = own_s[sampler.name] if every_s is None else every_s
            pump = pumps.get(sampler.name)
            if pump is not None and isinstance(pump, WatchesLink):
                waits_s = self.file.safety.link_watchdog_s
                seldomest_s = max(_SELDOMEST_PUMP_S, waits_s / 2)
                pace_s = min(pace_s or seldomest_s, seldomest_s)
                pump.set_link_watchdog(seconds=waits_s if every_s is None else max(2.0 * pace_s, waits_s))
            if pace_s is not None:
                sampler.read_each(pace_s)
