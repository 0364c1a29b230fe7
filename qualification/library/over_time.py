"""Parts that know how long they have delivered, or through which liquid flows by itself: for what sets in later."""

from collections.abc import Sequence

from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import NS_PER_H, Stroke

_STROKE_UL = 0.5


class Lives(Mechanism):
    """A mechanism that knows for how long it has delivered, in h."""

    lived_ns = 0

    @property
    def hours(self) -> float:
        """Return how long it has delivered."""
        return self.lived_ns / NS_PER_H

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move strokes, and grow older."""
        self.lived_ns += turns.spell.to_ns - turns.spell.from_ns
        return super().strokes(turns)


class FlowsByItself(BuiltInFirmware):
    """A pump through which liquid flows without its motor, at a rate that `flows_ul_h` tells."""

    flowed_ul = 0.0

    def flows_ul_h(self, line_kpa: float) -> float:
        """Return at what rate liquid flows by itself now, below 0 for backwards."""
        return 0.0 * line_kpa

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to a moment, with what flows by itself in portions of a stroke."""
        since_ns = self._t_ns
        strokes = list(super().advance(to_ns, supply_v=supply_v, line_kpa=line_kpa))
        self.flowed_ul += self.flows_ul_h(line_kpa) * (to_ns - since_ns) / NS_PER_H
        count = int(abs(self.flowed_ul) / _STROKE_UL)
        portion_ul = _STROKE_UL if self.flowed_ul > 0 else -_STROKE_UL
        self.flowed_ul -= count * portion_ul
        step_ns = (to_ns - since_ns) // max(1, count)
        own = [Stroke(since_ns + number * step_ns, portion_ul, 0) for number in range(1, count + 1)]
        return sorted([*strokes, *own], key=lambda one: one.t_ns) if own else strokes
