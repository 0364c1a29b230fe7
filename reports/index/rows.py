"""What the page of all runs says: a row for each run, the newest first, bounded in number and length."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from reports.history.copies import each_once
from reports.index.bundles import NO_CLAIMS, Claims
from reports.words.numbers import lasting
from rig.clock import iso_utc, ns_from_s
from rig.plain_text import plain_text
from rig.record.run_line import RunLine
from rig.record.spot_check import Checked
from rig.record.standing import by_weight

MOST_ROWS = 10_000
"""So many runs are on a page, the newest: about 2 MB."""
MOST_LETTERS = 120
"""So long a name is written out; of a longer one its length is said."""
# What is written beside a record under its name, and what it is called.
FACES = (("HTML", ".html"), ("PDF", ".pdf"), ("JSON", ".json"))
NOT_KNOWN = "–"
NOT_SIGNED, NOT_READ = "none", "not read"


@dataclass(frozen=True, slots=True)
class File:
    """A file beside the record: what it is called, and the address that leads to it from the page."""

    face: str
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    """One run as the page shows it; all texts are plain and bounded."""

    run: str
    begun: str
    mocked: bool
    pump: str
    bench: str
    operator: str
    outcome: str
    ended: str
    lasted: str
    requirements: tuple[str, ...]
    said: str
    files: tuple[File, ...]
    signed: "Signed"


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed a run, by bundles beside it: in which roles (none of them is checked), in words, and which bundles."""

    roles: tuple[str, ...]
    said: str
    bundles: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many runs of one kind of bench came to what, the worst first; `kind` is physical or mocked."""

    kind: str
    total: int
    outcomes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Index:
    """A folder's runs; `unreadable` are pairs of a file's name and why nothing is known of it.

    `bundles_left` is how many bundles were not read for who signed; then that is not known of any run. `apart` tells of
    records that begin as one run and contradict each other, a sentence for each two.
    """

    rows: tuple[Row, ...]
    tallies: tuple[Tally, ...]
    total: int
    unreadable: tuple[tuple[str, str], ...]
    bundles_left: int = 0
    apart: tuple[str, ...] = ()


def index_of(lines: Sequence[RunLine], names: Iterable[str], claims: Claims = NO_CLAIMS) -> Index:
    """Return what there is to say of the runs of a folder that holds files of these `names`; bundles make `claims`."""
    known = [line for line in lines if line.begun_utc_ns]
    newest = sorted(known, key=lambda line: (line.begun_utc_ns, line.run_id), reverse=True)
    faces = _faces(names)
    return Index(
        tuple(_row(line, faces.get(line.run_id, ()), _signed(claims, line.run_id)) for line in newest[:MOST_ROWS]),
        tuple(_tallies(known)),
        len(known),
        tuple((bounded(line.path.name), plain_text(line.problem)) for line in lines if not line.begun_utc_ns),
        claims.left,
        tuple(
            f"{bounded(two.one.path.name)} and {bounded(two.other.path.name)} {two.said}"
            for two in each_once(line for line in known if not line.problem).apart
        ),
    )


def names_in(folder: Path) -> list[str]:
    """Return the names of the files of a folder."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


@lru_cache(maxsize=1 << 14)
def bounded(text: str) -> str:
    """Return a text as it is shown: plain, and no longer than a cell may be."""
    shown = plain_text(text)
    return shown if len(shown) <= MOST_LETTERS else f"{shown[:MOST_LETTERS]}… ({len(text)} characters)"


def _faces(names: Iterable[str]) -> Mapping[str, tuple[File, ...]]:
    """Return the files that are reports, by the run that their names begin with."""
    there = set(names)
    found: dict[str, tuple[File, ...]] = {}
    for face, suffix in FACES:
        for name in there:
            if name.endswith(suffix):
                run = name.removesuffix(suffix)
                found[run] = (*found.get(run, ()), File(face, quote(os.fsencode(name))))
    return found


def _tallies(lines: Iterable[RunLine]) -> Iterator[Tally]:
    """Yield the counts of physical and of mocked runs, each where there are any."""
    counts: dict[bool, Counter[str]] = {}
    for line in lines:
        counts.setdefault(line.kind == "mocked", Counter())[line.outcome or NOT_KNOWN] += 1
    for mocked, found in sorted(counts.items()):
        ordered = sorted(found.items(), key=lambda pair: (pair[0] != Checked.ALTERED, by_weight(pair[0])))
        yield Tally("mocked" if mocked else "physical", sum(found.values()), tuple(ordered))


def _signed(claims: Claims, run: str) -> Signed:
    """Return who signed a run; a role that several signed in stands once, and every signer by name."""
    found = claims.by_run.get(run, ())
    if claims.left or not found:
        return Signed((NOT_READ,) if claims.left else (), NOT_READ if claims.left else NOT_SIGNED)
    roles = tuple(dict.fromkeys(one.role for one in found))
    told = dict.fromkeys(f"{bounded(one.signer)} as {one.role}" for one in found)
    bundles = dict.fromkeys(one.bundle for one in found)
    files = tuple(File(bounded(name), quote(os.fsencode(name))) for name in bundles)
    return Signed(roles, f"signed by {bounded(', '.join(told))}, not checked here: rig verify", files)


def _row(line: RunLine, files: tuple[File, ...], signed: Signed) -> Row:
    return Row(
        bounded(line.run_id),
        iso_utc(line.begun_utc_ns)[:19].replace("T", " "),
        line.kind == "mocked",
        bounded(" ".join(filter(None, (line.model, line.dut)))) or NOT_KNOWN,
        bounded(line.bench),
        bounded(line.operator) or NOT_KNOWN,
        bounded(line.outcome) or NOT_KNOWN,
        bounded(line.ended),
        lasting(0, ns_from_s(line.duration_s)),
        tuple(map(bounded, line.requirements)),
        _said(line),
        files,
        signed,
    )


def _said(line: RunLine) -> str:
    """Return verdicts and what became of plans that did not pass; an altered record says nothing."""
    if line.problem:
        return bounded(line.problem)
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in line.verdicts.items()) or "no verdicts"
    plans = ", ".join(f"{count} {outcome}" for outcome, count in sorted(line.plans.items()) if outcome != "passed")
    return bounded(f"{verdicts}; plans: {plans}" if plans else verdicts)
