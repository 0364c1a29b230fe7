"""What QA has to say of a run: deviations, comments and dispositions, in a file beside the record.

The record itself is never changed. Each note is a line that is bound to those before it, and the first to the record's
head, so that notes cannot change, go or move to another run unseen.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reports.evidence.chained import Chain, read_chain
from reports.evidence.held import held
from rig.clock import iso_utc
from rig.errors import NotesError, RecordBusyError, RecordError
from rig.record.bodies.codec import Json, from_body, to_body
from rig.record.disk import sync_file, sync_folder
from rig.record.folder import run_id
from rig.record.reader import RecordReader

_SUFFIX = ".notes.jsonl"
_LONGEST_TEXT, _LONGEST_NAME = 20_000, 200


class NoteKind(StrEnum):
    """What a note is."""

    DEVIATION = "deviation"  # something was not done, or did not go, as it should have
    COMMENT = "comment"  # something worth knowing
    DISPOSITION = "disposition"  # what was decided about it


@dataclass(frozen=True, slots=True)
class QaNote:
    """One note: who said it, when by the machine's clock, of what kind it is, and of which result (0: of the run).

    `closes` is the number of the deviation that a disposition decides about, 0 for none.
    """

    kind: NoteKind
    by: str
    at_utc: str
    text: str
    result_seq: int = 0
    closes: int = 0


def notes_path(record: Path) -> Path:
    """Return where the notes on a run stand."""
    return record.with_name(run_id(record) + _SUFFIX)


def about(head: str) -> str:
    """Return what a chain of notes is about: the record with this head."""
    return f"pump rig notes, 1, on the record {head}"


def add_note(record: Path, note: QaNote) -> int:
    """Append a note beside a record and return its number, counted from 1.

    Raises NotesError when there is nothing in it, when the result is none of the run's, when it closes what is no
    deviation, or when the notes that are there do not hold; RecordBusyError while the run goes on, ExportError when it
    cannot be written.
    """
    _demand_fit(note)
    with RecordReader(record) as reader:
        if reader.stop() is None:
            raise RecordBusyError(f"{record} has not ended: note it when it has")
        seqs = [result.seq for result in reader.results()]
        head = reader.head()
    if note.result_seq and note.result_seq not in seqs:
        raise NotesError(f"{run_id(record)} has no result {note.result_seq}; it has {seqs or 'none'}")
    path = notes_path(record)
    with held(path):
        chain = _whole(read_notes(path, head))
        _demand_each_closes_a_deviation([*notes_in(chain), note])
        _append(path, chain.next_line(to_body(note)))
    return len(chain.lines) + 1


def read_notes(path: Path, head: str) -> Chain:
    """Return the notes in a file beside the record with this head; none where there is no file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        data = b""
    except OSError as error:
        raise NotesError(f"{path} cannot be read: {error}") from error
    return read_chain(data, about(head), path.name)


def notes_beside(record: Path) -> bytes:
    """Return the bytes of the notes on a run, b"" for none; raises NotesError where they do not hold."""
    with RecordReader(record) as reader:
        head = reader.head()
    path = notes_path(record)
    notes_in(read_notes(path, head))
    return path.read_bytes() if path.exists() else b""


def notes_in(chain: Chain) -> tuple[QaNote, ...]:
    """Return the notes of a chain, in order.

    Raises NotesError when it does not hold, when a line is no note, or when one closes what is no deviation before it.
    """
    if chain.problem:
        raise NotesError(f"{chain.problem}: what stands there and behind it is not what was written")
    try:
        notes = tuple(note_of(line) for line in chain.lines)
    except RecordError as error:
        raise NotesError(f"{error}") from error
    _demand_each_closes_a_deviation(notes)
    return notes


def _demand_each_closes_a_deviation(notes: Sequence[QaNote]) -> None:
    for number, note in enumerate(notes, 1):
        if not note.closes:
            continue
        if note.kind is not NoteKind.DISPOSITION:
            raise NotesError(f"note {number} is a {note.kind}: only a disposition closes a deviation")
        if not 1 <= note.closes < number or notes[note.closes - 1].kind is not NoteKind.DEVIATION:
            there = [at for at, one in enumerate(notes[: number - 1], 1) if one.kind is NoteKind.DEVIATION]
            raise NotesError(
                f"note {number} closes note {note.closes}, which is no deviation before it; there are {there or 'none'}"
            )


def note_of(line: Mapping[str, Json]) -> QaNote:
    """Return the note that a line holds; raises RecordCorruptError when it lacks something."""
    return from_body(QaNote, line, f"note {line.get('n')}")


def note_now(kind: NoteKind, by: str, text: str, result_seq: int, now_ns: int, closes: int = 0) -> QaNote:
    """Return a note of this moment (UTC ns)."""
    return QaNote(kind, by.strip(), iso_utc(now_ns), text.strip(), result_seq, closes)


def _demand_fit(note: QaNote) -> None:
    for what, text, longest in (("who says it", note.by, _LONGEST_NAME), ("the text", note.text, _LONGEST_TEXT)):
        if not text:
            raise NotesError(f"{what} is empty: a note says who, when and why")
        if len(text) > longest:
            raise NotesError(f"{what} has {len(text)} letters; {longest} are the most")


def _whole(chain: Chain) -> Chain:
    if chain.problem:
        raise NotesError(
            f"{chain.problem}; nothing is added behind it: put back a copy of the file from when it was whole"
        )
    return chain


def _append(path: Path, line: bytes) -> None:
    is_new = not path.exists()
    with path.open("ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)
    sync_file(path)
