"""From power to a running pump, and back."""

from instruments.intrathecal_pump.simulated.part import Part


class PumpStartUp(Part):
    """Boots the electronics when they are fed. A pump that is fed when time begins has booted before."""

    def __init__(self, now_ns: int, *, boot_ns: int) -> None:
        self._boot_ns = boot_ns
        self._up_ns: int | None = now_ns
        self._running = False
        self._cut_short = False

    @property
    def running(self) -> bool:
        """Tell whether the electronics are powered and have booted."""
        return self._running

    @property
    def cut_short(self) -> bool:
        """Tell whether the last power cut ended a delivery."""
        return self._cut_short

    def recall(self, *, cut_short: bool) -> None:
        """Be a pump whose power has just gone away, in a delivery or not, and is back."""
        self._cut_short = cut_short

    def go_down(self, *, delivering: bool) -> bool:
        """Lose the power while delivering or not; tell whether there was any until now."""
        was_fed = self._up_ns is not None
        if self._running:
            self._cut_short = delivering
        self._up_ns = None
        self._running = False
        return was_fed

    def up_ns(self, fed_ns: int) -> int:
        """Return when the pump, fed since `fed_ns` or longer, is up (laboratory UTC ns)."""
        if self._up_ns is None:
            self._up_ns = fed_ns + self._boot_ns
        return self._up_ns

    def come_up(self) -> None:
        """Run from now on."""
        self._running = True
