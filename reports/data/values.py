"""What numbers, moments and faults look like in the document: as numbers in full, and as the text of every face."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports.words.numbers import lasting, plain, utc
from reports.words.results import whose_fault
from rig.faults import Sorted

Json = dict[str, Any]


def said(number: float | None, text: str) -> Json:
    """Return a number with the text that all faces show of it."""
    return {"number": None if number is None else finite(number), "text": text}


def plainly(number: float, digits: int = 4) -> Json:
    """Return a number with its text in so many digits."""
    return said(number, plain(number, digits))


def finite(number: float) -> float | str | None:
    """Return a number as JSON can carry it: "inf" and "-inf" in words, null for what is no number."""
    if math.isnan(number):
        return None
    return number if math.isfinite(number) else f"{number:+}".replace("+", "")


def carried(value: Any) -> Any:
    """Return the same with every number as JSON can carry it."""
    if isinstance(value, Mapping):
        return {str(key): carried(one) for key, one in value.items()}
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        return finite(value) if isinstance(value, float) else value
    return [carried(one) for one in value]


def moment(t_ns: int) -> Json:
    """Return a moment: UTC ns, and its text."""
    return {"t_ns": t_ns, "utc": utc(t_ns)}


def span(from_ns: int, to_ns: int) -> Json:
    """Return a span of time with both ends and how long it lasts."""
    return {"from": moment(from_ns), "to": moment(to_ns), "lasting": lasting(from_ns, to_ns)}


def fault(found: Sorted | None) -> Json | None:
    """Return whose fault a failure is, and the three lines about it; null for none."""
    if found is None:
        return None
    return {
        "fault": str(found.fault),
        "whose": whose_fault(found),
        "what": found.what,
        "where": found.where,
        "what_to_do": found.what_to_do,
    }
