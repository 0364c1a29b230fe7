"""Two runs beside each other: what they were made with, what they measured and what it came to."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from reports.facts.run_facts import RecordedSignal, Run, ShownResult
from reports.facts.run_reading import read_run
from reports.words.numbers import plain, with_uncertainty
from rig.record.bodies.codec import Json, to_body
from rig.record.bodies.start import SourceFile, Start
from rig.record.reader import RecordReader

# Of a text that differs, how many lines are shown; all are counted.
_MOST_LINES = 20
_ABSENT = "not there"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: its place, and what each run says there."""

    place: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One aspect of two runs: how many things were held to each other, and which of them differ."""

    aspect: str
    count: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Tell whether nothing differs."""
        return not self.differences


def compare_runs(first: Path, second: Path) -> tuple[Compared, ...]:
    """Return each aspect of two runs; raises what `read_run` raises for a record that does not hold."""
    one, other = _read(first), _read(second)
    return tuple(_aspects(one, other))


@dataclass(frozen=True, slots=True)
class _Side:
    run: Run
    start: Start
    hashes: Mapping[str, str]


def _read(path: Path) -> _Side:
    with RecordReader(path) as reader:
        run = read_run(reader)
        return _Side(run, reader.start(), dict(_hashes(reader, run.begin_ns)))


def _hashes(reader: RecordReader, begin_ns: int) -> Iterator[tuple[str, str]]:
    """Yield a hash of each channel's samples and of each stream's times since the run began.

    Two channels may have as many samples, with the same least, mean and most, and be others.
    """
    for stream in reader.streams():
        series = reader.series(stream)
        yield stream, hashlib.sha256((series.t_ns - begin_ns).tobytes()).hexdigest()
        for channel, values in series.columns.items():
            yield f"{stream}.{channel}", hashlib.sha256(values.tobytes()).hexdigest()


def _aspects(one: _Side, other: _Side) -> Iterator[Compared]:
    yield _held("verdicts", _verdicts(one.run), _verdicts(other.run))
    yield _held("values", _values(one.run), _values(other.run))
    yield _held("channels", _channels(one.run), _channels(other.run))
    yield _held("data", _data(one), _data(other))
    yield _held("limits", _flat(to_body(one.start.limits)), _flat(to_body(other.start.limits)))
    yield _held("requirements", _flat(to_body(one.start.requirements)), _flat(to_body(other.start.requirements)))
    yield _held("pump and bench", _bench(one.start), _bench(other.start))
    yield _held("instruments", _instruments(one.run), _instruments(other.run))
    yield _held("versions", _versions(one.start), _versions(other.start))
    yield _texts("bench file", {"bench file": one.start.bench_file}, {"bench file": other.start.bench_file})
    yield _texts("plans", _by_name(one.start.plan_sources), _by_name(other.start.plan_sources))
    yield _texts("helpers", _by_name(_helpers(one.start)), _by_name(_helpers(other.start)))
    yield _texts("files judged by", _by_name(one.start.judged_by), _by_name(other.start.judged_by))


def _held(aspect: str, first: Mapping[str, str], second: Mapping[str, str]) -> Compared:
    places = list(dict.fromkeys((*first, *second)))
    found = (Difference(place, first.get(place, _ABSENT), second.get(place, _ABSENT)) for place in places)
    return Compared(aspect, len(places), tuple(one for one in found if one.first != one.second))


def _verdicts(run: Run) -> dict[str, str]:
    outcomes = {plan.node_id: plan.outcome.word.value if plan.outcome is not None else "" for plan in run.plans}
    return {**outcomes, **{name: result.verdict for name, result in _results(run)}}


def _values(run: Run) -> dict[str, str]:
    """Return each result's value with its U, where two that differ in a digit that is not shown differ as well."""
    return {name: _value(result) for name, result in _results(run)}


def _value(result: ShownResult) -> str:
    number = result.number
    if number is None:
        return result.said.fact or "no number"
    value, expanded = with_uncertainty(number.value, number.expanded)
    return f"{value} ± {expanded} {result.unit} (k = {plain(number.k)}; {number.value!r})"


