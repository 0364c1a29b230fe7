"""QA's notes stand at the front of every face: who, when, why, open or closed; verify holds reports to them."""

import re

import pytest

from reports.evidence.notes import NoteKind, add_note, note_now, notes_beside, notes_path
from reports.facts.run_reading import read_run
from reports.page.html import render_joined
from reports.words.qa_notes import NONE
from rig.errors import NotesError
from rig.record.reader import RecordReader
from tests.reports.faced import Faced, flat
from tests.reports.pages import read_page
from tests.reports.test_other_runs import record_of

NOON_NS = 1_767_614_400_000_000_000
WHEN = "2026-01-05 12:00:00 UTC"


@pytest.fixture
def record(tmp_path):
    return record_of(tmp_path / "runs", 1)


def note(record, text, kind="deviation", seq=0, closes=0):
    return add_note(record, note_now(NoteKind(kind), "Q. Assurance", text, seq, NOON_NS, closes))


def faced(record):
    with RecordReader(record) as reader:
        return Faced(read_run(reader, notes=notes_beside(record)))


def all_say(run, *words):
    page = flat(read_page(run.html).text)
    for one in words:
        assert flat(one) in page
        assert flat(one) in run.paper


def test_without_notes_every_face_says_so(record):
    run = faced(record)
    all_say(run, NONE)
    assert run.data["notes"] == {"said": NONE, "open": [], "of_run": []}


def test_a_note_stands_with_who_when_and_why_on_every_face(record):
    note(record, "26 °C from 14:00")
    run = faced(record)
    all_say(run, "QA noted 1 deviation.", "Q. Assurance", WHEN, "26 °C from 14:00", "✗ open")
    (told,) = run.data["notes"]["of_run"]
    assert told["at_utc"] == WHEN
    assert (told["by"], told["about"], told["standing"], told["result"]) == ("Q. Assurance", "the run", "open", None)


def test_an_open_deviation_is_an_alert_on_every_face(record):
    note(record, "26 °C")
    run = faced(record)
    alert = "1 deviation is open: note 1 on the run, by Q. Assurance."
    assert run.data["alerts"] == [alert]
    assert run.paper.count(alert) == 2  # on the first page, and among the deviations
    assert f'<p class="alert">{alert}</p>' in run.html


def test_a_disposition_that_names_it_closes_a_deviation(record):
    note(record, "26 °C")
    note(record, "within what the budget allows", "disposition", closes=1)
    run = faced(record)
    all_say(run, "QA noted 1 deviation, 1 disposition.", "closed by note 2", "closes note 1")
    assert (run.data["alerts"], run.data["notes"]["open"]) == ([], [])
    assert [one["closed_by"] for one in run.data["notes"]["of_run"]] == [2, None]


def test_a_disposition_that_names_none_leaves_it_open(record):
    note(record, "26 °C")
    note(record, "it is well", "disposition")
    assert faced(record).data["notes"]["open"] == [1]


def test_a_note_on_a_result_names_it(record):
    with RecordReader(record) as reader:
        (result,) = reader.results()
    note(record, "repeated", "comment", result.seq)
    run = faced(record)
    all_say(run, f"result {result.seq} ({result.name})")
    assert f'href="#result-{result.seq}"' in run.html


@pytest.mark.parametrize(
    "kind, closes, said",
    [
        ("disposition", 2, "no deviation before it; there are [1]"),
        ("disposition", 3, "no deviation before it"),
        ("disposition", -1, "no deviation before it"),
        ("comment", 1, "only a disposition closes a deviation"),
    ],
)
def test_nothing_else_is_closed(record, kind, closes, said):
    note(record, "26 °C")
    note(record, "a comment", "comment")
    before = notes_path(record).read_bytes()
    with pytest.raises(NotesError, match=re.escape(said)):
        note(record, "what", kind, closes=closes)
    assert notes_path(record).read_bytes() == before


def test_notes_that_were_changed_make_no_report(record):
    note(record, "26 °C")
    notes_path(record).write_bytes(notes_path(record).read_bytes().replace(b"26", b"22"))
    with pytest.raises(NotesError, match="is not what was written"):
        faced(record)


def test_the_first_page_of_a_document_has_the_beginning_of_long_notes_and_says_where_the_rest_is(record):
    for number in range(10):
        note(record, f"{number} " + "word " * 400, "comment")
    run = faced(record)
    front = run.paper[: run.paper.index("Contents")]
    assert "2001 characters; all of them stand among the deviations" in front
    assert "The first 8 of 10" in front
    assert run.paper.count("word") > 10 * 400


def test_hostile_words_stay_words(record):
    note(record, "<script>alert(1)</script>\u202e #panic() " + "x" * 10_000)
    run = faced(record)
    assert "<script>alert" not in run.html
    assert "\u202e" not in run.html
    assert "#panic()" in run.paper


def test_several_runs_on_a_page_have_their_notes_each(record, tmp_path):
    note(record, "26 °C")
    other = record_of(tmp_path / "more", 2)
    from reports.facts.joined import join

    page = render_joined(join([faced(record).run, faced(other).run]))
    assert "26 °C" in page
    assert NONE in page
