"""What a pump told of itself in a window, reading by reading, and what that comes to over all of it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

    def gain(self, recipe: Recipe, stroke_ul: float) -> Budget:
        """Return by how much it rose in a recipe's window, µL, with what its ends may hide of it.

        The pump is read at its own pace: what flowed before the first and behind the last reading is taken at the pace
        of what lies between them, and may be as much as came between any two readings. `stroke_ul` is what it counts
        by, 0 where nobody says so: then the smallest step is taken for it.
        """
        steps = np.abs(np.diff(self.value))
        pace_ns = float(np.median(np.diff(self.t_ns)))
        ends_ns = (int(self.t_ns[0]) - recipe.from_ns, max(0, recipe.to_ns - 1 - int(self.t_ns[-1])))
        gained_ul = float(self.value[-1] - self.value[0])
        between_ul = gained_ul * sum(ends_ns) / int(self.t_ns[-1] - self.t_ns[0])
        own_ul = stroke_ul or float(steps[steps > 0.0].min(initial=float(steps.max())))
        shares = (min(1.0, end_ns / pace_ns) if pace_ns > 0.0 else 1.0 for end_ns in ends_ns)
        hidden_ul = math.hypot(*(max(own_ul, float(steps.max()) * share) for share in shares))
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
