"""The level of a mass at the start or the end of a span, from the readings there."""

import math
from dataclasses import dataclass

import numpy as np

from rig.errors import SeriesError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.weighing.conditions import BalanceSpecification
from rig.quantities import S_PER_H

# Scatter beyond this many of its own standard deviations is structure (a stroke, a drop) and is not averaged down.
_STRUCTURE_K = 4.0


@dataclass(frozen=True, slots=True)
class Level:
    """A mass at a time with its standard uncertainty from noise, and the readings it is the mean of."""

    t_s: float
    mass_mg: float
    u_mg: float
    readings: int


def level(
    t_s: FloatArray,
    mass_mg: FloatArray,
    span_s: tuple[float, float],
    balance: BalanceSpecification,
    white_mg2_s: float,
    slope_h: float,
) -> Level:
    """Return the mean of the readings within `span_s` (both ends included), at the mean of their times.

    `slope_h` (mg/h) is taken out before the scatter is judged. Noise is the balance's repeatability averaged down, or
    the noise seen without flow (`white_mg2_s`, an average over 1 s) when that is larger; scatter beyond both is
    structure and counts in full. Raises SeriesError when there is no reading in the span.
    """
    first = int(np.searchsorted(t_s, span_s[0], side="left"))
    last = int(np.searchsorted(t_s, span_s[1], side="right"))
    n = last - first
    if n < 1:
        raise SeriesError(f"no reading between {span_s[0]:.3f} s and {span_s[1]:.3f} s")
    t, y = t_s[first:last], mass_mg[first:last]
    t_mean, y_mean = float(t.mean()), float(y.mean())
    single = max(balance.repeatability_mg**2, balance.readability_mg**2 / 12.0)
    variance = balance.repeatability_mg**2 / n
    if n > 1 and t[-1] > t[0]:
        averaged_s = float(t[-1] - t[0]) * n / (n - 1)
        variance = max(variance, white_mg2_s / averaged_s)
    if n > 1:
        rest = y - y_mean - slope_h / S_PER_H * (t - t_mean)
        seen = float(np.sum(rest**2)) / (n - 1)
        if seen > single * (1.0 + _STRUCTURE_K * math.sqrt(2.0 / (n - 1))):
            variance = max(variance, seen - single)
    return Level(t_mean, y_mean, math.sqrt(variance), n)
