"""Start-up graph, trumpet curve and overall error, with what a perfect pump would show on the same balance.

Source: IEC 60601-2-24:2012, 201.12.1.102 to 201.12.1.107 (borrowed methods). Cost is linear in samples for each window
and does not depend on the window's length.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr

from rig.errors import SeriesError, WindowError
from rig.metrology.curves.schedules import Schedule
from rig.metrology.readings.checked import BLOCK, FloatArray

_MIN_PER_H = 60.0
# Windows of a random walk that overlap: so many independent ones per window length (fitted to simulation).
_WALK_WINDOWS = 3.5


@dataclass(frozen=True, slots=True)
class StartUp:
    """The start-up graph: flow (µL/h) and its error (%) in the interval that ends at `t_min`; all (n,).

    `u_percent` is the noise of one point: what of the graph's unrest is the balance's.
    """

    t_min: FloatArray
    flow_ul_h: FloatArray
    error_percent: FloatArray
    u_percent: float


@dataclass(frozen=True, slots=True)
class WindowExtremes:
    """The extremes of the mean error over all positions of one observation window, in percent.

    `count` is the number m of positions, `u_percent` the noise u(E_p) of one of them. A perfect pump would show
    `perfect_max_percent` and its negative: the extremes that this noise alone makes in m positions, on average.
    """

    window_min: float
    count: int
    max_percent: float
    min_percent: float
    u_percent: float
    perfect_max_percent: float


@dataclass(frozen=True, slots=True)
class Trumpet:
    """A trumpet curve and the overall error A (%) with its noise; windows in the order of the schedule.

    `u_common_percent` is the standard uncertainty that shifts the whole curve alike (evaporation, density,
    calibration); the noise of each window comes on top of it.
    """

    windows: tuple[WindowExtremes, ...]
    overall_percent: float
    u_overall_percent: float
    u_common_percent: float = 0.0

    def u_total_percent(self, window: WindowExtremes) -> float:
        """Return the standard uncertainty of one position of `window`, noise and common part together."""
        return math.hypot(window.u_percent, self.u_common_percent)


def startup(volume_ul: ArrayLike, schedule: Schedule, programmed_ul_h: float, *, u_reading_ul: float = 0.0) -> StartUp:
    """Return the start-up graph of cumulative volumes (n,) µL at t = 0, S, 2·S …, over the start-up period.

    Q_i = (V_i − V_{i−1})/S, E_i = 100·(Q_i − r)/r. `u_reading_ul` is the standard uncertainty of one V_i from noise.
    Raises WindowError when the volumes end before the period, SeriesError for values that are not finite.
    """
    n = schedule.intervals(schedule.startup_min, "start-up period")
    volume = _checked(volume_ul, n + 1, programmed_ul_h, "start-up period")
    hours = schedule.interval_min / _MIN_PER_H
    flow = np.diff(volume[: n + 1]) / hours
    u_percent = 100.0 * math.sqrt(2.0) * u_reading_ul / (programmed_ul_h * hours)
    error = 100.0 * (flow - programmed_ul_h) / programmed_ul_h
    return StartUp(np.arange(1.0, n + 1.0) * schedule.interval_min, flow, error, u_percent)


def trumpet(
    volume_ul: ArrayLike,
    schedule: Schedule,
    programmed_ul_h: float,
    *,
    u_reading_ul: float = 0.0,
    wander_ul2_h: float = 0.0,
    u_common_percent: float = 0.0,
) -> Trumpet:
    """Return the trumpet curve of cumulative volumes (n,) µL at t = 0, S, 2·S …, over the analysis period.

    E_p,j = 100·((V_{j+P/S} − V_j)/(P·r) − 1) over the m = (T − P)/S + 1 positions of each window P.
    `u_reading_ul` is the standard uncertainty of one V_i from noise: u(E_p) = 100·√2·u/(P·r); `wander_ul2_h` the
    variance that the balance's random walk adds per hour, `u_common_percent` what shifts all windows alike. Raises
    WindowError when the volumes end before the analysis
    period, SeriesError for values that are not finite.
    """
    first = schedule.intervals(schedule.analysis_start_min, "start of the analysis period", least=0)
    n = schedule.intervals(schedule.analysis_min, "analysis period")
    volume = _checked(volume_ul, first + n + 1, programmed_ul_h, "analysis period")[first : first + n + 1]
    windows = tuple(
        _extremes(volume, schedule, window_min, programmed_ul_h, u_reading_ul, wander_ul2_h)
        for window_min in schedule.windows_min
    )
    hours = schedule.analysis_min / _MIN_PER_H
    overall = 100.0 * (float(volume[-1] - volume[0]) / (hours * programmed_ul_h) - 1.0)
    u_overall = math.hypot(*_noise_percent(hours, programmed_ul_h, u_reading_ul, wander_ul2_h))
    return Trumpet(windows, overall, u_overall, u_common_percent)


def expected_maximum(count: float) -> float:
    """Return the expected largest of `count` ≥ 1 independent standard normal numbers, by its integral."""
    from scipy.integrate import quad  # takes long to import, which every session of plans would wait for

    above = quad(lambda x: -math.expm1(count * log_ndtr(x)), 0.0, 12.0, limit=200)[0]
    below = quad(lambda x: math.exp(count * log_ndtr(x)), -12.0, 0.0, limit=200)[0]
    return float(above - below)


def _extremes(
    volume: FloatArray,
    schedule: Schedule,
    window_min: float,
    programmed_ul_h: float,
    u_reading_ul: float,
    wander_ul2_h: float,
) -> WindowExtremes:
    n = schedule.intervals(window_min, "observation window")
    count = volume.size - n
    least, most = _extreme_gains(volume, n)
    hours = window_min / _MIN_PER_H
    percent_per_ul = 100.0 / (hours * programmed_ul_h)
    white, walk = _noise_percent(hours, programmed_ul_h, u_reading_ul, wander_ul2_h)
    independent = min(1.0 + _WALK_WINDOWS * (count - 1) / n, count)
    perfect = math.hypot(white * expected_maximum(count), walk * expected_maximum(independent))
    return WindowExtremes(
        window_min,
        count,
        percent_per_ul * most - 100.0,
        percent_per_ul * least - 100.0,
        math.hypot(white, walk),
        perfect,
    )


def _extreme_gains(volume: FloatArray, n: int) -> tuple[float, float]:
    """Return the least and the most that `volume` gains in `n` steps, block by block in cache."""
    count = volume.size - n
    gain = np.empty(min(BLOCK, count))
    least, most = math.inf, -math.inf
    for start in range(0, count, BLOCK):
        stop = min(start + BLOCK, count)
        part = gain[: stop - start]
        np.subtract(volume[start + n : stop + n], volume[start:stop], out=part)
        least, most = min(least, float(part.min())), max(most, float(part.max()))
    return least, most


def _noise_percent(
    hours: float, programmed_ul_h: float, u_reading_ul: float, wander_ul2_h: float
) -> tuple[float, float]:
    percent_per_ul = 100.0 / (hours * programmed_ul_h)
    return percent_per_ul * math.sqrt(2.0) * u_reading_ul, percent_per_ul * math.sqrt(wander_ul2_h * hours)


def _checked(volume_ul: ArrayLike, needed: int, programmed_ul_h: float, what: str) -> FloatArray:
    volume = np.asarray(volume_ul, dtype=np.float64)
    if not 0.0 < programmed_ul_h < math.inf:
        raise WindowError(f"programmed rate of {programmed_ul_h!r} µL/h: an error in percent needs a positive rate")
    if volume.ndim != 1:
        raise SeriesError(f"volumes of shape {volume.shape} are not one series")
    if volume.size < needed:
        raise WindowError(f"{volume.size} volumes are there, the {what} needs {needed} from t = 0 on")
    # A sum is finite only when all of its terms are: one pass without a mask.
    if not math.isfinite(float(volume[:needed].sum())):
        i = int(np.argmin(np.isfinite(volume[:needed])))
        raise SeriesError(f"volume {i} is {float(volume[i])!r}: not a finite number")
    return volume
