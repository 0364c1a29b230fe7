"""Inputs that vary together: correlation coefficients between named lines, and the matrix that they make.

Source: JCGM 100:2008 (GUM), clause 5.2 (correlated input quantities).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rig.errors import MetrologyError
from rig.metrology.readings.checked import FloatArray

# Coefficients are given to some 16 digits at best: an eigenvalue this far below zero is rounding and no contradiction.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Correlation:
    """Two inputs, by the names of their lines, whose values vary together with the correlation coefficient `r`.

    Raises MetrologyError for one input twice, or an r outside of [−1, 1].
    """

    first: str
    second: str
    r: float

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise MetrologyError(f"{self.first} is correlated with itself only by 1; name two inputs")
        if not abs(self.r) <= 1:
            raise MetrologyError(f"{self.first} and {self.second}: r = {self.r!r} lies outside of -1 to 1")


def correlation_matrix(names: Sequence[str], correlations: Sequence[Correlation]) -> FloatArray:
    """Return the correlation matrix (n, n) of the inputs `names` (n,); pairs that are not given are uncorrelated.

    Raises MetrologyError for a name that is not among `names`, or more than once, for a pair that is given twice, and
    for coefficients that contradict each other.
    """
    matrix = np.eye(len(names))
    given: set[frozenset[str]] = set()
    for each in correlations:
        i, j = _place(names, each.first), _place(names, each.second)
        if (pair := frozenset((each.first, each.second))) in given:
            raise MetrologyError(f"the correlation of {each.first} and {each.second} is given twice")
        given.add(pair)
        matrix[i, j] = matrix[j, i] = each.r
    if correlations:
        check_correlation(matrix)
    return matrix


def check_correlation(matrix: FloatArray) -> None:
    """Raise MetrologyError unless the square `matrix` is symmetric with ones, and has no negative eigenvalue."""
    bounded = np.abs(matrix).max() <= 1 + _ROUNDING
    if not (np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1) and bounded):
        raise MetrologyError("the matrix is not symmetric with ones on its diagonal: no correlation")
    if np.linalg.eigvalsh(matrix)[0] < -_ROUNDING:
        raise MetrologyError("nothing can be correlated so: the matrix of correlations has a negative eigenvalue")


def matrix_root(matrix: FloatArray) -> FloatArray:
    """Return L with L·Lᵀ = `matrix`, a correlation matrix; inputs that are fully correlated (singular) are allowed."""
    eigenvalues, eigenvectors = np.linalg.eigh(matrix)
    # Checked before: what is negative here is rounding of zero.
    root: FloatArray = eigenvectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    return root


def correlated_groups(matrix: FloatArray) -> list[list[int]]:
    """Return the places of inputs in groups: those of one group are linked by correlations, groups are independent."""
    left = set(range(len(matrix)))
    groups: list[list[int]] = []
    while left:
        group, reached = set[int](), {min(left)}
        while reached:
            group |= reached
            reached = {int(j) for i in reached for j in np.flatnonzero(matrix[i])} - group
        groups.append(sorted(group))
        left -= group
    return groups


def freedom_spent(contributions: FloatArray, dofs: Sequence[float], matrix: FloatArray) -> float:
    """Return the group's term u⁴/ν in the formula of Welch and Satterthwaite, for signed `contributions` (n,).

    Inputs with one number of degrees of freedom were observed together: any function of them has that number (Willink,
    Metrologia 44, 2007, 340). For others the first-order variance of u² is bounded by taking their errors as going
    together: (Σ|cᵢ·cov(i, y)|/√νᵢ)². A single input gives u⁴/ν either way.
    """
    with_result = contributions * (matrix @ contributions)
    if len(set(dofs)) == 1:
        return float(with_result.sum()) ** 2 / dofs[0]
    return math.fsum(abs(float(term)) / math.sqrt(dof) for term, dof in zip(with_result, dofs, strict=True)) ** 2


def _place(names: Sequence[str], name: str) -> int:
    found = [place for place, each in enumerate(names) if each == name]
    if len(found) != 1:
        what = f"{len(found)} lines have that name" if found else f"there are {', '.join(names)}"
        raise MetrologyError(f"a correlation names {name!r}: {what}; name one line")
    return found[0]
