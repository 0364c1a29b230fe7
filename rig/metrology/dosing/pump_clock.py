"""The drift of the pump's clock against the rig's, in ppm.

Positive drift: the pump's clock runs fast. Sources: least squares of the difference of two clocks over time; bounded
errors as in set-membership estimation (Milanese and Vicino, Automatica 27 (1991) 997-1009).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import SeriesError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.demands import finite_array, not_negative
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.quantities import Measured

_PPM = 1e6
_S_PER_DAY = 86_400.0
# Steps of the difference are compared with their own median absolute deviation; 1.4826 makes it a normal sigma.
_MAD_SIGMA = 1.4826
# The times of polls have longer tails than a normal; a clock that was set is off by a second, far beyond 8 of these.
_STEP_SIGMAS = 8.0
# Of readings 0.3 % lie further off than 3 standard uncertainties: a band of ±3 holds nearly all.
_READ_K = 3.0


@dataclass(frozen=True, slots=True)
class ClockDrift:
    """The pump's clock against the rig's: `drift` in ppm, `offset` (pump less rig, s) in the middle of the readings."""

    drift: Budget
    offset: Measured
    span_s: float

    @property
    def per_day(self) -> Measured:
        """Return what the clock gains in a day, in s."""
        return Measured(self.drift.value / _PPM * _S_PER_DAY, self.drift.u / _PPM * _S_PER_DAY, "s")


def clock_drift(
    rig_s: ArrayLike, pump_s: ArrayLike, *, resolution_s: float, u_read_s: float = 0.0, u_rig_ppm: float = 0.0
) -> ClockDrift:
    """Return the drift from readings `pump_s` (n,) of the pump's clock taken at `rig_s` (n,) of the rig's, n ≥ 3.

    `resolution_s` is the step in which the pump tells time, cut or rounded; `u_read_s` the standard uncertainty of when
    it was read (half of the round trip), `u_rig_ppm` that of the rig's own clock. Errors of resolution repeat from
    reading to reading and do not average; so where the pump tells time in steps, the drift is the middle of all
    drifts that agree with every reading, and half of their range, taken as rectangular, its uncertainty. Where no
    straight line agrees with all readings, or time is told without steps, it is the line of least squares.
    Raises SeriesError for fewer than 3 readings, shapes that differ, values that are not finite, time that does not
    rise, and a clock that was set in between; MetrologyError for a negative resolution or uncertainty.
    """
    rig, pump = _checked(rig_s, pump_s)
    not_negative(resolution_s, "resolution of the pump's clock in s")
    not_negative(u_read_s, "uncertainty of the time of reading in s")
    not_negative(u_rig_ppm, "uncertainty of the rig's clock in ppm")
    difference = pump - rig
    _refuse_set_clock(rig, difference, resolution_s, u_read_s)
    span_s = float(rig[-1] - rig[0])
    agreeing = _agreeing_slopes(rig, difference, resolution_s + 2 * _READ_K * u_read_s) if resolution_s > 0 else None
    slope, line = _least_squares(rig, difference, resolution_s) if agreeing is None else _middle(*agreeing)
    drift = combine(slope * _PPM, "ppm", [*line, Component("rig's clock", "B", 0.0, u_rig_ppm, "ppm", 1.0)])
    u_offset = math.hypot(float(difference.std()) / math.sqrt(rig.size), resolution_s / math.sqrt(3), u_read_s)
    return ClockDrift(drift, Measured(float(difference.mean()), u_offset, "s"), span_s)


def _least_squares(rig: FloatArray, difference: FloatArray, resolution_s: float) -> tuple[float, list[Component]]:
    x = rig - rig.mean()
    slope = float(x @ difference / (x @ x))
    residual = difference - difference.mean() - slope * x
    scatter_s = math.sqrt(float(residual @ residual) / (rig.size - 2))
    # Errors of up to half a step, all of the worst sign: Σ|x|/Σx² of them.
    worst = float(np.abs(x).sum() / (x @ x))
    return slope, [
        Component("scatter of the readings", "A", 0.0, scatter_s, "s", _PPM / math.sqrt(float(x @ x)), rig.size - 2),
        Component("resolution of the pump's clock", "B", 0.0, resolution_s / 12**0.5, "s", _PPM * worst),
    ]


def _middle(low: float, high: float) -> tuple[float, list[Component]]:
    half_ppm = (high - low) / 2 * _PPM
    return (low + high) / 2, [
        Component(
            "drifts that agree with all readings", "B", 0.0, half_ppm / math.sqrt(3), "ppm", 1.0, shape="rectangular"
        )
    ]


def _agreeing_slopes(rig: FloatArray, difference: FloatArray, band_s: float) -> tuple[float, float] | None:
    """Return the smallest and largest slope of lines within a band of `band_s` above all points, None without one."""
    # These take long to import, which every session of plans would wait for.
    from scipy.optimize import linprog
    from scipy.spatial import ConvexHull, QhullError

    x = (rig - rig[0]) / (rig[-1] - rig[0])
    try:
        # A line that passes the corners of the convex hull passes every point.
        corners = ConvexHull(np.column_stack((x, difference))).vertices
    except QhullError:
        # All points lie on one line: its ends say as much.
        corners = np.array([0, x.size - 1])
    x, difference = x[corners], difference[corners]
    ones = np.ones_like(x)
    constraints = np.concatenate((np.column_stack((x, ones)), np.column_stack((-x, -ones))))
    bounds = np.concatenate((difference + band_s, -difference))
    ends = [linprog(cost, A_ub=constraints, b_ub=bounds, bounds=(None, None)) for cost in ((1.0, 0.0), (-1.0, 0.0))]
    if not all(end.success for end in ends):
        return None
    span_s = float(rig[-1] - rig[0])
    return float(ends[0].x[0]) / span_s, float(ends[1].x[0]) / span_s


def _checked(rig_s: ArrayLike, pump_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
    rig, pump = (
        finite_array(times, f"readings of the {whose} clock", least=3)
        for times, whose in ((rig_s, "rig's"), (pump_s, "pump's"))
    )
    if rig.size != pump.size:
        raise SeriesError(f"{rig.size} readings of the rig's clock and {pump.size} of the pump's are not pairs")
    if np.any(np.diff(rig) <= 0):
        raise SeriesError(f"the rig's time does not rise at reading {int(np.argmax(np.diff(rig) <= 0)) + 1}")
    if np.any(np.diff(pump) < 0):
        raise SeriesError(f"the pump's time goes back at reading {int(np.argmax(np.diff(pump) < 0)) + 1}")
    return rig, pump


def _refuse_set_clock(rig: FloatArray, difference: FloatArray, resolution_s: float, u_read_s: float) -> None:
    steps, intervals = np.diff(difference), np.diff(rig)
    steps = steps - np.median(steps / intervals) * intervals
    usual_s = _MAD_SIGMA * float(np.median(np.abs(steps)))
    allowed_s = 2 * resolution_s + _STEP_SIGMAS * max(usual_s, math.sqrt(2) * u_read_s) + 1e-6
    i = int(np.argmax(np.abs(steps)))
    if abs(steps[i]) > allowed_s:
        raise SeriesError(
            f"the pump's clock stepped by {steps[i]:.3f} s between readings {i} and {i + 1}: it was set, not drifting"
        )
