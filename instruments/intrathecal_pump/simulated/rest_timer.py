"""How long the pump has been stopped: a silent pump is a danger of its own."""

from instruments.intrathecal_pump.simulated.part import Part

TOO_LONG_S = 48 * 3600
_TOO_LONG_NS = TOO_LONG_S * 1_000_000_000


class RestTimer(Part):
    """Counts from the end of delivery, and from each start of the electronics."""

    def __init__(self, now_ns: int) -> None:
        self._since_ns = now_ns

    @property
    def fires_ns(self) -> int:
        """Return when the pump will have been stopped too long if nothing is delivered (laboratory UTC ns)."""
        return self._since_ns + _TOO_LONG_NS

    def delivered(self, t_ns: int) -> None:
        """Begin anew: something was being delivered up to `t_ns`."""
        self._since_ns = t_ns

    def too_long(self, t_ns: int) -> bool:
        """Tell whether the pump has been stopped too long at `t_ns`, if it is stopped."""
        return t_ns >= self.fires_ns

    def booted(self, t_ns: int) -> None:
        """Begin anew."""
        self._since_ns = t_ns
