"""Pumps that deliver in strokes: stroke times, volumes and interval found from data, averages over whole strokes.

A stroke is a step between two plateaus. Readings are averaged in blocks; the means of four blocks before and after
each block are compared, and the coarsest blocks that still account for the whole delivery are the ones that see
strokes best. A flow that is even all the time has slopes where plateaus should be, and is refused. For strokes that are
smeared or weaker than the noise see `periodic`.
Source: Bissig et al., Biomed. Eng. 60 (2015) 301-316 (averages over whole strokes).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import SeriesError
from rig.metrology.readings.checked import FloatArray, IndexArray, as_series, check_series, reading_noise
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.quantities import S_PER_H, Measured

FEWEST_STROKES = 4
"""Three intervals: a mean and, with 2 degrees of freedom, a scatter about it."""

# A plateau in two halves, of two blocks each, shows whether it is flat.
_PLATEAU_BLOCKS = 4
# A step counts from this many of its own standard deviations; of 10⁹ noise readings one goes that far.
_STEP_K = 6.0
# Strokes that just reach the threshold would be missed every other time; at 1.5 thresholds one in 740 is.
_CLEAR = 1.5
# The strokes found must account for the delivery: one in twenty, missed or invented, is more than noise explains.
_ACCOUNTED = 0.05
# The rise between the halves of a plateau, per block and as a share of the stroke: an even flow would have 0.4.
_FLAT = 0.15


@dataclass(frozen=True, slots=True)
class Strokes:
    """Strokes in order: when (s), how much (µL), each (n,).

    `level_ul` (n + 1,) are the plateaus before, between and after the strokes, `u_level_ul` (n + 1,) their standard
    uncertainties from noise. `u_volume_ul` (n,) and `u_t_s` (n,) are those of each stroke's size and time: noise, what
    the plateaus wander, and what the caller told of loss and lag.
    """

    t_s: FloatArray
    volume_ul: FloatArray
    level_ul: FloatArray
    u_level_ul: FloatArray
    u_volume_ul: FloatArray
    u_t_s: FloatArray

    @property
    def count(self) -> int:
        """Return the number of strokes."""
        return self.t_s.size

    @property
    def interval_s(self) -> float:
        """Return the mean time from stroke to stroke."""
        return float(self.t_s[-1] - self.t_s[0]) / (self.count - 1)

    @property
    def stroke_ul(self) -> float:
        """Return the mean volume of a stroke."""
        return float(self.level_ul[-1] - self.level_ul[0]) / self.count


def find_strokes(
    t_s: ArrayLike,
    volume_ul: ArrayLike,
    *,
    max_gap_s: float | None = None,
    u_loss_ul_h: float = 0.0,
    lag: Measured | None = None,
) -> Strokes:
    """Return the strokes in cumulative volumes (n,) µL at `t_s` (n,) seconds, corrected for evaporation.

    `u_loss_ul_h` is the standard uncertainty of that correction. Times are when half of a stroke was seen; of a `lag`
    that is known (s; from the pump through line and balance) they are freed. At least 9 readings per stroke are needed.
    Raises SeriesError as `check_series` does, and when fewer than 4 strokes stand out of the noise, when the strokes
    found do not account for the delivery, or when the flow is even.
    """
    t, v = as_series(t_s, volume_ul, "volume", 4 * _PLATEAU_BLOCKS)
    check_series(t, v, "volume", max_gap_s=max_gap_s)
    sd = reading_noise(v)
    best: tuple[int, IndexArray] | None = None
    size = 1
    while v.size // size >= FEWEST_STROKES * (2 * _PLATEAU_BLOCKS + 1):
        blocks = v[: v.size // size * size].reshape(-1, size).mean(axis=1)
        found = _steps(blocks, sd / math.sqrt(size), float(v[-1] - v[0]))
        if found is not None:
            best = size, found
        size *= 2
    if best is None:
        raise SeriesError(
            f"no strokes: no {FEWEST_STROKES} steps between plateaus stand out of {sd:.2g} µL of noise and account for "
            f"the {v[-1] - v[0]:.4g} µL delivered"
        )
    return _measured(t, v, sd, *best, u_loss_ul_h=u_loss_ul_h, lag=lag or Measured(0.0, 0.0, "s"))


def flow_over_strokes(strokes: Strokes) -> Budget:
    """Return the mean flow in µL/h over whole strokes, from the first to the last, with its budget.

    What the first stroke brought is left out: it was drawn before its time. Components are the noise of both plateaus
    and of both times; evaporation, density and calibration belong to the volumes that the strokes were found in.
    """
    hours = float(strokes.t_s[-1] - strokes.t_s[0]) / S_PER_H
    volume = float(strokes.level_ul[-1] - strokes.level_ul[1])
    u_volume = math.hypot(strokes.u_level_ul[1], strokes.u_level_ul[-1])
    u_hours = math.hypot(float(strokes.u_t_s[0]), float(strokes.u_t_s[-1])) / S_PER_H
    return combine(
        volume / hours,
        "µL/h",
        [
            Component("noise of the plateaus", "A", volume, u_volume, "µL", 1.0 / hours),
            Component("time of the strokes", "A", hours, u_hours, "h", -volume / hours**2),
        ],
    )


def flows_over_strokes(strokes: Strokes, whole: int) -> FloatArray:
    """Return the flow in µL/h over each run of `whole` strokes that follow each other: (n − whole,).

    Raises SeriesError when there are not that many.
    """
    if not 1 <= whole < strokes.count:
        raise SeriesError(f"averages over {whole} whole strokes of {strokes.count}: not possible")
    volume = strokes.level_ul[1 + whole :] - strokes.level_ul[1:-whole]
    return S_PER_H * volume / (strokes.t_s[whole:] - strokes.t_s[:-whole])


def _steps(blocks: FloatArray, sd: float, gain: float) -> IndexArray | None:
    """Return the blocks in which steps happen, or None when they are no strokes that account for `gain`."""
    from scipy.signal import find_peaks  # takes long to import, which every session of plans would wait for

    p = _PLATEAU_BLOCKS
    total = np.concatenate([[0.0], np.cumsum(blocks - blocks[0])])
    before = (total[p:-1] - total[: -p - 1]) / p
    rise = before[p + 1 :] - before[: -p - 1]
    threshold = max(_STEP_K * sd * math.sqrt(2.0 / p), 1e-9 * abs(gain))
    # A stroke too close to an end to be seen whole is no peak.
    peaks = find_peaks(rise, height=threshold, distance=2 * p - 1)[0]
    if peaks.size < FEWEST_STROKES or float(np.median(rise[peaks])) < _CLEAR * threshold:
        return None
    at = peaks + p
    held = float(blocks[at[-1] + 1 : at[-1] + 1 + p].mean() - blocks[at[0] - p : at[0]].mean())
    accounted = abs(float(rise[peaks].sum()) - held) <= _ACCOUNTED * held and abs(held - gain) <= 2.0 * gain / at.size
    half = p // 2
    slope_after = (total[at + 1 + p] - total[at + 1 + half]) - (total[at + 1 + half] - total[at + 1])
    flat = abs(float(slope_after.mean()) / half) <= _FLAT * float(rise[peaks].mean())
    return at if accounted and flat else None


def _measured(
    t: FloatArray, v: FloatArray, sd: float, size: int, at: IndexArray, *, u_loss_ul_h: float, lag: Measured
) -> Strokes:
    """Return the strokes that happened in the blocks `at` of `size` readings, located among the readings themselves."""
    edge = np.array([_locate(v, size, block) for block in at], dtype=np.intp)
    guard = max(1, size)
    # Beyond the outermost plateaus seen there may be a stroke too close to the end to be found.
    reach = _PLATEAU_BLOCKS * size
    bounds = np.concatenate([[max(0, edge[0] - reach)], edge, [min(v.size, edge[-1] + reach)]])
    level, u_level, half_sq = np.empty(edge.size + 1), np.empty(edge.size + 1), np.zeros(edge.size + 1)
    for i in range(level.size):
        begin = bounds[i] + (guard if i > 0 else 0)
        end = bounds[i + 1] - (guard if i < edge.size else 0)
        plateau = v[begin:end] if end > begin else v[bounds[i] : bounds[i + 1]]
        level[i], u_level[i] = plateau.mean(), sd / math.sqrt(plateau.size)
        if (half := plateau.size // 2) > 0:
            # Beyond noise: a plateau that wanders has another mean in its second half.
            half_sq[i] = (plateau[-half:].mean() - plateau[:half].mean()) ** 2 - 2.0 * sd**2 / half
    volume = np.diff(level)
    # A walk of variance w per reading parts the halves of a plateau of L readings by w·L/3, and the means of two of
    # them whose middles are T apart by w·(T − L/3).
    apart = float(np.mean(np.diff(edge)))
    wander_sq = max(0.0, float(half_sq.mean())) * max(2.0, 3.0 * apart / max(1.0, apart - 2.0 * guard) - 1.0)
    hours = np.diff(0.5 * (t[np.minimum(bounds[1:], t.size - 1)] + t[bounds[:-1]])) / S_PER_H
    noise_sq = u_level[:-1] ** 2 + u_level[1:] ** 2
    u_volume = np.sqrt(noise_sq + wander_sq + (u_loss_ul_h * hours) ** 2)
    when = 0.5 * (t[edge] + t[edge - 1]) - lag.value
    u_time = np.hypot((t[edge] - t[edge - 1]) * np.sqrt(1.0 / 12.0 + _mislaid(volume, sd)), lag.u)
    return Strokes(when, volume, level, u_level, u_volume, u_time)


def _mislaid(volume_ul: FloatArray, sd: float) -> FloatArray:
    """Return the variance of how many readings beside its place noise puts a stroke, (n,), at the most.

    It is j beside only when the mean of j readings is on the wrong side of half a step: Φ(−step/2·√j/sd), either way.
    """
    from scipy.special import ndtr  # takes long to import, which every session of plans would wait for

    j = np.arange(1.0, 33.0)[:, None]
    steps = np.abs(volume_ul) / sd if sd > 0.0 else np.full(volume_ul.size, np.inf)
    return np.asarray((2.0 * j**2 * ndtr(-0.5 * steps * np.sqrt(j))).sum(axis=0), np.float64)


def _locate(v: FloatArray, size: int, block: int) -> int:
    """Return the first reading after the step: the cut that leaves the least scatter around two levels."""
    begin = max(0, (block - 2) * size)
    part = v[begin : (block + 3) * size]
    n = np.arange(1, part.size)
    total = np.cumsum(part)
    low, high = total[:-1] / n, (total[-1] - total[:-1]) / (part.size - n)
    return begin + 1 + int(np.argmax(n * (part.size - n) * (high - low) ** 2))
