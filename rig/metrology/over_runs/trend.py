"""How a number moves over time, by a straight line through its values.

Source: ordinary least squares; the slope's standard uncertainty is s/√Σ(t − mean t)², with s from the residuals.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.demands import finite_array, fraction

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Trend:
    """The slope of `n` values, in their unit per unit of time, with its expanded uncertainty at `confidence`."""

    slope: float
    u: float
    expanded: float
    n: int
    confidence: float

    @property
    def is_shown(self) -> bool:
        """Tell whether the slope is larger than its expanded uncertainty."""
        return abs(self.slope) > self.expanded


def trend(times: ArrayLike, values: ArrayLike, confidence: float = 0.95) -> Trend:
    """Return the slope of `values` (n,) over `times` (n,), all of the same weight.

    Raises SeriesError for fewer than 3 values, as many times or one that is not finite; MetrologyError where all are of
    one time.
    """
    t = finite_array(times, "the times", least=FEWEST)
    x = finite_array(values, "the values", least=FEWEST)
    if t.size != x.size:
        raise SeriesError(f"{t.size} times for {x.size} values")
    fraction(confidence, "confidence")
    if float(np.ptp(t)) <= 0.0:
        raise MetrologyError("all values are of one time: nothing is known of a trend")
    t = t - t.mean()
    squares = float(t @ t)
    slope = float(t @ x) / squares
    rest = x - x.mean() - slope * t
    u = math.sqrt(float(rest @ rest) / (x.size - 2) / squares)
    return Trend(slope, u, float(stdtrit(x.size - 2, (1 + confidence) / 2)) * u, x.size, confidence)
