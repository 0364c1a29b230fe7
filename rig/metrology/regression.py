"""A straight line through readings whose residuals are correlated: white noise plus a random walk.

The readings are averaged in up to 128 equal spans of time; the steps from span to span have a covariance that the
sine transform diagonalises, so that generalised least squares costs one pass over the data and nothing to speak of
besides. The share of the walk is the one of highest restricted likelihood, none when it does not earn its place.

Sources: Patterson and Thompson, Biometrika 58 (1971) 545-554 (restricted likelihood); Working, Econometrica 28 (1960)
916-918 (first differences of the averages of a random chain: variance 2/3, correlation 1/4).
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import dst

from rig.errors import SeriesError
from rig.metrology.series import FloatArray, IndexArray

MOST_SPANS = 128
FEWEST_SPANS = 4
_S_PER_H = 3600.0
_MAD_TO_SD = 1.4826
# Of 127 normal steps one lies beyond 5 standard deviations in 14,000 fits.
_JUMP_K = 5.0
_ISOLATED_SHARE = 0.03
_SCATTER_READINGS = 4096
# A walk must raise the log-likelihood by this much, which white noise alone does in one series of six.
_WALK_EARNS = 0.5
# Share of the walk in the variance of one step, from "white alone" to "walk alone".
_WALK_SHARES = np.concatenate([[0.0], 1.0 / (1.0 + np.exp(-np.linspace(-13.0, 13.0, 79))), [1.0]])


@dataclass(frozen=True, slots=True)
class Line:
    """A line through a series in `unit`: slope per hour with standard uncertainty and degrees of freedom.

    `white_s` is the white part as a spectral density (unit²·s: divided by an averaging time it is the variance of that
    average), `walk_h` the variance that the random walk gains per hour (unit²/h). `t_mid_s` and `mid` are the centre of
    the line; `scatter` is the standard deviation of single readings about the means of their neighbours. `jumps` are
    isolated steps of the level, as (time in s, size), that the noise was judged without.
    """

    slope_h: float
    u_slope_h: float
    dof: float
    white_s: float
    walk_h: float
    t_mid_s: float
    mid: float
    scatter: float
    jumps: tuple[tuple[float, float], ...]


def fit_line(t_s: FloatArray, y: FloatArray) -> Line:
    """Fit `y` (n,) at `t_s` (n,), seconds that do not go back, both finite (`check_series` sees to that).

    Raises SeriesError when the readings do not fill at least 4 equal spans of time.
    """
    centre_s, mean, width_s = span_means(t_s, y)
    steps = np.diff(mean)
    calm, jumps = _without_jumps(steps)
    step, u_step, white, walk = _fit_steps(steps, calm)
    return Line(
        step / width_s * _S_PER_H,
        u_step / width_s * _S_PER_H,
        float(steps.size - 1),
        white * width_s,
        walk / width_s * _S_PER_H,
        float(centre_s.mean()),
        float(mean.mean()),
        _scatter(t_s, y, centre_s, mean),
        tuple((float(centre_s[i] + width_s / 2.0), float(steps[i] - step)) for i in jumps),
    )


def _without_jumps(steps: FloatArray) -> tuple[FloatArray, IndexArray]:
    """Return the steps with isolated jumps cut down to noise, and where they are.

    A bubble, a leak's begin or a touched table is one step among many. Steps that are many belong to the pump.
    """
    centre = float(np.median(steps))
    sd = float(np.median(np.abs(steps - centre))) * _MAD_TO_SD
    jumps = np.flatnonzero(np.abs(steps - centre) > _JUMP_K * sd)
    if sd == 0.0 or jumps.size == 0 or jumps.size > steps.size * _ISOLATED_SHARE:
        return steps, np.empty(0, dtype=np.intp)
    calm = steps.copy()
    calm[jumps] = centre + np.sign(steps[jumps] - centre) * sd
    return calm, jumps


def _scatter(t_s: FloatArray, y: FloatArray, centre_s: FloatArray, mean: FloatArray) -> float:
    """Return the standard deviation of single readings, thinned evenly, about the polygon through the spans' means."""
    thin = slice(None, None, max(1, t_s.size // _SCATTER_READINGS))
    rest = y[thin] - np.interp(t_s[thin], centre_s, mean)
    inner = rest[(t_s[thin] >= centre_s[0]) & (t_s[thin] <= centre_s[-1])]
    return float(inner.std()) if inner.size > 1 else 0.0


def span_means(t_s: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return centres (s), means and width (s) of the most equal spans, 4 to 128, of which none is empty."""
    spans = MOST_SPANS
    while True:
        edges_s = np.linspace(t_s[0], t_s[-1], spans + 1)
        first = np.searchsorted(t_s, edges_s[:-1])
        last = np.append(first[1:], t_s.size)
        if np.all(last > first):
            break
        spans //= 2
        if spans < FEWEST_SPANS:
            raise SeriesError(f"{t_s.size} readings do not fill {FEWEST_SPANS} equal spans of time: no line to fit")
    count = (last - first).astype(np.float64)
    mean = np.add.reduceat(y, first) / count
    mean_t = np.add.reduceat(t_s, first) / count
    centre_s = (edges_s[:-1] + edges_s[1:]) / 2.0
    slope = (mean[-1] - mean[0]) / (mean_t[-1] - mean_t[0])
    return centre_s, mean + slope * (centre_s - mean_t), float(edges_s[1] - edges_s[0])


def _fit_steps(steps: FloatArray, calm: FloatArray) -> tuple[float, float, float, float]:
    """Return mean step, its standard uncertainty, white variance of a span's mean and walk variance of a step.

    Noise is judged by the `calm` steps, the mean step comes from all of them.
    """
    n = steps.size
    weights, log_det, ones = _step_model(n)
    information = weights @ ones**2
    z = dst(calm, type=1, norm="ortho")
    slope = (weights @ (ones * z)) / information
    rss = np.einsum("gk,gk->g", weights, (z - slope[:, None] * ones) ** 2)
    if not np.all(rss > 0.0):
        return float(steps.mean()), 0.0, 0.0, 0.0
    variance = rss / (n - 1)
    log_likelihood = -0.5 * (log_det + np.log(information) + (n - 1) * np.log(variance))
    earned = log_likelihood.max() > log_likelihood[0] + _WALK_EARNS
    best = int(np.argmax(log_likelihood)) if earned else 0
    share = float(_WALK_SHARES[best])
    mean = float(weights[best] @ (ones * dst(steps, type=1, norm="ortho")) / information[best])
    u = math.sqrt(float(variance[best] / information[best]))
    return mean, u, float(variance[best] * (1.0 - share)), float(variance[best] * share)


@lru_cache(maxsize=16)
def _step_model(n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return inverse variances (shares, n), log determinants (shares,) and the transform of ones (n,)."""
    white = 4.0 * np.sin(np.pi * np.arange(1, n + 1) / (2.0 * (n + 1))) ** 2
    share = _WALK_SHARES[:, None]
    variance = share * (1.0 - white / 6.0) + (1.0 - share) * white
    return 1.0 / variance, np.log(variance).sum(axis=1), dst(np.ones(n), type=1, norm="ortho")
