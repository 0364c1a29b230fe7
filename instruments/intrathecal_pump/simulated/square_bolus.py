"""A square bolus: a volume spread evenly over a time, whole numbers all the way."""

from instruments.intrathecal_pump.programme import SquareBolus
from instruments.plant.line import NS_PER_H

_NS_PER_S = 1_000_000_000
_S_PER_H = 3600


class SquareCourse:
    """One square bolus as far as it has got; it waits while nobody runs it.

    An even rate is seldom a whole number of nL/h. It is rounded up for as long as it takes, and down for the rest, so
    that exactly the volume is given in exactly the time.
    """

    def __init__(self, square: SquareBolus) -> None:
        self.volume_nl = square.volume_nl
        self._floor_nl_h = square.volume_nl * _S_PER_H // square.seconds
        self._left = square.volume_nl * NS_PER_H
        self._left_ns = square.seconds * _NS_PER_S

    @property
    def left_nl(self) -> int:
        """Return what is left, in nL rounded up."""
        return -(-self._left // NS_PER_H)

    @property
    def given(self) -> bool:
        """Tell whether nothing is left."""
        return self._left_ns <= 0

    @property
    def rate_nl_h(self) -> int:
        """Return the rate in nL/h for the next `constant_ns`."""
        return self._floor_nl_h + (self._excess > 0)

    @property
    def constant_ns(self) -> int:
        """Return for how long the rate stays, in ns."""
        return self._excess or self._left_ns

    @property
    def highest_nl_h(self) -> int:
        """Return the highest rate that it will still have."""
        return self.rate_nl_h

    def run(self, span_ns: int) -> None:
        """Give its share of a time that is no longer than `constant_ns`."""
        self._left -= self.rate_nl_h * span_ns
        self._left_ns -= span_ns

    @property
    def _excess(self) -> int:
        """What the rate rounded down would leave, in nL·ns/h: each ns at one nL/h more takes 1 of it."""
        return self._left - self._floor_nl_h * self._left_ns
