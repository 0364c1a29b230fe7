"""A straight line through readings whose residuals are correlated: white noise plus a random walk.

The readings are averaged in up to 128 equal spans of time; the steps from span to span have a covariance that the
sine transform diagonalises, so that generalised least squares costs one pass over the data and nothing to speak of
besides. The share of the walk is the one of highest restricted likelihood.

Sources: Patterson and Thompson, Biometrika 58 (1971) 545-554 (restricted likelihood); Working, Econometrica 28 (1960)
916-918 (first differences of the averages of a random chain: variance 2/3, correlation 1/4).
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import dst

from rig.errors import SeriesError
from rig.metrology.series import FloatArray

MOST_SPANS = 128
FEWEST_SPANS = 4
_S_PER_H = 3600.0
# Share of the walk in the variance of one step, from "white alone" to "walk alone".
_WALK_SHARES = np.concatenate([[0.0], 1.0 / (1.0 + np.exp(-np.linspace(-13.0, 13.0, 79))), [1.0]])


@dataclass(frozen=True, slots=True)
class Line:
    """A line through a series in `unit`: slope per hour with standard uncertainty and degrees of freedom.

    `white_s` is the white part as a spectral density (unit²·s: divided by an averaging time it is the variance of that
    average), `walk_h` the variance that the random walk gains per hour (unit²/h). `t_mid_s` and `mid` are the centre of
    the line; `residuals` (spans,) are the means of equal spans less the line.
    """

    slope_h: float
    u_slope_h: float
    dof: float
    white_s: float
    walk_h: float
    t_mid_s: float
    mid: float
    residuals: FloatArray


def fit_line(t_s: FloatArray, y: FloatArray) -> Line:
    """Fit `y` (n,) at `t_s` (n,), seconds that do not go back, both finite (`check_series` sees to that).

    Raises SeriesError when the readings do not fill at least 4 equal spans of time.
    """
    centre_s, mean, width_s = span_means(t_s, y)
    steps = np.diff(mean)
    step, u_step, white, walk = _fit_steps(steps)
    slope_h = step / width_s * _S_PER_H
    line = mean.mean() + step * (np.arange(mean.size) - (mean.size - 1) / 2.0)
    return Line(
        slope_h,
        u_step / width_s * _S_PER_H,
        float(steps.size - 1),
        white * width_s,
        walk / width_s * _S_PER_H,
        float(centre_s.mean()),
        float(mean.mean()),
        mean - line,
    )


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


def _fit_steps(steps: FloatArray) -> tuple[float, float, float, float]:
    """Return mean step, its standard uncertainty, white variance of a span's mean and walk variance of a step."""
    n = steps.size
    weights, log_det, ones = _step_model(n)
    z = dst(steps, type=1, norm="ortho")
    information = weights @ ones**2
    slope = (weights @ (ones * z)) / information
    rss = np.einsum("gk,gk->g", weights, (z - slope[:, None] * ones) ** 2)
    if not np.all(rss > 0.0):
        return float(slope[-1]), 0.0, 0.0, 0.0
    variance = rss / (n - 1)
    log_likelihood = -0.5 * (log_det + np.log(information) + (n - 1) * np.log(variance))
    best = int(np.argmax(log_likelihood))
    share = float(_WALK_SHARES[best])
    u = math.sqrt(float(variance[best] / information[best]))
    return float(slope[best]), u, float(variance[best] * (1.0 - share)), float(variance[best] * share)


@lru_cache(maxsize=16)
def _step_model(n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return inverse variances (shares, n), log determinants (shares,) and the transform of ones (n,)."""
    white = 4.0 * np.sin(np.pi * np.arange(1, n + 1) / (2.0 * (n + 1))) ** 2
    share = _WALK_SHARES[:, None]
    variance = share * (1.0 - white / 6.0) + (1.0 - share) * white
    return 1.0 / variance, np.log(variance).sum(axis=1), dst(np.ones(n), type=1, norm="ortho")
