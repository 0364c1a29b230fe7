"""Series of boluses: mean error with its budget, extremes and tolerance interval.

Source: the bolus test of IEC 60601-2-24 (a series of successive boluses at one setting; borrowed method, an implantable
pump is outside that standard), with the statistics of ISO 16269-6.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import SeriesError
from rig.metrology.dosing.noise_lines import NoiseLine, u_each
from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.demands import finite_array, not_negative, positive
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.metrology.uncertainty.tolerance import ToleranceInterval, tolerance_interval

# A bolus this many of its own standard uncertainties below zero is no noise: liquid ran back or a tare fell in.
_BACKWARD_K = 5.0
# A scatter of the pump's own that the levels' noise hides counts as this share of what the noise's s² varies by. Drawn
# series of 3 to 25 doses with a scatter of 0 to 5 times the noise hold the truth in 92 to 100 % with it (2 doses in 85
# and more), in 85 and more with nothing; twice it holds 93 % and nearly doubles U where a pump scatters little.
_HIDDEN = 0.25


@dataclass(frozen=True, slots=True)
class BolusSeries:
    """A series of boluses at one setting; errors in percent of `programmed_ul`, positive for too much.

    `error_percent` is (n,). `tolerance` holds the stated share of all boluses at this setting with the stated
    confidence, in percent, scatter of the measurement included.
    """

    programmed_ul: float
    mean_ul: float
    mean_error: Budget
    error_percent: FloatArray
    tolerance: ToleranceInterval

    @property
    def n(self) -> int:
        """Return the number of boluses."""
        return self.error_percent.size

    @property
    def largest_percent(self) -> float:
        """Return the most positive error of a single bolus."""
        return float(self.error_percent.max())

    @property
    def smallest_percent(self) -> float:
        """Return the most negative error of a single bolus."""
        return float(self.error_percent.min())


def evaluate_series(
    volume_ul: ArrayLike,
    u_volume_ul: ArrayLike,
    programmed_ul: float,
    *,
    noise: Sequence[NoiseLine] = (),
    bounds: Sequence[NoiseLine] = (),
    u_common_ul: float = 0.0,
    planned_count: int | None = None,
    coverage: float = 0.95,
    confidence: float = 0.95,
) -> BolusSeries:
    """Evaluate boluses of `volume_ul` (n,) µL that were all programmed as `programmed_ul`.

    `u_volume_ul` (n,) or one number is the standard uncertainty of each, independent from bolus to bolus; `noise` are
    kinds of noise that several boluses have in common (a shared level, a shared slope), with covariances (n, n) in µL².
    `bounds` are such lines of what is only known to stay within something (linearity), `u_common_ul` is what shifts all
    of them alike (calibration, density, evaporation). The scatter of the series contains noise that is not common
    already, so only what it shows beyond that counts as the pump's own; what has only bounds need not show in it.
    Raises SeriesError for fewer than 2 boluses, a count other than `planned_count`, values that are not finite or a
    volume that is negative beyond noise; MetrologyError for a programmed volume that is not positive and an
    uncertainty that is negative.
    """
    volume, lines = _checked_volumes(volume_ul, u_volume_ul, noise, bounds, planned_count)
    positive(programmed_ul, "programmed bolus in µL")
    not_negative(u_common_ul, "common standard uncertainty in µL")
    mean_ul = float(volume.mean())
    error_percent = 100.0 * (volume - programmed_ul) / programmed_ul
    percent_per_ul = 100.0 / programmed_ul
    mean_error = combine(
        100.0 * (mean_ul - programmed_ul) / programmed_ul,
        "%",
        [
            _repeatability(volume, lines, percent_per_ul),
            *(line.component(np.full(volume.size, 1.0 / volume.size), percent_per_ul) for line in (*lines, *bounds)),
            Component("common to all boluses", "B", 0.0, u_common_ul, "µL", percent_per_ul),
        ],
    )
    return BolusSeries(
        programmed_ul, mean_ul, mean_error, error_percent, tolerance_interval(error_percent, coverage, confidence)
    )


def _repeatability(volume: FloatArray, lines: Sequence[NoiseLine], percent_per_ul: float) -> Component:
    """Return what the boluses scatter by themselves: what was seen, less what noise makes of it on average.

    The scatter s² of volumes with the covariance C has the expectation (tr C − ΣC/n)/(n − 1), whatever they share. A
    difference of variances is known worse than s² itself (Satterthwaite, Biometrics Bull. 2 (1946) 110-114), and noise
    that scatters by chance little hides a scatter of the pump's own: it is taken for at least `_HIDDEN` of that.
    """
    n = volume.size
    ones = np.ones(n)
    of_noise = math.fsum(float(np.trace(line.covariance)) - line.variance(ones) / n for line in lines) / (n - 1)
    seen = float(volume.var(ddof=1))
    own = max(seen - of_noise, _HIDDEN * of_noise * math.sqrt(2.0 / (n - 1)))
    dof = min(n - 1.0, max(1.0, (n - 1) * (own / seen) ** 2)) if seen > 0 else n - 1.0
    u_ul = math.sqrt(own / n)
    return Component("repeatability of the boluses", "A", float(volume.mean()), u_ul, "µL", percent_per_ul, dof=dof)


def _checked_volumes(
    volume_ul: ArrayLike,
    u_volume_ul: ArrayLike,
    noise: Sequence[NoiseLine],
    bounds: Sequence[NoiseLine],
    planned_count: int | None,
) -> tuple[FloatArray, tuple[NoiseLine, ...]]:
    volume = finite_array(volume_ul, "bolus volumes", least=2)
    if planned_count is not None and volume.size != planned_count:
        raise SeriesError(f"{volume.size} boluses were measured where the plan wants {planned_count}")
    u_volume = finite_array(np.atleast_1d(u_volume_ul), "uncertainties of the boluses")
    if u_volume.size not in (1, volume.size):
        raise SeriesError(f"{u_volume.size} uncertainties for {volume.size} boluses")
    not_negative(float(u_volume.min()), "smallest uncertainty of a bolus in µL")
    independent = np.diag(np.broadcast_to(u_volume**2, volume.shape))
    lines = (NoiseLine("noise of each bolus measurement", "B", independent), *noise)
    u_all = u_each((*lines, *bounds), volume.size)
    backward = volume < -_BACKWARD_K * u_all
    if backward.any():
        i = int(np.argmax(backward))
        raise SeriesError(f"bolus {i}: {volume[i]:g} µL is negative beyond noise; liquid ran back or a tare fell in")
    return volume, lines
