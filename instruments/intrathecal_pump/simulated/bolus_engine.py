"""The bolus: how much of it is left, and what rate it makes of the infusion's."""

from instruments.intrathecal_pump.programme import Bolus
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.plant.line import NS_PER_H


class BolusEngine(Part):
    """One bolus at a time, on top of the infusion."""

    def __init__(self, planner: StrokePlanner) -> None:
        self._planner = planner
        self._bolus: Bolus | None = None
        self._left = 0  # in nL·ns/h, so that everything stays a whole number

    @property
    def under_way(self) -> bool:
        """Tell whether a bolus is being given, or waits for its end."""
        return self._bolus is not None

    @property
    def rate_nl_h(self) -> int:
        """Return the rate of the bolus under way in nL/h, 0 without one."""
        return 0 if self._bolus is None else self._bolus.rate_nl_h

    @property
    def left_nl(self) -> int:
        """Return what is left of the bolus under way, in nL rounded up."""
        return -(-max(0, self._left) // NS_PER_H)

    @property
    def given(self) -> bool:
        """Tell whether the bolus under way has been given whole, and waits for `complete`."""
        return self._bolus is not None and self._left <= 0

    def begin(self, bolus: Bolus) -> None:
        """Start a bolus."""
        self._bolus = bolus
        self._left = bolus.volume_nl * NS_PER_H

    def total_nl_h(self, basal_nl_h: int) -> int:
        """Return the rate in nL/h to be delivered now when the infusion asks for `basal_nl_h`."""
        return basal_nl_h + self.rate_nl_h

    def ends_ns(self, t_ns: int) -> int:
        """Return when the bolus under way will have been given, at its present rate; NEVER_NS without one."""
        return NEVER_NS if self._bolus is None else t_ns - -self._left // self._bolus.rate_nl_h

    def run(self, spell: Spell) -> None:
        """Give the bolus its share of a spell."""
        self._left -= spell.bolus_nl_h * (spell.to_ns - spell.from_ns)

    def complete(self) -> int:
        """End the bolus, which has been given whole; return how much that is, in nL, for the log."""
        return self._end()

    def stop(self) -> int:
        """End the bolus, since STOP was commanded; return how much of it was given, in nL, for the log."""
        return self._end()

    def halt(self) -> int:
        """End the bolus by the pump's own decision; return how much of it was given, in nL, for the log."""
        return self._end()

    def power_lost(self) -> None:
        """Forget the bolus under way; nobody is there to log it."""
        self._left = 0
        self._bolus = None

    def _end(self) -> int:
        given_nl = 0 if self._bolus is None else self._bolus.volume_nl - self.left_nl
        if self._left < 0:
            self._planner.give_back(-self._left)
        self._left = 0
        self._bolus = None
        return given_nl
