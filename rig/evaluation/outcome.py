"""What computing a claim gives: a number with its budget, or a fact that holds or does not."""

from dataclasses import dataclass, field

from rig.metrology.uncertainty.budget import Budget
from rig.record.bodies.codec import Json


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A number with its budget, what makes it invalid all the same, and details that a reader may want.

    `coverage_k` is the coverage factor to judge with when it is not the limit's own: that of a look.
    """

    budget: Budget
    invalid: tuple[str, ...] = ()
    details: dict[str, Json] = field(default_factory=dict)
    coverage_k: float | None = None


@dataclass(frozen=True, slots=True)
class FactFound:
    """A fact: whether it holds, what was found in one sentence, and each thing that speaks against it."""

    holds: bool
    text: str
    against: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    details: dict[str, Json] = field(default_factory=dict)
