"""What can be read of a damaged record, as a new record that says what is missing.

Entries keep their numbers: a note stands where one is missing. The chain of the damaged record proves each entry that
is taken over by the hash of the one before it; one behind a gap cannot be proven, and is named.
"""

import json
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from rig.errors import RecordBusyError, RecordCorruptError, RecordError
from rig.record.bodies.codec import Json, to_body
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.chain import GENESIS, entry_hash
from rig.record.folder import run_id
from rig.record.ledger import Ledger
from rig.record.lock import WriterLock, has_writer
from rig.record.pages import Found, Pages
from rig.record.schema import SUFFIX, Entry, Kind, canonical_json, parse_body
from rig.record.words import stop_of

SALVAGED = "SALVAGED"  # the reason of a stop; also the topic of the notes
_LEAST_ENTRY_BYTES = 40


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What came of it: how many entries were taken over, and the numbers of those that are missing or unproven."""

    taken: int
    missing: tuple[int, ...]
    unproven: tuple[int, ...]
    has_stop: bool

    @property
    def is_whole(self) -> bool:
        """Tell whether every entry up to the stop is there and proven."""
        return self.has_stop and not self.missing and not self.unproven


def salvage(damaged: Path, out: Path) -> Salvaged:
    """Write what can be read of `damaged` to the new record `out`; `damaged` is not touched.

    A run of which anything is missing ends with the reason `SALVAGED` there, so that it cannot have passed.

    Raises RecordBusyError while the run goes on, RecordNotFoundError when there is no such file, RecordCorruptError
    when no entry can be read, RecordError when `out` is no name of a record, exists or cannot be written.
    """
    if not out.name.endswith(SUFFIX):
        raise RecordError(f"{out}: the name of a record ends with {SUFFIX}")
    if has_writer(damaged):
        raise RecordBusyError(f"{damaged} is being written: wait until the run has ended")
    pages = Pages(damaged)
    chosen = _Chosen(pages)
    if not chosen.taken:
        raise RecordCorruptError(f"{damaged}: no entry of a run can be read: nothing to salvage")
    found = chosen.result()
    lock = WriterLock(out)
    lock.take()
    try:
        _write(damaged, out, chosen, found)
    finally:
        lock.give_back()
    return found


class _Chosen:
    """Which of the rows that pages name are the entries of the run."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._places: dict[int, set[tuple[int, bool]]] = {}
        for seq, place, in_journal in pages.places():
            self._places.setdefault(seq, set()).add((place, in_journal))
        self.taken: dict[int, tuple[int, bool]] = {}
        self.unproven: list[int] = []
        self._stop = 0
        self._choose()

    def entry(self, seq: int) -> Found | None:
        """Return a chosen entry; None for one that is missing."""
        if seq not in self.taken:
            return None
        place, in_journal = self.taken[seq]
        return self._pages.entry(place, in_journal=in_journal)

    def last_seq(self) -> int:
        return max(self.taken, default=0)

    def result(self) -> Salvaged:
        missing = tuple(seq for seq in range(1, self.last_seq() + 1) if seq not in self.taken)
        return Salvaged(len(self.taken), missing, tuple(self.unproven), self._stop > 0)

    def _choose(self) -> None:
        # A number that more entries lie before than the files have room for is a damaged one.
        room = self._pages.size_bytes // _LEAST_ENTRY_BYTES
        hashes = {GENESIS}
        before = 0
        for seq in sorted(seq for seq in self._places if 1 <= seq <= room):
            if seq != before + 1:
                hashes = set()
            rows = list(self._rows(seq))
            proven = [row for row in rows if any(_is_next(previous, row[1]) for previous in hashes)]
            if proven or (rows and not hashes):
                place, row = (proven or rows)[0]
                self.taken[seq] = place
                self._stop = seq if row[2] == Kind.STOP else self._stop
                if not proven:
                    self.unproven.append(seq)
            # The hash of an entry that is damaged elsewhere may still prove the next one.
            hashes = {row[6] for _, row in rows}
            before = seq

    def _rows(self, seq: int) -> Iterator[tuple[tuple[int, bool], Found]]:
        for place in sorted(self._places[seq]):
            row = self._pages.entry(place[0], in_journal=place[1])
            if row is not None and row[2] in set(Kind) and _is_json(row):
                yield place, row


