"""The volumes of a series of boluses in one record: steps between levels, with the basal rate taken out.

Between two boluses delivery is basal, a line; all these lines have one slope. What a bolus added is the step from one
line to the next. Source: least squares with a common slope and one level per stretch (analysis of covariance).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.checked import FloatArray, as_series, check_series
from rig.metrology.readings.demands import finite_array, positive
from rig.quantities import S_PER_H, Measured

FEWEST_READINGS = 3
"""Readings that a level between two boluses needs."""


@dataclass(frozen=True, slots=True)
class BolusSteps:
    """The boluses of a record: volumes (n,) in µL with their standard uncertainties, and the basal rate in between.

    Neighbouring boluses share a level, so their errors are correlated by −1/2; the sum of all has the uncertainty of
    the first and the last level alone.
    """

    volume_ul: FloatArray
    u_volume_ul: FloatArray
    total: Measured
    basal: Measured


def bolus_steps(
    t_s: ArrayLike,
    volume_ul: ArrayLike,
    commanded_s: ArrayLike,
    *,
    settling_s: float,
    u_level_ul: float = 0.0,
    max_gap_s: float | None = None,
) -> BolusSteps:
    """Return the volumes of boluses commanded at `commanded_s` (n,) in the delivered `volume_ul` (m,) at `t_s` (m,).

    Each bolus is over and settled `settling_s` after its command; the readings from then to the next command, and
    those before the first, make the levels. `u_level_ul` is a standard uncertainty of each level that averaging does
    not reduce (capillary, resolution). Raises SeriesError as `check_series` does and for levels of fewer than 3
    readings; MetrologyError for a settling that is not positive and commands that are closer than it.
    """
    t, v = as_series(t_s, volume_ul, "delivered volume", 2 * FEWEST_READINGS)
    check_series(t, v, "delivered volume", max_gap_s=max_gap_s)
    commands = _checked_commands(commanded_s, settling_s)
    starts = np.concatenate(([-math.inf], commands + settling_s))
    ends = np.concatenate((commands, [math.inf]))
    first, last = np.searchsorted(t, starts), np.searchsorted(t, ends, side="right")
    counts = last - first
    if counts.min() < FEWEST_READINGS:
        i = int(np.argmin(counts))
        raise SeriesError(f"level {i} of {counts.size} has {counts[i]} readings; {FEWEST_READINGS} are needed")
    stretches = [slice(a, b) for a, b in zip(first, last, strict=True)]
    mid_s = np.array([t[part].mean() for part in stretches])
    level = np.array([v[part].mean() for part in stretches])
    off_s = np.concatenate([t[part] - mid for part, mid in zip(stretches, mid_s, strict=True)])
    off_ul = np.concatenate([v[part] - mean for part, mean in zip(stretches, level, strict=True)])
    information = float(off_s @ off_s)
    slope = float(off_s @ off_ul) / information
    dof = off_s.size - counts.size - 1
    scatter_sq = float(np.sum((off_ul - slope * off_s) ** 2)) / dof
    u_slope_sq = scatter_sq / information
    level_sq = scatter_sq / counts + u_level_ul**2
    distance_s = np.diff(mid_s)
    volume = np.diff(level) - slope * distance_s
    u_volume = np.sqrt(level_sq[1:] + level_sq[:-1] + u_slope_sq * distance_s**2)
    u_total = math.sqrt(level_sq[0] + level_sq[-1] + u_slope_sq * float(distance_s.sum()) ** 2)
    return BolusSteps(
        volume_ul=volume,
        u_volume_ul=u_volume,
        total=Measured(float(volume.sum()), u_total, "µL"),
        basal=Measured(slope * S_PER_H, math.sqrt(u_slope_sq) * S_PER_H, "µL/h"),
    )


def _checked_commands(commanded_s: ArrayLike, settling_s: float) -> FloatArray:
    commands = finite_array(commanded_s, "times of the commands")
    positive(settling_s, "settling in s")
    if np.any(np.diff(commands) <= settling_s):
        i = int(np.argmax(np.diff(commands) <= settling_s))
        raise MetrologyError(f"bolus {i + 1} was commanded before bolus {i} had settled for {settling_s:g} s")
    return commands
