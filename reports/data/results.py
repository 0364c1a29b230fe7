"""A result in the document: value, U, limit, rule, budget, verdict and reasons."""

from reports.data.other_runs import among_of
from reports.data.values import Json, carried, fault, plainly, said, span
from reports.facts.run_facts import Run, ShownResult
from reports.facts.witnesses import heard
from reports.words.numbers import chance, freedom, plain, share, uncertainty, with_uncertainty
from reports.words.results import bounds, stated, value_text
from reports.words.sentences import budget_lines, looks_sentence
from rig.record.bodies.agreement import HeardWitness
from rig.record.bodies.judging import Limit
from rig.record.bodies.result import COVARIANCE, BudgetLine, Number

RULE = "guard band w = U = k·u (JCGM 106, ILAC-G8)"


def result_of(result: ShownResult, run: Run) -> Json:
    """Return all that any face shows of a result."""
    said_of, found = result.said, heard(result.said)
    return {
        "seq": result.seq,
        "name": result.name,
        "plan": said_of.plan,
        "verdict": result.verdict,
        "text": value_text(result),
        "stated": stated(result),
        "unit": result.unit,
        "number": None if result.number is None else _number(result.number, result.verdict),
        "fact": said_of.fact,
        "limit": None if result.limit is None else _limit(said_of.limit_name, result.limit),
        "requirements": list(said_of.requirements),
        "reasons": list(found.reasons),
        "remarks": list(said_of.remarks),
        "looks": looks_sentence(result),
        "among": among_of(result, run),
        "fault": fault(said_of.sorted_as),
        "witnesses": [_witness(one) for one in found.witnesses],
        "figures": _figures(result),
        "volume_at_c": None if said_of.volume_at_c is None else plainly(said_of.volume_at_c),
        "recipe": {
            "function": result.recipe.function,
            "parameters": carried(result.recipe.parameters),
            "span": span(result.recipe.from_ns, result.recipe.to_ns),
            "last_seq": result.recipe.last_seq,
        },
    }


def _number(number: Number, verdict: str) -> Json:
    value, expanded = with_uncertainty(number.value, number.expanded)
    return {
        "value": said(number.value, value),
        "u": said(number.u, uncertainty(number.u)),
        "k": plainly(number.k, 3),
        "expanded": said(number.expanded, expanded),
        "dof": said(number.dof, freedom(number.dof)),
        "decision": _decision(number, verdict),
        "budget": [_line(line) for line in budget_lines(number)],
    }


def _decision(number: Number, verdict: str) -> Json:
    """Return what the rule found; data that allow no verdict have no probabilities."""
    judged, valid = number.judgement, verdict != "INVALID"

    def likely(probability: float) -> Json | None:
        return said(probability, chance(probability)) if valid else None

    return {
        "rule": RULE,
        "guard_band": said(judged.guard_band, uncertainty(judged.guard_band)),
        "conformance_probability": likely(judged.conformance_probability),
        "wrong_accept_risk": likely(judged.wrong_accept_risk),
        "wrong_reject_risk": likely(judged.wrong_reject_risk),
    }


def _line(line: BudgetLine) -> Json:
    """Return a line of a budget; that of errors in common is none of its own quantity."""
    return {
        "name": line.name,
        "kind": line.kind,
        "shape": line.shape,
        "covariance": line.name == COVARIANCE,
        "unit": "" if line.unit == "1" else line.unit,
        "value": plainly(line.value),
        "u": said(line.u, uncertainty(line.u)),
        "sensitivity": plainly(line.sensitivity),
        "contribution": said(line.contribution, uncertainty(line.contribution)),
        "share_percent": said(line.share_percent, share(line.share_percent)),
        "dof": said(line.dof, freedom(line.dof)),
    }


def _limit(name: str, limit: Limit) -> Json:
    return {
        "name": name,
        "text": bounds(limit),
        "unit": limit.unit,
        "lower": None if limit.lower is None else plainly(limit.lower),
        "upper": None if limit.upper is None else plainly(limit.upper),
        "coverage_k": plainly(limit.coverage_k, 3),
        "source": limit.source,
    }


def _witness(one: HeardWitness) -> Json:
    stands = "contradicts" if one.against else "was not asked" if one.not_asked else "agrees"
    return {
        "name": one.name,
        "stands": stands,
        "said": one.said,
        "against": list(one.against),
        "not_asked": one.not_asked,
    }


def _figures(result: ShownResult) -> list[Json]:
    """Return the further figures of a result by name."""
    figures = sorted((key, one) for key, one in result.said.details.items() if isinstance(one, int | float))
    return [
        {"name": key, **(said(None, str(one)) if isinstance(one, bool) else said(one, plain(float(one), 6)))}
        for key, one in figures
    ]
