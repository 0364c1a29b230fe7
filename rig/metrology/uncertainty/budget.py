"""The uncertainty budget: components, their sensitivities, and the law of propagation.

Source: JCGM 100:2008 (GUM), clauses 4, 5.1.2 (uncorrelated inputs), 5.2.2 (correlated inputs) and G.4.1
(Welch-Satterthwaite).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from rig.errors import MetrologyError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.uncertainty.correlation import Correlation, correlated_groups, correlation_matrix, freedom_spent
from rig.metrology.uncertainty.coverage import LEVEL_OF_K_2, normal_factor, student_factor
from rig.quantities import Measured


@dataclass(frozen=True, slots=True)
class Component:
    """One line of a budget.

    `value` is the input's best estimate in `unit`, `u` its standard uncertainty in `unit`, `sensitivity` the partial
    derivative of the result by the input (result unit per `unit`), `dof` its degrees of freedom (inf for kind B that
    is known well). Kind A is evaluated from the data at hand, B from anything else.
    """

    name: str
    kind: Literal["A", "B"]
    value: float
    u: float
    unit: str
    sensitivity: float
    dof: float = math.inf

    @property
    def contribution(self) -> float:
        """Return |sensitivity|·u, in the result's unit."""
        return abs(self.sensitivity) * self.u


@dataclass(frozen=True, slots=True)
class Budget:
    """A result in `unit` with everything that makes it uncertain, and what a reader must be told (`remarks`).

    Lines vary independently of each other unless `correlations` say by their names how they vary together. Raises
    MetrologyError when it has no component, a number in it is not finite, or the correlations are none of its lines.
    """

    value: float
    unit: str
    components: tuple[Component, ...]
    remarks: tuple[str, ...] = ()
    correlations: tuple[Correlation, ...] = ()

    def __post_init__(self) -> None:
        if not self.components:
            raise MetrologyError("a budget without components would claim certainty")
        if not math.isfinite(self.value) or not all(math.isfinite(c.contribution) for c in self.components):
            u = math.hypot(*(component.contribution for component in self.components))
            raise MetrologyError(f"{self.value!r} {self.unit} with u {u!r} is not a result")
        correlation_matrix([component.name for component in self.components], self.correlations)

    @property
    def u(self) -> float:
        """Return the combined standard uncertainty (GUM 5.1.2 eq. 10; with correlations 5.2.2 eq. 16)."""
        if not self.correlations:
            return math.hypot(*(component.contribution for component in self.components))
        signed, matrix = self._correlated()
        # The matrix has no negative eigenvalue; lines that cancel may leave a rounding step below zero.
        return math.sqrt(max(0.0, float(signed @ matrix @ signed)))

    @property
    def effective_dof(self) -> float:
        """Return the effective degrees of freedom by Welch-Satterthwaite (GUM G.4.1); correlated lines count as one."""
        if not self.correlations:
            rest = sum(c.contribution**4 / c.dof for c in self.components if math.isfinite(c.dof))
            return self.u**4 / rest if rest > 0 else math.inf
        signed, matrix = self._correlated()
        rest = math.fsum(
            freedom_spent(signed[group], [self.components[i].dof for i in group], matrix[np.ix_(group, group)])
            for group in correlated_groups(matrix)
        )
        return self.u**4 / rest if rest > 0 else math.inf

    def _correlated(self) -> tuple[FloatArray, FloatArray]:
        """Return the signed contributions (n,) and how the lines are correlated (n, n)."""
        signed = np.array([c.sensitivity * c.u for c in self.components])
        return signed, correlation_matrix([c.name for c in self.components], self.correlations)

    def coverage_factor(self, level: float = LEVEL_OF_K_2) -> float:
        """Return Student's k for a two-sided coverage `level`: that of a guard band with the same risk on each side.

        2 with many degrees of freedom and the level left out. Raises MetrologyError for a level outside of (0, 1), and
        for fewer than 1 effective degree of freedom.
        """
        return student_factor(normal_factor(level), self.effective_dof)

    def expanded(self, level: float = LEVEL_OF_K_2) -> float:
        """Return U = k·u with `coverage_factor`, or raise MetrologyError as that does."""
        return self.coverage_factor(level) * self.u

    def measured(self) -> Measured:
        """Return value and combined u without the lines."""
        return Measured(self.value, self.u, self.unit)

    def scaled(
        self,
        factor: float,
        offset: float,
        unit: str,
        extra: Sequence[Component] = (),
        remarks: Sequence[str] = (),
        correlations: Sequence[Correlation] = (),
    ) -> "Budget":
        """Return the budget of factor·value + offset in `unit`, with components that only the new result has.

        The lines stay correlated as they are (a negative factor turns sensitivities, not inputs); `correlations` add
        those of the new components.
        """
        lines = (*(replace(c, sensitivity=factor * c.sensitivity) for c in self.components), *extra)
        told = (*self.remarks, *remarks)
        return combine(factor * self.value + offset, unit, lines, told, (*self.correlations, *correlations))


def combine(
    value: float,
    unit: str,
    components: Sequence[Component],
    remarks: Sequence[str] = (),
    correlations: Sequence[Correlation] = (),
) -> Budget:
    """Build a budget, dropping lines that contribute exactly nothing only when others remain.

    Raises MetrologyError as Budget does.
    """
    correlation_matrix([component.name for component in components], correlations)
    speaking = tuple(component for component in components if component.contribution > 0) or tuple(components)
    names = {component.name for component in speaking}
    kept = tuple(each for each in correlations if each.first in names and each.second in names)
    return Budget(value, unit, speaking, tuple(remarks), kept)
