"""The trial session: a total dose and a time that bound all delivery, and no more behind them."""

from typing import ClassVar

from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.plant.line import NS_PER_H

_NS_PER_S = 1_000_000_000


class TrialSession(Part):
    """One session at a time, in the pump's own running time; it outlives STOP and power, until another one is begun."""

    KEPT: ClassVar[tuple[str, ...]] = (
        "total_nl",
        "_left",
        "_ends_ns",
    )
    MOMENTS: ClassVar[tuple[str, ...]] = ("_ends_ns",)

    def __init__(self) -> None:
        self.total_nl = 0
        self._left = 0  # in nL·ns/h, so that everything stays a whole number
        self._ends_ns = NEVER_NS

    @property
    def on(self) -> bool:
        """Tell whether there is a session, over or not."""
        return self.total_nl > 0

    def begin(self, t_ns: int, total_nl: int, seconds: int) -> None:
        """Begin a session, or end what there is: by 0 nL in 0 s."""
        self.total_nl = total_nl
        self._left = total_nl * NS_PER_H
        self._ends_ns = t_ns + seconds * _NS_PER_S if total_nl else NEVER_NS

    def run(self, spell: Spell) -> None:
        """Take what a spell delivers from what is left."""
        if self.on:
            self._left -= spell.rate_nl_h * (spell.to_ns - spell.from_ns)

    def over(self, t_ns: int) -> bool:
        """Tell whether nothing may be delivered any more."""
        return self.on and (self._left <= 0 or t_ns >= self._ends_ns)

    def reaches_ns(self, t_ns: int, rate_nl_h: int) -> int:
        """Return when the session will be over if delivery goes on at this rate; NEVER_NS without one."""
        if not self.on:
            return NEVER_NS
        given_ns = t_ns - -self._left // rate_nl_h if rate_nl_h else NEVER_NS
        return min(given_ns, self._ends_ns)

    def left_nl(self) -> int:
        """Return what may still be delivered, in nL rounded up; 0 without a session."""
        return -(-max(0, self._left) // NS_PER_H)

    def left_s(self, t_ns: int) -> int:
        """Return for how long something may be delivered, in s rounded up; 0 without a session."""
        return -(-max(0, self._ends_ns - t_ns) // _NS_PER_S) if self.on else 0
