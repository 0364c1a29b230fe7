"""The flow sensor at the pump's outlet, where one is fitted: too much or too little is told by what it measured."""

from collections import deque
from collections.abc import Sequence

from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import NEVER_NS, Spell
from instruments.plant.line import NS_PER_H, Stroke

# Beyond these shares of what was wanted, for so long, the pump is wrong.
OVER, UNDER = 1.10, 0.90
LEAST_NS = NS_PER_H // 4
# A span of fewer strokes than this cannot tell so small a deviation from a stroke that falls to one side of its end.
_STROKES = 50
_CHECK_NS = NS_PER_H // 60
_NL_PER_UL = 1000.0


class FlowMonitor(Part):
    """Compares what left the pump with what was wanted, each minute, over the last quarter of an hour or 50 strokes."""

    def __init__(self, *, stroke_nl: int, fitted: bool) -> None:
        self._stroke_nl = stroke_nl
        self._fitted = fitted
        self._spells: deque[Spell] = deque()
        self._measured: deque[tuple[int, float]] = deque()

    def checks_ns(self, t_ns: int) -> int:
        """Return when it compares next, NEVER_NS where there is no sensor."""
        return (t_ns // _CHECK_NS + 1) * _CHECK_NS if self._fitted else NEVER_NS

    def run(self, spell: Spell, strokes: Sequence[Stroke]) -> None:
        """Measure what came in a spell; one that does not follow the last, or has another rate, begins anew."""
        if not self._fitted:
            return
        last = self._spells[-1] if self._spells else None
        if last is not None and (last.to_ns, last.rate_nl_h) != (spell.from_ns, spell.rate_nl_h):
            self._forget()
        self._spells.append(spell)
        self._measured.extend((stroke.t_ns, stroke.volume_ul * _NL_PER_UL) for stroke in strokes)
        begin_ns = spell.to_ns - self._span_ns(spell.rate_nl_h)
        while self._spells and self._spells[0].to_ns <= begin_ns - _CHECK_NS:
            self._spells.popleft()
        while self._measured and self._measured[0][0] <= begin_ns:
            self._measured.popleft()

    @property
    def over(self) -> bool:
        """Tell whether too much has come for too long."""
        return self._share() > OVER

    @property
    def under(self) -> bool:
        """Tell whether too little has come for too long."""
        return self._share() < UNDER

    def power_lost(self) -> None:
        """Begin anew."""
        self._forget()

    def _span_ns(self, rate_nl_h: int) -> int:
        return max(LEAST_NS, _STROKES * self._stroke_nl * NS_PER_H // rate_nl_h) if rate_nl_h else LEAST_NS

    def _share(self) -> float:
        """Return what came as a share of what was wanted, 1 as long as there is no whole span to tell it from."""
        if not self._spells or not self._spells[-1].rate_nl_h:
            return 1.0
        rate_nl_h, to_ns = self._spells[-1].rate_nl_h, self._spells[-1].to_ns
        span_ns = self._span_ns(rate_nl_h)
        if self._spells[0].from_ns > to_ns - span_ns:
            return 1.0
        return sum(volume_nl for _, volume_nl in self._measured) / (rate_nl_h * span_ns / NS_PER_H)

    def _forget(self) -> None:
        self._spells.clear()
        self._measured.clear()
