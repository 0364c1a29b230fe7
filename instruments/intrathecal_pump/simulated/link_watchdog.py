"""The link watchdog: how long the rig may be silent while the pump delivers."""

from typing import ClassVar

from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.real_time_clock import NS_PER_MS

FACTORY_WATCHDOG_MS = 60_000


class LinkWatchdog(Part):
    """Counts from the last valid frame; its time is kept without power."""

    KEPT: ClassVar[tuple[str, ...]] = ("_time_ms",)

    def __init__(self, now_ns: int) -> None:
        self._time_ms = FACTORY_WATCHDOG_MS
        self._heard_ns = now_ns

    @property
    def time_ms(self) -> int:
        """Return the watchdog time in ms."""
        return self._time_ms

    @property
    def fires_ns(self) -> int:
        """Return when silence will have lasted too long (laboratory UTC ns), NEVER_NS for never."""
        return self._heard_ns + self._time_ms * NS_PER_MS

    def heard(self, now_ns: int) -> None:
        """Begin anew: a valid frame came."""
        self._heard_ns = now_ns

    def set_time(self, time_ms: int) -> None:
        """Set the watchdog time in ms, which must be one that the limits take."""
        self._time_ms = time_ms

    def expired(self, t_ns: int) -> bool:
        """Tell whether silence has lasted too long at `t_ns`."""
        return t_ns >= self.fires_ns
