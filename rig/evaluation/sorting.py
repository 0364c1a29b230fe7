"""Sorts failures by whose fault they are: a result when it is settled, and all of a run from its record."""

from dataclasses import dataclass

from rig.clock import iso_utc
from rig.evaluation.absences import Away, away_in
from rig.evaluation.blame import Blamed, blamed
from rig.evaluation.case import case_around
from rig.evaluation.claims.agreement import NAME as AGREEMENT
from rig.evaluation.claims.agreement import THREE_TRUTHS
from rig.evaluation.deciding import what_decides
from rig.evaluation.fitness import is_proof, of_the_bench
from rig.evaluation.paths_of_a_case import odd_path
from rig.evaluation.witnesses import evidence_around
from rig.faults import WHAT_TO_DO, Fault, Sorted, heaviest
from rig.metrology.uncertainty.decision import Verdict
from rig.record.bodies.events import PlanFailed, PlanOutcome
from rig.record.bodies.result import Result
from rig.record.reader import RecordReader

# A FAIL of these says that witnesses differ, and not which of them is wrong.
_OF_WITNESSES = (AGREEMENT, THREE_TRUTHS)
_ALONE = (
    "motor and flow sensor agree against the balance: look for a leak behind the sensor and hold the balance against a "
    "check weight"
)


@dataclass(frozen=True, slots=True)
class SortedFailure:
    """A failure of a run: its plan, the claim's name ("" for what went wrong besides), and how it is sorted."""

    plan: str
    claim: str
    sorted_as: Sorted


def sorted_result(result: Result, refused: Fault | None, reader: RecordReader) -> Sorted | None:
    """Return whose fault a result is; None for a PASS.

    `refused` is whose fault it is that the data allow no number or no verdict, None where they do. Of a daily proof
    nothing is the pump's. Pure in the record.
    """
    if result.verdict == Verdict.PASS.value:
        return None
    found = _sorted(result, refused, reader)
    return of_the_bench(found, result, reader) if found is not None and is_proof(reader) else found


def _sorted(result: Result, refused: Fault | None, reader: RecordReader) -> Sorted | None:
    if result.verdict == Verdict.INCONCLUSIVE.value:
        said = f"{_value(result)}: it lies within U of that"
        return Sorted(Fault.UNDECIDED, said, _where(result, reader), what_decides(result, reader))
    if result.verdict == Verdict.FAIL.value and result.recipe.function not in _OF_WITNESSES:
        return Sorted(Fault.PUMP, _failing(result), _where(result, reader), _of_a_fail(result, reader))
    case = case_around(reader, result.recipe)
    against = blamed(case, evidence_around(reader, result.recipe))
    if against is not None and (against.fault is Fault.PUMP or refused is None or against.about == "the rig"):
        return _of_evidence(against, result, reader)
    own = _refused(result, refused or Fault.PUMP, reader)
    return own if against is None else heaviest([own, _of_evidence(against, result, reader)])


def happened_to_the_bench(result: Result, reader: RecordReader) -> str:
    """Return what happened to the bench where witnesses contradict a result, "" where nothing tells, and of a PASS.

    Of a daily proof its own words say it.
    """
    if result.verdict == Verdict.PASS.value or is_proof(reader):
        return ""
    against = blamed(case_around(reader, result.recipe), evidence_around(reader, result.recipe))
    return "" if against is None else against.why


def sorted_of(reader: RecordReader) -> tuple[SortedFailure, ...]:
    """Return every failure of a run, in the record's order; pure in the record.

    Results that were recorded before there was any sorting are sorted by the record as it was when they were settled.
    Where a plan was attempted more than once, each attempt's results stand.
    """
    found = []
    for entry in reader.results():
        said = entry.body
        mine = said.sorted_as
        if mine is None and said.verdict != Verdict.PASS.value:
            with reader.as_of(said.recipe.last_seq or entry.seq) as then:
                refused = Fault.BENCH if said.verdict == Verdict.INVALID.value else None
                mine = sorted_result(said, refused, then)
        if mine is not None:
            found.append((entry.seq, SortedFailure(said.plan, entry.name, mine)))
    found += [
        (outcome.seq, SortedFailure(outcome.body.plan, "", outcome.body.sorted_as))
        for outcome in reader.events(PlanOutcome)
        if outcome.body.sorted_as is not None
    ]
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _refused(result: Result, fault: Fault, reader: RecordReader) -> Sorted:
    """Return the sorting of a result whose own data allow no verdict.

    Where the plan broke, what broke it also kept its weighings from being made; where readings are missing, it is the
    bench.
    """
    broke = [one.body for one in reader.events(PlanFailed) if one.body.plan == result.plan and one.body.fault]
    if broke and broke[-1].fault is not None:
        what = f"the plan broke: {broke[-1].error.splitlines()[0]}"
        return Sorted(broke[-1].fault, what, _where(result, reader), WHAT_TO_DO[broke[-1].fault])
    away = away_in(reader, result.recipe.from_ns, result.recipe.to_ns)
    if away:
        fault = Fault.BENCH
    what = result.reasons[0] if result.reasons else "the data allow no verdict"
    todo = what_decides(result, reader) if fault is Fault.UNDECIDED else WHAT_TO_DO[fault]
    return Sorted(fault, what, _lost(away[0]) if away else _where(result, reader), todo)


def _lost(away: Away) -> str:
    until = _second(away.to_ns) if away.back else "the end"
    return f"{away.stream}, lost from {_second(away.from_ns)} to {until}"


def _of_evidence(against: Blamed, result: Result, reader: RecordReader) -> Sorted:
    return Sorted(against.fault, against.said, _where(result, reader, against.about), WHAT_TO_DO[against.fault])


def _of_a_fail(result: Result, reader: RecordReader) -> str:
    """Return what to do about a FAIL: where the balance is alone with it, to look at the bench as well."""
    alone = result.number is not None and odd_path(case_around(reader, result.recipe)) == "balance"
    return f"{_ALONE}; {WHAT_TO_DO[Fault.PUMP]}" if alone else WHAT_TO_DO[Fault.PUMP]


def _failing(result: Result) -> str:
    if result.number is None:
        return result.reasons[0] if result.reasons else result.fact
    return f"{_value(result)}: beyond it by more than U"


def _value(result: Result) -> str:
    """Return a number with its U and the limit that it is held to, as a sentence holds them."""
    number, limit = result.number, result.limit
    if number is None:
        return result.fact
    unit = "" if result.unit == "1" else f" {result.unit}"
    found = f"{result.recipe.function} {number.value:+.4g} ± {number.expanded:.2g}{unit}"
    if limit is None:
        return found
    bounds = (("at least", limit.lower), ("at most", limit.upper))
    allowed = " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
    of_limit = "" if limit.unit == "1" else f" {limit.unit}"
    return f"{found}, where {result.limit_name or 'the limit'} allows {allowed}{of_limit}".rstrip()


def _where(result: Result, reader: RecordReader, about: str = "") -> str:
    recipe, start = result.recipe, reader.start()
    pump = start.in_role("pump")
    named = f"{pump} {start.dut.serial}".strip() if about in ("", "the pump") and pump else about or "the bench"
    return f"{named}, {_second(recipe.from_ns)} to {_second(recipe.to_ns)}"


def _second(t_ns: int) -> str:
    return f"{iso_utc(t_ns)[:19]}Z"
