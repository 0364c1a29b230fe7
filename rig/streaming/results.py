"""Results, their verdicts and their uncertainty budgets as points."""

import re
from collections.abc import Iterator, Mapping

from rig.quantities import in_digits
from rig.record.bodies.agreement import AGREEMENT, heard_in
from rig.record.bodies.codec import Json
from rig.record.bodies.judging import Limit
from rig.record.bodies.result import Number, Result
from rig.record.schema import Entry
from rig.record.words import result_of
from rig.streaming.names import with_unit
from rig.streaming.points import Point, RunTags, Tags, Value, json_text, ms, number, plan_tags, point

VERDICT_CODES = {"PASS": 0, "INCONCLUSIVE": 1, "FAIL": 2, "INVALID": 3}

_SETTING_UNITS = {"ul_h": "µL/h", "ul": "µL", "ml_day": "mL/day", "mg_day": "mg/day"}
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def result_points(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    """Yield the point of a result and those of its budget."""
    result = result_of(entry)
    shared = (
        *run.tags,
        *plan_tags(result.plan),
        ("requirement", "+".join(sorted(result.requirements))),
        ("result", entry.name),
    )
    fields: dict[str, Value] = {"seq": entry.seq, **_number_fields(result), **_said_fields(result)}
    fields |= _heard_fields(result)
    for key, value in result.recipe.parameters.items():
        if _KEY.fullmatch(key) and key not in fields:
            fields[key] = number(value)
    tags = (*shared, ("setting", _setting(result.recipe.parameters)), ("verdict", result.verdict))
    yield point("results", tags, fields, t_ns)
    if result.number is not None:
        yield from _budget(entry.seq, result.number, result.unit, shared, t_ns)


def _number_fields(result: Result) -> dict[str, Value]:
    """Return value, u, U and the k that was judged with, in fields that carry the result's unit."""
    unit, found, limit = result.unit, result.number, result.limit
    fields: dict[str, Value] = {}
    if limit is not None:
        fields[with_unit("lower", unit)] = number(limit.lower)
        fields[with_unit("upper", unit)] = number(limit.upper)
    if found is not None:
        fields[with_unit("value", unit)] = number(found.value)
        fields[with_unit("u", unit)] = number(found.u)
        fields[with_unit("expanded", unit)] = number(found.expanded)
        fields[with_unit("guard_band", unit)] = number(found.judgement.guard_band)
        fields["coverage_k"] = number(found.k)
        fields["dof"] = number(found.dof)
        fields["conformance_probability"] = number(found.judgement.conformance_probability)
        fields["wrong_accept_risk"] = number(found.judgement.wrong_accept_risk)
        fields["wrong_reject_risk"] = number(found.judgement.wrong_reject_risk)
    return fields


def _said_fields(result: Result) -> dict[str, Value]:
    return {
        "verdict_code": VERDICT_CODES.get(result.verdict),
        "limit": result.limit_name,
        "function": result.recipe.function,
        "fact": result.fact or None,
        "said": said_of(result),
        "allowed": allowed_of(result),
        "reasons": "; ".join(result.reasons),
        "details": json_text(result.details),
        "volume_at_c": number(result.volume_at_c),
        "from_ms": ms(result.recipe.from_ns),
        "to_ms": ms(result.recipe.to_ns),
    }


def said_of(result: Result) -> str | None:
    """Return what was found in words: the number with U and unit, or the fact; None where there is neither."""
    if result.number is None:
        return result.fact or None
    value, expanded = in_digits(result.number.value, result.number.expanded)
    return f"{value} ± {expanded} {result.unit}"


def allowed_of(result: Result) -> str | None:
    """Return what a number's limit allows, in words; None for a fact."""
    return None if result.limit is None else words_of(result.limit)


def words_of(limit: Limit) -> str:
    """Return what a limit allows, in words."""
    if limit.lower is None:
        return f"at most {limit.upper:g} {limit.unit}".replace("-", "−")
    if limit.upper is None:
        return f"at least {limit.lower:g} {limit.unit}".replace("-", "−")
    return f"{limit.lower:g} to {limit.upper:g} {limit.unit}".replace("-", "−")


def _heard_fields(result: Result) -> dict[str, Value]:
    """Return how many witnesses were asked, how many of them contradict, and in how many ways."""
    if result.recipe.function != AGREEMENT:
        return {}
    heard = heard_in(result)
    return {
        "witnesses_asked": sum(1 for one in heard if not one.not_asked),
        "witnesses_against": sum(1 for one in heard if one.against),
        "contradictions": sum(len(one.against) for one in heard),
    }


def _budget(seq: int, found: Number, unit: str, shared: Tags, t_ns: int) -> Iterator[Point]:
    seen: dict[str, int] = {}
    for line in found.budget:
        seen[line.name] = seen.get(line.name, 0) + 1
        fields: dict[str, Value] = {
            "seq": seq,
            with_unit("contribution", unit): number(line.contribution),
            "share_percent": number(line.share_percent),
            with_unit("value", line.unit): number(line.value),
            with_unit("u", line.unit): number(line.u),
            "sensitivity": number(line.sensitivity),
            "dof": number(line.dof),
            "kind": line.kind,
        }
        component = line.name if seen[line.name] == 1 else f"{line.name} #{seen[line.name]}"
        yield point("budget", (*shared, ("component", component)), fields, t_ns)


def _setting(parameters: Mapping[str, Json]) -> str:
    """Return what was programmed, for people: 12.5 µL/h."""
    for key, value in parameters.items():
        stem, _, suffix = key.partition("_")
        if stem == "programmed" and number(value) is not None:
            return f"{value:.10g} {_SETTING_UNITS.get(suffix, suffix)}"
    return ""