def _results(run: Run) -> Iterator[tuple[str, ShownResult]]:
    """Yield each result under plan and name; one that a plan says again has its number."""
    seen: dict[str, int] = {}
    for plan in run.plans:
        for result in plan.results:
            name = f"{plan.node_id}: {result.name}"
            seen[name] = seen.get(name, 0) + 1
            yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), result


def _channels(run: Run) -> dict[str, str]:
    return {f"{one.stream}.{one.channel}": one.unit or "1" for one in run.signals}


def _data(side: _Side) -> dict[str, str]:
    """Return what there is of each channel, exactly, and when it was read: the last bit counts."""
    signals = {f"{one.stream}.{one.channel}": _statistics(one) for one in side.run.signals}
    return {
        place: f"{signals.get(place, 'times since the beginning')}, sha256 {digest[:12]}"
        for place, digest in side.hashes.items()
    }


def _statistics(one: RecordedSignal) -> str:
    said = [f"{name} {value!r}" for name, value in (("min", one.smallest), ("mean", one.mean), ("max", one.largest))]
    return ", ".join([f"{one.recorded} samples", *said, one.unit]).rstrip(", ")


def _bench(start: Start) -> dict[str, str]:
    said: dict[str, Json] = {
        "bench": start.bench,
        "kind": start.kind,
        "clock": start.clock,
        "seed": start.seed,
        "operator": start.operator,
        "pump": to_body(start.dut),
        "weighing": to_body(start.weighing) if start.weighing is not None else None,
        "liquid": to_body(start.liquid) if start.liquid is not None else None,
        "stated air": to_body(start.ambient) if start.ambient is not None else None,
    }
    return _flat(said)


def _instruments(run: Run) -> dict[str, str]:
    rows = {
        one.name: {
            "role": one.role,
            "driver": one.driver,
            "identity": one.identity,
            "calibration": one.calibration_id,
            "due": one.calibration_due,
            "as found": one.as_found,
        }
        for one in run.instruments
    }
    return _flat(rows)


def _versions(start: Start) -> dict[str, str]:
    known = {key: value for key, value in to_body(start.provenance).items() if key != "started_wall_utc"}
    return _flat({**known, "rules of results": start.rules, "format of the record": start.format})


def _helpers(start: Start) -> Sequence[SourceFile]:
    return [one.source for one in start.helper_sources]


def _by_name(sources: Sequence[SourceFile]) -> dict[str, SourceFile]:
    return {one.file: one for one in sources}


def _texts(aspect: str, first: Mapping[str, SourceFile], second: Mapping[str, SourceFile]) -> Compared:
    names = list(dict.fromkeys((*first, *second)))
    found = [_text(name, first.get(name), second.get(name)) for name in names]
    return Compared(aspect, len(names), tuple(one for one in found if one is not None))


def _text(name: str, first: SourceFile | None, second: SourceFile | None) -> Difference | None:
    if first is None or second is None:
        return Difference(name, _there(first), _there(second))
    if (first.text, first.sha256) == (second.text, second.sha256):
        return None
    lines = [
        line
        for line in unified_diff(first.text.splitlines(), second.text.splitlines(), n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    gone, come = ([line[1:] for line in lines if line[0] == sign] for sign in "-+")
    return Difference(name, _shown(gone, first), _shown(come, second))


def _there(source: SourceFile | None) -> str:
    return _ABSENT if source is None else f"there, sha256 {source.sha256[:12]}"


def _shown(lines: Sequence[str], source: SourceFile) -> str:
    more = [f"… {len(lines) - _MOST_LINES} lines more"] if len(lines) > _MOST_LINES else []
    return "\n".join([f"sha256 {source.sha256[:12]}", *lines[:_MOST_LINES], *more])


def _flat(value: Json, place: str = "") -> dict[str, str]:
    """Return what nested objects and lists hold, each value under the path to it, numbers in all their digits."""
    if isinstance(value, Mapping):
        pairs = [(str(key), one) for key, one in value.items()]
    elif isinstance(value, list | tuple):
        pairs = [(str(number), one) for number, one in enumerate(value, 1)]
    else:
        return {place: "not stated" if value is None else value if isinstance(value, str) else repr(value)}
    return {key: said for name, one in pairs for key, said in _flat(one, f"{place}.{name}" if place else name).items()}
