"""What computing a claim gives: a number with its budget, or a fact that holds or does not."""

from dataclasses import dataclass, field

from rig.faults import Fault
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.uncertainty.spread import Spread
from rig.quantities import Measured
from rig.record.bodies.codec import Json


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A number with its budget, what makes it invalid all the same, and details that a reader may want.

    `coverage_k` is the coverage factor to judge with when it is not the limit's own: that of a look. `each` are the
    values of which the number is the farthest off, itself among them, in its unit: all of them must lie within the
    limit, and since one of many is beyond it by chance more easily than one alone, a FAIL takes the joint coverage
    factor. Empty for a number that stands for itself. `spreads` are how each of them may differ from its true value;
    left out, all do as the number shown does. `fault` is whose it is that it is invalid.
    """

    budget: Budget
    invalid: tuple[str, ...] = ()
    details: dict[str, Json] = field(default_factory=dict)
    coverage_k: float | None = None
    each: tuple[Measured, ...] = ()
    spreads: tuple[Spread, ...] = ()
    fault: Fault = Fault.BENCH


@dataclass(frozen=True, slots=True)
class FactFound:
    """A fact: whether it holds, what was found in one sentence, and each thing that speaks against it.

    `invalid` says why it is not known, `fault` whose fault that is: as a rule the plan's, which asks what its bench
    does not tell.
    """

    holds: bool
    text: str
    against: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    details: dict[str, Json] = field(default_factory=dict)
    fault: Fault = Fault.PLAN
