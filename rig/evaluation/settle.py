"""Settles one claim: recipe and limit in, a result out. Pure in the record: replay calls the same."""

from dataclasses import dataclass, replace

from rig.errors import MetrologyError, PlanError
from rig.evaluation.functions import evaluate
from rig.evaluation.result import Evaluation
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.uncertainty.decision import Verdict, decide_budget
from rig.record.bodies.judging import Limit
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import BudgetLine, Judgement, Number, Result, shared_out
from rig.record.reader import RecordReader


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan says about a claim: who claims it, what it traces to, the recipe and the limit it is judged by."""

    recipe: Recipe
    limit: Limit
    plan: str = ""
    requirements: tuple[str, ...] = ()
    limit_name: str = ""


def settle(asked: Asked, reader: RecordReader) -> Result:
    """Compute a result from raw samples and decide it.

    Data that allow no number give INVALID with the refusal as its reason. Raises PlanError when limit and result
    differ in unit.
    """
    recipe, limit = asked.recipe, asked.limit
    if not recipe.last_seq:
        recipe = replace(recipe, last_seq=reader.last_seq())
    claimed = Result(
        plan=asked.plan,
        requirements=asked.requirements,
        recipe=recipe,
        unit=limit.unit,
        verdict=Verdict.INVALID.value,
        limit_name=asked.limit_name,
        limit=limit,
    )
    try:
        with reader.as_of(recipe.last_seq) as then:
            evaluation = evaluate(recipe, then)
    except MetrologyError as error:
        return replace(claimed, reasons=(str(error),))
    return _decided(claimed, limit, evaluation)


def _decided(claimed: Result, limit: Limit, evaluation: Evaluation) -> Result:
    """Return the claim with its number and the verdict that the guard-band rule gives it."""
    budget = evaluation.budget
    if budget.unit != limit.unit:
        raise PlanError(
            f"{claimed.recipe.function} is in {budget.unit}, its limit is in {limit.unit}: they cannot be compared"
        )
    coverage_k = evaluation.coverage_k or limit.coverage_k
    decision = decide_budget(budget, limit.lower, limit.upper, evaluation.invalid, coverage_k)
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
        details=evaluation.details,
        remarks=budget.remarks,
        verdict=decision.verdict.value,
        reasons=decision.reasons,
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
        )
        for line in budget.components
    ]
    return shared_out(lines, budget.u)
