"""The uncertainty budget: components, their sensitivities, and the law of propagation.

Source: JCGM 100:2008 (GUM), clauses 4, 5.1.2 (uncorrelated inputs) and G.4.1 (Welch-Satterthwaite).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scipy.special import stdtrit

from rig.errors import MetrologyError
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

    Raises MetrologyError when it has no component, or a number in it is not finite.
    """

    value: float
    unit: str
    components: tuple[Component, ...]
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.components:
            raise MetrologyError("a budget without components would claim certainty")
        if not math.isfinite(self.value) or not all(math.isfinite(c.contribution) for c in self.components):
            raise MetrologyError(f"{self.value!r} {self.unit} with u {self.u!r} is not a result")

    @property
    def u(self) -> float:
        """Return the combined standard uncertainty, the root of the sum of squares (GUM 5.1.2)."""
        return math.hypot(*(component.contribution for component in self.components))

    @property
    def effective_dof(self) -> float:
        """Return the effective degrees of freedom by Welch-Satterthwaite (GUM G.4.1)."""
        rest = sum(c.contribution**4 / c.dof for c in self.components if math.isfinite(c.dof))
        return self.u**4 / rest if rest > 0 else math.inf

    def coverage_factor(self, level: float = 0.9545) -> float:
        """Return Student's k for a two-sided coverage `level`; 2.000 at 95.45 % with many degrees of freedom."""
        dof = self.effective_dof
        # GUM G.4.1 NOTE 1: truncate to the next lower integer.
        return float(stdtrit(math.floor(dof) if math.isfinite(dof) else 1e9, (1 + level) / 2))

    def expanded(self, level: float = 0.9545) -> float:
        """Return U = k·u with Student's k for the effective degrees of freedom."""
        return self.coverage_factor(level) * self.u

    def measured(self) -> Measured:
        """Return value and combined u without the lines."""
        return Measured(self.value, self.u, self.unit)

    def scaled(
        self, factor: float, offset: float, unit: str, extra: Sequence[Component] = (), remarks: Sequence[str] = ()
    ) -> "Budget":
        """Return the budget of factor·value + offset in `unit`, with components that only the new result has."""
        lines = tuple(replace(c, sensitivity=factor * c.sensitivity) for c in self.components)
        return combine(factor * self.value + offset, unit, (*lines, *extra), (*self.remarks, *remarks))


def combine(value: float, unit: str, components: Sequence[Component], remarks: Sequence[str] = ()) -> Budget:
    """Build a budget, dropping lines that contribute exactly nothing only when others remain."""
    speaking = tuple(component for component in components if component.contribution > 0)
    return Budget(value, unit, speaking or tuple(components), tuple(remarks))
