"""Which records are copies of one run, and which only begin like one: told by their hash chains.

A copy is another record's beginning, or all of it. Two records with one first entry that go on differently cannot both
be what was recorded; which of them is, no record tells. Neither hides the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rig.errors import RecordError
from rig.record.database import Database
from rig.record.run_line import RunLine

_HASH = "SELECT hash FROM entry WHERE seq = ?"


@dataclass(frozen=True, slots=True)
class Apart:
    """Two records that begin as one run and are not the same from entry `seq` on."""

    one: RunLine
    other: RunLine
    seq: int

    @property
    def said(self) -> str:
        """Return it in words, behind the names of both records."""
        return (
            f"begin as one run and are not the same from entry {self.seq} on: one of them at the least is not what was "
            "recorded"
        )


@dataclass(frozen=True, slots=True)
class Distinct:
    """Runs, each once; records that are copies of one of them; and runs that contradict each other."""

    runs: tuple[RunLine, ...]
    copies: tuple[RunLine, ...]
    apart: tuple[Apart, ...]


def each_once(lines: Iterable[RunLine]) -> Distinct:
    """Return the runs that some records are of: of copies the one that goes on longest counts."""
    by_start: dict[str, list[RunLine]] = {}
    for line in lines:
        by_start.setdefault(line.start_digest, []).append(line)
    runs: list[RunLine] = []
    copies: list[RunLine] = []
    apart: list[Apart] = []
    for group in by_start.values():
        own: list[RunLine] = []
        for line in sorted(group, key=lambda one: one.last_seq, reverse=True):
            if is_copy_of_any(line, own):
                copies.append(line)
            else:
                apart += [Apart(one, line, _first_different(one, line)) for one in own]
                own.append(line)
        runs += own
    return Distinct(tuple(runs), tuple(copies), tuple(apart))


def is_copy_of_any(line: RunLine, runs: Sequence[RunLine]) -> bool:
    """Tell whether a record is all of one of some runs, or its beginning."""
    return any(_is_beginning(line, run) for run in runs)


def _is_beginning(line: RunLine, run: RunLine) -> bool:
    if line.start_digest != run.start_digest or line.last_seq > run.last_seq:
        return False
    if line.last_seq == run.last_seq:
        return line.head == run.head
    return _hash_at(run, line.last_seq) == line.head


def _first_different(one: RunLine, other: RunLine) -> int:
    """Return the first entry that is not the same in both; each hash covers all entries before it."""
    same, different = 1, min(one.last_seq, other.last_seq)
    while different - same > 1:
        middle = (same + different) // 2
        if _hash_at(one, middle) == _hash_at(other, middle):
            same = middle
        else:
            different = middle
    return different


def _hash_at(line: RunLine, seq: int) -> str:
    """Return the hash of an entry; "" where the record does not tell it."""
    try:
        database = Database(line.path)
    except RecordError:
        return ""
    try:
        found = database.rows(_HASH, (seq,))
        return found[0][0].hex() if found and isinstance(found[0][0], bytes) else ""
    except RecordError:
        return ""
    finally:
        database.close()
