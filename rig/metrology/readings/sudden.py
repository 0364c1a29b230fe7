"""What came at once: single steps from one reading to the next that stand out from all others.

A flow grows from reading to reading by much the same; a drop that falls, a hand on the pan or a burst of the pump does
not. Where many steps stand out they belong to the pump (strokes rarer than readings), and none is named.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.metrology.readings.checked import FloatArray

_MAD_TO_SD = 1.4826
# Among a hundred thousand normal steps none lies beyond 8 standard deviations.
_SUDDEN_K = 8.0
_STROKES = 1.5
_MOST = 3
# A step in stamps, not in mass: readings that came late or in bursts are judged by their rate.
_ROUNDING = 1e-9
# Stamps that are all the same leave no growth; it keeps a division finite.
_LEAST_S = 1e-9


@dataclass(frozen=True, slots=True)
class SuddenSteps:
    """Steps that stand out: step `place` (k,) is from that reading to the next, `size` (k,) what it has of its own."""

    place: NDArray[np.intp]
    size: FloatArray

    def between(self, first: int, last: int) -> FloatArray:
        """Return the sizes of those from reading `first` to reading `last`."""
        return self.size[(self.place >= first) & (self.place < last)]


NO_STEPS = SuddenSteps(np.empty(0, np.intp), np.empty(0))


def sudden_steps(
    t_s: FloatArray,
    y: FloatArray,
    *,
    stroke: float = math.inf,
    noise: float = 0.0,
    steady: NDArray[np.bool_] | None = None,
) -> SuddenSteps:
    """Return the steps that stand out, their sizes less the steady growth in the unit of `y`; none where many do.

    `y` (n,) at `t_s` (n,) seconds that do not go back. A flow in steps of `stroke` lies within one and a half of them
    of its mean growth, give or take the `noise` (standard deviation) of two readings; a flow without known strokes
    within what its own steps scatter. A step there and back again (a draught) is none. `steady` (n − 1,) tells which
    steps are looked at, None for all.
    """
    gap_s, step = np.diff(t_s), np.diff(y)
    seen = np.arange(step.size) if steady is None else np.flatnonzero(steady)
    if seen.size < 2 * _MOST - 1:
        return NO_STEPS
    gap_s, step = gap_s[seen], step[seen]
    growth = float(step.sum()) / max(float(gap_s.sum()), _LEAST_S)
    rest = step - growth * gap_s
    rest = rest - float(np.median(rest))
    sd = float(np.median(np.abs(rest))) * _MAD_TO_SD
    if sd <= _ROUNDING * float(np.abs(step).max()):
        return NO_STEPS  # nothing tells a step from rounding
    beyond = _SUDDEN_K * sd
    if math.isfinite(stroke):
        beyond = min(beyond, _STROKES * stroke + _SUDDEN_K * math.sqrt(2.0) * noise)
    found = np.flatnonzero(np.abs(rest) > beyond)
    if not 0 < found.size <= _MOST:
        return NO_STEPS
    sizes = rest[found]
    # What rose and fell again left nothing behind.
    return SuddenSteps(seen[found], sizes) if abs(float(sizes.sum())) > beyond else NO_STEPS
