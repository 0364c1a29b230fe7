"""How much the strokes of a pump scatter, with what the balance adds taken out, and how well that is known."""

import math
from dataclasses import dataclass

import numpy as np

from rig.metrology.dosing.cycles import Strokes

CONFIDENCE = 0.95
"""Of the interval that a scatter is given with."""


@dataclass(frozen=True, slots=True)
class StrokeScatter:
    """The standard deviation of strokes about their mean, in percent of it, without `noise_percent` of the weighing.

    `u_percent` is its standard uncertainty, `low_percent` to `high_percent` hold it with `CONFIDENCE`.
    """

    percent: float
    u_percent: float
    low_percent: float
    high_percent: float
    noise_percent: float


def stroke_scatter(strokes: Strokes) -> StrokeScatter:
    """Return the scatter of strokes; their variance follows χ² with one degree of freedom fewer than there are.

    The interval is that of strokes and noise together, less the noise (variances add up): 0 where noise explains all.
    """
    from scipy.special import chdtri  # takes long to import, which every session of plans would wait for

    n, per_ul = strokes.count, 100.0 / strokes.stroke_ul
    seen_sq = float(strokes.volume_ul.var(ddof=1))
    noise_sq = float(np.mean(strokes.u_volume_ul**2))
    scatter = per_ul * math.sqrt(max(0.0, seen_sq - noise_sq))
    # A variance of n values is known to √(2/(n − 1)) of itself; its root near zero to the root of that.
    u_sq = per_ul**2 * max(seen_sq, noise_sq) * math.sqrt(2.0 / (n - 1))
    u = math.sqrt(u_sq) if scatter**2 < u_sq / 4.0 else u_sq / (2.0 * scatter)
    tail = 0.5 * (1.0 - CONFIDENCE)
    ends_sq = ((n - 1) * seen_sq / float(chdtri(n - 1, p)) - noise_sq for p in (tail, 1.0 - tail))
    low, high = (per_ul * math.sqrt(max(0.0, end_sq)) for end_sq in ends_sq)
    return StrokeScatter(scatter, u, low, high, per_ul * math.sqrt(noise_sq))
