"""What the results of a run rest on: read from its record once, and no more of it than is held against today."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path

from rig.errors import RecordCorruptError
from rig.moments import is_moment
from rig.record.bodies.codec import Json, from_body, to_body
from rig.record.bodies.judging import Limit, LimitsInForce, RequirementsInForce
from rig.record.bodies.start import CalibrationStatus, Dut, WeighingFacts
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind


@dataclass(frozen=True, slots=True)
class Source:
    """A plan's file, or a helper's with the files of the plans that use it (none named: all of them)."""

    file: str
    sha256: str
    plans: tuple[str, ...] = ()
    helps: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """An instrument that the run recorded."""

    name: str
    driver: str
    calibration: CalibrationStatus | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A result: what it was asked by, and what it was judged by."""

    seq: int
    name: str
    plan: str
    verdict: str
    function: str = ""
    requirements: tuple[str, ...] = ()
    limit_name: str = ""
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """A run with what its results rest on. `weighs` says that it had a balance's facts, `clock` is wall or virtual."""

    run: str
    begun_utc_ns: int
    bench: str
    kind: str
    dut: str
    clock: str
    rules: int
    weighs: bool
    limits: LimitsInForce
    requirements: RequirementsInForce
    sources: tuple[Source, ...]
    used: tuple[Used, ...]
    results: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class _File:
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Helper:
    source: _File
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Instrument:
    driver: str = ""
    calibration: CalibrationStatus | None = None


@dataclass(frozen=True, slots=True)
class _Begin:
    """What is wanted of a `Start` beside limits and requirements, which many runs share."""

    begun_utc_ns: int = 0
    bench: str = ""
    kind: str = ""
    clock: str = ""
    rules: int = 1
    dut: Dut = field(default_factory=Dut)
    weighing: WeighingFacts | None = None
    plan_sources: tuple[_File, ...] = ()
    helper_sources: tuple[_Helper, ...] = ()
    instruments: dict[str, _Instrument] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Recipe:
    function: str = ""


@dataclass(frozen=True, slots=True)
class _Result:
    """What is wanted of a `Result`, the same in every format; reading its budget takes longer than all the rest."""

    plan: str
    verdict: str
    recipe: _Recipe
    requirements: tuple[str, ...] = ()
    limit_name: str = ""


_JUDGED = tuple(one.name for one in fields(Judged))


def grounds_of(reader: RecordReader) -> Grounds:
    """Return what the results of a record rest on; raises RecordError and its kinds for a bad record."""
    entry = next(reader.entries(kind=Kind.START.value), None)
    if entry is None:
        raise RecordCorruptError(f"{reader.path} has no start entry", 1)
    start = from_body(_Begin, entry.body, "the start of the run", entry.seq)
    if not is_moment(start.begun_utc_ns):
        raise RecordCorruptError(f"entry {entry.seq}: the run began at {start.begun_utc_ns} ns", entry.seq)
    used = (name for name in reader.streams() if name in start.instruments)
    return Grounds(
        run=run_id(reader.path),
        begun_utc_ns=start.begun_utc_ns,
        bench=start.bench,
        kind=start.kind,
        dut=start.dut.serial,
        clock=start.clock,
        rules=start.rules,
        weighs=start.weighing is not None,
        limits=_limits(json.dumps(entry.body.get("limits", {}))),
        requirements=_requirements(json.dumps(entry.body.get("requirements", {}))),
        sources=(*_sources(start),),
        used=tuple(Used(name, start.instruments[name].driver, start.instruments[name].calibration) for name in used),
        results=tuple(map(_judged, reader.entries(kind=Kind.RESULT.value))),
    )


def _sources(start: _Begin) -> Iterable[Source]:
    yield from (Source(one.file, one.sha256) for one in start.plan_sources)
    for helper in start.helper_sources:
        yield Source(helper.source.file, helper.source.sha256, helper.plans, helps=True)


def _judged(entry: Entry) -> Judged:
    said = from_body(_Result, entry.body, f"result {entry.name!r}", entry.seq)
    limit = entry.body.get("limit")
    return Judged(
        entry.seq,
        entry.name,
        said.plan,
        said.verdict,
        said.recipe.function,
        said.requirements,
        said.limit_name,
        None if limit is None else _limit(json.dumps(limit)),
    )


class AsTexts:
    """Writes grounds as texts that `from_text` reads; what many runs share is a text within theirs, made once."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[object, str]] = {}

    def of(self, grounds: Grounds) -> str:
        """Return the text of a run's grounds."""
        others = ("begun_utc_ns", "bench", "kind", "dut", "clock", "rules", "weighs")
        body = {name: getattr(grounds, name) for name in others} | {
            "limits": self._shared(grounds.limits),
            "requirements": self._shared(grounds.requirements),
            "sources": [to_body(one) for one in grounds.sources],
            "used": [to_body(one) for one in grounds.used],
            "results": [[*map(self._part, (getattr(one, name) for name in _JUDGED))] for one in grounds.results],
        }
        return json.dumps(body, separators=(",", ":"))

    def _part(self, value: object) -> object:
        return self._shared(value) if isinstance(value, Limit) else value

    def _shared(self, value: object) -> str:
        # The value is kept too, so that no other takes its place in memory.
        known = self._made.get(id(value))
        if known is None:
            known = self._made[id(value)] = (value, json.dumps(to_body(value), separators=(",", ":")))
        return known[1]


def from_text(path: Path, text: str) -> Grounds:
    """Return the grounds of a record from their text; raises TypeError, KeyError or ValueError for what is none."""
    body: Mapping[str, Json] = json.loads(text)
    try:
        return Grounds(
            **{name: body[name] for name in ("begun_utc_ns", "bench", "kind", "dut", "clock", "rules", "weighs")},
            run=run_id(path),
            limits=_limits(body["limits"]),
            requirements=_requirements(body["requirements"]),
            sources=tuple(_source(**one) for one in body["sources"]),
            used=tuple(from_body(Used, one) for one in body["used"]),
            results=tuple(_result_of(*one) for one in body["results"]),
        )
    except RecordCorruptError as error:
        raise ValueError(str(error)) from error


def _source(file: str, sha256: str, plans: list[str], helps: bool) -> Source:  # noqa: FBT001 - by name
    return Source(file, sha256, tuple(plans), helps)


def _result_of(*values: Json) -> Judged:
    seq, name, plan, verdict, function, requirements, limit_name, limit = values
    judged_by = None if limit is None else _limit(limit)
    return Judged(seq, name, plan, verdict, function, tuple(requirements), limit_name, judged_by)


@lru_cache(maxsize=256)
def _limits(text: str) -> LimitsInForce:
    return from_body(LimitsInForce, json.loads(text), "the limits of the run", 1)


@lru_cache(maxsize=256)
def _requirements(text: str) -> RequirementsInForce:
    return from_body(RequirementsInForce, json.loads(text), "the requirements of the run", 1)


@lru_cache(maxsize=4096)
def _limit(text: str) -> Limit:
    return from_body(Limit, json.loads(text), "a limit", 1)
