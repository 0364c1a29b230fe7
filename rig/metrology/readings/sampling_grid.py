"""Readings as they came, brought to the times that a schedule asks for: t = 0, S, 2·S …"""

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import SeriesError, WindowError
from rig.metrology.readings.checked import BLOCK, FloatArray, IndexArray, as_series

# Wanted times further than this from both neighbours, in intervals, are missing and not interpolated:
# stamps wander by less than half an interval, and a reading that was lost leaves two.
_REACH = 1.5


def at_intervals(
    t_s: ArrayLike,
    values: ArrayLike,
    *,
    interval_s: float,
    samples: int,
    start_s: float = 0.0,
    average_s: float = 0.0,
) -> FloatArray:
    """Return `values` (n,) at `t_s` (n,) seconds as they were at start + i·interval, i = 0 … samples − 1: (samples,).

    Readings with equal stamps count as their mean; between stamps the value is interpolated. With `average_s` > 0 it is
    the mean of the readings within ± average/2 of the time, moved to it along the line between its neighbours. Times do
    not go back and values are finite (`check_series` sees to that).
    Raises WindowError for intervals, averages and counts that are not possible, SeriesError when the readings around a
    wanted time are further apart than 1.5 intervals, or do not reach the first or the last one.
    """
    t, y = as_series(t_s, values, "readings", 1)
    if not (interval_s > 0.0 and samples >= 1 and 0.0 <= average_s <= interval_s):
        raise WindowError(f"{samples} samples each {interval_s!r} s, averaged over {average_s!r} s: not possible")
    # Stamps are whole nanoseconds that became seconds: half of one decides what "at the same time" means.
    slack_s = max(0.5e-9, 4.0 * float(np.spacing(abs(start_s) + interval_s * samples)))
    result = np.empty(samples)
    for begin in range(0, samples, BLOCK):
        end = min(begin + BLOCK, samples)
        wanted: FloatArray = start_s + interval_s * np.arange(begin, end, dtype=np.float64)
        reach_s = _REACH * interval_s + average_s
        first = max(0, int(np.searchsorted(t, wanted[0] - reach_s)) - 1)
        last = min(t.size, int(np.searchsorted(t, wanted[-1] + reach_s, side="right")) + 1)
        part_t, part_y = t[first:last], y[first:last]
        result[begin:end] = _interpolated(part_t, part_y, wanted, interval_s, slack_s, begin)
        if average_s > 0.0:
            _average(part_t, part_y, wanted, average_s, result[begin:end])
    return result


def _interpolated(
    t: FloatArray, y: FloatArray, wanted: FloatArray, interval_s: float, slack_s: float, number: int
) -> FloatArray:
    """Return the values at `wanted`, the first of which is sample `number`."""
    at = int(np.searchsorted(t, wanted[0] - slack_s))
    on_grid = t[at : at + wanted.size]
    if t.size > at + wanted.size and t[at + wanted.size] - wanted[-1] > slack_s and _same(on_grid, wanted, slack_s):
        return y[at : at + wanted.size]
    after = np.searchsorted(t, wanted + slack_s, side="right")
    _refuse_missing(t, after, wanted, interval_s, slack_s, number)
    low_t = t[after - 1]
    high_t = t[np.minimum(after, t.size - 1)]
    low = _group_mean(y, np.searchsorted(t, low_t, side="left"), after)
    high = _group_mean(y, np.searchsorted(t, high_t, side="left"), np.searchsorted(t, high_t, side="right"))
    gap = np.where(high_t > low_t, high_t - low_t, 1.0)
    share: FloatArray = np.clip((wanted - low_t) / gap, 0.0, 1.0)
    # On the stamp itself the value is the reading, bit for bit.
    share[wanted - low_t <= slack_s] = 0.0
    return low + share * (high - low)


def _same(stamps: FloatArray, wanted: FloatArray, slack_s: float) -> bool:
    """Tell whether there is one reading at each wanted time: a regular series needs no search."""
    apart = stamps - wanted
    return bool(apart.max() <= slack_s and apart.min() >= -slack_s)


def _average(t: FloatArray, y: FloatArray, wanted: FloatArray, average_s: float, result: FloatArray) -> None:
    """Replace the values where readings lie within ± average/2 by their means, moved along the local slope."""
    first = np.searchsorted(t, wanted - average_s / 2.0, side="left")
    last = np.searchsorted(t, wanted + average_s / 2.0, side="right")
    some = np.flatnonzero(last - first > 1)
    if some.size == 0:
        return
    slope = np.gradient(result, wanted)[some] if wanted.size > 1 else np.zeros(some.size)
    mean_t = _group_mean(t, first[some], last[some])
    result[some] = _group_mean(y, first[some], last[some]) + slope * (wanted[some] - mean_t)


def _group_mean(y: FloatArray, first: IndexArray, last: IndexArray) -> FloatArray:
    """Return the means of y[first:last] for each pair, none of them empty."""
    result: FloatArray = y[first]
    for i in np.flatnonzero(last - first > 1):
        result[i] = y[first[i] : last[i]].mean()
    return result


def _refuse_missing(
    t: FloatArray, after: IndexArray, wanted: FloatArray, interval_s: float, slack_s: float, number: int
) -> None:
    if after[0] < 1:
        raise SeriesError(f"readings begin at {t[0]:.6f} s, after sample {number} at {wanted[0]:.6f} s")
    low_t = t[after - 1]
    off = low_t < wanted - slack_s
    short = off & (after >= t.size)
    if short.any():
        i = int(np.argmax(short))
        raise SeriesError(f"readings end at {t[-1]:.6f} s, before sample {number + i} at {wanted[i]:.6f} s")
    high_t = t[np.minimum(after, t.size - 1)]
    missing = off & (high_t - low_t > _REACH * interval_s)
    if missing.any():
        i = int(np.argmax(missing))
        raise SeriesError(
            f"no reading for sample {number + i} at {wanted[i]:.6f} s: the nearest are at {low_t[i]:.6f} s and "
            f"{high_t[i]:.6f} s"
        )
