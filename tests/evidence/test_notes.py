"""QA's words stand beside the record and in the bundle: who, when, why; added to, and never changed."""

import json

import pytest

from reports.evidence.bundle import write_bundle
from reports.evidence.notes import NoteKind, add_note, note_now, notes_path
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import Role
from reports.evidence.verify import verify_bundle
from rig.errors import BundleError, NotesError, RecordBusyError
from rig.record.reader import RecordReader
from tests.commands.records import killed
from tests.evidence.forging import contents_of, rewritten

NOON_NS = 1_767_614_400_000_000_000


def note(record, text, kind="comment", seq=0):
    return add_note(record, note_now(NoteKind(kind), "Q. Assurance", text, seq, NOON_NS))


def approve(bundle, signer):
    return sign_bundle(bundle, lambda: signer("B. Approver"), Wish(Role.APPROVER), lambda: NOON_NS).said


def found(bundle):
    return {one.what: one for one in verify_bundle(bundle).made}


def test_a_note_says_who_when_and_why_and_the_record_stays_as_it_was(rig, record):
    before = record.read_bytes()
    assert rig("note", record, "--kind", "deviation", "--by", "Q. Assurance", "26 °C").code == 0
    said = rig("notes", record)
    assert said.code == 0
    assert "deviation on the run, Q. Assurance: 26 °C" in said.out
    assert record.read_bytes() == before


def test_a_note_on_a_result_names_it(rig, record):
    with RecordReader(record) as reader:
        (result,) = reader.results()
    note(record, "repeated", "disposition", result.seq)
    assert f"disposition on result {result.seq} (mean flow error)" in rig("notes", record).out


def test_a_note_on_no_result_of_the_run_is_refused(record):
    with pytest.raises(NotesError, match="no result 77"):
        note(record, "what", seq=77)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 20_001])
def test_a_note_without_words_or_with_too_many_is_refused(record, text):
    with pytest.raises(NotesError):
        note(record, text)
    assert not notes_path(record).exists()


def test_nothing_is_noted_of_a_run_that_has_not_ended(tmp_path):
    with pytest.raises(RecordBusyError):
        note(killed(tmp_path), "too early")


def change_text(lines):
    lines[1] = lines[1].replace(b"second", b"SECOND")


def take_out(lines):
    del lines[0]


def put_first_last(lines):
    lines.append(lines.pop(0))


@pytest.mark.parametrize("change", [change_text, take_out, put_first_last])
def test_notes_that_were_changed_take_no_more_and_are_not_bundled(rig, record, tmp_path, change):
    for text in ("first", "second", "third"):
        note(record, text)
    lines = notes_path(record).read_bytes().splitlines()
    change(lines)
    notes_path(record).write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.raises(NotesError):
        note(record, "fourth")
    with pytest.raises(NotesError):
        write_bundle([record], tmp_path / "b.zip")
    said = rig("notes", record)
    assert said.code == 1
    assert "not what was written" in said.err


def test_a_line_that_was_cut_by_a_power_failure_is_said(rig, record):
    note(record, "first")
    with notes_path(record).open("ab") as file:
        file.write(b'{"by":"Q.')
    assert "middle of a line" in rig("notes", record).err


def test_notes_of_another_run_do_not_hold_here(record, mocked, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    note(record, "of this run")
    strange = other / record.name
    strange.write_bytes(mocked.read_bytes())
    (other / notes_path(record).name).write_bytes(notes_path(record).read_bytes())
    with pytest.raises(NotesError):
        note(strange, "another")


def test_notes_are_in_the_bundle_and_an_approval_covers_them(record, signer, tmp_path):
    for text in ("first", "second"):
        note(record, text)
    write_bundle([record], tmp_path / "b.zip")
    approve(tmp_path / "b.zip", signer)
    assert contents_of(tmp_path / "b.zip")["notes/synthetic.jsonl"] == notes_path(record).read_bytes()
    assert "does not cover" not in found(tmp_path / "b.zip")["signature 1"].said


def test_notes_after_an_approval_are_not_covered_by_it(rig, record, signer, tmp_path):
    bundle = tmp_path / "b.zip"
    for text in ("first", "second"):
        note(record, text)
    write_bundle([record], bundle)
    approve(bundle, signer)
    for text in ("third", "fourth"):
        note(record, text)
    assert rig("bundle", record, "--out", bundle).code == 0
    said = found(bundle)
    assert said["signature 1"].found == "ok"
    assert "does not cover notes 3-4 on synthetic" in said["signature 1"].said
    assert "4 notes" in said["notes"].said


def test_a_note_in_a_bundle_that_was_changed_after_an_approval_is_found(record, signer, tmp_path):
    bundle = tmp_path / "b.zip"
    note(record, "first")
    write_bundle([record], bundle)
    approve(bundle, signer)
    notes_path(record).unlink()
    note(record, "other")
    rewritten(bundle, {"notes/synthetic.jsonl": notes_path(record).read_bytes()})
    assert found(bundle)["signatures"].found == "FAILED"
    assert "covers 1 notes on synthetic" in found(bundle)["signatures"].said


def test_a_bundle_that_is_signed_is_not_written_over_with_something_else(record, mocked, signer, tmp_path):
    bundle = tmp_path / "b.zip"
    write_bundle([record], bundle)
    approve(bundle, signer)
    before = bundle.read_bytes()
    other = mocked.with_name("another.rig.db")
    mocked.rename(other)
    with pytest.raises(BundleError, match="is signed"):
        write_bundle([other], bundle)
    assert bundle.read_bytes() == before


def test_notes_that_were_taken_away_beside_the_record_do_not_go_from_a_signed_bundle(record, signer, tmp_path):
    bundle = tmp_path / "b.zip"
    note(record, "first")
    write_bundle([record], bundle)
    approve(bundle, signer)
    notes_path(record).unlink()
    with pytest.raises(BundleError, match="notes"):
        write_bundle([record], bundle)


def test_hostile_words_are_words(rig, record):
    note(record, "\x1b[2J<script>\u202e")
    said = rig("notes", record)
    assert "\x1b" not in said.out
    assert "\\u001b" in said.out
    assert json.loads(notes_path(record).read_bytes())["text"] == "\x1b[2J<script>\u202e"
