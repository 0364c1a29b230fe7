"""The boluses: how much of them is left, and what rate they make of the infusion's."""

from instruments.intrathecal_pump.programme import Bolus, SquareBolus
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.intrathecal_pump.simulated.square_bolus import SquareCourse
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.plant.line import NS_PER_H


class BolusEngine(Part):
    """One single bolus at a time, on top of the infusion, and one square bolus, which waits while a single one is."""

    def __init__(self, planner: StrokePlanner) -> None:
        self._planner = planner
        self._bolus: Bolus | None = None
        self._left = 0  # in nL·ns/h, so that everything stays a whole number
        self._square: SquareCourse | None = None

    @property
    def under_way(self) -> bool:
        """Tell whether any bolus is being given, or waits for its end."""
        return self._bolus is not None or self._square is not None

    @property
    def single_under_way(self) -> bool:
        """Tell whether a single bolus is being given, or waits for its end."""
        return self._bolus is not None

    @property
    def square_under_way(self) -> bool:
        """Tell whether a square bolus is being given, or waits."""
        return self._square is not None

    @property
    def rate_nl_h(self) -> int:
        """Return the rate of the bolus that is being given now in nL/h, 0 without one."""
        if self._bolus is not None:
            return self._bolus.rate_nl_h
        return 0 if self._square is None else self._square.rate_nl_h

    @property
    def highest_nl_h(self) -> int:
        """Return the highest rate in nL/h that the boluses under way may still have."""
        return max(self.rate_nl_h, 0 if self._square is None else self._square.highest_nl_h)

    @property
    def left_nl(self) -> int:
        """Return what is left of the bolus that is being given now, in nL rounded up."""
        if self._bolus is None and self._square is not None:
            return self._square.left_nl
        return -(-max(0, self._left) // NS_PER_H)

    @property
    def square_left_nl(self) -> int:
        """Return what is left of the square bolus, whether it waits or not, in nL rounded up."""
        return 0 if self._square is None else self._square.left_nl

    @property
    def given(self) -> bool:
        """Tell whether the single bolus under way has been given whole, and waits for `complete`."""
        return self._bolus is not None and self._left <= 0

    @property
    def square_given(self) -> bool:
        """Tell whether the square bolus under way has been given whole, and waits for `end_square`."""
        return self._square is not None and self._square.given

    def begin(self, bolus: Bolus) -> None:
        """Start a single bolus."""
        self._bolus = bolus
        self._left = bolus.volume_nl * NS_PER_H

    def begin_square(self, square: SquareBolus) -> None:
        """Start a square bolus, which waits while a single one is given."""
        self._square = SquareCourse(square)

    def total_nl_h(self, basal_nl_h: int) -> int:
        """Return the rate in nL/h to be delivered now when the infusion asks for `basal_nl_h`."""
        return basal_nl_h + self.rate_nl_h

    def ends_ns(self, t_ns: int) -> int:
        """Return when the present bolus will have been given, or change its rate; NEVER_NS without one."""
        if self._bolus is not None:
            return t_ns - -self._left // self._bolus.rate_nl_h
        return NEVER_NS if self._square is None else t_ns + self._square.constant_ns

    def run(self, spell: Spell) -> None:
        """Give the present bolus its share of a spell."""
        if self._bolus is None and self._square is not None:
            if spell.bolus_nl_h:
                self._square.run(spell.to_ns - spell.from_ns)
        else:
            self._left -= spell.bolus_nl_h * (spell.to_ns - spell.from_ns)

    def complete(self) -> int:
        """End the single bolus, which has been given whole; return how much that is, in nL, for the log."""
        return self._end()

    def stop(self) -> int:
        """End the single bolus, since STOP was commanded; return how much of it was given, in nL, for the log."""
        return self._end()

    def halt(self) -> int:
        """End the single bolus by the pump's own decision; return how much of it was given, in nL, for the log."""
        return self._end()

    def end_square(self) -> int:
        """End the square bolus, whole or not; return how much of it was given, in nL, for the log."""
        given_nl = 0 if self._square is None else self._square.volume_nl - self._square.left_nl
        self._square = None
        return given_nl

    def power_lost(self) -> None:
        """Forget the boluses under way; nobody is there to log it."""
        self._left = 0
        self._bolus = None
        self._square = None

    def _end(self) -> int:
        given_nl = 0 if self._bolus is None else self._bolus.volume_nl - -(-max(0, self._left) // NS_PER_H)
        if self._left < 0:
            self._planner.give_back(-self._left)
        self._left = 0
        self._bolus = None
        return given_nl
