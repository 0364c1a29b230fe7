"""What QA noted of a run, in words."""

from collections import Counter

from reports.evidence.notes import NoteKind
from reports.facts.qa_notes import ShownNote
from reports.facts.run_facts import Run

NONE = "QA had noted nothing on this run when this was written: no deviation, no comment, no disposition."


def notes_sentence(run: Run) -> str:
    """Return how many notes of each kind there are, and how many deviations are open."""
    if not run.notes:
        return NONE
    counts = Counter(note.said.kind for note in run.notes)
    told = [f"{counts[kind]} {kind}{'s' * (counts[kind] != 1)}" for kind in NoteKind if kind in counts]
    still = sum(note.is_open for note in run.notes)
    opened = f" {still} of the deviations {'is' if still == 1 else 'are'} open." if NoteKind.DEVIATION in counts else ""
    return f"QA noted {', '.join(told)}.{opened}"


def notes_alert(run: Run) -> str:
    """Return which deviations are open; "" for none."""
    still = [f"note {note.number} on {about_text(note)}, by {note.said.by}" for note in run.notes if note.is_open]
    if not still:
        return ""
    return f"{len(still)} deviation{'s are' if len(still) > 1 else ' is'} open: {'; '.join(still)}."


def about_text(note: ShownNote) -> str:
    """Return what a note is about."""
    return f"result {note.said.result_seq} ({note.result})" if note.said.result_seq else "the run"


def standing_text(note: ShownNote) -> str:
    """Return whether a deviation is open, or which one a disposition closes; "" for a comment."""
    if note.said.kind is NoteKind.DEVIATION:
        return f"closed by note {note.closed_by}" if note.closed_by else "open"
    return f"closes note {note.said.closes}" if note.said.closes else ""
