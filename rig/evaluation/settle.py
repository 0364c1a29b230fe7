"""Settles one claim: recipe and limit in, a result out. Pure in the record: replay calls the same."""

from dataclasses import dataclass, replace

from rig.errors import MetrologyError, PlanError
from rig.evaluation.absences import said_of
from rig.evaluation.claims.agreement import NAME as AGREEMENT
from rig.evaluation.definition import ClaimKind
from rig.evaluation.farthest import farthest_of
from rig.evaluation.outcome import Evaluation, FactFound
from rig.evaluation.registry import kind_of
from rig.evaluation.sorting import happened_to_the_bench, sorted_result
from rig.evaluation.witnesses import Evidence, evidence_around
from rig.faults import Fault, fault_of
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.uncertainty.decision import Verdict, decide_budget
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import BudgetLine, Judgement, Number, Result, shared_out
from rig.record.reader import RecordReader

# Units of results that are volumes, or volumes compared.
_VOLUMES = frozenset({"%", "µL", "µL/h"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan says about a claim: who claims it, what it traces to, the recipe and the limit it is judged by.

    `limit` is None for a claim about a fact, and only for that.
    """

    recipe: Recipe
    limit: Limit | None
    plan: str = ""
    requirements: tuple[str, ...] = ()
    limit_name: str = ""


def settle(asked: Asked, reader: RecordReader) -> Result:
    """Compute a result from raw samples and decide it.

    Data that allow no number give INVALID with the refusal as its reason; so does everything that contradicts the
    result, unless it is a FAIL that the contradiction leaves standing. Raises PlanError for a kind of claim that
    is not known, and when it and its limit do not go together.
    """
    recipe, limit = asked.recipe, asked.limit
    kind = kind_of(recipe.function)
    check_limit(kind, limit)
    if not recipe.last_seq:
        recipe = replace(recipe, last_seq=reader.last_seq())
    claimed = Result(
        plan=asked.plan,
        requirements=asked.requirements,
        recipe=recipe,
        unit=kind.unit,
        verdict=Verdict.INVALID.value,
        limit_name=asked.limit_name,
        limit=limit,
        volume_at_c=_volume_at_c(kind, reader),
    )
    with reader.as_of(recipe.last_seq) as then:
        result, refused = _computed(kind, claimed, then)
        if kind.name != AGREEMENT:
            result = _held_to(result, evidence_around(then, recipe))
        sorted_as = sorted_result(result, refused, then)
        happened = happened_to_the_bench(result, then)
        reasons = (*result.reasons, happened) if happened else result.reasons
        return replace(result, reasons=reasons, sorted_as=sorted_as)


def _computed(kind: ClaimKind, claimed: Result, reader: RecordReader) -> tuple[Result, Fault | None]:
    """Return what a claim came to, and whose fault it is where the data allow no verdict on it."""
    try:
        found = kind.compute(claimed.recipe, reader)
    except MetrologyError as error:
        away = said_of(reader, claimed.recipe.from_ns, claimed.recipe.to_ns)
        reasons = (str(error), *(one for one in away if one not in str(error)))
        return replace(claimed, reasons=reasons), fault_of(error)
    limit = claimed.limit
    refused = found.fault if found.invalid else None
    if isinstance(found, FactFound):
        return _found(claimed, found), refused
    if limit is None or found.budget.unit != kind.unit:
        raise PlanError(f"{kind.name} gave {found.budget.unit}, where {kind.unit or 'a fact'} was promised")
    return _decided(claimed, limit, found), refused


def _volume_at_c(kind: ClaimKind, reader: RecordReader) -> float | None:
    """Return the temperature that a result's volumes are stated at; None for what is no volume, or not stated."""
    liquid = reader.start().liquid
    return liquid.volume_at_c if liquid is not None and kind.unit in _VOLUMES else None


def _held_to(result: Result, evidence: Evidence) -> Result:
    """Return a result as the evidence leaves it: no PASS stands beside a contradiction.

    What puts the weighing in doubt takes every verdict away. What contradicts the pump's account of itself leaves a
    FAIL standing: the pump that is wrong and does not know it is the very thing to be found.
    """
    against = evidence.against
    if not against:
        return result
    if evidence.undermines or result.verdict != Verdict.FAIL.value:
        known = result.reasons if result.verdict == Verdict.INVALID.value else ()
        return replace(result, verdict=Verdict.INVALID.value, reasons=(*known, *against))
    return replace(result, reasons=(*result.reasons, *against))


def check_limit(kind: ClaimKind, limit: Limit | None) -> None:
    """Raise PlanError unless a claim of this kind can be judged by this limit (None: it is a fact)."""
    if kind.is_fact != (limit is None):
        wants = "is a fact: claim it with .holds()" if kind.is_fact else "is a number: claim it .within(…) a limit"
        raise PlanError(f"{kind.name} {wants}")
    if limit is not None and limit.unit != kind.unit:
        raise PlanError(f"{kind.name} is in {kind.unit}, its limit is in {limit.unit}: they cannot be compared")


def _found(claimed: Result, found: FactFound) -> Result:
    """Return the claim about a fact with its verdict: nothing lies between holding and not holding."""
    verdict = Verdict.INVALID if found.invalid else Verdict.PASS if found.holds else Verdict.FAIL
    reasons = found.invalid or found.against
    return replace(claimed, fact=found.text, details=found.details, verdict=verdict.value, reasons=reasons)


def _decided(claimed: Result, limit: Limit, evaluation: Evaluation) -> Result:
    """Return the claim with its number and the verdict that the guard-band rule gives it."""
    budget = evaluation.budget
    coverage_k = evaluation.coverage_k or limit.coverage_k
    decision = decide_budget(budget, limit.lower, limit.upper, evaluation.invalid, coverage_k)
    details = evaluation.details
    if evaluation.each:
        decision, factors = farthest_of(decision, evaluation, limit, coverage_k)
        details = {**details, **factors}
    judgement = Judgement(
        guard_band=decision.guard_band,
        conformance_probability=decision.conformance_probability,
        wrong_accept_risk=decision.wrong_accept_risk,
        wrong_reject_risk=decision.wrong_reject_risk,
    )
    number = Number(
        value=budget.value,
        u=budget.u,
        k=decision.guard_band / budget.u if budget.u > 0 else coverage_k,
        dof=budget.effective_dof,
        budget=_lines(budget),
        judgement=judgement,
    )
    return replace(
        claimed,
        number=number,
        details=details,
        remarks=budget.remarks,
        verdict=decision.verdict.value,
        reasons=(*decision.reasons, *(_what_to_improve(number) if decision.verdict is Verdict.INCONCLUSIVE else ())),
    )


def _what_to_improve(number: Number) -> tuple[str, ...]:
    """Return which line of the budget keeps a verdict from being decided, nothing for a number without a budget."""
    largest = max(number.budget, key=lambda line: line.share_percent, default=None)
    return (
        ()
        if largest is None
        else (f"the largest part of u² ({largest.share_percent:.0f} %) is {largest.name}: make that smaller",)
    )


def _lines(budget: Budget) -> tuple[BudgetLine, ...]:
    lines = [
        BudgetLine(
            name=line.name,
            kind=line.kind,
            value=line.value,
            u=line.u,
            unit=line.unit,
            sensitivity=line.sensitivity,
            contribution=line.contribution,
            dof=line.dof,
            share_percent=0.0,
            shape=line.shape,
        )
        for line in budget.components
    ]
    return shared_out(lines, budget.u)
