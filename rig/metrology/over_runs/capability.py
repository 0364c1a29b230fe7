"""Yield and performance indices over many units.

Source: ISO 22514-2:2017 and AIAG SPC, 2nd edition (Pp and Ppk from the overall standard deviation); Clopper and Pearson
(1934) for the yield; the noncentral t distribution for the lower confidence limit of a one-sided index.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betainccinv, betaincinv, chdtri, gammaln, ndtr, xlogy

from rig.errors import MetrologyError
from rig.metrology.readings.demands import finite_array, fraction, limits


@dataclass(frozen=True, slots=True)
class Yield:
    """Units that passed, with a two-sided confidence interval of the true fraction (exact binomial)."""

    passed: int
    n: int
    lower: float
    upper: float

    @property
    def fraction(self) -> float:
        """Return the observed fraction."""
        return self.passed / self.n


@dataclass(frozen=True, slots=True)
class Performance:
    """Indices of a sample against limits in its own unit, from the overall standard deviation s (n − 1).

    `pp` is None with one limit only. `pp_lower` and `ppk_lower` are one-sided lower confidence limits at `confidence`;
    the one of Ppk takes the nearer limit alone and is exact for it. `expected_outside` is the fraction of a normal
    population with this mean and s that lies outside the limits.
    """

    mean: float
    s: float
    n: int
    pp: float | None
    ppk: float
    pp_lower: float | None
    ppk_lower: float
    expected_outside: float
    confidence: float


def observed_yield(passed: int, n: int, confidence: float = 0.95) -> Yield:
    """Return the yield of `passed` of `n` units; raise MetrologyError unless 0 ≤ passed ≤ n and n ≥ 1."""
    if n < 1 or not 0 <= passed <= n:
        raise MetrologyError(f"{passed} of {n} units passed: that is no yield")
    fraction(confidence, "confidence")
    tail = (1 - confidence) / 2
    lower = 0.0 if passed == 0 else float(betaincinv(passed, n - passed + 1, tail))
    upper = 1.0 if passed == n else float(betainccinv(passed + 1, n - passed, tail))
    return Yield(passed, n, lower, upper)


def performance(values: ArrayLike, lower: float | None, upper: float | None, confidence: float = 0.95) -> Performance:
    """Return Pp, Ppk and their lower confidence limits for `values` (n,) and limits in the same unit.

    Pp = (upper − lower)/(6·s); Ppk = min(upper − mean, mean − lower)/(3·s). Raises SeriesError for fewer than 2 values
    or one that is not finite, MetrologyError for missing or reversed limits or values that never differ.
    """
    x = finite_array(values, "the sample", least=2)
    limits(lower, upper)
    fraction(confidence, "confidence")
    n, mean, s = x.size, float(x.mean()), float(x.std(ddof=1))
    if s == 0:
        raise MetrologyError("the values never differ: an index would be infinite")
    distances = [mean - lower] if lower is not None else []
    distances += [upper - mean] if upper is not None else []
    ppk = min(distances) / (3 * s)
    pp = (upper - lower) / (6 * s) if lower is not None and upper is not None else None
    shrink = math.sqrt(float(chdtri(n - 1, confidence)) / (n - 1))
    return Performance(
        mean=mean,
        s=s,
        n=n,
        pp=pp,
        ppk=ppk,
        pp_lower=None if pp is None else pp * shrink,
        ppk_lower=_lower_index(ppk, n, confidence),
        expected_outside=float(sum(ndtr(-distance / s) for distance in distances)),
        confidence=confidence,
    )


def _lower_index(ppk: float, n: int, confidence: float) -> float:
    """Return the index c with P(estimate ≤ ppk | c) = confidence: 3·√n·estimate is noncentral t about 3·√n·c."""
    root = 3 * math.sqrt(n)

    def excess(index: float) -> float:
        return _noncentral_t_cdf(root * ppk, n - 1, root * index) - confidence

    step = math.sqrt(1 / (9 * n) + ppk**2 / (2 * (n - 1)))
    start, sign = ppk, math.copysign(1.0, excess(ppk))
    while sign * excess(start + sign * step) > 0:
        start += sign * step
        step *= 2
    return float(brentq(excess, start, start + sign * step))


def _noncentral_t_cdf(t: float, dof: int, noncentrality: float) -> float:
    """Return P(T ≤ t) as ∫ Φ(t·r − noncentrality)·f(r) dr with r = √(χ²/dof).

    scipy's own is not a number in the far tails, which samples of two or three units reach.
    """
    ends = np.sqrt(chdtri(dof, [1 - 1e-15, 1e-15]) / dof)
    # The factor Φ steps from 0 to 1 within a few 1/t of noncentrality/t: the nodes gather there.
    middle, width = noncentrality / (t or math.inf), 8 / (abs(t) or math.inf)
    edges = np.unique(np.clip([ends[0], middle - width, middle, middle + width, ends[1]], *ends))
    nodes, weights = _quadrature()
    half = np.diff(edges)[:, None] / 2
    r = (edges[:-1, None] + half * (nodes + 1)).ravel()
    mass = (half * weights).ravel() * _chi_density(r * math.sqrt(dof), dof)
    return float(np.sum(mass * ndtr(t * r - noncentrality)) / np.sum(mass))


def _chi_density(x: NDArray[np.float64], dof: int) -> NDArray[np.float64]:
    """Return the density of χ at `x` (n,): scipy.stats has it too, and takes most of a second to import."""
    log_density = math.log(2) * (1 - 0.5 * dof) - gammaln(0.5 * dof) + xlogy(dof - 1, x) - 0.5 * x**2
    return np.asarray(np.exp(log_density), np.float64)


@cache
def _quadrature() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(64)
    return nodes, weights
