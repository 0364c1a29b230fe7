"""Evaporation from runs without flow, before and after a measurement.

What a closed pump's vessel seems to lose is evaporation and the balance's own drift together; both are corrected
alike. Source: W_i = M_i + e·t_i; Bissig et al., Biomed. Eng. 60 (2015) 301-316 (drift runs before and after).
"""

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from rig.errors import MetrologyError
from rig.metrology.readings.checked import as_series, check_series, reading_noise
from rig.metrology.readings.demands import not_negative
from rig.metrology.readings.regression import FEWEST_SPANS, fit_line
from rig.quantities import S_PER_H

# Readings that repeat the same digit show no noise; below a tenth of a milligram a tare is not told from a digit.
_LEAST_NOISE_MG = 0.1


@dataclass(frozen=True, slots=True)
class EvaporationRate:
    """A loss of mass, positive when the vessel gets lighter, with its standard uncertainty and degrees of freedom.

    `white_mg2_s` and `wander_mg2_h` say how the balance behaved meanwhile: variance of an average over one second, and
    variance that its random walk gains per hour (0 when not known). `remarks` says how it was found.
    `change_mg_h` ± `u_change_mg_h` is by how much the loss had changed from the run before to the one after
    (`u_change_mg_h` inf: not known), `u_between_mg_h` the standard uncertainty of the mean loss in between as the mean
    of both: what no weighing at zero flow can show.
    """

    rate_mg_h: float
    u_mg_h: float
    dof: float = math.inf
    white_mg2_s: float = 0.0
    wander_mg2_h: float = 0.0
    remarks: tuple[str, ...] = ()
    change_mg_h: float = 0.0
    u_change_mg_h: float = math.inf
    u_between_mg_h: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.rate_mg_h) and math.isfinite(self.u_mg_h) and self.u_mg_h >= 0 and self.dof > 0):
            raise MetrologyError(f"{self.rate_mg_h!r} ± {self.u_mg_h!r} mg/h, {self.dof!r} degrees of freedom: no rate")


def evaporation_rate(t_s: ArrayLike, mass_mg: ArrayLike, *, max_gap_s: float | None = None) -> EvaporationRate:
    """Return the loss rate of one run without flow: readings `mass_mg` (n,) at `t_s` (n,) seconds, n ≥ 4.

    A line by generalised least squares with residuals that are white and wander; a gain gives a negative rate. Raises
    SeriesError as `check_series` does, a tare in the middle included.
    """
    t, y = as_series(t_s, mass_mg, "mass without flow", FEWEST_SPANS)
    check_series(t, y, "mass without flow", minimum=FEWEST_SPANS, max_gap_s=max_gap_s)
    # Zero flow has no steps of its own: noise can be told from the readings, and so can a tare.
    check_series(t, y, "mass without flow", max_gap_s=math.inf, fall_mg=10.0 * max(reading_noise(y), _LEAST_NOISE_MG))
    line = fit_line(t, y)
    remarks = tuple(
        f"the mass jumped by {size_mg:+.3g} mg at {t_s / S_PER_H:.3f} h of a run without flow"
        for t_s, size_mg in line.jumps
    )
    return EvaporationRate(-line.slope_h, line.u_slope_h, line.dof, line.white_s, line.walk_h, remarks)


def combine_evaporation(
    before: EvaporationRate, after: EvaporationRate, *, floor_mg_h: float = 0.0, floor_relative: float = 0.0
) -> EvaporationRate:
    """Return the mean of the rates before and after: right for a loss that changes linearly in between.

    What lies between them is uncertain: `u_between_mg_h` is the floor that the bench states (`floor_mg_h`, and
    `floor_relative` of the loss itself) with a rectangle from the one rate to the other. `mean_flow` looks closer.
    Raises MetrologyError for a floor that is negative.
    """
    not_negative(floor_mg_h, "floor of the evaporation in mg/h")
    not_negative(floor_relative, "relative floor of the evaporation")
    rate = 0.5 * (before.rate_mg_h + after.rate_mg_h)
    u = 0.5 * math.hypot(before.u_mg_h, after.u_mg_h)
    rest = before.u_mg_h**4 / before.dof + after.u_mg_h**4 / after.dof
    change = after.rate_mg_h - before.rate_mg_h
    return EvaporationRate(
        rate,
        u,
        16.0 * u**4 / rest if rest > 0 else math.inf,
        0.5 * (before.white_mg2_s + after.white_mg2_s),
        0.5 * (before.wander_mg2_h + after.wander_mg2_h),
        (*before.remarks, *after.remarks),
        change_mg_h=change,
        u_change_mg_h=2.0 * u,
        u_between_mg_h=math.hypot(floor_mg_h, floor_relative * rate, change / math.sqrt(12.0)),
    )
