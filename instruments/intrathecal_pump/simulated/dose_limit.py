"""The largest doses in sliding windows: of an hour, which is the pump's own, and of another that can be set.

What was wanted counts, of all kinds of delivery together.
"""

from collections import deque

from instruments.intrathecal_pump.simulated.part import Kept, Part, number_of, rows_of
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.plant.line import NS_PER_H

_NS_PER_S = 1_000_000_000
# The longest window: so long everything is remembered, also before a window is set.
_LONGEST_NS = 24 * NS_PER_H


class DoseLimit(Part):
    """Keeps the volume of any window at or below its dose; doses and what was given are remembered without power."""

    def __init__(self, *, max_dose_nl: int, max_rate_nl_h: int) -> None:
        self.max_dose_nl = max_dose_nl
        self.set_nl, self.window_s = 0, 0
        self._max_rate_nl_h = max_rate_nl_h
        self._spells: deque[tuple[int, int, int]] = deque()  # from, to, rate
        self._bounds: tuple[tuple[int, int], ...] = ()
        self.limit(0, 0)

    def limit(self, dose_nl: int, window_s: int) -> None:
        """Let any window of `window_s` hold at most so much besides; 0 and 0 for no window but the pump's own."""
        self.set_nl, self.window_s = dose_nl, window_s
        bounds = [(NS_PER_H, self.max_dose_nl), *([(window_s * _NS_PER_S, dose_nl)] if window_s else [])]
        # Window in ns, and dose in nL·ns/h, so that everything stays a whole number. What the pump cannot exceed at its
        # highest rate is no bound: nothing needs to be foreseen.
        self._bounds = tuple(
            (window_ns, dose * NS_PER_H)
            for window_ns, dose in bounds
            if dose * NS_PER_H < self._max_rate_nl_h * window_ns
        )

    def run(self, spell: Spell) -> None:
        """Add a spell to what was given."""
        past = self._spells
        if past and past[-1][1:] == (spell.from_ns, spell.rate_nl_h):
            past[-1] = (past[-1][0], spell.to_ns, spell.rate_nl_h)
        else:
            past.append((spell.from_ns, spell.to_ns, spell.rate_nl_h))
        while past and past[0][1] <= spell.to_ns - _LONGEST_NS:
            past.popleft()

    def in_last_hour_nl(self, t_ns: int) -> int:
        """Return what was given in the hour before `t_ns`, in nL rounded up."""
        return -(-self._given(t_ns, NS_PER_H) // NS_PER_H)

    def in_window_nl(self, t_ns: int) -> int:
        """Return what was given in the window that is set, before `t_ns`, in nL rounded up; 0 without one."""
        return -(-self._given(t_ns, self.window_s * _NS_PER_S) // NS_PER_H)

    def reached(self, t_ns: int) -> bool:
        """Tell whether a window before `t_ns` holds as much as is allowed."""
        return any(self._given(t_ns, window_ns) >= most for window_ns, most in self._bounds)

    def reached_nl(self, t_ns: int) -> int:
        """Return the dose, in nL, of the window that is full at `t_ns`; the pump's own where none is."""
        full = [most // NS_PER_H for window_ns, most in self._bounds if self._given(t_ns, window_ns) >= most]
        return full[0] if full else self.max_dose_nl

    def reaches_ns(self, t_ns: int, rate_nl_h: int) -> int:
        """Return until when delivery at this rate may go on before the windows have to be counted anew."""
        return min((self._reaches_ns(t_ns, rate_nl_h, *bound) for bound in self._bounds), default=NEVER_NS)

    def forbids(self, t_ns: int, volume_nl: int, rate_nl_h: int, beside_nl_h: int) -> bool:
        """Tell whether a volume at a rate, beside what else runs, could exceed the dose of a window.

        Without a volume the rate is for ever.
        """
        if not volume_nl:
            too_fast = any(rate_nl_h * window_ns > most for window_ns, most in self._bounds)
            return too_fast or self.reached(t_ns)
        # A window that is filled to the brim leaves no room for what runs on.
        room = NS_PER_H if beside_nl_h else 0
        return any(
            self._fullest(t_ns, window_ns, min(volume_nl * NS_PER_H, rate_nl_h * window_ns), beside_nl_h) > most - room
            for window_ns, most in self._bounds
        )

    def kept(self) -> Kept:
        """Return the window that is set, and what was given in the last 24 h."""
        bounds = {"set_nl": self.set_nl, "window_s": self.window_s}
        return {**bounds, "spells": [list(spell) for spell in self._spells]}

    def restore(self, kept: Kept, shift_ns: int) -> None:
        """Take up the window and what was given."""
        self.limit(int(number_of(kept, "set_nl")), int(number_of(kept, "window_s")))
        rows = rows_of(kept, "spells", 3)
        self._spells = deque((since + shift_ns, to + shift_ns, rate) for since, to, rate in rows)

    def _fullest(self, t_ns: int, window_ns: int, volume: int, beside_nl_h: int) -> int:
        """Return the most that a window will hold that has all of a volume (nL·ns/h) in it, beside what runs on.

        It slides: what was given leaves it while what runs on comes in. The most is where a spell begins to leave.
        """
        begin_ns = t_ns - window_ns
        edges = [since for since, _, _ in self._spells if begin_ns < since < t_ns]
        return max(
            self._since(since_ns) + volume + beside_nl_h * (since_ns - begin_ns)
            for since_ns in (begin_ns, *edges, t_ns)
        )

    def _reaches_ns(self, t_ns: int, rate_nl_h: int, window_ns: int, most: int) -> int:
        leaves = min(
            (edge + window_ns for spell in self._spells for edge in spell[:2] if edge + window_ns > t_ns),
            default=NEVER_NS,
        )
        grows = rate_nl_h - self._rate_at(t_ns - window_ns)
        if grows <= 0:
            return leaves
        left = most - self._given(t_ns, window_ns)
        # A window that is full already, and did not end delivery, must not hold the pump up from each ns to the next.
        return min(leaves, t_ns + -(-left // grows)) if left > 0 else leaves

    def _given(self, t_ns: int, window_ns: int) -> int:
        return self._since(t_ns - window_ns)

    def _since(self, begin_ns: int) -> int:
        given = 0
        for since, to, rate in reversed(self._spells):
            if to <= begin_ns:
                break
            given += rate * (to - max(begin_ns, since))
        return given

    def _rate_at(self, t_ns: int) -> int:
        return next((rate for since, to, rate in self._spells if since <= t_ns < to), 0)
