"""The volumes of a series of boluses in one record: steps between levels, with the basal rate taken out.

Between two boluses delivery is basal, a line; all these lines have one slope. What a bolus added is the step from one
line to the next. Source: least squares with a common slope and one level per stretch (analysis of covariance).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError, SeriesError
from rig.metrology.dosing.level_noise import CommonSlope, level_means
from rig.metrology.dosing.noise_lines import NoiseLine, u_each
from rig.metrology.dosing.reading_noise import ReadingNoise, Strokes, noise_of_levels
from rig.metrology.readings.checked import FloatArray, as_series, check_series
from rig.metrology.readings.demands import finite_array, positive
from rig.quantities import S_PER_H, Measured

FEWEST_READINGS = 3
"""Readings that a level between two boluses needs."""


@dataclass(frozen=True, slots=True)
class BolusSteps:
    """The boluses of a record: volumes (n,) in µL, the noise they have in common, and the basal rate in between.

    Neighbouring boluses share a level and all of them the slope: `noise` carries how their errors vary together.
    `stroke_ul` is the larger of the stroke that was declared and the one that the readings show.
    """

    volume_ul: FloatArray
    noise: tuple[NoiseLine, ...]
    basal: Measured
    stroke_ul: float

    @property
    def u_volume_ul(self) -> FloatArray:
        """Return the standard uncertainty of each volume, (n,) µL."""
        return u_each(self.noise, self.volume_ul.size)

    @property
    def total(self) -> Measured:
        """Return the sum of the volumes."""
        ones = np.ones(self.volume_ul.size)
        u_ul = math.sqrt(math.fsum(line.variance(ones) for line in self.noise))
        return Measured(float(self.volume_ul.sum()), u_ul, "µL")


def bolus_steps(
    t_s: ArrayLike,
    volume_ul: ArrayLike,
    commanded_s: ArrayLike,
    *,
    settling_s: float,
    noise: ReadingNoise | None = None,
    strokes: Strokes | None = None,
    max_gap_s: float | None = None,
    fall_ul: float = math.inf,
) -> BolusSteps:
    """Return the volumes of boluses commanded at `commanded_s` (n,) in the delivered `volume_ul` (m,) at `t_s` (m,).

    Each bolus is over and settled `settling_s` after its command; the readings from then to the next command, and
    those before the first, make the levels. Readings of one moment count as one: they see the strokes at one phase.
    `noise` is what the readings are known for, `strokes` how the infusion comes; both None for nothing known, where
    the readings speak for themselves. Raises SeriesError as `check_series` does (`fall_ul` its fall) and for levels of
    fewer than 3 readings; MetrologyError for a settling that is not positive and commands that are closer than it.
    """
    t, v = as_series(t_s, volume_ul, "delivered volume", 2 * FEWEST_READINGS)
    check_series(t, v, "delivered volume", max_gap_s=max_gap_s, fall_mg=fall_ul)
    commands = _checked_commands(commanded_s, settling_s)
    t, v = _one_a_moment(t, v)
    levels = _levels(t, commands, settling_s)
    level = level_means(v, levels.first, levels.last)
    off_ul = v[levels.index] - np.repeat(level, levels.last - levels.first)
    slope = float(np.sum(levels.off_s * off_ul)) / levels.information
    scatter_sq = float(np.sum((off_ul - slope * levels.off_s) ** 2)) / levels.dof
    stroke_ul, lines = noise_of_levels(
        levels, scatter_sq, slope * S_PER_H, noise or ReadingNoise(), strokes or Strokes()
    )
    distance_s = np.diff(levels.mid_s)
    # Steps between levels, less what the slope makes of the distance.
    n = distance_s.size
    to_steps = np.hstack((np.diff(np.eye(n + 1), axis=0), -distance_s[:, None]))
    u_slope = math.sqrt(math.fsum(float(line.covariance[-1, -1]) for line in lines))
    return BolusSteps(
        volume_ul=np.diff(level) - slope * distance_s,
        noise=tuple(line.seen_through(to_steps) for line in lines),
        basal=Measured(slope * S_PER_H, u_slope * S_PER_H, "µL/h"),
        stroke_ul=stroke_ul,
    )


def _levels(t: FloatArray, commands: FloatArray, settling_s: float) -> CommonSlope:
    starts = np.concatenate(([-math.inf], commands + settling_s))
    ends = np.concatenate((commands, [math.inf]))
    first, last = np.searchsorted(t, starts), np.searchsorted(t, ends, side="right")
    counts = last - first
    if counts.min() < FEWEST_READINGS:
        i = int(np.argmin(counts))
        raise SeriesError(f"level {i} of {counts.size} has {counts[i]} readings; {FEWEST_READINGS} are needed")
    return CommonSlope(t, first, last)


def _one_a_moment(t: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the readings with those of equal stamps as one, their mean."""
    starts = np.flatnonzero(np.diff(t, prepend=-math.inf) > 0.0)
    if starts.size == t.size:
        return t, v
    return t[starts], np.add.reduceat(v, starts) / np.diff(np.append(starts, t.size))


def _checked_commands(commanded_s: ArrayLike, settling_s: float) -> FloatArray:
    commands = finite_array(commanded_s, "times of the commands")
    positive(settling_s, "settling in s")
    if np.any(np.diff(commands) <= settling_s):
        i = int(np.argmax(np.diff(commands) <= settling_s))
        raise MetrologyError(f"bolus {i + 1} was commanded before bolus {i} had settled for {settling_s:g} s")
    return commands
