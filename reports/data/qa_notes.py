"""QA's notes in the document."""

from reports.data.values import Json
from reports.facts.qa_notes import ShownNote
from reports.facts.run_facts import Run
from reports.words.other_runs import to_the_second
from reports.words.qa_notes import about_text, notes_sentence, standing_text


def notes_of(run: Run) -> Json:
    """Return what QA noted of a run, in the order in which it was noted."""
    return {
        "said": notes_sentence(run),
        "open": [note.number for note in run.notes if note.is_open],
        "of_run": [_note(note) for note in run.notes],
    }


def _note(note: ShownNote) -> Json:
    said = note.said
    return {
        "number": note.number,
        "kind": str(said.kind),
        "by": said.by,
        "at_utc": to_the_second(said.at_utc),
        "about": about_text(note),
        "result": said.result_seq or None,
        "text": said.text,
        "standing": standing_text(note),
        "closes": said.closes or None,
        "closed_by": note.closed_by or None,
    }
