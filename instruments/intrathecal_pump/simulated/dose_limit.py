"""The largest dose in any hour: what was wanted in the last one, of all kinds of delivery together."""

from collections import deque

from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.plant.line import NS_PER_H


class DoseLimit(Part):
    """Keeps the volume of any hour at or below `max_dose_nl`; what was given is remembered without power."""

    def __init__(self, *, max_dose_nl: int, max_rate_nl_h: int) -> None:
        self.max_dose_nl = max_dose_nl
        self._most = max_dose_nl * NS_PER_H  # in nL·ns/h, so that everything stays a whole number
        # At its highest total rate for an hour the pump cannot exceed it: nothing needs to be foreseen.
        self._out_of_reach = max_dose_nl >= max_rate_nl_h
        self._spells: deque[tuple[int, int, int]] = deque()  # from, to, rate

    def run(self, spell: Spell) -> None:
        """Add a spell to what was given."""
        past = self._spells
        if past and past[-1][1:] == (spell.from_ns, spell.rate_nl_h):
            past[-1] = (past[-1][0], spell.to_ns, spell.rate_nl_h)
        else:
            past.append((spell.from_ns, spell.to_ns, spell.rate_nl_h))
        while past and past[0][1] <= spell.to_ns - NS_PER_H:
            past.popleft()

    def in_last_hour_nl(self, t_ns: int) -> int:
        """Return what was given in the hour before `t_ns`, in nL rounded up."""
        return -(-self._given(t_ns) // NS_PER_H)

    def reached(self, t_ns: int) -> bool:
        """Tell whether the hour before `t_ns` holds as much as is allowed."""
        return not self._out_of_reach and self._given(t_ns) >= self._most

    def reaches_ns(self, t_ns: int, rate_nl_h: int) -> int:
        """Return until when delivery at this rate may go on before the hour has to be counted anew."""
        if self._out_of_reach:
            return NEVER_NS
        leaves = min(
            (edge + NS_PER_H for spell in self._spells for edge in spell[:2] if edge + NS_PER_H > t_ns),
            default=NEVER_NS,
        )
        grows = rate_nl_h - self._rate_at(t_ns - NS_PER_H)
        left = self._most - self._given(t_ns)
        if grows <= 0:
            return leaves
        return min(leaves, t_ns + max(1, -(-left // grows)))

    def forbids(self, t_ns: int, volume_nl: int, rate_nl_h: int, beside_nl_h: int) -> bool:
        """Tell whether a volume at a rate, beside what else runs, would exceed the dose of an hour.

        Without a volume the rate is for ever.
        """
        if self._out_of_reach:
            return False
        if not volume_nl:
            return rate_nl_h > self.max_dose_nl or self.reached(t_ns)
        in_an_hour_nl = min(volume_nl, rate_nl_h)
        span_ns = min(NS_PER_H, -(-volume_nl * NS_PER_H // rate_nl_h))
        soon = self._given(t_ns) + in_an_hour_nl * NS_PER_H + beside_nl_h * span_ns
        return max(soon, (in_an_hour_nl + beside_nl_h) * NS_PER_H) > self._most

    def _given(self, t_ns: int) -> int:
        begin_ns = t_ns - NS_PER_H
        return sum(rate * max(0, to - max(begin_ns, since)) for since, to, rate in self._spells)

    def _rate_at(self, t_ns: int) -> int:
        return next((rate for since, to, rate in self._spells if since <= t_ns < to), 0)
