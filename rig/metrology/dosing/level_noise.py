"""What the noise of a record does to the levels in it: covariances of means over stretches, and of their common slope.

A level is the mean of the readings of a stretch, the slope the one that fits all stretches together; both are sums of
readings with known weights, so that the covariance of the readings gives theirs.

Sources: the law of propagation for linear functions (JCGM 102:2011, 6.2); a random walk has the covariance min(t, t'),
so that two weighted sums of it have that of the integral over the products of their remaining weights; a saw-tooth of
height s has the harmonics s/(π·h) (Fourier), each with a phase left to chance.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rig.metrology.readings.checked import FloatArray, IndexArray
from rig.quantities import S_PER_H

# Readings of a level that the walk is reckoned with: groups of neighbours stand for more.
_GROUPS = 64
# Of a saw-tooth's variance 2.5 % lies beyond so many harmonics; it is taken as noise of single readings.
_HARMONICS = 24
_SAW_TOOTH = 1.0 / 12.0


def level_means(t_s: FloatArray, first: IndexArray, last: IndexArray) -> FloatArray:
    """Return the means (l,) of `t_s` (m,) over the stretches first ≤ i < last, (l,) each."""
    return np.array([t_s[a:b].mean() for a, b in zip(first, last, strict=True)])


def shared_readings(first: IndexArray, last: IndexArray) -> FloatArray:
    """Return the correlations (l, l) of the means of white noise over stretches that may overlap."""
    both = np.minimum.outer(last, last) - np.maximum.outer(first, first)
    count = (last - first).astype(np.float64)
    return np.asarray(np.maximum(both, 0) / np.sqrt(np.outer(count, count)), np.float64)


def walk_of_means(t_s: FloatArray, first: IndexArray, last: IndexArray) -> FloatArray:
    """Return the covariances (l, l) in hours of means over stretches, of a walk that gains 1 per hour.

    The walk stands at nothing at the first of `t_s` (m,) seconds; stretches may overlap.
    """
    at_s, weights = _weights(t_s, first, last)
    return _walk_covariance(at_s, weights)


@dataclass(frozen=True)
class CommonSlope:
    """Levels with one common slope: stretches first ≤ i < last, (l,) each, of readings at `t_s` (m,) seconds.

    The stretches are in order of time and do not overlap. Covariances are those of the l means and, behind them, of
    the slope (per s): (l + 1, l + 1). `expected_*` are the variances that residuals show of each kind of noise.
    """

    t_s: FloatArray
    first: IndexArray
    last: IndexArray

    @cached_property
    def count(self) -> FloatArray:
        """Return the number of readings of each level, (l,)."""
        return (self.last - self.first).astype(np.float64)

    @cached_property
    def mid_s(self) -> FloatArray:
        """Return the mean time of each level in s, (l,)."""
        return level_means(self.t_s, self.first, self.last)

    @cached_property
    def index(self) -> IndexArray:
        """Return the indices of all readings in levels, (r,)."""
        return np.concatenate([np.arange(a, b) for a, b in zip(self.first, self.last, strict=True)])

    @cached_property
    def off_s(self) -> FloatArray:
        """Return the times of the readings in levels from the middle of their own level, (r,) seconds."""
        return self.t_s[self.index] - np.repeat(self.mid_s, self.last - self.first)

    @property
    def information(self) -> float:
        """Return the sum of squares of these times."""
        return float(np.sum(self.off_s**2))

    @property
    def dof(self) -> int:
        """Return the degrees of freedom of the residuals."""
        return int(self.count.sum()) - self.count.size - 1

    def white(self) -> FloatArray:
        """Return the covariance for readings that each vary by 1, independently."""
        return np.diag(np.append(1.0 / self.count, 1.0 / self.information))

    def walk(self) -> FloatArray:
        """Return the covariance for a random walk that gains a variance of 1 per hour."""
        at_s, weights = _weights(self.t_s, self.first, self.last, self.off_s / self.information)
        return _walk_covariance(at_s, weights)

    def expected_of_walk(self) -> float:
        """Return the mean square of the residuals for that walk."""
        covariance = self.walk()
        total_h = float(np.sum(self.t_s[self.index] - self.t_s[self.index[0]])) / S_PER_H
        return max(0.0, self._left(total_h, covariance))

    def strokes(self, period_s: float) -> FloatArray:
        """Return the covariance for strokes of 1 each `period_s` (inf: seldom), at phases of their own in each level.

        The saw-tooth between steady delivery and strokes runs from −1/2 to 1/2; readings in step with it do not
        average it out.
        """
        n = self.count.size
        starts = np.concatenate(([0], np.cumsum(self.last - self.first)[:-1]))
        turn = np.exp(2j * np.pi * self.t_s[self.index] / period_s)
        power: NDArray[np.complex128] = np.ones_like(turn)
        pairs = np.zeros((3, n))
        left = _SAW_TOOTH
        for h in range(1, _HARMONICS + 1):
            power = power * turn
            mean = np.add.reduceat(power, starts) / self.count
            slope = np.add.reduceat(power * self.off_s, starts) / self.information
            variance = 0.5 / (math.pi * h) ** 2
            left -= variance
            pairs += variance * np.array([np.abs(mean) ** 2, np.abs(slope) ** 2, (mean * slope.conj()).real])
        covariance = np.zeros((n + 1, n + 1))
        covariance[np.arange(n), np.arange(n)] = pairs[0]
        covariance[n, n] = pairs[1].sum()
        covariance[:n, n] = covariance[n, :n] = pairs[2]
        return covariance + left * (self.white() if math.isfinite(period_s) else self._standing())

    def expected_of_strokes(self, covariance: FloatArray) -> float:
        """Return the mean square of the residuals for strokes of 1 with the `covariance` of `strokes`."""
        return max(0.0, self._left(_SAW_TOOTH * self.off_s.size, covariance))

    def _left(self, total: float, covariance: FloatArray) -> float:
        """Return the mean square that is left of the readings' `total` variance when levels and slope are fitted."""
        fitted = float(self.count @ np.diag(covariance)[:-1]) + self.information * float(covariance[-1, -1])
        return (total - fitted) / self.dof

    def _standing(self) -> FloatArray:
        """Return the covariance for an offset of each level that varies by 1."""
        return np.diag(np.append(np.ones(self.count.size), 0.0))


