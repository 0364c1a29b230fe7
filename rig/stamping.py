"""Stamps for samples that an instrument takes by a clock of its own.

A quartz that is off by 50 ppm walks away from the rig's clock by four seconds a day. The samples' own grid is exact
and free of jitter, so it is kept as long as it agrees with the rig's clock, and bent back where it no longer does.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S

# A period is kept as a fraction of this size: exact for every clock divided from a whole-numbered timebase, and small
# enough that 10^12 samples still multiply within 64 bits.
_LARGEST_DENOMINATOR = 1_000_000
# What threads, wires and an instrument's own buffers may delay the newest sample without the grid being wrong.
SLACK_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class SampleClock:
    """The instants of samples: number k at t0 + k·period, UTC ns, rounded down to whole nanoseconds.

    Computed in integers: the thousandth sample and the thousand-millionth are equally exact.
    """

    t0_ns: int
    period_ns: Fraction

    @classmethod
    def of_rate(cls, t0_ns: int, rate_hz: float) -> "SampleClock":
        """Return the clock that takes `rate_hz` samples a second from `t0_ns` on."""
        return cls(t0_ns, (Fraction(NS_PER_S) / Fraction(rate_hz)).limit_denominator(_LARGEST_DENOMINATOR))

    def instants_ns(self, first: int, count: int) -> NDArray[np.int64]:
        """Return the instants of the samples `first` … `first + count - 1`, int64 UTC ns of shape (count,)."""
        whole, rest = divmod(self.period_ns.numerator, self.period_ns.denominator)
        k = np.arange(first, first + count, dtype=np.int64)
        return self.t0_ns + k * whole + (k * rest) // self.period_ns.denominator

    def samples_before(self, t_ns: int) -> int:
        """Return how many samples from number 0 on fall before `t_ns`."""
        return max(0, -((self.t0_ns - t_ns) // self.period_ns))

    def stamp(
        self, first: int, count: int, *, asked_ns: int, answered_ns: int
    ) -> tuple[NDArray[np.int64], "SampleClock"]:
        """Return the stamps of samples of which the last was the newest when the instrument was asked, and the clock
        to go on with.

        The newest sample was taken within one period before the answer. Where the grid says otherwise, it is bent
        over these samples until it agrees; where it lags by more than all of them span, samples are missing that
        nobody counted, and the grid jumps, so that the gap shows.
        """
        stamps_ns = self.instants_ns(first, count)
        if not count:
            return stamps_ns, self
        newest_ns = int(stamps_ns[-1])
        earliest_ns = asked_ns - int(self.period_ns) - SLACK_NS
        shift_ns = min(max(newest_ns, earliest_ns), answered_ns + SLACK_NS) - newest_ns
        if shift_ns == 0:
            return stamps_ns, self
        span_ns = int(count * self.period_ns)
        shift_ns = max(shift_ns, -span_ns // 2)  # time never steps back
        if shift_ns > span_ns:
            bent_ns = stamps_ns + shift_ns
        else:
            bent_ns = stamps_ns + np.arange(1, count + 1, dtype=np.int64) * shift_ns // count
        return bent_ns, replace(self, t0_ns=self.t0_ns + shift_ns)
