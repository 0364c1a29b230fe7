"""A simulated balance that repeats its last value for a minute before it weighs again."""

from instruments.mettler_mt_sics import twin as healthy

_REPEATS_NS = 60_000_000_000


class Twin(healthy.Twin):
    """Shows a weight again for up to 60 s."""

    said = b""
    said_ns = 0

    def _weight(self) -> bytes:
        now_ns = self._clock.now_ns()
        if not self.said or now_ns - self.said_ns > _REPEATS_NS:
            self.said, self.said_ns = super()._weight(), now_ns
        return self.said
