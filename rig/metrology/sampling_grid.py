"""Readings as they came, brought to the times that a schedule asks for: t = 0, S, 2·S …"""

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import SeriesError, WindowError
from rig.metrology.series import FloatArray, IndexArray, as_series


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
    the mean of the readings within ± average/2 of the time, where there are any (a slope cancels). Times do not go back
    and values are finite (`check_series` sees to that).
    Raises WindowError for intervals, averages and counts that are not possible, SeriesError when readings are further
    apart than 1.5 intervals around a wanted time, or do not reach the first or the last one.
    """
    t, y = as_series(t_s, values, "readings", 1)
    if not (interval_s > 0.0 and samples >= 1 and 0.0 <= average_s <= interval_s):
        raise WindowError(f"{samples} samples each {interval_s!r} s, averaged over {average_s!r} s: not possible")
    wanted: FloatArray = start_s + interval_s * np.arange(samples, dtype=np.float64)
    # Stamps are whole nanoseconds that became seconds: half of one decides what "at the same time" means.
    slack = 0.5e-9 * max(1.0, abs(float(wanted[-1])) * 1e-6)
    after = np.searchsorted(t, wanted + slack, side="right")
    _refuse_missing(t, after, wanted, interval_s, slack)
    low_last = after - 1
    low_t = t[low_last]
    high_first = np.minimum(after, t.size - 1)
    low = _group_mean(y, np.searchsorted(t, low_t, side="left"), after)
    high_t = t[high_first]
    high = _group_mean(y, np.searchsorted(t, high_t, side="left"), np.searchsorted(t, high_t, side="right"))
    gap = np.where(high_t > low_t, high_t - low_t, 1.0)
    share = np.clip((wanted - low_t) / gap, 0.0, 1.0)
    result = low + share * (high - low)
    if average_s > 0.0:
        first = np.searchsorted(t, wanted - average_s / 2.0, side="left")
        last = np.searchsorted(t, wanted + average_s / 2.0, side="right")
        some = last > first
        result[some] = _group_mean(y, first[some], last[some])
    return result


def _group_mean(y: FloatArray, first: IndexArray, last: IndexArray) -> FloatArray:
    """Return the means of y[first:last] for each pair, none of them empty."""
    result: FloatArray = y[first]
    several = np.flatnonzero(last - first > 1)
    for i in several:
        result[i] = y[first[i] : last[i]].mean()
    return result


def _refuse_missing(t: FloatArray, after: IndexArray, wanted: FloatArray, interval_s: float, slack: float) -> None:
    if after[0] < 1:
        raise SeriesError(f"readings begin at {t[0]:.6f} s, after the first time wanted, {wanted[0]:.6f} s")
    low_t = t[after - 1]
    short = (after >= t.size) & (low_t < wanted - slack)
    if short.any():
        i = int(np.argmax(short))
        raise SeriesError(f"readings end at {t[-1]:.6f} s, before sample {i} at {wanted[i]:.6f} s")
    high_t = t[np.minimum(after, t.size - 1)]
    missing = (low_t < wanted - slack) & (high_t - low_t > 1.5 * interval_s)
    if missing.any():
        i = int(np.argmax(missing))
        raise SeriesError(
            f"no reading for sample {i} at {wanted[i]:.6f} s: the nearest are at {low_t[i]:.6f} s and {high_t[i]:.6f} s"
        )
