"""Bodies as earlier rigs wrote them, in today's words; the recorded entries themselves never change.

Format 1 had a result's number in the body itself, with neither k nor degrees of freedom nor shares, and a stop whose
counts held the samplers'.
"""

import math
from collections.abc import Mapping
from typing import Any

from rig.errors import RecordCorruptError
from rig.record.bodies.codec import Json, from_body, to_body
from rig.record.bodies.result import BudgetLine, Result, shared_out, welch_satterthwaite


def is_old_result(body: Mapping[str, Json]) -> bool:
    """Tell whether a result was written in format 1."""
    return "number" not in body and "value" in body


def result_in_new_words(body: Mapping[str, Json]) -> dict[str, Json]:
    """Return the body of a format-1 result in today's words; what k was follows from the guard band.

    Raises RecordCorruptError when it lacks what that format always had.
    """
    if missing := sorted(_ALWAYS - body.keys()):
        raise RecordCorruptError(f"a result of format 1 lacks {', '.join(missing)}")
    moved = {key: value for key, value in body.items() if key not in _NUMBER_KEYS}
    if body["value"] is None:
        return moved | {"number": None}
    lines = tuple(from_body(BudgetLine, {**line, "share_percent": 0.0}, "a line") for line in body["budget"])
    u, decision, limit = float(body["u"]), dict(body["decision"]), body["limit"]
    number = {
        "value": body["value"],
        "u": u,
        "k": float(decision["guard_band"]) / u if u > 0 else float(limit["coverage_k"]),
        "dof": _text_of(welch_satterthwaite(lines, u)),
        "budget": [to_body(line) for line in shared_out(lines, u)],
        "judgement": decision,
    }
    return moved | {"number": number}


def result_in_old_words(result: Result) -> dict[str, Json]:
    """Return what format 1 recorded of a result that is computed today, so that the two can be compared."""
    body = to_body(result)
    number = body.pop("number")
    body.pop("fact")
    body.pop("sorted_as")
    lines = [] if number is None else number["budget"]
    return body | {
        "value": None if number is None else number["value"],
        "u": None if number is None else number["u"],
        "budget": [{key: value for key, value in line.items() if key not in _LATER} for line in lines],
        "decision": None if number is None else number["judgement"],
    }


def stop_in_new_words(body: Mapping[str, Json]) -> dict[str, Json]:
    """Return the body of a stop in today's words: format 1 kept all that was counted in `counts`."""
    counts: Any = body.get("counts")
    if not isinstance(counts, Mapping):
        return dict(body)
    entries = {key: value for key, value in counts.items() if isinstance(value, int) and key != "plans"}
    samplers = counts.get("samplers") or {}
    return {**body, "samplers": samplers, "entries": entries}


_NUMBER_KEYS = frozenset({"value", "u", "budget", "decision"})
# What lines of a budget have come to hold since.
_LATER = frozenset({"share_percent", "shape"})
_ALWAYS = _NUMBER_KEYS | {"limit"}


def _text_of(dof: float) -> Json:
    return dof if math.isfinite(dof) else "inf"
