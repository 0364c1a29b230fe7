"""Patient boluses: does the pump keep the lockout and the maximum per day, and does it give what it owes?

A pump counts by its own clock and the rig by another, so times carry an uncertainty and only what lies beyond it is a
violation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.demands import finite_array, not_negative, positive
from rig.quantities import Measured

_S_PER_DAY = 86_400.0
# The k of all decisions that no limit gives another: 95 % of times lie within.
_K = 2.0


@dataclass(frozen=True, slots=True)
class PatientBoluses:
    """What became of the requests; indices are those of the requests.

    `shortest` is the shortest time from one granted request to the next (None when fewer than 2 were granted), `most`
    the largest number granted within one period. `granted_too_soon` and `granted_too_many` broke the lockout or the
    maximum beyond the uncertainty of the times; `refused_wrongly` were owed beyond it.
    """

    granted: int
    refused: int
    shortest: Measured | None
    most: Measured
    granted_too_soon: tuple[int, ...]
    granted_too_many: tuple[int, ...]
    refused_wrongly: tuple[int, ...]

    @property
    def violations(self) -> Measured:
        """Return the number of requests that were answered wrongly, a count for a limit of 0."""
        wrong = {*self.granted_too_soon, *self.granted_too_many, *self.refused_wrongly}
        return Measured(float(len(wrong)), 0.0, "1")


def patient_boluses(
    requested_s: ArrayLike,
    granted: Sequence[bool] | NDArray[np.bool_],
    *,
    lockout_s: float,
    most_per_period: int,
    period_s: float = _S_PER_DAY,
    u_time_s: float = 0.0,
) -> PatientBoluses:
    """Judge the answers `granted` (n,) to requests at `requested_s` (n,) seconds, in order of time.

    The lockout runs from one granted request to the next, the maximum holds in every period of `period_s`, a rolling
    one. `u_time_s` is the standard uncertainty of a time difference between rig and pump (polling, clock drift); what
    lies within 2·u of a border is nobody's fault. Raises SeriesError for shapes that differ, no request, times that are
    not finite or go back; MetrologyError for a lockout, period or maximum that is not positive.
    """
    t, given = _checked(requested_s, granted)
    positive(lockout_s, "lockout in s")
    positive(period_s, "period in s")
    positive(most_per_period, "maximum per period")
    not_negative(u_time_s, "uncertainty of a time in s")
    margin_s = _K * u_time_s
    if margin_s >= min(lockout_s, period_s):
        raise MetrologyError(f"times known to {margin_s:g} s (k = 2) cannot tell a lockout of {lockout_s:g} s")
    times = t[given]
    # How many were granted within the period before each request, at least (border cases out) and at most (in).
    before: NDArray[np.intp] = np.cumsum(given) - given
    surely = before - np.searchsorted(times, t - period_s + margin_s, side="right")
    perhaps = before - np.searchsorted(times, t - period_s - margin_s, side="left")
    since_s = np.full(t.size, math.inf)
    since_s[before > 0] = t[before > 0] - times[before[before > 0] - 1]
    too_soon = given & (since_s < lockout_s - margin_s)
    too_many = given & (surely >= most_per_period)
    owed = ~given & (since_s > lockout_s + margin_s) & (perhaps < most_per_period)
    return PatientBoluses(
        granted=int(given.sum()),
        refused=int((~given).sum()),
        shortest=Measured(float(np.diff(times).min()), u_time_s, "s") if times.size > 1 else None,
        most=Measured(float((surely + 1)[given].max(initial=0)), 0.0, "1"),
        granted_too_soon=_indices(too_soon),
        granted_too_many=_indices(too_many),
        refused_wrongly=_indices(owed),
    )


def largest_dose_in(t_s: ArrayLike, volume_ul: ArrayLike, u_volume_ul: ArrayLike, period_s: float) -> Measured:
    """Return the largest sum of bolus volumes (n,) µL, given at `t_s` (n,), within any rolling period of `period_s`.

    `u_volume_ul` (n,) or one number are independent standard uncertainties. Raises SeriesError as `patient_boluses`,
    MetrologyError for a period that is not positive.
    """
    positive(period_s, "period in s")
    t, _ = _checked(t_s, np.ones(np.shape(t_s), dtype=np.bool_))
    volume = finite_array(volume_ul, "bolus volumes")
    u_volume = finite_array(np.atleast_1d(u_volume_ul), "uncertainties of the boluses")
    if volume.size != t.size or u_volume.size not in (1, t.size):
        raise SeriesError(f"{volume.size} volumes with {u_volume.size} uncertainties at {t.size} times")
    variance = np.broadcast_to(u_volume**2, t.shape)
    first = np.searchsorted(t, t - period_s, side="right")
    sums, variances = (np.concatenate(([0.0], np.cumsum(x))) for x in (volume, variance))
    within = sums[1:] - sums[first]
    i = int(np.argmax(within))
    return Measured(float(within[i]), math.sqrt(float(variances[i + 1] - variances[first[i]])), "µL")


def _checked(
    requested_s: ArrayLike, granted: Sequence[bool] | NDArray[np.bool_]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    t, given = finite_array(requested_s, "times of the requests"), np.asarray(granted)
    if given.shape != t.shape or given.dtype != np.bool_:
        raise SeriesError(f"answers of shape {given.shape} and kind {given.dtype} to {t.size} requests: one bool each")
    if np.any(np.diff(t) < 0):
        raise SeriesError(f"the time of request {int(np.argmax(np.diff(t) < 0)) + 1} goes back")
    return t, given


def _indices(flags: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(flags))
