"""The mean of what rises and falls with each stroke, from few samples: laid over one another, they show one stroke."""

import math

import numpy as np
from numpy.typing import NDArray

# Samples that leave more of a stroke open than this say nothing of it.
_WIDEST_GAP = 0.25
_FEWEST = 12


def folded_mean(
    t_s: NDArray[np.float64], values: NDArray[np.float64], period_s: float
) -> tuple[float, float, float] | None:
    """Return the mean of samples over one period of strokes, its standard uncertainty and degrees of freedom.

    `t_s` (n,) in s and `values` (n,) are laid over one another by `period_s`; each stands for the part of the stroke
    around it. A stroke's own jump lies anywhere in its gap (rectangular); what neighbours differ by besides is scatter.
    None where samples are fewer than 12, or leave more than a quarter of the stroke open.
    """
    if len(values) < _FEWEST:
        return None
    phase = t_s / period_s % 1.0
    order = np.argsort(phase)
    phase, one = phase[order], values[order]
    gap, step = np.diff(phase, append=phase[0] + 1.0), np.diff(one, append=one[0])
    if float(gap.max()) > _WIDEST_GAP:
        return None
    mean = float((one + step / 2.0) @ gap)
    jump = int(np.argmax(np.abs(step)))
    scatter = math.sqrt(float(np.mean(np.delete(step, jump) ** 2)) / 2.0)
    u_jump = float(abs(step[jump]) * gap[jump]) / math.sqrt(12.0)
    return mean, math.hypot(u_jump, scatter * math.sqrt(float(gap @ gap))), len(values) - 2.0
