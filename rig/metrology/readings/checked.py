"""Series with time stamps as they really are: what is tolerated (jitter, bursts, equal stamps) and what is refused.

Everything runs block by block in cache, so that a month at 10 Hz costs one read of memory and no copy.
"""

import math
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rig.errors import SeriesError

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]

BLOCK = 1 << 15
"""Readings handled at once: four such arrays fit into a second-level cache."""

# 1/Φ⁻¹(3/4): makes the median absolute deviation of normal values their standard deviation.
_MAD_TO_SD = 1.4826
# A busy link loses a reading or a few at a time; five intervals are four lost in a row.
_GAP_INTERVALS = 5.0
# A gap of 1 % of the span moves a mean over the span by at most 1 % of what the rate changed within the gap.
_GAP_SHARE = 0.01
# A drop overshoots and swings for about a second: a fall counts only when it is still there after this time.
_SETTLING_S = 2.0
# A level is a median over so long: readings enough to outvote outliers, and at 1000 µL/h a delivery of 1.4 mg only.
_LEVEL_S = 5.0
# What is lost for good is a drop, 10 mg and more, or a vessel's shift; draughts and static charge take less.
_HANDLING_MG = 5.0
# A draught, or a door that stands open for a moment, is over within half an hour.
_DRAUGHT_S = 1800.0
# Far beyond any instrument and any clock, far below where squares and sums overflow.
_ABSURD = 1e15
# Strokes raise a reading below zero as a tare does; only a tare ends at zero, within 3 standard deviations
# (`fall_mg` is 10 of them).
_ZERO_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What a checked series is like: readings, span, mean interval, largest gap, readings whose stamp repeats."""

    n: int
    span_s: float
    mean_interval_s: float
    largest_gap_s: float
    equal_stamps: int


def check_series(
    t_s: ArrayLike,
    values: ArrayLike,
    what: str = "mass",
    *,
    minimum: int = 2,
    max_gap_s: float | None = None,
    fall_mg: float = math.inf,
) -> SeriesFacts:
    """Return the facts of a series of `values` (n,) at `t_s` (n,) seconds, or refuse it.

    Stamps may repeat (readings that arrive in bursts) but not go back. `max_gap_s` None allows the larger of 5 mean
    intervals and 1 % of the span. `fall_mg` is the abrupt change that noise cannot make, 10 standard deviations of a
    reading: beyond it a lasting change to zero is a tare, a lasting fall of 5 mg and more a touched vessel.
    Raises SeriesError, with the index and time, for shapes that do not fit, fewer than `minimum` readings, NaN,
    infinities and absurd sizes, reversed time, no span, a gap, a tare in the middle and a touched vessel.
    """
    t, y = as_series(t_s, values, what, minimum)
    smallest_s, largest_s, equal, falls = _scan(t, y, what, fall_mg)
    span_s = float(t[-1] - t[0])
    if smallest_s < 0.0:
        i = int(np.flatnonzero(np.diff(t) < 0.0)[0]) + 1
        raise SeriesError(f"time of {what} goes back at reading {i}: from {t[i - 1]:.6f} s to {t[i]:.6f} s")
    if span_s <= 0.0:
        raise SeriesError(f"{t.size} readings of {what} all carry the stamp {t[0]:.6f} s: they span no time")
    mean_s = span_s / (t.size - 1)
    allowed_s = max(_GAP_INTERVALS * mean_s, _GAP_SHARE * span_s) if max_gap_s is None else max_gap_s
    if largest_s > allowed_s:
        i = int(np.argmax(np.diff(t)))
        raise SeriesError(
            f"{what} has a gap of {largest_s:.6g} s after reading {i} at {t[i]:.6f} s; {allowed_s:.6g} s is allowed"
        )
    for i in _lasting(t, y, falls, fall_mg) if falls.size else ():
        _refuse_lasting_fall(t, y, int(i), what, fall_mg)
    return SeriesFacts(t.size, span_s, mean_s, largest_s, equal)


def reading_noise(values: FloatArray) -> float:
    """Return the standard deviation of one reading, from differences of neighbours; steps that are rare do not count.

    `values` (n,), n ≥ 2. At most 65,536 differences are looked at, evenly spread.
    """
    first = np.arange(0, values.size - 1, max(1, values.size // 65_536))
    step = values[first + 1] - values[first]
    return _MAD_TO_SD * float(np.median(np.abs(step - np.median(step)))) / math.sqrt(2.0)


def as_series(t_s: ArrayLike, values: ArrayLike, what: str, minimum: int) -> tuple[FloatArray, FloatArray]:
    """Return both as float64 (n,), or raise SeriesError for other shapes, kinds and too few readings."""
    try:
        t = np.asarray(t_s, dtype=np.float64)
        y = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError(f"times and {what} are not arrays of numbers: {error}") from error
    if t.ndim != 1 or y.shape != t.shape:
        raise SeriesError(f"times of shape {t.shape} and {what} of shape {y.shape} are not one series")
    if t.size < minimum:
        raise SeriesError(f"{t.size} reading(s) of {what}; at least {minimum} are needed")
    return t, y


def _scan(t: FloatArray, y: FloatArray, what: str, fall_mg: float) -> tuple[float, float, int, IndexArray]:
    """Return smallest and largest step of time, equal stamps, and the indices at which `y` fell or leapt abruptly."""
    if not (abs(t[0]) < _ABSURD and abs(y[0]) < _ABSURD):
        _refuse_absurd(t, y, 0, 1, what)
    smallest, largest, equal = math.inf, -math.inf, 0
    falls: list[IndexArray] = []
    step = np.empty(min(BLOCK, t.size))
    with np.errstate(invalid="ignore", over="ignore"):
        for start in range(0, t.size - 1, BLOCK):
            stop = min(start + BLOCK, t.size - 1)
            part = step[: stop - start]
            np.subtract(t[start + 1 : stop + 1], t[start:stop], out=part)
            low, high = float(part.min()), float(part.max())
            if low <= 0.0:
                equal += int(np.count_nonzero(part == 0.0))
            smallest, largest = min(smallest, low), max(largest, high)
            np.subtract(y[start + 1 : stop + 1], y[start:stop], out=part)
            down, up = float(part.min()), float(part.max())
            # Written so that NaN is refused: it compares with nothing.
            if not (high < _ABSURD and -low < _ABSURD and up < _ABSURD and -down < _ABSURD):
                _refuse_absurd(t, y, start, stop + 1, what)
            if down < -fall_mg or (up > fall_mg and float(y[start]) < 0.0):
                falls.append(start + 1 + np.flatnonzero(np.abs(part) > fall_mg))
    return smallest, largest, equal, np.concatenate(falls) if falls else np.empty(0, dtype=np.intp)


def _refuse_absurd(t: FloatArray, y: FloatArray, start: int, stop: int, what: str) -> NoReturn:
    part_t, part_y = t[start:stop], y[start:stop]
    bad = ~(np.isfinite(part_t) & np.isfinite(part_y))
    if bad.any():
        i = start + int(np.argmax(bad))
        raise SeriesError(f"{what} at reading {i} is {float(y[i])!r} at {float(t[i])!r} s: not a finite number")
    i = start + int(np.argmax(np.maximum(np.abs(part_t), np.abs(part_y))))
    raise SeriesError(f"{what} at reading {i} is {float(y[i])!r} at {float(t[i])!r} s: no instrument shows that")


def _lasting(t: FloatArray, y: FloatArray, i: IndexArray, fall_mg: float) -> IndexArray:
    """Return those of the indices where single readings before and after settling look like a fall or a zeroing."""
    ahead = np.minimum(np.searchsorted(t, t[i] + _SETTLING_S), t.size - 1)
    behind = np.maximum(np.searchsorted(t, t[i] - _SETTLING_S) - 1, 0)
    before, after = np.minimum(y[i - 1], y[behind]), y[ahead]
    fell = (before - after > 0.5 * fall_mg) & (y[i] < y[i - 1])
    zeroed = (y[i] > y[i - 1]) & (before < -fall_mg) & (np.abs(after) < _ZERO_SHARE * fall_mg)
    # From one reading that stands above both of its neighbours nothing falls: the level was theirs.
    alone = (i >= 2) & (y[np.maximum(i - 2, 0)] - after <= 0.5 * fall_mg)
    return i[(fell & ~alone) | zeroed]


def _refuse_lasting_fall(t: FloatArray, y: FloatArray, i: int, what: str, fall_mg: float) -> None:
    """Refuse when the level before reading `i` is above the level after settling, or when it was set to zero."""
    first = int(np.searchsorted(t, t[i - 1] - _LEVEL_S))
    before = float(np.median(y[first:i]))
    begin = min(max(int(np.searchsorted(t, t[i] + _SETTLING_S)), i), t.size - 1)
    end = max(int(np.searchsorted(t, t[begin] + _LEVEL_S, side="right")), begin + 1)
    after = float(np.median(y[begin:end]))
    rises = y[i] > y[i - 1]
    zeroed = abs(after) < (_ZERO_SHARE * fall_mg if rises else fall_mg) and abs(before) > fall_mg
    if zeroed:
        raise SeriesError(
            f"{what} went from {before:.3f} to {after:.3f} mg at reading {i}, {t[i]:.3f} s: a tare in the middle"
        )
    if before - after > max(_HANDLING_MG, fall_mg) and not _comes_back(t, y, i, before - after):
        raise SeriesError(
            f"{what} fell from {before:.3f} to {after:.3f} mg at reading {i}, {t[i]:.3f} s, and stayed there: "
            "vessel touched or liquid lost"
        )


def _comes_back(t: FloatArray, y: FloatArray, i: int, fall_mg: float) -> bool:
    """Tell whether what fell at reading `i` is back within half an hour: a draught, a hand that leaned on something.

    The flow goes on meanwhile at the pace that it had before.
    """
    first = int(np.searchsorted(t, t[i] - _DRAUGHT_S))
    last = int(np.searchsorted(t, t[i] + _DRAUGHT_S, side="right"))
    if i - first < 2 or last - i < 2 or t[i - 1] <= t[first]:
        return False
    # Where readings arrive in bursts, most of them carry the stamp of the one before.
    each_s = float(np.median(np.diff(t[first:i]))) or float((t[i - 1] - t[first]) / (i - 1 - first))
    pace = float(np.median(np.diff(y[first:i]))) / each_s
    expected = y[i - 1] + pace * (t[i:last] - t[i - 1])
    return bool(np.any(y[i + 1 : last] > expected[1:] - 0.5 * fall_mg))
