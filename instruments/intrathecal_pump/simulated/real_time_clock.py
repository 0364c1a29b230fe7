"""The pump's own clock, by which it stamps its log."""

from typing import ClassVar

from instruments.intrathecal_pump.simulated.part import Part

NS_PER_MS = 1_000_000


class PumpClock(Part):
    """A real-time clock on a crystal that is off by some ppm; its own small cell keeps it through power cuts."""

    KEPT: ClassVar[tuple[str, ...]] = (
        "_set_at_ns",
        "_set_to_ns",
    )
    MOMENTS: ClassVar[tuple[str, ...]] = ("_set_at_ns",)

    def __init__(self, now_ns: int, *, offset_ns: int, drift_ppm: float) -> None:
        self._set_at_ns = now_ns
        self._set_to_ns = max(0, now_ns + offset_ns)
        self._drift_ppb = round(drift_ppm * 1000)
        self._times_set = 0

    @property
    def times_set(self) -> int:
        """Return how often the clock was set: what was foreseen before is no longer so."""
        return self._times_set

    def read_ms(self, t_ns: int) -> int:
        """Return what the clock shows at `t_ns` (laboratory UTC ns), in ms since 1970 UTC."""
        passed_ns = t_ns - self._set_at_ns
        return (self._set_to_ns + passed_ns + passed_ns * self._drift_ppb // 1_000_000_000) // NS_PER_MS

    def set_ms(self, t_ns: int, clock_ms: int) -> None:
        """Set the clock at `t_ns` to `clock_ms`, which must be one that the limits take."""
        self._set_at_ns = t_ns
        self._set_to_ns = clock_ms * NS_PER_MS
        self._times_set += 1

    def first_ns(self, clock_ms: int, after_ns: int) -> int:
        """Return the first ns after `after_ns` at which the clock, if it is not set, shows `clock_ms` or later."""
        low, span = after_ns, max(1, (clock_ms - self.read_ms(after_ns)) * NS_PER_MS)
        while self.read_ms(low + span) < clock_ms:
            low, span = low + span, 2 * span
        high = low + span
        while high - low > 1:
            middle = (low + high) // 2
            if self.read_ms(middle) < clock_ms:
                low = middle
            else:
                high = middle
        return high
