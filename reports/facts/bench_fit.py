"""Whether the bench was fit: its daily proof part by part with its age, its charts, and how late it read."""

from collections.abc import Iterator
from dataclasses import dataclass

from rig.clock import hours_between
from rig.record.bodies.proof_parts import PARTS
from rig.record.bodies.proofs import PartTried, ProofBegins, ProofCharted, ProofLookedFor, Standing
from rig.record.bodies.timing import SamplingTimed
from rig.record.reader import RecordReader
from rig.record.schema import Kind

NOT_ASKED = "No daily proof is asked of this bench ([proof] required = [] of its file): nothing says that it is fit."
NEVER = "never proven"


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of the proof: what it is called, what is known of it, in which run and how old, and why not.

    `age_h` is its age when this run began, None in the run that tried it. `valid` tells whether it still held.
    """

    part: str
    standing: str
    valid: bool
    asked: bool
    run: str
    age_h: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late the readings of a stream began at the worst of any plan, ms, and how many turns and samples it lost."""

    stream: str
    p99_ms: float
    worst_ms: float
    lost: int


@dataclass(frozen=True, slots=True)
class BenchFit:
    """What a report says of the bench besides its instruments; `by` says which runs proved it, "this run", say.

    `warning` is what must not be overlooked, `valid_h` for how long a proof holds.
    """

    by: str = ""
    valid_h: float = 0.0
    warning: str = ""
    parts: tuple[PartRow, ...] = ()
    charts: tuple[ProofCharted, ...] = ()
    late: tuple[Lateness, ...] = ()


def bench_fit(reader: RecordReader) -> BenchFit:
    """Return what a record says of its bench's proof and lateness."""
    late = tuple(_late(reader))
    begun = reader.events(ProofBegins)
    if begun:
        charts = tuple(entry.body for entry in reader.events(ProofCharted))
        return BenchFit("this run", begun[-1].body.valid_h, "", tuple(_tried(reader, begun[-1].body)), charts, late)
    looked = reader.events(ProofLookedFor)
    if not looked:
        return BenchFit(late=late)
    body = looked[-1].body
    rows = tuple(_found(body, next(reader.entries(kind=Kind.START.value)).t_ns))
    wrong = [one for one in rows if one.asked and not one.valid]
    warning = NOT_ASKED if not body.required else ""
    if wrong:
        warning = (
            f"{len(wrong)} of {len(body.required)} parts of the bench's proof did not hold when this run began: no "
            f"verdict of it does; run `rig prove {body.file}`"
        )
    return BenchFit("earlier runs", body.valid_h, warning, rows, (), late)


def _tried(reader: RecordReader, begun: ProofBegins) -> Iterator[PartRow]:
    tried = {entry.body.part: entry.body for entry in reader.events(PartTried)}
    for part in PARTS:
        one = tried.get(part)
        standing = one.standing.value if one is not None else "not tried"
        valid = one is not None and one.standing is Standing.PROVEN
        yield PartRow(_called(part), standing, valid, part in begun.required, "", None, one.why if one else "")


def _found(looked: ProofLookedFor, begin_ns: int) -> Iterator[PartRow]:
    found = {one.part: one for one in looked.found}
    for part in dict.fromkeys((*looked.required, *found)):
        one, asked = found.get(part), part in looked.required
        if one is None:
            yield PartRow(_called(part), NEVER, valid=False, asked=asked, run="", age_h=None, why="")
            continue
        age_h = hours_between(one.at_ns, begin_ns)
        valid = one.standing is Standing.PROVEN and 0.0 <= age_h <= looked.valid_h
        yield PartRow(_called(part), one.standing.value, valid, asked, one.run, age_h, one.why)


def _called(part: str) -> str:
    return PARTS[part].noun if part in PARTS else part


def _late(reader: RecordReader) -> Iterator[Lateness]:
    found: dict[str, list[SamplingTimed]] = {}
    for entry in reader.events(SamplingTimed):
        found.setdefault(entry.body.stream, []).append(entry.body)
    for stream, told in found.items():
        lost = sum(one.skipped + one.lost for one in told)
        yield Lateness(stream, max(one.p99_ms for one in told), max(one.worst_ms for one in told), lost)
