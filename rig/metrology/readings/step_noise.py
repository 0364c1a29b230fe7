"""Steps from span to span whose noise is the difference of white noise plus a random walk: mean step and noise.

The covariance of the steps is diagonal after the sine transform, so that a fit of n steps at 81 shares of the walk
costs a few products of small matrices.

Sources: Patterson and Thompson, Biometrika 58 (1971) 545-554 (restricted likelihood); Working, Econometrica 28 (1960)
916-918 (first differences of the averages of a random chain: variance 2/3, correlation 1/4).
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rig.metrology.readings.checked import FloatArray, IndexArray

# Steps that differ by less, as a share of themselves, are a line without noise.
_ROUNDING = 1e-10
# A walk must raise the log-likelihood by this much, which white noise alone does in one series of six.
_WALK_EARNS = 0.5
# Share of the walk in the variance of one step, from "white alone" to "walk alone"; the odds in steps of e^(1/3),
# beyond 2e-6 on either side the other noise cannot be seen in 127 steps.
_WALK_SHARES = np.concatenate([[0.0], 1.0 / (1.0 + np.exp(-np.linspace(-13.0, 13.0, 79))), [1.0]])


@dataclass(frozen=True, slots=True)
class StepFit:
    """Mean step, with its standard uncertainty from the noise found and from the noise expected of a steady flow.

    `white` is the variance of one span's mean, `walk` the variance that the random walk adds per step, `jumps` (p,) the
    sizes of the jumps that were fitted along.
    """

    step: float
    u_step: float
    u_steady: float
    white: float
    walk: float
    jumps: FloatArray


def fit_steps(steps: FloatArray, jumps: IndexArray, walk: float | None) -> StepFit:
    """Fit `steps` (n,) by one mean step, with a free size for each of the steps `jumps` (p,), p < n − 1.

    The noise is the one of highest restricted likelihood. With `walk` (variance per step) the mean step is weighted
    as that walk and the white noise found ask for, whatever else the steps do; with None by all of the noise found.
    """
    n = steps.size
    if float(np.ptp(steps)) <= _ROUNDING * float(np.abs(steps).max()):
        return StepFit(float(steps.mean()), 0.0, 0.0, 0.0, 0.0, np.zeros(jumps.size))
    curves = np.zeros((n, 1 + jumps.size))
    curves[:, 0] = 1.0
    curves[jumps, np.arange(1, 1 + jumps.size)] = 1.0
    # The orthonormal sine transform (type I) as a product, by einsum for the reason below: for some hundred steps no
    # fast one is needed.
    sines = _sines(n)
    x = np.einsum("ij,jk->ik", sines, curves)
    z = np.einsum("ij,j->i", sines, steps)
    white, found_walk = _noise(x, z)
    found = _variance(n, white, found_walk)
    if not found.any():
        beta = np.linalg.lstsq(x, z, rcond=None)[0]
        return StepFit(float(beta[0]), 0.0, 0.0, 0.0, 0.0, beta[1:])
    steady = found
    if walk is not None:
        # A thousandth of what was found keeps the weights finite where a model has no noise at all.
        steady = _variance(n, max(white, 1e-3 * (white + found_walk)), walk)
    to_beta = np.linalg.solve((x.T / steady) @ x, x.T / steady)
    beta = to_beta @ z
    u_found, u_steady = (math.sqrt(float(to_beta[0] ** 2 @ each)) for each in (found, steady))
    return StepFit(float(beta[0]), u_found, u_steady, white, found_walk, beta[1:])


def _noise(x: FloatArray, z: FloatArray) -> tuple[float, float]:
    """Return variances of the white part of a span's mean and of the walk per step, by restricted likelihood."""
    n, p = x.shape
    weights, log_det = _model(n)
    # Sums by einsum and not by BLAS, whose order of summation may change with its number of threads.
    products = (x[:, :, None] * x[:, None, :]).reshape(n, p * p)
    normal = np.einsum("gk,kq->gq", weights, products).reshape(-1, p, p)
    beta = np.linalg.solve(normal, np.einsum("gk,kp->gp", weights, x * z[:, None])[..., None])[..., 0]
    rss = (weights * (z - beta @ x.T) ** 2).sum(axis=1)
    if not np.all(rss > 0.0):
        return 0.0, 0.0
    variance = rss / (n - p)
    likelihood = -0.5 * (log_det + np.linalg.slogdet(normal)[1] + (n - p) * np.log(variance))
    earned = likelihood.max() > likelihood[0] + _WALK_EARNS
    best = int(np.argmax(likelihood)) if earned else 0
    share = float(_WALK_SHARES[best])
    return float(variance[best]) * (1.0 - share), float(variance[best]) * share


def _variance(n: int, white: float, walk: float) -> FloatArray:
    """Return the variances (n,) of the transformed steps: eigenvalues of the covariance of averaged noise."""
    eigen = _eigenvalues(n)
    return walk * (1.0 - eigen / 6.0) + white * eigen


@lru_cache(maxsize=16)
def _sines(n: int) -> FloatArray:
    """Return the matrix (n, n) of the sine transform, type I, orthonormal."""
    numbers = np.arange(1, n + 1)
    matrix: FloatArray = math.sqrt(2.0 / (n + 1)) * np.sin(np.pi * np.outer(numbers, numbers) / (n + 1))
    return matrix


@lru_cache(maxsize=16)
def _eigenvalues(n: int) -> FloatArray:
    eigen: FloatArray = 4.0 * np.sin(np.pi * np.arange(1, n + 1) / (2.0 * (n + 1))) ** 2
    return eigen


@lru_cache(maxsize=16)
def _model(n: int) -> tuple[FloatArray, FloatArray]:
    """Return inverse variances (shares, n) and log determinants (shares,) of all shares of the walk."""
    variance = np.array([_variance(n, 1.0 - share, share) for share in _WALK_SHARES])
    return 1.0 / variance, np.log(variance).sum(axis=1)
