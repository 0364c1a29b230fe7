"""The decision rule: four verdicts by guard band, with the risk that each of them takes.

Source: JCGM 106:2012 clauses 7.3 (conformance probability, normal density), 8.3.2 (guard bands) and 9.3.2 (specific
risks); ILAC-G8:09/2019 clause 4.2.3 (a guard band on both sides of each limit, between them no statement). An
uncertainty that is itself known from few readings widens the guard band by Student's t (JCGM 100:2008, G.3).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rig.errors import MetrologyError
from rig.metrology.readings.demands import limits, positive
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.uncertainty.spread import Spread
from rig.quantities import Measured

# Edges such as 0.3 − 0.1 come out one rounding step off; an edge that is hit belongs to the zone it closes.
_ROUNDING = 1e-12


class Verdict(StrEnum):
    """What a result means for its limit; INVALID says that it means nothing."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on one value; all numbers in `unit`, probabilities as fractions of 1.

    `lower` and `upper` are the tolerance limits (None: no limit on that side), `guard_band` is w = k·u.
    `conformance_probability` is the probability that the true value lies within the limits. `wrong_accept_risk` is the
    specific risk taken by who accepts (the true value is outside), `wrong_reject_risk` by who rejects (it is inside);
    both are given whatever the verdict; for INVALID they describe the numbers as they stand, which is not enough.
    `reasons` says why: for INVALID what was passed in, for INCONCLUSIVE and FAIL which limit and by how much.
    """

    verdict: Verdict
    value: float
    u: float
    unit: str
    lower: float | None
    upper: float | None
    guard_band: float
    conformance_probability: float
    wrong_accept_risk: float
    wrong_reject_risk: float
    reasons: tuple[str, ...] = ()


def decide(
    measured: Measured,
    lower: float | None,
    upper: float | None,
    invalid: Sequence[str] = (),
    k: float = 2.0,
    dof: float = math.inf,
    within: float = 0.0,
) -> Decision:
    """Decide whether `measured` lies within the limits `lower` and `upper`, both in `measured.unit`.

    With w = k·u: PASS within [lower + w, upper − w], FAIL below lower − w or above upper + w, else INCONCLUSIVE;
    INVALID, whatever the value, when `invalid` gives a reason. A limit that is None does not exist. Limits belong to
    what they allow. With `dof` degrees of freedom of u, k is exchanged for the quantile of Student's t that leaves the
    same risk, and the probabilities are Student's. Where a part of u is known by a bound alone, ± `within`, the factor
    and the probabilities are those of a rectangle and Student's t together, and `dof` those of the rest (`Spread`).
    Raises MetrologyError when both limits are missing, a limit is not finite, the lower one is not below the upper one,
    k is not a positive number, dof is below 1, or `within` is wider than u allows.
    """
    limits(lower, upper)
    positive(k, "coverage factor k")
    spread = Spread.of_combined(measured.u, dof, within)
    guard_band = spread.guard_band(k)
    if not math.isfinite(guard_band):
        raise MetrologyError(f"k = {k:g} with {dof:.3g} degrees of freedom: the guard band is wider than any number")
    inside, outside = conformance(measured.value, lower, upper, spread)
    verdict, reasons = _by_guard_band(measured, lower, upper, guard_band)
    if invalid:
        verdict, reasons = Verdict.INVALID, tuple(invalid)
    return Decision(
        verdict=verdict,
        value=measured.value,
        u=measured.u,
        unit=measured.unit,
        lower=lower,
        upper=upper,
        guard_band=guard_band,
        conformance_probability=inside,
        wrong_accept_risk=outside,
        wrong_reject_risk=inside,
        reasons=reasons,
    )


def decide_budget(
    budget: Budget, lower: float | None, upper: float | None, invalid: Sequence[str] = (), k: float = 2.0
) -> Decision:
    """Decide as `decide` does, with the shape of the budget: its degrees of freedom and its largest bound."""
    spread = budget.spread
    return decide(budget.measured(), lower, upper, invalid, k, spread.dof, spread.within)


def conformance(value: float, lower: float | None, upper: float | None, spread: Spread) -> tuple[float, float]:
    """Return the probabilities that the true value lies within the limits and outside them.

    p = Φ((upper − y)/u) − Φ((lower − y)/u), JCGM 106 eq. 7, or with what else `spread` is. Both are returned because
    1 − p has no digits left when p is close to 1. Without uncertainty (a count) they are 1 and 0.
    """
    if spread.combined_u == 0:
        within = (lower is None or value >= lower) and (upper is None or value <= upper)
        return (1.0, 0.0) if within else (0.0, 1.0)
    # How far each limit lies on the safe side of the value.
    from_lower = math.inf if lower is None else value - lower
    to_upper = math.inf if upper is None else upper - value
    below, above = spread.beyond(from_lower), spread.beyond(to_upper)
    outside = min(1.0, below + above)
    if min(from_lower, to_upper) < 0:
        # The value is outside: the difference of the two tails beyond it keeps the digits.
        nearer, farther = sorted((from_lower, to_upper))
        return max(0.0, spread.beyond(-nearer) - spread.beyond(farther)), outside
    return max(0.0, 1.0 - outside), outside


def _by_guard_band(
    measured: Measured, lower: float | None, upper: float | None, guard_band: float
) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict and, unless it is PASS, one reason per limit that stands in its way."""
    # Distance into the tolerance from each limit: negative is outside.
    margins = [("lower", lower, measured.value - lower)] if lower is not None else []
    margins += [("upper", upper, upper - measured.value)] if upper is not None else []
    failed: list[str] = []
    open_: list[str] = []
    for name, limit, margin in margins:
        slack = _ROUNDING * max(abs(measured.value), abs(limit), guard_band)
        where = f"{abs(margin):.4g} {measured.unit} {'inside' if margin >= 0 else 'outside'} the {name} limit"
        if margin < -guard_band - slack:
            failed.append(f"{where} {limit:g}, beyond the guard band of {guard_band:.4g} {measured.unit}")
        elif not margin >= guard_band - slack:  # whatever is not shown to be inside does not pass
            open_.append(f"{where} {limit:g}, within the guard band of {guard_band:.4g} {measured.unit}")
    if failed:
        return Verdict.FAIL, tuple(failed)
    if open_:
        return Verdict.INCONCLUSIVE, tuple(open_)
    return Verdict.PASS, ()
