"""Kinds of noise that several volumes have in common: each a line of the budgets that are made of these volumes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from rig.metrology.readings.checked import FloatArray
from rig.metrology.uncertainty.budget import Component


@dataclass(frozen=True, slots=True)
class NoiseLine:
    """One kind of noise in n volumes: its `covariance` (n, n) in µL² and its degrees of freedom."""

    name: str
    kind: Literal["A", "B"]
    covariance: FloatArray
    dof: float = math.inf

    def variance(self, weights: FloatArray) -> float:
        """Return the variance in µL² of the sum of the volumes times `weights` (n,)."""
        # No sum of volumes varies by less than nothing; what cancels may leave a rounding step below it.
        return max(0.0, float(np.einsum("i,ij,j->", weights, self.covariance, weights)))

    def component(self, weights: FloatArray, sensitivity: float) -> Component:
        """Return the line of a budget for the sum of the volumes times `weights` (n,); `sensitivity` is per µL."""
        u_ul = math.sqrt(self.variance(weights))
        return Component(self.name, self.kind, 0.0, u_ul, "µL", sensitivity, self.dof)

    def seen_through(self, matrix: FloatArray) -> "NoiseLine":
        """Return the noise of the sums matrix·volumes, `matrix` (k, n)."""
        half = np.einsum("ai,ij->aj", matrix, self.covariance)
        return replace(self, covariance=np.einsum("aj,bj->ab", half, matrix))


def u_each(lines: Sequence[NoiseLine], n: int) -> FloatArray:
    """Return the standard uncertainty of each of n volumes from all `lines` together, (n,) µL."""
    return np.asarray(np.sqrt(sum((np.diag(line.covariance) for line in lines), np.zeros(n))), np.float64)
