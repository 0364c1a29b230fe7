"""A qualification as JSON: what the page shows, in the words of docs/qualification.md."""

from typing import TypeAlias

from qualification.curves import Curve
from qualification.findings import Finding
from qualification.matrix import Need, Row
from qualification.mistakes import Noticed
from qualification.running import Qualification

SCHEMA = "rig-qualification/1"
Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | int | bool | None"


def data_of(found: Qualification) -> dict[str, Json]:
    """Return a qualification as what JSON holds."""
    matrix, alarms = found.matrix, found.alarms
    return {
        "schema": SCHEMA,
        "as_it_should": found.as_it_should,
        "scope": dict(found.scope),
        "defects": [_row(row) for row in matrix.rows],
        "missed": [row.defect.key for row in matrix.missed],
        "false_alarms": {
            "seeds": alarms.seeds,
            "plans": alarms.plans,
            "alarms": len(alarms.alarms),
            "undecided": len(alarms.undecided),
            "rate": alarms.rate,
            "lower": alarms.lower,
            "upper": alarms.upper,
            "stated": alarms.stated,
            "broken": list(alarms.broken),
            "rejected": [{"plan": plan, "percent": percent} for plan, percent in alarms.rejected],
            "which": [{"plan": one.plan, "said": one.words} for one in alarms.alarms],
        },
        "curves": [_curve(one) for one in found.curves],
        "reckoned": [
            {"plan": one.plan, "claim": one.claim, "unit": one.unit, "smallest": one.smallest} for one in found.reckoned
        ],
        "requirements": [_need(one) for one in matrix.needs()],
        "plans_needed_by_none": list(matrix.needed_by_none()),
        "defects_asked_of_plans": {one.plan: matrix.asked_of(one.plan) for one in matrix.plans},
        "plans_never_asked": list(matrix.never_asked()),
        "mistakes": [_noticed(one) for one in found.mistakes],
    }


def _row(row: Row) -> Json:
    one = row.defect
    return {
        "key": one.key,
        "name": one.name,
        "doctor": one.doctor,
        "violates": one.violates,
        "effect_percent": one.effect_percent,
        "effect": one.effect,
        "source": one.source,
        "control": one.control,
        "of_the_bench": one.of_the_bench,
        "found": row.word,
        "as_it_should": row.as_it_should,
        "names_it": row.names_it,
        "sizes_it": row.sizes_it,
        "blames": row.blames,
        "why_missed": row.why,
        "plans": [_cell(finding) for finding in row.findings],
    }


def _cell(one: Finding) -> Json:
    by = one.by
    return {
        "plan": one.plan,
        "found": one.word,
        "claim": by.name if by else "",
        "verdict": by.verdict if by else "",
        "said": by.said if by else one.why,
        "value": by.value if by else None,
        "expanded": by.expanded if by else None,
        "unit": by.unit if by else "",
    }


def _curve(one: Curve) -> Json:
    return {
        "plan": one.plan,
        "smallest_percent": one.smallest_percent,
        "points": [
            {"percent": p.percent, "found": p.found, "tried": p.tried, "lower": p.lower, "upper": p.upper}
            for p in one.points
        ],
    }


def _need(one: Need) -> Json:
    return {"requirement": one.requirement, "plans": list(one.plans), "only_here": list(one.only_here)}


def _noticed(one: Noticed) -> Json:
    return {
        "key": one.mistake.key,
        "name": one.mistake.name,
        "module": one.mistake.module,
        "by_tests": one.by_tests,
        "by_proof": one.by_proof,
        "said": one.said,
    }
