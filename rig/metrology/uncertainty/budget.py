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
from rig.metrology.uncertainty.coverage import LEVEL_OF_K_2, normal_factor
from rig.metrology.uncertainty.spread import Spread
from rig.quantities import Measured

Shape = Literal["normal", "rectangular", "triangular"]
# Of the variance of a line, the share that one rectangle has: a triangle is the sum of two equal ones.
_IN_ONE_RECTANGLE: dict[Shape, float] = {"normal": 0.0, "rectangular": 1.0, "triangular": 0.5}

# A line with one degree of freedom alone beside a bound comes out a rounding step below one.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Component:
    """One line of a budget.

    `value` is the input's best estimate in `unit`, `u` its standard uncertainty in `unit`, `sensitivity` the partial
    derivative of the result by the input (result unit per `unit`), `dof` its degrees of freedom (inf for kind B that
    is known well). Kind A is evaluated from the data at hand, B from anything else. `shape` is how it may differ from
    the true value: anywhere within ± √3·u where only a bound is known, triangular where two such make the difference.
    """

    name: str
    kind: Literal["A", "B"]
    value: float
    u: float
    unit: str
    sensitivity: float
    dof: float = math.inf
    shape: Shape = "normal"

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

    @property
    def spread(self) -> Spread:
        """Return how the true value may differ: the largest bound keeps its shape, all else is Student's t.

        A second bound beside it is as good as normal: two equal ones ask for 1.93 of their u, and get 1.95. Lines
        that vary together are taken for normal, as no two bounds say how they do.
        """
        coupled = {name for each in self.correlations for name in (each.first, each.second)}
        bounds_sq = [
            0.0 if line.name in coupled else _IN_ONE_RECTANGLE[line.shape] * line.contribution**2
            for line in self.components
        ]
        bound_sq = max(bounds_sq)
        if bound_sq == 0.0:
            return Spread(self.u, self.effective_dof)
        # A bound has no end of degrees of freedom: all that is spent belongs to the rest of the variance.
        rest_sq = max(0.0, self.u**2 - bound_sq)
        dof = self.effective_dof * (rest_sq / self.u**2) ** 2 if rest_sq > 0.0 else math.inf
        if 1.0 - _ROUNDING < dof < 1.0:
            dof = 1.0
        return Spread.of_combined(self.u, dof, math.sqrt(3.0 * bound_sq))

    def _correlated(self) -> tuple[FloatArray, FloatArray]:
        """Return the signed contributions (n,) and how the lines are correlated (n, n)."""
        signed = np.array([c.sensitivity * c.u for c in self.components])
        return signed, correlation_matrix([c.name for c in self.components], self.correlations)

    def coverage_factor(self, level: float = LEVEL_OF_K_2) -> float:
        """Return k for a two-sided coverage `level`: that of a guard band with the same risk on each side.

        2 with the level left out, many degrees of freedom and no bound that matters. Raises MetrologyError for a level
        outside of (0, 1), and for fewer than 1 effective degree of freedom.
        """
        factor = normal_factor(level)
        return self.spread.guard_band(factor) / self.u if self.u > 0 else factor

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
