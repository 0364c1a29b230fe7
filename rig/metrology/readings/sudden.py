"""What came at once: single steps from one reading to the next that stand out from all others.

A flow grows from reading to reading by much the same; a drop that falls, a hand on the pan or a burst of the pump does
not. Where many steps stand out they belong to the pump (strokes rarer than readings), and none is named.
"""

import math

import numpy as np

from rig.metrology.readings.checked import FloatArray

_MAD_TO_SD = 1.4826
# Among a hundred thousand normal steps none lies beyond 8 standard deviations.
_SUDDEN_K = 8.0
_STROKES = 1.5
_MOST = 3
# A step in stamps, not in mass: readings that came late or in bursts are judged by their rate.
_ROUNDING = 1e-9


def sudden_steps(t_s: FloatArray, y: FloatArray, *, stroke: float = math.inf, noise: float = 0.0) -> FloatArray:
    """Return the sizes of steps that stand out, less the steady growth, in the unit of `y`; empty for none or many.

    `y` (n,) at `t_s` (n,) seconds that do not go back. A flow in steps of `stroke` lies within one and a half of them
    of its mean growth, give or take the `noise` (standard deviation) of two readings; a flow without known strokes
    within what its own steps scatter. A step there and back again (a draught) is none.
    """
    if y.size < 2 * _MOST:
        return np.empty(0)
    gap_s, step = np.diff(t_s), np.diff(y)
    growth = float(y[-1] - y[0]) / float(t_s[-1] - t_s[0])
    rest = step - growth * gap_s
    rest = rest - float(np.median(rest))
    sd = float(np.median(np.abs(rest))) * _MAD_TO_SD
    if sd <= _ROUNDING * float(np.abs(step).max()):
        return np.empty(0)  # nothing tells a step from rounding
    beyond = _SUDDEN_K * sd
    if math.isfinite(stroke):
        beyond = min(beyond, _STROKES * stroke + _SUDDEN_K * math.sqrt(2.0) * noise)
    found = np.flatnonzero(np.abs(rest) > beyond)
    if not 0 < found.size <= _MOST:
        return np.empty(0)
    sizes = rest[found]
    # What rose and fell again left nothing behind.
    return sizes if abs(float(sizes.sum())) > beyond else np.empty(0)
