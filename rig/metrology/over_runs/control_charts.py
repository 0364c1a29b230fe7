"""Control charts for the rig's own health: check weights, zero drift, and the trend over units.

Source: Shewhart charts as in ISO 7870-2:2013 and Montgomery, Introduction to Statistical Quality Control, chapter 6.
The constants are computed from the distributions of range and standard deviation, not read from a table.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, ndtr

from rig.errors import MetrologyError
from rig.metrology.over_runs.chart_rules import RuleBreak, nelson, western_electric
from rig.metrology.readings.demands import finite_array, positive

# A range of more than 12 σ of at most 100 values has a probability of 1e-13.
_LONGEST_RANGE = 12.0
# Gauss-Legendre nodes along each axis: with 200, d2 and d3 stand still to 2e-12 for all n; with 60, d3 is 3 % off.
_NODES = 200


@dataclass(frozen=True, slots=True)
class ChartConstants:
    """The constants of charts with subgroups of n, under the names that the tables print."""

    n: int
    c4: float
    d2: float
    d3: float

    @property
    def A2(self) -> float:  # noqa: N802 - the tables print it so
        """Return the factor of the mean range for the limits of means."""
        return 3 / (self.d2 * math.sqrt(self.n))

    @property
    def A3(self) -> float:  # noqa: N802 - the tables print it so
        """Return the factor of the mean standard deviation for the limits of means."""
        return 3 / (self.c4 * math.sqrt(self.n))

    @property
    def E2(self) -> float:  # noqa: N802 - the tables print it so
        """Return the factor of the mean range for the limits of single values."""
        return 3 / self.d2

    @property
    def D3(self) -> float:  # noqa: N802 - the tables print it so
        """Return the factor of the lower limit of ranges."""
        return max(0.0, 1 - 3 * self.d3 / self.d2)

    @property
    def D4(self) -> float:  # noqa: N802 - the tables print it so
        """Return the factor of the upper limit of ranges."""
        return 1 + 3 * self.d3 / self.d2

    @property
    def B3(self) -> float:  # noqa: N802 - the tables print it so
        """Return the factor of the lower limit of standard deviations."""
        return max(0.0, 1 - 3 * math.sqrt(1 - self.c4**2) / self.c4)

    @property
    def B4(self) -> float:  # noqa: N802 - the tables print it so
        """Return the factor of the upper limit of standard deviations."""
        return 1 + 3 * math.sqrt(1 - self.c4**2) / self.c4


@lru_cache(maxsize=128)
def chart_constants(n: int) -> ChartConstants:
    """Return the constants for subgroups of `n` values, 2 to 100; raise MetrologyError for another n.

    c4 = √(2/(n−1))·Γ(n/2)/Γ((n−1)/2). d2 and d3 are mean and standard deviation of the range W of n standard normal
    values, from P(W ≤ w) = n·∫φ(x)·[Φ(x + w) − Φ(x)]^(n−1) dx (Tippett 1925).
    """
    if not 2 <= n <= 100:
        raise MetrologyError(f"a subgroup of {n} has no chart constants; 2 to 100 values are meant")
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    x, x_weight = 9.0 * nodes, 9.0 * weights
    w, w_weight = _LONGEST_RANGE / 2 * (nodes + 1), _LONGEST_RANGE / 2 * weights
    density = x_weight * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    below = n * ((ndtr(x[:, None] + w[None, :]) - ndtr(x[:, None])) ** (n - 1) * density[:, None]).sum(axis=0)
    mean = float(np.sum(w_weight * (1 - below)))
    mean_square = float(np.sum(w_weight * 2 * w * (1 - below)))
    c4 = math.sqrt(2 / (n - 1)) * math.exp(float(gammaln(n / 2) - gammaln((n - 1) / 2)))
    return ChartConstants(n, c4, mean, math.sqrt(mean_square - mean**2))


@dataclass(frozen=True, slots=True)
class ControlChart:
    """One chart: `points` (n,), its centre and limits, and the signals that the rules raise on it."""

    points: NDArray[np.float64]
    centre: float
    sigma: float
    lower: float
    upper: float
    signals: tuple[RuleBreak, ...]

    @property
    def in_control(self) -> bool:
        """Tell whether no rule raised a signal."""
        return not self.signals


@dataclass(frozen=True, slots=True)
class ChartPair:
    """A chart of location and its chart of spread; `sigma` is the spread of single values within subgroups."""

    location: ControlChart
    spread: ControlChart
    sigma: float


def individuals_chart(values: ArrayLike) -> ChartPair:
    """Return the I and MR charts of single `values` (n,) in order of time, σ = mean moving range/d2(2).

    Raises SeriesError for fewer than 2 values or one that is not finite, MetrologyError when they never differ.
    """
    x = finite_array(values, "the values", least=2)
    constants = chart_constants(2)
    spread, mean_range = _spread_chart(np.abs(np.diff(x)), constants.D3, constants.D4)
    sigma = mean_range / constants.d2
    return ChartPair(_location(x, float(x.mean()), sigma), spread, sigma)


def range_chart(subgroups: ArrayLike) -> ChartPair:
    """Return the X̄ and R charts of `subgroups` (m, n), σ = mean range/d2(n); errors as `individuals_chart`."""
    x = finite_array(subgroups, "the subgroups", ndim=2, least=2)
    constants = chart_constants(x.shape[1])
    spread, mean_range = _spread_chart(np.ptp(x, axis=1), constants.D3, constants.D4)
    return _means(x, spread, mean_range / constants.d2)


def deviation_chart(subgroups: ArrayLike) -> ChartPair:
    """Return the X̄ and S charts of `subgroups` (m, n), σ = mean s/c4(n); errors as `individuals_chart`."""
    x = finite_array(subgroups, "the subgroups", ndim=2, least=2)
    constants = chart_constants(x.shape[1])
    spread, mean_s = _spread_chart(x.std(axis=1, ddof=1), constants.B3, constants.B4)
    return _means(x, spread, mean_s / constants.c4)


def standing_chart(values: ArrayLike, centre: float, sigma: float) -> ControlChart:
    """Chart new `values` (n,) against a `centre` and `sigma` that were established before.

    Raises SeriesError for a value that is not finite, MetrologyError for a sigma that is not positive.
    """
    x = finite_array(values, "the values")
    positive(sigma, "sigma of a standing chart")
    if not math.isfinite(centre):
        raise MetrologyError(f"centre {centre!r} of a standing chart is not a finite number")
    return _location(x, centre, sigma)


def _location(points: NDArray[np.float64], centre: float, sigma: float) -> ControlChart:
    z = (points - centre) / sigma
    return ControlChart(
        points, centre, sigma, centre - 3 * sigma, centre + 3 * sigma, (*western_electric(z), *nelson(z))
    )


def _means(x: NDArray[np.float64], spread: ControlChart, sigma: float) -> ChartPair:
    means = x.mean(axis=1)
    return ChartPair(_location(means, float(means.mean()), sigma / math.sqrt(x.shape[1])), spread, sigma)


def _spread_chart(spread: NDArray[np.float64], lower_factor: float, upper_factor: float) -> tuple[ControlChart, float]:
    mean = float(spread.mean())
    if mean == 0:
        raise MetrologyError("the values never differ within subgroups: limits of zero width would be no chart")
    lower, upper = mean * lower_factor, mean * upper_factor
    # Ranges are skewed, so zones of σ mean nothing there: only a point beyond a limit is a signal.
    beyond = np.flatnonzero((spread > upper) | (spread < lower))
    signals = tuple(RuleBreak("limit", 1, int(i), (int(i),)) for i in beyond)
    return ControlChart(spread, mean, (upper - mean) / 3, lower, upper, signals), mean
