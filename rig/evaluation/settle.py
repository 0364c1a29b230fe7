"""Settles one claim: recipe and limit in, the body of a result out. Pure in the record: replay calls the same."""

from dataclasses import asdict, replace
from typing import Any

from rig.bench_file.limits import Limit
from rig.errors import MetrologyError, PlanError
from rig.evaluation.functions import evaluate
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.uncertainty.decision import Verdict, decide_budget
from rig.record import RecordReader
from rig.record.bodies.recipe import Recipe


def settle(recipe: Recipe, limit: Limit, reader: RecordReader) -> dict[str, Any]:
    """Compute a result from raw samples and decide it.

    Returns what JSON carries exactly: recipe, limit, value, u, budget, decision, verdict, reasons. Data that allow no
    number give INVALID with the refusal as its reason. Raises PlanError when limit and result differ in unit.
    """
    if not recipe.last_seq:
        recipe = replace(recipe, last_seq=reader.last_seq())
    body: dict[str, Any] = {"recipe": asdict(recipe), "limit": limit.model_dump(mode="json")}
    try:
        with reader.as_of(recipe.last_seq) as then:
            evaluation = evaluate(recipe, then)
    except MetrologyError as error:
        return body | {
            "value": None,
            "u": None,
            "unit": limit.unit,
            "budget": [],
            "decision": None,
            "details": {},
            "remarks": [],
            "verdict": Verdict.INVALID.value,
            "reasons": [str(error)],
        }
    budget = evaluation.budget
    if budget.unit != limit.unit:
        raise PlanError(f"{recipe.function} is in {budget.unit}, its limit is in {limit.unit}: they cannot be compared")
    decision = decide_budget(
        budget, limit.lower, limit.upper, evaluation.invalid, evaluation.coverage_k or limit.coverage_k
    )
    return body | {
        "value": budget.value,
        "u": budget.u,
        "unit": budget.unit,
        "budget": _lines(budget),
        "decision": {
            "guard_band": decision.guard_band,
            "conformance_probability": decision.conformance_probability,
            "wrong_accept_risk": decision.wrong_accept_risk,
            "wrong_reject_risk": decision.wrong_reject_risk,
        },
        "details": evaluation.details,
        "remarks": list(budget.remarks),
        "verdict": decision.verdict.value,
        "reasons": list(decision.reasons),
    }


def _lines(budget: Budget) -> list[dict[str, Any]]:
    return [
        {
            "name": line.name,
            "kind": line.kind,
            "value": line.value,
            "u": line.u,
            "unit": line.unit,
            "sensitivity": line.sensitivity,
            "contribution": line.contribution,
            "dof": line.dof if line.dof < float("inf") else "inf",
        }
        for line in budget.components
    ]
