"""A programme change: how long the pump takes to the new rate, and the volume that the transition costs or adds.

The lines of steady delivery before and after meet where an instant change would have taken place; how far that is from
the command is the lag. For a first-order approach the lag is its time constant, for a dead time it is the dead time.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError
from rig.metrology.dosing.steady import Steady, rate_change, steady, step_between
from rig.metrology.readings.checked import FloatArray, as_series, check_series
from rig.metrology.readings.demands import fraction, not_negative
from rig.metrology.uncertainty.budget import Budget, Component
from rig.quantities import S_PER_H, Measured

# A change beyond 5 of its standard uncertainties is noise in one of two million cases.
_SEEN_K = 5.0
# Some thousand rounding steps of a double.
_ROUNDING = 1e-12
# Of steady readings 0.3 % lie further off than 3 standard deviations: what is nearer is not told from settled.
_HIDDEN_K = 3.0


@dataclass(frozen=True, slots=True)
class Transition:
    """One programme change; rates in µL/h, volumes in µL, times in s from the command.

    `volume_error` is what was delivered beyond an instant change to the new rate (negative: too little). `settling` is
    when the delivery has come to the new line but for `open_percent` of that error: the percentage asked for, more when
    noise hides the rest, 100 when it hides all of it (settling is then 0 with the u that this means).
    """

    rate_before: Measured
    rate_after: Measured
    rate_step: Budget
    lag: Budget
    volume_error: Budget
    settling: Measured
    open_percent: float


def transition(
    t_s: ArrayLike,
    volume_ul: ArrayLike,
    *,
    commanded_s: float,
    settled_s: float,
    open_percent: float = 5.0,
    u_commanded_s: float = 0.0,
    u_level_ul: float = 0.0,
    u_relative: float = 0.0,
    max_gap_s: float | None = None,
) -> Transition:
    """Evaluate a change of rate commanded at `commanded_s` in the delivered `volume_ul` (n,) at `t_s` (n,) seconds.

    Readings before the command and after `settled_s` are steady delivery; either may be zero flow (start and stop).
    Uncertainties as in `bolus_shape`. Raises SeriesError as `check_series` does and for fewer than 8 readings on either
    side; MetrologyError for times in the wrong order and rates that do not differ beyond their uncertainties.
    """
    t, v = as_series(t_s, volume_ul, "delivered volume", 16)
    check_series(t, v, "delivered volume", max_gap_s=max_gap_s)
    if not t[0] < commanded_s < settled_s < t[-1]:
        raise MetrologyError(f"change from {commanded_s!r} to {settled_s!r} s is not inside {t[0]:g} to {t[-1]:g} s")
    fraction(open_percent / 100, "share left open (as a fraction)")
    not_negative(u_commanded_s, "uncertainty of the command's time in s")
    before = steady(t, v, float(t[0]), commanded_s, "delivery before the change")
    after = steady(t, v, settled_s, float(t[-1]), "delivery after the change")
    step = rate_change(before, after)
    if abs(step.value) <= _SEEN_K * step.u:
        raise MetrologyError(
            f"rates before and after differ by {step.value:.4g} µL/h with a standard uncertainty of {step.u:.2g}: "
            "no change to evaluate"
        )
    error = step_between(before, after, commanded_s, u_level_ul=u_level_ul, u_relative=u_relative)
    settling, still_open = _settling(t, v, after, commanded_s, settled_s, open_percent, error.value, step.value)
    return Transition(
        rate_before=Measured(before.rate_h, before.u_rate_h, "µL/h"),
        rate_after=Measured(after.rate_h, after.u_rate_h, "µL/h"),
        rate_step=step,
        lag=_lag(error, step, u_commanded_s),
        volume_error=_with_command(error, step.value, u_commanded_s),
        settling=Measured(settling.value, math.hypot(settling.u, u_commanded_s), "s"),
        open_percent=still_open,
    )


def _lag(error: Budget, step: Budget, u_commanded_s: float) -> Budget:
    """Return −error/step in s; the level dominates, so that its correlation with the slopes may be left out."""
    lag_s = -error.value / step.value * S_PER_H
    lines = [
        Component("change of rate", "A", step.value, step.u, "µL/h", -lag_s / step.value, step.effective_dof),
        Component("time of the command", "B", 0.0, u_commanded_s, "s", 1.0),
    ]
    return error.scaled(-S_PER_H / step.value, 0.0, "s", lines)


def _with_command(error: Budget, step_ul_h: float, u_commanded_s: float) -> Budget:
    command = Component("time of the command", "B", 0.0, u_commanded_s, "s", step_ul_h / S_PER_H)
    return error.scaled(1.0, 0.0, error.unit, [command])


def _settling(
    t_s: FloatArray,
    v: FloatArray,
    after: Steady,
    commanded_s: float,
    settled_s: float,
    open_percent: float,
    error_ul: float,
    step_ul_h: float,
) -> tuple[Measured, float]:
    first, last = int(np.searchsorted(t_s, commanded_s)), int(np.searchsorted(t_s, settled_s, side="right"))
    if last <= first:
        raise MetrologyError(f"no reading between {commanded_s:g} and {settled_s:g} s: the change was not seen")
    off = np.abs(v[first:last] - after.at(t_s[first:last]))
    # Rounding is noise too: a change without any error must not settle by its last bits.
    hidden_ul = max(_HIDDEN_K * after.scatter, _ROUNDING * float(np.abs(v).max()))
    band_ul = max(open_percent / 100 * abs(error_ul), hidden_ul)
    interval_s = float(t_s[last - 1] - t_s[first]) / max(1, last - first - 1)
    u_reading_s = interval_s / math.sqrt(12)
    if band_ul >= abs(error_ul):
        return Measured(0.0, math.hypot(band_ul / abs(step_ul_h) * S_PER_H, u_reading_s), "s"), 100.0
    # Noise crosses the band many times: the moment that puts most readings on their right side of it is the crossing.
    outside = np.concatenate(([0], np.cumsum(off > band_ul)))
    wrong = np.arange(outside.size) - outside + outside[-1] - outside
    settled = int(np.argmin(wrong))
    if settled == off.size:
        raise MetrologyError(f"delivery is still off the new line by {off[-1]:.3g} µL at {settled_s:g} s: not settled")
    at = first + settled
    reached_s = float(t_s[max(at - 1, 0)] + t_s[at]) / 2 - commanded_s
    # Where the error has died down like an exponential, noise moves the crossing by itself over the slope there.
    u_crossing_s = after.scatter / band_ul * max(reached_s, interval_s) / math.log(abs(error_ul) / band_ul)
    return Measured(reached_s, math.hypot(u_crossing_s, u_reading_s), "s"), 100 * band_ul / abs(error_ul)
