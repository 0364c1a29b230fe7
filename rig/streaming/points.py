"""Points one by one: what a line is made of, for all entries that are not samples."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rig.record.schema import Entry
from rig.record.words import start_of
from rig.streaming.names import escape_name, quote_text, tag_set

_INT64 = 2**63
_NS_PER_MS = 1_000_000

Tags = tuple[tuple[str, str], ...]
Value = float | int | str | None
Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Point:
    """One line of line protocol, without its newline."""

    measurement: str
    line: str


@dataclass(frozen=True, slots=True)
class RunTags:
    """The tags that all points of a run carry, and when it began."""

    tags: Tags
    started_ns: int

    @classmethod
    def of(cls, run_id: str, start: Entry) -> "RunTags":
        """Read them from the run's start entry."""
        said = start_of(start)
        tags = (("run", run_id), ("bench", said.bench), ("dut", said.dut.serial), ("source", said.kind))
        return cls(tags, start.t_ns)


def point(measurement: str, tags: Sequence[tuple[str, str]], fields: Fields, t_ns: int) -> Point:
    """Write one point; fields that are None, or numbers that no server holds, are left out."""
    written = [f"{escape_name(key)}={text}" for key, value in fields.items() if (text := _value(value))]
    return Point(measurement, f"{tag_set(measurement, tags)} {','.join(written)} {t_ns}")


def _value(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return quote_text(value)
        case int():
            return f"{int(value)}i" if -_INT64 <= value < _INT64 else ""
        case _:
            return repr(value) if math.isfinite(value) else ""


def plan_tags(plan: object) -> Tags:
    """Return plan and test from a plan's name: folder/test_basal.py::test_rate[2.0]."""
    file, _, test = (plan if isinstance(plan, str) else "").partition("::")
    return (("plan", file.rpartition("/")[2].removesuffix(".py")), ("test", test))


def number(value: object) -> float | None:
    """Return a number of a JSON body as a float, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        return None
    return float(value)


def ms(value: object) -> int | None:
    """Return nanoseconds as whole milliseconds, None when there are none."""
    return value // _NS_PER_MS if isinstance(value, int) else None


def json_text(value: object) -> str:
    """Write part of a body as JSON, on one line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
