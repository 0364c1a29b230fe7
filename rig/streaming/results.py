"""Results, their verdicts and their uncertainty budgets as points."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rig.record.schema import Entry
from rig.streaming.names import with_unit
from rig.streaming.points import Point, RunTags, Tags, Value, json_text, ms, number, plan_tags, point

VERDICT_CODES = {"PASS": 0, "INCONCLUSIVE": 1, "FAIL": 2, "INVALID": 3}

_SETTING_UNITS = {"ul_h": "µL/h", "ul": "µL", "ml_day": "mL/day", "mg_day": "mg/day"}
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def result_points(entry: Entry, run: RunTags, t_ns: int) -> Iterator[Point]:
    """Yield the point of a result and those of its budget."""
    body = entry.body
    recipe, limit, decision = (body.get(key) or {} for key in ("recipe", "limit", "decision"))
    parameters = recipe.get("parameters") or {}
    unit = str(body.get("unit", "1"))
    shared = (
        *run.tags,
        *plan_tags(body),
        ("requirement", "+".join(sorted(map(str, body.get("requirements", ()))))),
        ("result", entry.name),
    )
    verdict = str(body.get("verdict", ""))
    fields: dict[str, Value] = {
        "seq": entry.seq,
        with_unit("value", unit): number(body.get("value")),
        with_unit("u", unit): number(body.get("u")),
        with_unit("lower", unit): number(limit.get("lower")),
        with_unit("upper", unit): number(limit.get("upper")),
        with_unit("guard_band", unit): number(decision.get("guard_band")),
        "coverage_k": number(limit.get("coverage_k")),
        "verdict_code": VERDICT_CODES.get(verdict),
        "limit": str(body.get("limit_name", "")),
        "function": str(recipe.get("function", "")),
        "reasons": "; ".join(map(str, body.get("reasons", ()))),
        "details": json_text(body.get("details", {})),
        "from_ms": ms(recipe.get("from_ns")),
        "to_ms": ms(recipe.get("to_ns")),
    }
    for key in ("conformance_probability", "wrong_accept_risk", "wrong_reject_risk"):
        fields[key] = number(decision.get(key))
    for key, value in parameters.items():
        if _KEY.fullmatch(key) and key not in fields:
            fields[key] = number(value)
    tags = (*shared, ("setting", _setting(parameters)), ("verdict", verdict))
    yield point("results", tags, fields, t_ns)
    yield from _budget(entry, shared, unit, t_ns)


def _budget(entry: Entry, shared: Tags, unit: str, t_ns: int) -> Iterator[Point]:
    seen: dict[str, int] = {}
    u = number(entry.body.get("u"))
    for line in entry.body.get("budget") or ():
        name = str(line.get("name", ""))
        seen[name] = seen.get(name, 0) + 1
        contribution = number(line.get("contribution"))
        own_unit = str(line.get("unit", "1"))
        fields: dict[str, Value] = {
            "seq": entry.seq,
            with_unit("contribution", unit): contribution,
            "share_percent": 100.0 * (contribution / u) ** 2 if u and contribution is not None else None,
            with_unit("value", own_unit): number(line.get("value")),
            with_unit("u", own_unit): number(line.get("u")),
            "sensitivity": number(line.get("sensitivity")),
            "dof": number(line.get("dof")),
            "kind": str(line.get("kind", "")),
        }
        component = name if seen[name] == 1 else f"{name} #{seen[name]}"
        yield point("budget", (*shared, ("component", component)), fields, t_ns)


def _setting(parameters: Mapping[str, Any]) -> str:
    """Return what was programmed, for people: 12.5 µL/h."""
    for key, value in parameters.items():
        stem, _, suffix = key.partition("_")
        if stem == "programmed" and number(value) is not None:
            return f"{value:.10g} {_SETTING_UNITS.get(suffix, suffix)}"
    return ""
