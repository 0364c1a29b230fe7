"""What QA noted of a run, as its reports show it: each note, what it is about, and whether a deviation is closed."""

from dataclasses import dataclass

from reports.evidence.chained import read_chain
from reports.evidence.notes import NoteKind, QaNote, about, notes_in, notes_path
from rig.record.reader import RecordReader


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note by its number: `result` is the name of the result that it is about, "" for the run.

    `closed_by` is the number of the first disposition that closes a deviation, 0 while none does.
    """

    number: int
    said: QaNote
    result: str
    closed_by: int

    @property
    def is_open(self) -> bool:
        """Tell whether it is a deviation about which nothing was decided."""
        return self.said.kind is NoteKind.DEVIATION and not self.closed_by


def shown_notes(reader: RecordReader, data: bytes) -> tuple[ShownNote, ...]:
    """Return the notes that these lines hold; raises NotesError where they do not hold, or are of another record."""
    if not data:
        return ()
    notes = notes_in(read_chain(data, about(reader.head()), notes_path(reader.path).name))
    names = {result.seq: result.name for result in reader.results()}
    closed: dict[int, int] = {}
    for number, note in enumerate(notes, 1):
        closed.setdefault(note.closes, number)
    return tuple(
        ShownNote(
            number,
            note,
            names.get(note.result_seq, "unknown") if note.result_seq else "",
            closed.get(number, 0),
        )
        for number, note in enumerate(notes, 1)
    )
