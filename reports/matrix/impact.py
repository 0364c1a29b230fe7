"""Which results a change makes stale: what a record was judged by, held against what is in force now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

from rig.errors import PlanError
from rig.record.bodies.judging import Limit, LimitsInForce, Requirement
from rig.record.bodies.result import Result
from rig.record.bodies.start import RULES, DeclaredInstrument, SourceFile, Start
from rig.record.folder import run_id
from rig.record.reader import RecordReader

# What a result may be asked to rest on, by the word before the colon.
KINDS = ("requirement", "limit", "plan", "instrument", "driver", "calibration")


@dataclass(frozen=True, slots=True)
class InForce:
    """What results would be judged by now.

    `plan_sha256` returns the hash of a plan's or helper's file as it is now, by its name in a record; None for one that
    is no more.
    """

    requirements: Mapping[str, Requirement]
    limits: LimitsInForce
    plan_sha256: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Stale:
    """A result that may no longer hold, and why: each of `why` is a change or a thing that it rests on."""

    run: str
    begun_utc_ns: int
    bench: str
    kind: str
    dut: str
    seq: int
    name: str
    plan: str
    requirements: tuple[str, ...]
    verdict: str
    why: tuple[str, ...]


def stale_results(reader: RecordReader, now: InForce) -> Iterator[Stale]:
    """Yield the results of a record that were judged by something else than is in force now.

    Raises RecordError and its kinds for a bad record.
    """
    start = reader.start()
    of_the_run = () if start.rules == RULES else (f"rules of evaluation: {start.rules} then, {RULES} now",)
    changed: dict[str, tuple[str, ...]] = {}
    for entry in reader.results():
        file = entry.body.plan.partition("::")[0]
        if file not in changed:
            changed[file] = tuple(_sources(start, file, now))
        why = (*of_the_run, *changed[file], *_limit(entry.body, now), *_requirements(entry.body, start, now))
        if why:
            yield _stale(reader, start, entry.seq, entry.name, entry.body, why)


def results_on(reader: RecordReader, what: str) -> Iterator[Stale]:
    """Yield the results of a record that rest on one thing, as "kind:name": see `KINDS`.

    A result rests on every instrument that its run recorded, for all of them are heard as its witnesses. Raises
    PlanError for a kind that there is not, RecordError and its kinds for a bad record.
    """
    kind, _, name = what.partition(":")
    if kind not in KINDS or not name:
        raise PlanError(f"{what!r}: say what results rest on as KIND:NAME, with a kind of {', '.join(KINDS)}")
    start = reader.start()
    used = {one: start.instruments[one] for one in reader.streams() if one in start.instruments}
    by_instrument = tuple(_of_instruments(used, kind, name))
    for entry in reader.results():
        why = by_instrument or tuple(_of_result(entry.body, kind, name))
        if why:
            yield _stale(reader, start, entry.seq, entry.name, entry.body, why)


def _stale(reader: RecordReader, start: Start, seq: int, name: str, result: Result, why: tuple[str, ...]) -> Stale:
    return Stale(
        run=run_id(reader.path),
        begun_utc_ns=start.begun_utc_ns,
        bench=start.bench,
        kind=start.kind,
        dut=start.dut.serial,
        seq=seq,
        name=name,
        plan=result.plan,
        requirements=result.requirements,
        verdict=result.verdict,
        why=why,
    )


def _sources(start: Start, file: str, now: InForce) -> Iterator[str]:
    """Yield what of a plan's file, and of the helpers that it uses, is no more as it was."""
    helpers = (one.source for one in start.helper_sources if not one.plans or file in one.plans)
    for source in (*(one for one in start.plan_sources if one.file == file), *helpers):
        yield from _source(source, now)


def _source(source: SourceFile, now: InForce) -> Iterator[str]:
    found = now.plan_sha256(source.file)
    if found is None:
        yield f"plan: {source.file} is no more"
    elif found != source.sha256:
        yield f"plan: {source.file} has changed"


def _limit(result: Result, now: InForce) -> Iterator[str]:
    if result.limit is None or not result.limit_name:
        return
    new = now.limits.limits.get(result.limit_name)
    if new is None:
        yield f"limit: {result.limit_name!r} is no more"
    elif changes := _differences(result.limit, new):
        yield f"limit: {result.limit_name!r}: {changes}"


def _requirements(result: Result, start: Start, now: InForce) -> Iterator[str]:
    for name in result.requirements:
        old, new = start.requirements.requirements.get(name), now.requirements.get(name)
        if new is None:
            yield f"requirement: {name} is no more"
        elif old is None:
            yield f"requirement: what {name} was then is not in the record"
        elif changes := _differences(old, new):
            yield f"requirement: {name}: {changes}"


def _differences(old: Limit | Requirement, new: Limit | Requirement) -> str:
    """Return in words what of two bodies of one kind differs, "" when nothing does."""
    names = [one.name for one in fields(old) if getattr(old, one.name) != getattr(new, one.name)]
    return ", ".join(f"{name} was {getattr(old, name)!r}, is {getattr(new, name)!r}" for name in names)


def _of_instruments(used: Mapping[str, DeclaredInstrument], kind: str, wanted: str) -> Iterator[str]:
    for name, one in used.items():
        calibration = one.calibration
        if kind == "instrument" and wanted == name:
            yield f"instrument: {name}" + (f", calibration {calibration.id}" if calibration else "")
        elif kind == "driver" and wanted == one.driver:
            yield f"driver: {one.driver} of {name}"
        elif kind == "calibration" and calibration is not None and wanted == calibration.id:
            yield f"calibration: {calibration.id} of {name}, due {calibration.due}"


def _of_result(result: Result, kind: str, wanted: str) -> Iterator[str]:
    file, _, function = result.plan.partition("::")
    if kind == "requirement" and wanted in result.requirements:
        yield f"requirement: {wanted}"
    elif kind == "limit" and wanted == result.limit_name:
        yield f"limit: {wanted!r}"
    elif kind == "plan" and wanted in (file, result.plan, function, function.partition("[")[0]):
        yield f"plan: {result.plan}"
