"""The prime: a volume that fills the line, at one rate, while infusion and boluses wait."""

from instruments.intrathecal_pump.programme import Prime
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.intrathecal_pump.simulated.therapy_limits import FULL_LIMITS
from instruments.plant.line import NS_PER_H


class Priming(Part):
    """One prime at a time; nothing is delivered beside it, and nothing is made up behind it."""

    def __init__(self, planner: StrokePlanner) -> None:
        self._planner = planner
        self._prime: Prime | None = None
        self._left = 0  # in nL·ns/h, so that everything stays a whole number

    @property
    def under_way(self) -> bool:
        """Tell whether the line is being filled."""
        return self._prime is not None

    @property
    def rate_nl_h(self) -> int:
        """Return the rate of the prime under way in nL/h, 0 without one."""
        return 0 if self._prime is None else FULL_LIMITS.prime_rate_nl_h

    @property
    def left_nl(self) -> int:
        """Return what is left of the prime under way, in nL rounded up."""
        return -(-max(0, self._left) // NS_PER_H)

    @property
    def given(self) -> bool:
        """Tell whether the prime under way has been given whole, and waits for `end`."""
        return self._prime is not None and self._left <= 0

    def begin(self, prime: Prime) -> None:
        """Start a prime."""
        self._prime = prime
        self._left = prime.volume_nl * NS_PER_H

    def ends_ns(self, t_ns: int) -> int:
        """Return when the prime under way will have been given; NEVER_NS without one."""
        return NEVER_NS if self._prime is None else t_ns - -self._left // self.rate_nl_h

    def run(self, spell: Spell) -> None:
        """Give the prime its share of a spell."""
        self._left -= spell.prime_nl_h * (spell.to_ns - spell.from_ns)

    def end(self) -> int:
        """End the prime, whole or not; return how much of it was given, in nL, for the log."""
        given_nl = 0 if self._prime is None else self._prime.volume_nl - self.left_nl
        if self._left < 0:
            self._planner.give_back(-self._left)
        self._left = 0
        self._prime = None
        return given_nl

    def power_lost(self) -> None:
        """Forget the prime under way; nobody is there to log it."""
        self._left = 0
        self._prime = None
