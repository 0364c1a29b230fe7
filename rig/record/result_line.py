"""What a table says of one result: read from the few words of its entry that say it."""

import math
from dataclasses import dataclass

from rig.errors import RecordCorruptError
from rig.faults import Sorted
from rig.record.bodies.codec import from_body
from rig.record.bodies.judging import Limit
from rig.record.bodies.old import is_old_result, result_in_new_words
from rig.record.bodies.recipe import Recipe
from rig.record.schema import Entry


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One result of a run. `value`, `expanded` (U = k·u) and the bounds are in `unit`.

    `value`, `expanded` and `k` are None where the result has no number, a bound where there is no limit on that side.
    `at_ns` is the end of the span that it was computed from, UTC on the run's own clock. `fault` says whose fault it
    is, "" for a PASS. Of a result that cannot be read only name, plan, verdict and `problem` are known.
    """

    seq: int
    name: str
    plan: str
    verdict: str
    requirements: tuple[str, ...] = ()
    unit: str = ""
    value: float | None = None
    expanded: float | None = None
    k: float | None = None
    limit_name: str = ""
    lower: float | None = None
    upper: float | None = None
    at_ns: int = 0
    fault: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Judgement:
    guard_band: float


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    k: float
    judgement: _Judgement


@dataclass(frozen=True, slots=True)
class _Result:
    """What is wanted of a `Result`; reading all of its budget takes longer than all the rest."""

    unit: str
    recipe: Recipe
    requirements: tuple[str, ...] = ()
    limit_name: str = ""
    limit: Limit | None = None
    number: _Number | None = None
    sorted_as: Sorted | None = None


def result_line(entry: Entry) -> ResultLine:
    """Return what there is to say of a result's entry, whichever format it was written in."""
    plan, verdict = str(entry.body.get("plan")), str(entry.body.get("verdict"))
    try:
        body = result_in_new_words(entry.body) if is_old_result(entry.body) else entry.body
        said = from_body(_Result, body, f"result {entry.name!r}", entry.seq)
    except (KeyError, TypeError, ValueError, RecordCorruptError) as error:
        return ResultLine(entry.seq, entry.name, plan, verdict, problem=str(error))
    number, limit = said.number, said.limit
    if number is not None and not all(map(math.isfinite, (number.value, number.k, number.judgement.guard_band))):
        return ResultLine(entry.seq, entry.name, plan, verdict, problem="its number is not finite")
    return ResultLine(
        entry.seq,
        entry.name,
        plan,
        verdict,
        said.requirements,
        said.unit,
        None if number is None else number.value,
        None if number is None else number.judgement.guard_band,
        None if number is None else number.k,
        said.limit_name,
        None if limit is None else _bound(limit.lower),
        None if limit is None else _bound(limit.upper),
        said.recipe.to_ns,
        "" if said.sorted_as is None else said.sorted_as.fault.value,
    )


def _bound(bound: float | None) -> float | None:
    """Return a bound of a limit; an infinite one is none."""
    return bound if bound is not None and math.isfinite(bound) else None
