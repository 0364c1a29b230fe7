"""From a wanted rate to the moments of strokes: integrated without rounding, in whole strokes."""

from typing import ClassVar

from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.plant.line import NS_PER_H


class StrokePlanner(Part):
    """When strokes fall due.

    What is wanted but does not fill a stroke yet is kept, through stops and power cuts, as a half-turned motor is.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("_owed",)

    def __init__(self, stroke_nl: int) -> None:
        self._stroke = stroke_nl * NS_PER_H  # in nL·ns/h, so that everything stays a whole number
        self._owed = 0

    def run(self, spell: Spell) -> list[int]:
        """Want a spell's rate throughout it; return when strokes fell due in (from_ns, to_ns]."""
        before, rate_nl_h = self._owed, spell.rate_nl_h
        wanted = before + rate_nl_h * (spell.to_ns - spell.from_ns)
        # What was given back may still exceed what is wanted: that is no stroke less.
        count = max(0, wanted // self._stroke)
        self._owed = wanted - count * self._stroke
        # Each stroke at the first nanosecond at which the wanted volume fills it: rounded up, hence the signs.
        return [spell.from_ns - (before - n * self._stroke) // rate_nl_h for n in range(1, count + 1)]

    def time_of(self, n: int, from_ns: int, rate_nl_h: int) -> int:
        """Return when the n-th stroke from `from_ns` on falls due at this rate, NEVER_NS at none.

        It is `from_ns` itself for no stroke or fewer.
        """
        if rate_nl_h == 0:
            return NEVER_NS
        return max(from_ns, from_ns - (self._owed - n * self._stroke) // rate_nl_h)

    def give_back(self, nl_ns_h: int) -> None:
        """Take back what was wanted too much, in nL·ns/h, because a bolus ends between two nanoseconds."""
        self._owed -= nl_ns_h
