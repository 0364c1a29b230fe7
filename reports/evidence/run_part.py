"""What a bundle says of one run besides its reports, all of it derived from the record."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reports.evidence.canonical import canonical_bytes
from rig.record.bodies.codec import Json, to_body
from rig.record.bodies.result import Result
from rig.record.bodies.start import SourceFile, Start
from rig.record.folder import run_id
from rig.record.overview import run_line
from rig.record.reader import RecordReader
from rig.record.standing import FAILED, PASSED, overall
from rig.record.words import Stamped

_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class RunPart:
    """One run of a bundle. `head` is the end of its record's chain, `entries` how many there are.

    `outcome` is the verdict that speaks for the run, `passed`, `failed` and `undecided` are its plans' names, `files`
    its sources and its environment by their names in the bundle; those in `configuration` are what it ran with.
    """

    run_id: str
    head: str
    entries: int
    mocked: bool
    bench: str
    dut: str
    operator: str
    ended: str
    outcome: str
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def configuration(self) -> list[str]:
        """Return the names of the files that say with what the run was made."""
        return sorted(self.files)


def run_part(record: Path) -> RunPart:
    """Read what a bundle says of a run; raises RecordCorruptError where the record's chain does not hold."""
    with RecordReader(record) as reader:
        entries = reader.verify_chain()
        start, stop = reader.start(), reader.stop()
        head = reader.head()
        results = reader.results()
    line = run_line(record)
    selected = start.selected if stop is None else stop.selected
    standings = dict.fromkeys(selected, "") | _by_results(results) | line.standings
    return RunPart(
        run_id(record),
        head,
        entries,
        start.mocked,
        start.bench,
        start.dut.serial,
        start.operator,
        line.ended,
        line.outcome,
        passed=tuple(plan for plan, found in standings.items() if found == PASSED),
        failed=tuple(plan for plan, found in standings.items() if found == FAILED),
        undecided=tuple(plan for plan, found in standings.items() if found not in (PASSED, FAILED)),
        files=_files(run_id(record), start),
    )


def _by_results(results: Sequence[Stamped[Result]]) -> dict[str, str]:
    """Return what each plan's results come to: of some records nothing else is known of a plan."""
    plans = dict.fromkeys(result.body.plan for result in results)
    return {plan: overall(one.body.verdict for one in results if one.body.plan == plan) for plan in plans}


def _files(run: str, start: Start) -> dict[str, bytes]:
    found = dict(_environment(run, start))
    index: list[dict[str, Json]] = []
    for folder, sources in _sources(start):
        for number, one in enumerate(sources, 1):
            name = f"sources/{run}/{folder}/{number:03d}-{_plain_name(one.file)}"
            found[name] = one.text.encode(errors="replace")
            index.append(_indexed(name, one, found[name]))
    found[f"sources/{run}/index.json"] = canonical_bytes({"files": index}, "the index of sources")
    return found


def _environment(run: str, start: Start) -> Iterator[tuple[str, bytes]]:
    yield f"environment/{run}.json", canonical_bytes(to_body(start.provenance), "the environment")


def _sources(start: Start) -> Iterator[tuple[str, Sequence[SourceFile]]]:
    yield "bench", (start.bench_file,)
    yield "plans", start.plan_sources
    yield "helpers", [helper.source for helper in start.helper_sources]
    yield "judged-by", start.judged_by


def _indexed(name: str, one: SourceFile, text: bytes) -> dict[str, Json]:
    """Return a source's line of the index; `exact` is false where its bytes were no UTF-8 and the text shows where."""
    exact = hashlib.sha256(text).hexdigest() == one.sha256
    return {"file": one.file, "as": name, "sha256": one.sha256, "exact": exact}


def _plain_name(file: str) -> str:
    """Return a name for a file whose own may be anything: its last part, in plain letters."""
    last = re.split(r"[/\\]", file)[-1]
    return _PLAIN.sub("_", last)[-_LONGEST_NAME:].strip(".") or "unnamed"
