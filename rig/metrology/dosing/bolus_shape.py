"""One bolus in a record of delivery: volume, onset delay, duration, overshoot and what it does to the basal rate.

The bolus lies between two stretches of basal delivery. Its volume is what came beyond the basal rate of before;
its times come from the straight line through 10 % and 90 % of that volume, which noise moves least.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError
from rig.metrology.dosing.steady import crossing_s, largest_of_noise, rate_change, steady, step_between
from rig.metrology.readings.checked import FloatArray, as_series, check_series
from rig.metrology.readings.demands import not_negative, positive
from rig.metrology.uncertainty.budget import Budget
from rig.quantities import Measured

# A step below this many standard uncertainties is not a bolus whose times could be told.
_SEEN_K = 5.0


@dataclass(frozen=True, slots=True)
class BolusShape:
    """One bolus; volumes in µL, times in s, rates in µL/h.

    `error` is in percent of the programmed volume. `overshoot` is the largest excess over the final volume after 90 %
    was reached; noise alone would show `overshoot_of_noise_ul`. `basal_change` is the rate after less the one before.
    """

    volume: Budget
    error: Budget
    onset_delay: Measured
    duration: Measured
    overshoot: Measured
    overshoot_of_noise_ul: float
    basal_before: Measured
    basal_after: Measured
    basal_change: Budget


def bolus_shape(
    t_s: ArrayLike,
    volume_ul: ArrayLike,
    *,
    commanded_s: float,
    settled_s: float,
    programmed_ul: float,
    u_commanded_s: float = 0.0,
    u_level_ul: float = 0.0,
    u_relative: float = 0.0,
    max_gap_s: float | None = None,
) -> BolusShape:
    """Evaluate one bolus in the delivered `volume_ul` (n,) at `t_s` (n,) seconds.

    Readings before `commanded_s` are basal delivery before, readings after `settled_s` basal delivery after; either may
    be zero flow. `u_level_ul` is a standard uncertainty of each level that averaging does not reduce (capillary,
    resolution), `u_relative` one of the scale (calibration, density), `u_commanded_s` that of the command's time.
    Raises SeriesError as `check_series` does and for fewer than 8 readings before or after; MetrologyError for a
    programmed volume that is not positive, for times in the wrong order and when no bolus stands out from the noise.
    """
    t, v = as_series(t_s, volume_ul, "delivered volume", 16)
    check_series(t, v, "delivered volume", max_gap_s=max_gap_s)
    positive(programmed_ul, "programmed bolus in µL")
    not_negative(u_commanded_s, "uncertainty of the command's time in s")
    if not t[0] < commanded_s < settled_s < t[-1]:
        raise MetrologyError(f"bolus from {commanded_s!r} to {settled_s!r} s is not inside {t[0]:g} to {t[-1]:g} s")
    before = steady(t, v, float(t[0]), commanded_s, "basal delivery before the bolus")
    after = steady(t, v, settled_s, float(t[-1]), "basal delivery after the bolus")
    volume = step_between(before, after, settled_s, u_level_ul=u_level_ul, u_relative=u_relative)
    if volume.value < _SEEN_K * volume.u:
        raise MetrologyError(
            f"no bolus between {commanded_s:g} and {settled_s:g} s: the step of {volume.value:.4g} µL has a standard "
            f"uncertainty of {volume.u:.2g} µL"
        )
    first = int(np.searchsorted(t, commanded_s)) - 1
    during_s, excess = t[first:], v[first:] - before.at(t[first:])
    noise_ul = math.hypot(before.scatter, after.scatter) / math.sqrt(2)
    onset, duration = _times(during_s, excess, volume.value, commanded_s, u_commanded_s, math.hypot(noise_ul, volume.u))
    overshoot, of_noise = _overshoot(during_s, excess, volume.value, settled_s, noise_ul)
    return BolusShape(
        volume=volume,
        error=volume.scaled(100 / programmed_ul, -100.0, "%"),
        onset_delay=onset,
        duration=duration,
        overshoot=overshoot,
        overshoot_of_noise_ul=of_noise,
        basal_before=Measured(before.rate_h, before.u_rate_h, "µL/h"),
        basal_after=Measured(after.rate_h, after.u_rate_h, "µL/h"),
        basal_change=rate_change(before, after),
    )


def _times(
    t_s: FloatArray, excess: FloatArray, volume_ul: float, commanded_s: float, u_commanded_s: float, u_ul: float
) -> tuple[Measured, Measured]:
    """Return onset delay and duration from the 10 % to 90 % line: t10 − 0.1/0.8·rise and rise/0.8."""
    t10, t90 = (crossing_s(t_s, excess, share * volume_ul, volume_ul / 2) for share in (0.1, 0.9))
    rise_s = t90 - t10
    interval_s = float(t_s[-1] - t_s[0]) / (t_s.size - 1)
    u_crossing_s = math.hypot(u_ul * rise_s / (0.8 * volume_ul), interval_s / math.sqrt(12))
    onset_s = t10 - rise_s / 8 - commanded_s
    u_onset_s = math.hypot(math.hypot(9 / 8, 1 / 8) * u_crossing_s, u_commanded_s)
    return Measured(onset_s, u_onset_s, "s"), Measured(rise_s / 0.8, math.sqrt(2) / 0.8 * u_crossing_s, "s")


def _overshoot(
    t_s: FloatArray, excess: FloatArray, volume_ul: float, settled_s: float, noise_ul: float
) -> tuple[Measured, float]:
    reached_s = crossing_s(t_s, excess, 0.9 * volume_ul, volume_ul / 2)
    after = excess[(t_s >= reached_s) & (t_s <= settled_s)]
    if after.size == 0:
        raise MetrologyError(f"no reading between 90 % of the bolus at {reached_s:g} s and its settling")
    return Measured(float(after.max()) - volume_ul, noise_ul, "µL"), noise_ul * largest_of_noise(after.size)