def _weights(
    t_s: FloatArray, first: IndexArray, last: IndexArray, slope: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return times (g,) and weights (l, g) of the means, and with the `slope`'s weights (r,) those in a last row.

    Neighbouring readings are put together in groups at the mean of their times.
    """
    times: list[FloatArray] = []
    rows: list[tuple[int, FloatArray, FloatArray]] = []
    done = 0
    for level, (a, b) in enumerate(zip(first, last, strict=True)):
        starts = np.unique(np.linspace(0, b - a, min(_GROUPS, b - a), endpoint=False).astype(np.intp))
        size = np.diff(np.append(starts, b - a))
        times.append(np.add.reduceat(t_s[a:b], starts) / size)
        own = np.zeros(size.size) if slope is None else np.add.reduceat(slope[done : done + b - a], starts)
        rows.append((level, size / (b - a), own))
        done += b - a
    ends = np.cumsum([each.size for each in times])
    weights = np.zeros((len(rows) + (slope is not None), int(ends[-1])))
    for (level, mean, own), end in zip(rows, ends.tolist(), strict=True):
        weights[level, end - mean.size : end] = mean
        if slope is not None:
            weights[-1, end - mean.size : end] = own
    return np.concatenate(times) - t_s[0], weights


def _walk_covariance(at_s: FloatArray, weights: FloatArray) -> FloatArray:
    order = np.argsort(at_s, kind="stable")
    tails = np.cumsum(weights[:, order][:, ::-1], axis=1)[:, ::-1]
    step_h = np.diff(at_s[order], prepend=0.0) / S_PER_H
    # Sums by einsum and not by BLAS, whose order of summation may change with its number of threads.
    return np.asarray(np.einsum("ag,bg->ab", tails * step_h, tails), np.float64)
