"""The reservoir: what the pump predicts to be left, what is left, and how long it lasts.

Source: flow-rate ratio at refill, (V_fill − V_residual measured)/(V_fill − V_residual predicted).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.checked import FloatArray, as_series, check_series
from rig.metrology.readings.demands import finite_array, not_negative
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.quantities import S_PER_H, Measured


@dataclass(frozen=True, slots=True)
class Refill:
    """A refill: flow-rate ratio (1 is truthful), and delivered less predicted in µL and in percent of predicted."""

    ratio: Budget
    difference: Budget
    difference_percent: Budget


def refill(filled: Measured, residual_measured: Measured, residual_predicted: Measured) -> Refill:
    """Compare what left the reservoir with what the pump believes; three volumes in any unit of volume.

    Raises MetrologyError for a residual that is negative or above the fill, and when nothing was predicted to leave.
    """
    f, m, p = (volume.to("µL") for volume in (filled, residual_measured, residual_predicted))
    for name, residual in (("measured", m), ("predicted", p)):
        if not 0 <= residual.value <= f.value:
            raise MetrologyError(f"{name} residual of {residual.value:g} µL is not within a fill of {f.value:g} µL")
    predicted_ul, delivered_ul = f.value - p.value, f.value - m.value
    if predicted_ul <= 3 * np.hypot(f.u, p.u):
        raise MetrologyError(f"{predicted_ul:g} µL predicted to have left: no ratio without delivery")
    ratio = delivered_ul / predicted_ul

    def budget(value: float, unit: str, by_fill: float, by_measured: float, by_predicted: float) -> Budget:
        lines = [
            Component("fill", "B", f.value, f.u, "µL", by_fill),
            Component("measured residual", "B", m.value, m.u, "µL", by_measured),
            Component("predicted residual", "B", p.value, p.u, "µL", by_predicted),
        ]
        return combine(value, unit, lines)

    slopes = ((1 - ratio) / predicted_ul, -1 / predicted_ul, ratio / predicted_ul)
    return Refill(
        ratio=budget(ratio, "1", *slopes),
        difference=budget(delivered_ul - predicted_ul, "µL", 0.0, -1.0, 1.0),
        difference_percent=budget(100 * (ratio - 1), "%", *(100 * slope for slope in slopes)),
    )


@dataclass(frozen=True, slots=True)
class Prediction:
    """The pump's residual volume against fill less delivered volume, µL, at the times of the pump's statements.

    `deviation_ul` (m,) is what the pump states less what is left, `u_deviation_ul` (m,) its standard uncertainty.
    """

    t_s: FloatArray
    deviation_ul: FloatArray
    u_deviation_ul: FloatArray

    @property
    def largest(self) -> Measured:
        """Return the deviation of largest magnitude."""
        i = int(np.argmax(np.abs(self.deviation_ul)))
        return Measured(float(self.deviation_ul[i]), float(self.u_deviation_ul[i]), "µL")

    @property
    def last(self) -> Measured:
        """Return the deviation at the last statement."""
        return Measured(float(self.deviation_ul[-1]), float(self.u_deviation_ul[-1]), "µL")


def prediction(
    t_s: ArrayLike,
    delivered_ul: ArrayLike,
    *,
    stated_s: ArrayLike,
    stated_ul: ArrayLike,
    filled: Measured,
    u_reading_ul: float = 0.0,
    u_relative: float = 0.0,
    resolution_ul: float = 0.0,
    max_gap_s: float | None = None,
) -> Prediction:
    """Compare residual volumes `stated_ul` (m,) that the pump gives at `stated_s` (m,) with the delivered volume.

    `delivered_ul` (n,) at `t_s` (n,) s is counted from the fill. `u_reading_ul` is the standard uncertainty of one
    reading of it, `u_relative` of its scale, `resolution_ul` the step of the pump's statement (rectangular). Raises
    SeriesError as `check_series` does for both series, MetrologyError for statements outside of the delivery's time.
    """
    t, delivered = as_series(t_s, delivered_ul, "delivered volume", 2)
    check_series(t, delivered, "delivered volume", max_gap_s=max_gap_s)
    at, stated = finite_array(stated_s, "times of the statements"), finite_array(stated_ul, "stated residual volumes")
    if at.size != stated.size or np.any(np.diff(at) < 0):
        raise SeriesError(f"{stated.size} residual volumes stated at {at.size} times, which may not go back")
    not_negative(u_reading_ul, "uncertainty of a reading in µL")
    not_negative(u_relative, "relative uncertainty of the scale")
    not_negative(resolution_ul, "resolution of a statement in µL")
    if at[0] < t[0] or at[-1] > t[-1]:
        raise MetrologyError(f"statements from {at[0]:g} to {at[-1]:g} s; delivery is known {t[0]:g} to {t[-1]:g} s")
    gone = np.interp(at, t, delivered)
    fixed = filled.to("µL")
    u = np.sqrt(fixed.u**2 + 2 * u_reading_ul**2 + (u_relative * gone) ** 2 + resolution_ul**2 / 12)
    return Prediction(at, stated - (fixed.value - gone), u)


def time_left(residual: Measured, reserve: Measured, rate: Measured) -> Budget:
    """Return the time in s until `residual` has fallen to `reserve` (low alarm, or 0 for empty) at `rate`.

    Raises MetrologyError for a rate that is not positive and for a residual that is below the reserve already.
    """
    v, low, q = residual.to("µL"), reserve.to("µL"), rate.to("µL/h")
    if not q.value > 0:
        raise MetrologyError(f"at {q.value:g} µL/h the reservoir never empties")
    if v.value < low.value:
        raise MetrologyError(f"{v.value:g} µL is below the reserve of {low.value:g} µL already")
    left_s = (v.value - low.value) / q.value * S_PER_H
    return combine(
        left_s,
        "s",
        [
            Component("residual volume", "B", v.value, v.u, "µL", S_PER_H / q.value),
            Component("reserve", "B", low.value, low.u, "µL", -S_PER_H / q.value),
            Component("rate", "B", q.value, q.u, "µL/h", -left_s / q.value),
        ],
    )
