"""Stretches of steady delivery, and what they say about the moments before and after them.

A bolus, a programme change and an opened occlusion all lie between two such stretches: each is read off as the step,
the delay or the lag between two lines.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.demands import not_negative
from rig.metrology.readings.regression import FittedLine, fit_line
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.quantities import S_PER_H

# 1/Φ⁻¹(3/4): makes the median absolute deviation of normal values their standard deviation.
_MAD_SIGMA = 1.4826
FEWEST_READINGS = 8
"""Readings that a line with an uncertainty of its own needs: two in each of the fewest spans that are fitted."""


@dataclass(frozen=True, slots=True)
class Steady:
    """A line through readings from `from_s` to `to_s`.

    `scatter` is the standard deviation of the readings about the line. `u_phase` is the standard uncertainty of the
    level that comes from readings keeping step with strokes: what is delivered from one reading to the next may have
    come at once, early or late (rate·interval/√12, at most the structure that the readings show beyond their noise).

    Everything in the unit of the readings, slopes per hour.
    """

    line: FittedLine
    from_s: float
    to_s: float
    scatter: float
    u_phase: float

    @property
    def rate_h(self) -> float:
        """Return the slope."""
        return self.line.slope_h

    @property
    def u_rate_h(self) -> float:
        """Return the standard uncertainty of the slope."""
        return self.line.u_slope_h

    def at(self, t_s: FloatArray | float) -> FloatArray:
        """Return the line at `t_s` (any shape)."""
        return self.line.mid + self.rate_h * (np.asarray(t_s, dtype=np.float64) - self.line.t_mid_s) / S_PER_H

    def u_at(self, t_s: float) -> float:
        """Return the standard uncertainty of the line at `t_s`: level, slope and the walk over the distance."""
        level = self.line.white_s / (self.to_s - self.from_s)
        distance_h = abs(t_s - self.line.t_mid_s) / S_PER_H
        return math.sqrt(level + (self.u_rate_h * distance_h) ** 2 + self.line.walk_h * distance_h)


def steady(t_s: FloatArray, y: FloatArray, from_s: float, to_s: float, what: str) -> Steady:
    """Fit the readings of a checked series with `from_s` ≤ t ≤ `to_s`.

    Raises SeriesError, naming `what`, when fewer than 8 readings lie there or they leave a half of it empty.
    """
    first, last = int(np.searchsorted(t_s, from_s)), int(np.searchsorted(t_s, to_s, side="right"))
    if last - first < FEWEST_READINGS:
        raise SeriesError(
            f"{what}: {last - first} readings from {from_s:g} to {to_s:g} s; {FEWEST_READINGS} are needed for a line"
        )
    part_s = t_s[first:last]
    if part_s[-1] - part_s[0] < (to_s - from_s) / 2:
        raise SeriesError(f"{what}: the readings from {from_s:g} to {to_s:g} s fill less than half of that time")
    fitted = Steady(fit_line(part_s, y[first:last]), float(part_s[0]), float(part_s[-1]), 0.0, 0.0)
    residual = y[first:last] - fitted.at(part_s)
    interval_h = float(part_s[-1] - part_s[0]) / (part_s.size - 1) / S_PER_H
    return replace(
        fitted,
        scatter=float(np.std(residual, ddof=2)),
        u_phase=min(abs(fitted.rate_h) * interval_h / math.sqrt(12), _structure(residual)),
    )


def _structure(residual: FloatArray) -> float:
    """Return the standard deviation of what residuals hold beyond the noise from reading to reading (strokes)."""
    steps = np.diff(residual)
    # The median does not see the few steps that are strokes.
    noise_sq = (_MAD_SIGMA * float(np.median(np.abs(steps - np.median(steps))))) ** 2 / 2
    excess = float(np.var(residual)) - noise_sq
    return math.sqrt(excess) if excess > 4 * noise_sq / math.sqrt(residual.size) else 0.0


def step_between(
    before: Steady, after: Steady, at_s: float, *, u_level_ul: float = 0.0, u_relative: float = 0.0
) -> Budget:
    """Return the volume in µL by which `after` lies above `before` at `at_s`: what came beyond steady delivery.

    `u_level_ul` is a standard uncertainty of each level that averaging does not reduce (capillary, resolution),
    `u_relative` one of the scale (calibration, density). Raises MetrologyError when either is negative or no number.
    """
    not_negative(u_level_ul, "standard uncertainty of a level in µL")
    not_negative(u_relative, "relative standard uncertainty of the scale")
    low, high = float(before.at(at_s)), float(after.at(at_s))
    return combine(
        high - low,
        "µL",
        [
            Component("delivery before", "A", low, before.u_at(at_s), "µL", -1.0, before.line.dof),
            Component("delivery after", "A", high, after.u_at(at_s), "µL", 1.0, after.line.dof),
            Component("strokes in step with readings", "B", 0.0, math.hypot(before.u_phase, after.u_phase), "µL", 1.0),
            Component("level of each stretch", "B", 0.0, u_level_ul, "µL", math.sqrt(2)),
            Component("scale", "B", 1.0, u_relative, "1", high - low),
        ],
    )


def rate_change(before: Steady, after: Steady) -> Budget:
    """Return the rate after less the rate before, in µL/h."""
    return combine(
        after.rate_h - before.rate_h,
        "µL/h",
        [
            Component("rate before", "A", before.rate_h, before.u_rate_h, "µL/h", -1.0, before.line.dof),
            Component("rate after", "A", after.rate_h, after.u_rate_h, "µL/h", 1.0, after.line.dof),
        ],
    )


def crossing_s(t_s: FloatArray, y: FloatArray, level: float, reached: float) -> float:
    """Return when a rising `y` (n,) crosses `level`, interpolated, at the crossing nearest to its reaching `reached`.

    Noise crosses a level many times: below `reached` the last crossing before it counts, above it the first one after.
    Raises MetrologyError when `reached` or `level` is not crossed within the series.
    """
    above = np.flatnonzero(y >= reached)
    if above.size == 0 or above[0] == 0:
        raise MetrologyError(f"the readings do not rise through {reached:.4g}: nothing to time")
    pivot = int(above[0])
    if level <= reached:
        below = np.flatnonzero(y[:pivot] < level)
        if below.size == 0:
            raise MetrologyError(f"the readings begin above {level:.4g}: their rise is not in the series")
        right = int(below[-1]) + 1
    else:
        beyond = np.flatnonzero(y[pivot:] >= level)
        if beyond.size == 0:
            raise MetrologyError(f"the readings do not reach {level:.4g}: their rise is not in the series")
        right = pivot + int(beyond[0])
    left = right - 1
    rise = float(y[right] - y[left])
    share = (level - float(y[left])) / rise if rise > 0 else 1.0
    return float(t_s[left] + share * (t_s[right] - t_s[left]))


def largest_of_noise(n: int) -> float:
    """Return the expected largest of `n` standard normal values, by Blom's approximation (1958)."""
    return float(ndtri((n - 0.375) / (n + 0.25)))
