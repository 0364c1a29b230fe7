"""What an evaluation returns."""

from dataclasses import dataclass, field
from typing import Any

from rig.metrology.uncertainty.budget import Budget


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A result with its budget, what makes it invalid all the same, and details that a reader may want.

    `coverage_k` is the coverage factor to judge with when it is not the limit's own: that of a look.
    """

    budget: Budget
    invalid: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    coverage_k: float | None = None
