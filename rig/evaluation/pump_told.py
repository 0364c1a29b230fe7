"""What a pump told of itself in a window, reading by reading, and what that comes to over all of it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import MisfitError, SeriesError
from rig.evaluation.columns import read_column
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


@dataclass(frozen=True, slots=True)
class PumpTold:
    """What the pump told, µL (n,) at UTC ns (n,)."""

    t_ns: NDArray[np.int64]
    value: NDArray[np.float64]

    def steps(self, from_ns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what came from reading to reading, µL (n − 1,), each at its end: seconds (n − 1,) since `from_ns`."""
        return (self.t_ns[1:] - from_ns) / NS_PER_S, np.diff(self.value)

    def own_ul(self, stroke_ul: float) -> float:
        """Return what it moves by at a time, µL: the stroke declared, the smallest step seen where that is 0."""
        steps = np.abs(np.diff(self.value))
        return stroke_ul or float(steps[steps > 0.0].min(initial=float(steps.max())))

    def gain(self, recipe: Recipe, stroke_ul: float) -> Budget:
        """Return by how much it rose in a recipe's window, µL, with what its ends may hide of it.

        The pump is read at its own pace: what flowed before the first and behind the last reading is taken at the pace
        of what lies between them, and may be as much as the fastest step brings in that time, a whole one at the most.
        """
        steps = np.abs(np.diff(self.value))
        apart_ns = np.diff(self.t_ns)
        fastest_ns = float((steps[apart_ns > 0] / apart_ns[apart_ns > 0]).max())
        ends_ns = (int(self.t_ns[0]) - recipe.from_ns, max(0, recipe.to_ns - 1 - int(self.t_ns[-1])))
        gained_ul = float(self.value[-1] - self.value[0])
        between_ul = gained_ul * sum(ends_ns) / int(self.t_ns[-1] - self.t_ns[0])
        own_ul, most_ul = self.own_ul(stroke_ul), float(steps.max())
        hidden_ul = math.hypot(*(max(own_ul, min(most_ul, fastest_ns * end_ns)) for end_ns in ends_ns))
        u_ul = hidden_ul / math.sqrt(12.0)
        pace = Component("pace of the pump's count", "B", 0.0, u_ul, "µL", 1.0, shape="triangular")
        return combine(gained_ul + between_ul, "µL", [pace])


def pump_told(recipe: Recipe, reader: RecordReader, channel: str, what: str) -> tuple[PumpTold, tuple[str, ...]]:
    """Return a channel of the pump's status in a window, and what makes it invalid; raise SeriesError without it.

    `what` is what the channel is called in a sentence.
    """
    pump = reader.start().in_role("pump")
    if pump not in reader.streams():
        raise MisfitError("the run recorded no pump: its books are not known")
    if channel not in {one.name for one in reader.channels(pump)}:
        raise MisfitError(f"the pump tells no {what}: nothing to hold to what was weighed")
    value, series = read_column(reader, pump, channel, recipe.from_ns, recipe.to_ns)
    if len(series.t_ns) < 2 or series.t_ns[-1] <= series.t_ns[0]:
        raise SeriesError(f"fewer than two readings of the pump's {what} lie apart in this window")
    # Of several readings at the window's first moment the last is its own, of those at its last moment the first: what
    # a plan does between two windows comes behind the one and before the other.
    first = max(0, int(np.searchsorted(series.t_ns, recipe.from_ns, side="right")) - 1)
    behind = int(np.searchsorted(series.t_ns, recipe.to_ns - 1, side="left")) + 1
    own = PumpTold(series.t_ns[first:behind], value[first:behind])
    return own, (f"{series.lost} readings of the pump's {what} were lost",) if series.lost else ()