def _is_json(row: Found) -> bool:
    try:
        parse_body(row[4], row[0])
    except RecordCorruptError:
        return False
    return True


def _is_next(previous: bytes, row: Found) -> bool:
    seq, t_ns, kind, name, body, data, digest = row
    try:
        return entry_hash(previous, seq, t_ns, kind, name, body, data) == digest
    except struct.error:
        return False


def _write(damaged: Path, out: Path, chosen: _Chosen, found: Salvaged) -> None:
    first = chosen.entry(1)
    begun = (0, run_id(damaged), canonical_json(to_body(Start()), "a start"))
    if first is not None and first[2] == Kind.START:
        begun = (first[1], first[3], first[4])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"{out} cannot be created: {error}") from error
    ledger = Ledger.create(out, begun[0], Kind.START.value, begun[1], begun[2])
    with closing(ledger):
        last_ns = begun[0]
        stopped = False
        for seq in range(2, chosen.last_seq() + 1):
            kind, name, body, data, last_ns = _as_written(seq, chosen.entry(seq), last_ns, found, stopped=stopped)
            stopped |= kind == Kind.STOP
            _append(ledger, last_ns, kind, name, body, data)
        if not stopped:
            _append(ledger, last_ns, Kind.STOP, SALVAGED, canonical_json(to_body(Stop(SALVAGED)), "a stop"), None)
        _append(ledger, last_ns, Kind.NOTE, SALVAGED, _account(damaged, found), None)
        ledger.sync_from_now()
        ledger.seal()


def _as_written(
    seq: int, entry: Found | None, last_ns: int, found: Salvaged, *, stopped: bool
) -> tuple[str, str, str, bytes | None, int]:
    """Return kind, name, body, data and time (UTC ns) of what stands at `seq` in the new record."""
    if entry is None or (stopped and entry[2] != Kind.NOTE) or entry[2] == Kind.START:
        return Kind.NOTE.value, SALVAGED, json.dumps({"missing": seq}, separators=(",", ":")), None, last_ns
    _, t_ns, kind, name, body, data, _ = entry
    if kind == Kind.STOP and not found.is_whole:
        return kind, SALVAGED, _stop_of_salvaged(entry), None, t_ns
    return kind, name, body, data, t_ns


def _stop_of_salvaged(entry: Found) -> str:
    seq, t_ns, kind, name, body, data, _ = entry
    try:
        stop = stop_of(Entry(seq, t_ns, kind, name, parse_body(body, seq), data))
    except RecordError:
        stop = Stop(SALVAGED)
    return canonical_json(to_body(replace(stop, reason=SALVAGED)), "the stop of a salvaged run")


def _account(damaged: Path, found: Salvaged) -> str:
    said: dict[str, Json] = {
        "source": damaged.name,
        "taken": found.taken,
        "missing": ranges(found.missing),
        "unproven": ranges(found.unproven),
    }
    return canonical_json(said, "what was salvaged")


def ranges(seqs: tuple[int, ...]) -> str:
    """Return ascending numbers as text: `3, 7 to 12`; `none` for none."""
    starts = list(seqs[:1]) + [later for earlier, later in pairwise(seqs) if later != earlier + 1]
    ends = [earlier for earlier, later in pairwise(seqs) if later != earlier + 1] + list(seqs[-1:])
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in zip(starts, ends, strict=True)]
    return ", ".join(shown) or "none"


def _append(ledger: Ledger, t_ns: int, kind: str, name: str, body: str, data: bytes | None) -> None:
    ledger.append(str(kind), name, body, data, lambda: t_ns)
