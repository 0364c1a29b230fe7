"""Tolerance intervals and sample sizes: what a sample says about all units or all doses.

Two-sided normal factors are exact (an integral over the noncentral chi-square quantile, as tabled in ISO 16269-6), not
Howe's approximation, which is 0.4 % too small at n = 10. One-sided factors come from the noncentral t distribution.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chdtri, chndtrix, nctdtrit, ndtri

from rig.errors import MetrologyError
from rig.metrology.readings.demands import finite_array, fraction

Side = Literal["both", "lower", "upper"]
# scipy.stats takes two seconds to import, which every session of plans would wait for: only what needs it does.

# The mean's standard score beyond ±9 carries a probability of 2e-19.
_HIGHEST_SCORE = 9.0
# Gauss-Legendre nodes: from 48 on factors (n 2 to 1000, coverage and confidence to 0.999) stand still to 1e-10.
_NODES = 96


@dataclass(frozen=True, slots=True)
class ToleranceInterval:
    """Limits that hold at least `coverage` of the population with `confidence`, in the unit of the sample.

    `lower` or `upper` is None for an interval open on that side. `factor` is k in mean ± k·s.
    """

    lower: float | None
    upper: float | None
    factor: float
    mean: float
    s: float
    n: int
    coverage: float
    confidence: float


def two_sided_factor(n: int, coverage: float = 0.95, confidence: float = 0.95) -> float:
    """Return k such that mean ± k·s of `n` normal values holds `coverage` with `confidence` (fractions).

    Solves 2·∫₀^∞ φ(z)·P(χ²_{n−1} > (n−1)·r(z)²/k²) dz = confidence, where r(z)² is the `coverage` quantile of the
    noncentral chi-square with 1 degree of freedom and noncentrality z²/n (Odeh and Owen 1980; ISO 16269-6:2014).
    Raises MetrologyError for n < 2 or a fraction outside (0, 1).
    """
    _check(n, coverage, confidence)
    return _two_sided_factor(n, coverage, confidence)


@lru_cache(maxsize=256)
def _two_sided_factor(n: int, coverage: float, confidence: float) -> float:
    from scipy.optimize import brentq  # takes long to import, which every session of plans would wait for

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    score = _HIGHEST_SCORE / 2 * (nodes + 1)
    weight = _HIGHEST_SCORE * weights * np.exp(-(score**2) / 2) / math.sqrt(2 * math.pi)
    half_width_sq = chndtrix(coverage, 1, score**2 / n)
    dof = n - 1

    def excess(log_k: float) -> float:
        return float(np.sum(weight * chdtrc(dof, dof * half_width_sq * math.exp(-2 * log_k)))) - confidence

    # Wald and Wolfowitz's approximation is within a few per cent for n > 2 and starts the search well even there.
    start = math.log(ndtri((1 + coverage) / 2) * math.sqrt(dof * (1 + 1 / n) / chdtri(dof, confidence)))
    return math.exp(brentq(excess, start - 2, start + 2, xtol=1e-12, rtol=1e-12))


def one_sided_factor(n: int, coverage: float = 0.95, confidence: float = 0.95) -> float:
    """Return k such that mean + k·s (or mean − k·s) of `n` normal values bounds `coverage` with `confidence`.

    k = t'_{confidence}(n − 1, √n·z_coverage)/√n with the noncentral t distribution (ISO 16269-6:2014; Owen 1968).
    Raises MetrologyError for n < 2 or a fraction outside (0, 1).
    """
    _check(n, coverage, confidence)
    root = math.sqrt(n)
    return float(nctdtrit(n - 1, root * ndtri(coverage), confidence)) / root


def tolerance_interval(
    values: Sequence[float] | NDArray[np.float64],
    coverage: float = 0.95,
    confidence: float = 0.95,
    side: Side = "both",
) -> ToleranceInterval:
    """Return the normal tolerance interval of a sample `values` (n,), in its own unit.

    Raises SeriesError for fewer than 2 values, a value that is not finite, or another shape; MetrologyError for a
    fraction outside (0, 1).
    """
    sample = finite_array(values, "the sample", least=2)
    n, mean, s = sample.size, float(sample.mean()), float(sample.std(ddof=1))
    factor = (two_sided_factor if side == "both" else one_sided_factor)(n, coverage, confidence)
    return ToleranceInterval(
        lower=None if side == "upper" else mean - factor * s,
        upper=None if side == "lower" else mean + factor * s,
        factor=factor,
        mean=mean,
        s=s,
        n=n,
        coverage=coverage,
        confidence=confidence,
    )


def distribution_free_confidence(n: int, coverage: float = 0.95, side: Side = "both") -> float:
    """Return the confidence that the extremes of `n` values of any continuous distribution hold `coverage` of it.

    1 − pⁿ for one extreme, 1 − n·pⁿ⁻¹ + (n − 1)·pⁿ for both (Wilks 1941). Raises MetrologyError as the factors do.
    """
    from scipy.stats import binom

    _check(n, coverage, 0.5)
    return float(binom.sf(1 if side == "both" else 0, n, 1 - coverage))


def attribute_sample_size(confidence: float, reliability: float, failures: int = 0) -> int:
    """Return the least n such that n trials with at most `failures` failures prove `reliability` with `confidence`.

    The exact binomial bound; for zero failures n = ⌈ln(1 − confidence)/ln(reliability)⌉: 59 for 95/95, 29 for 95/90.
    It is the size, too, for which an extreme (0 failures) or both extremes (1) are distribution-free tolerance limits.
    Raises MetrologyError for a fraction outside (0, 1) or a negative number of failures.
    """
    from scipy.stats import binom

    _check(2, reliability, confidence)
    if failures < 0:
        raise MetrologyError(f"{failures} failures cannot be allowed")

    def proves(n: int) -> bool:
        # One part in 1e12 of slack: 0.5² must count as 0.25 after rounding.
        return float(binom.cdf(failures, n, 1 - reliability)) <= (1 - confidence) * (1 + 1e-12)

    low, high = failures, failures + 1
    while not proves(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if proves(middle) else (middle, high)
    return high


def _check(n: int, coverage: float, confidence: float) -> None:
    if n < 2:
        raise MetrologyError(f"n = {n} says nothing about scatter; at least 2 values are needed")
    fraction(coverage, "coverage")
    fraction(confidence, "confidence")
