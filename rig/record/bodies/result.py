"""A result: all that any face shows of it, computed once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rig.faults import Sorted
from rig.record.bodies.codec import Json
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe

COVARIANCE = "lines that vary together"
"""The name of the budget line that holds what correlated lines add to the variance."""

# The sum of some ten shares misses 100 % by 1e-13 of rounding; a covariance that is worth showing is far larger.
_ROUNDING_PERCENT = 1e-6


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of an uncertainty budget; `contribution` is in the result's unit, `share_percent` of its variance.

    `shape` is how what is not known of it is distributed: a normal where nothing else is said.
    """

    name: str
    kind: str
    value: float
    u: float
    unit: str
    sensitivity: float
    contribution: float
    dof: float
    share_percent: float
    shape: str = "normal"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the guard-band rule found; probabilities are fractions of 1, the guard band is in the result's unit."""

    guard_band: float
    conformance_probability: float
    wrong_accept_risk: float
    wrong_reject_risk: float


@dataclass(frozen=True, slots=True)
class Number:
    """A value with its combined standard uncertainty `u`, and the coverage factor `k` that it was judged with.

    `k` is the one that makes the guard band: the limit's, or that of the look that stopped the measurement, widened by
    Student's t where `dof` (effective degrees of freedom) are few, and smaller where a bound is the largest part. All
    faces show U = k·u with this k.
    """

    value: float
    u: float
    k: float
    dof: float
    budget: tuple[BudgetLine, ...]
    judgement: Judgement

    @property
    def expanded(self) -> float:
        """Return U = k·u, which is the guard band that the verdict was reached with."""
        return self.judgement.guard_band


@dataclass(frozen=True, slots=True)
class Result:
    """What a claim came to. `number` is None when the data allowed none, or when the claim is about a fact.

    A claim about a fact has no limit; `fact` says what was found. `reasons` say why the verdict is not PASS, `remarks`
    what a reader should know all the same, `details` further figures by name. `volume_at_c` is the temperature of the
    liquid at which volumes are stated, None where the result is no volume or the bench did not state it. `sorted_as`
    says whose fault a result is that is no PASS; None for a PASS, and for what was recorded before results were sorted.
    """

    plan: str
    requirements: tuple[str, ...]
    recipe: Recipe
    unit: str
    verdict: str
    limit_name: str = ""
    limit: Limit | None = None
    number: Number | None = None
    fact: str = ""
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    details: dict[str, Json] = field(default_factory=dict)
    volume_at_c: float | None = None
    sorted_as: Sorted | None = None


def shared_out(lines: Sequence[BudgetLine], u: float) -> tuple[BudgetLine, ...]:
    """Return budget lines with their share of the variance u² in percent; together they are 100 %.

    What lines have because they vary together is the share of none of them: it stands in a line of its own behind them,
    with a negative share where their errors cancel (JCGM 100:2008, 5.2.2, the second sum of eq. 16).
    """
    if u == 0:
        return tuple(replace(one, share_percent=0.0) for one in lines)
    shares = [100.0 * (one.contribution / u) ** 2 for one in lines]
    shared = [replace(one, share_percent=share) for one, share in zip(lines, shares, strict=True)]
    together = 100.0 - math.fsum(shares)
    if abs(together) > _ROUNDING_PERCENT:
        shared.append(_covariance(together, u))
    return tuple(shared)


def _covariance(share_percent: float, u: float) -> BudgetLine:
    """Return the line of what correlated lines add to the variance u², or take from it."""
    contribution = u * math.sqrt(abs(share_percent) / 100.0)
    return BudgetLine(
        name=COVARIANCE,
        kind="",  # it belongs to lines of either kind
        value=0.0,
        u=1.0,
        unit="1",
        sensitivity=math.copysign(contribution, share_percent),
        contribution=contribution,
        dof=math.inf,
        share_percent=share_percent,
    )


def welch_satterthwaite(lines: Sequence[BudgetLine], u: float) -> float:
    """Return the effective degrees of freedom of a budget (JCGM 100:2008, G.4.1), infinite when no line limits them.

    For lines that vary independently, as all those of format 1 do; today's budgets bring their own.
    """
    rest = math.fsum(one.contribution**4 / one.dof for one in lines if math.isfinite(one.dof))
    return u**4 / rest if rest > 0 else math.inf
