"""Inputs that were observed together, and several results of the same inputs: both come out correlated.

Source: JCGM 100:2008 (GUM), 5.2.3 (correlation of means, eq. 17) and H.2 (resistance, reactance and impedance of one
circuit element); JCGM 102:2011, 6.2.1.3 (covariance of several results).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.demands import finite_array
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.uncertainty.correlation import Correlation, correlation_matrix
from rig.metrology.uncertainty.propagation import Input, Model, propagate


@dataclass(frozen=True, slots=True)
class Quantity:
    """What was observed: its name, as the lines of budgets will have it, and the unit of its values."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Observed:
    """Means of quantities that were observed together, as inputs of a model, and how these means are correlated."""

    inputs: tuple[Input, ...]
    correlations: tuple[Correlation, ...]


def observed_together(quantities: Sequence[Quantity], observations: ArrayLike) -> Observed:
    """Return the means of `observations` (n, m), each row one simultaneous observation of the m `quantities`.

    u = s/√n with n − 1 degrees of freedom; r = s(x, y)/(s(x)·s(y)). A quantity that never varied is correlated with
    nothing. Raises SeriesError for fewer than 2 observations or a number that is not finite, MetrologyError when the
    columns are not those of the quantities.
    """
    rows = finite_array(observations, "simultaneous observations", ndim=2)
    n, m = finite_array(rows[:, 0], "simultaneous observations", least=2).size, rows.shape[1]
    if m != len(quantities):
        raise MetrologyError(f"{m} columns of observations for {len(quantities)} quantities")
    mean, s = rows.mean(axis=0), rows.std(axis=0, ddof=1)
    inputs = tuple(
        Input(each.name, float(mean[i]), float(s[i]) / math.sqrt(n), each.unit, "A", dof=n - 1)
        for i, each in enumerate(quantities)
    )
    varied = [i for i in range(m) if s[i] > 0]
    scores = (rows[:, varied] - mean[varied]) / s[varied]
    # By Schwarz's inequality no more than a rounding step can lie beyond ±1, and no more is cut off.
    r = np.clip(scores.T @ scores / (n - 1), -1.0, 1.0)
    correlations = tuple(
        Correlation(quantities[varied[i]].name, quantities[varied[j]].name, float(r[i, j]))
        for i, j in combinations(range(len(varied)), 2)
    )
    return Observed(inputs, correlations)


@dataclass(frozen=True, slots=True)
class JointBudgets:
    """Several results of the same inputs, and the matrix (n, n) of the correlation coefficients between them."""

    budgets: tuple[Budget, ...]
    correlation: FloatArray


def propagate_jointly(
    models: Sequence[tuple[Model, str]], inputs: Sequence[Input], correlations: Sequence[Correlation] = ()
) -> JointBudgets:
    """Return the results of `models`, each with its unit, at the best estimates of the `inputs` that all of them take.

    The covariance of two results is Σᵢⱼ cᵢ·dⱼ·u(xᵢ, xⱼ), with the sensitivities c of the one and d of the other (GUM
    H.2.3 eq. H.9). Raises MetrologyError as `propagate` does, and for a result that nothing makes uncertain.
    """
    budgets = tuple(propagate(model, inputs, unit, correlations) for model, unit in models)
    if certain := [place for place, budget in enumerate(budgets) if budget.u == 0]:
        raise MetrologyError(f"result {certain[0]} has no uncertainty: it is not correlated with anything")
    names = [each.name for each in inputs]
    signed = np.zeros((len(budgets), len(names)))
    for row, budget in zip(signed, budgets, strict=True):
        for line in budget.components:
            row[names.index(line.name)] = line.sensitivity * line.u
    u = np.array([budget.u for budget in budgets])
    covariance = signed @ correlation_matrix(names, correlations) @ signed.T
    return JointBudgets(budgets, covariance / np.outer(u, u))
