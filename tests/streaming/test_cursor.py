"""The cursor: durable, one holder, and no harm from a full disk or a damaged file."""

import sqlite3

import pytest

from rig.errors import StreamerBusyError
from rig.streaming.cursor import Cursor, Refused, SentSoFar, cursor_paths, read_progress
from rig.streaming.state import EncoderState

LINE = Refused(1, "events", "events x=1 5", "not wanted")


@pytest.fixture
def record(tmp_path):
    return tmp_path / "run-1.rig.db"


def test_what_was_saved_is_there_again(record):
    with Cursor(record, "abcdabcd", "there") as cursor:
        cursor.advance(EncoderState(seq=7).dump(), 7, 100, [LINE])
        cursor.say("sent")
    with Cursor(record, "abcdabcd", "there") as cursor:
        assert (cursor.encoder_state().seq, cursor.progress.sent, cursor.refused()) == (7, 100, (LINE,))
    assert read_progress(cursor_paths(record.parent)["run-1"][0]).status == "sent"


def test_each_server_has_a_cursor_of_its_own(record):
    for key in ("abcdabcd", "dcbadcba"):
        with Cursor(record, key, key) as cursor:
            cursor.say("sent")
    assert len(cursor_paths(record.parent)["run-1"]) == 2


def test_one_holder_at_a_time(record):
    with Cursor(record, "abcdabcd", "there"), pytest.raises(StreamerBusyError), Cursor(record, "abcdabcd", "there"):
        pass


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_cursor_starts_over(content, record):
    with Cursor(record, "abcdabcd", "there") as cursor:
        cursor.path.write_bytes(content)
    with Cursor(record, "abcdabcd", "there") as cursor:
        assert cursor.encoder_state() == EncoderState()
        cursor.advance(EncoderState(seq=3).dump(), 3, 1, [])
        assert cursor.problem == ""
    assert read_progress(cursor_paths(record.parent)["run-1"][0]).seq == 3


def test_a_cursor_somebody_else_is_making_reads_as_begun(record):
    with Cursor(record, "abcdabcd", "there") as cursor:
        sqlite3.connect(cursor.path).close()
        cursor.path.touch()
        assert read_progress(cursor.path) == SentSoFar()


def test_a_full_disk_is_told_and_caught_up_with(record):
    with Cursor(record, "abcdabcd", "there") as cursor:
        cursor.say("streaming")
        (pages,) = cursor._connected().execute("PRAGMA page_count").fetchone()
        cursor._connected().execute(f"PRAGMA max_page_count = {pages}")
        large = Refused(1, "events", "x" * 100_000, "not wanted")
        cursor.advance(EncoderState(seq=5).dump(), 5, 10, [large])
        full = cursor.problem
        cursor.advance(EncoderState(seq=6).dump(), 6, 10, [LINE])
    assert "full" in full
    with Cursor(record, "abcdabcd", "there") as cursor:
        assert (cursor.progress.seq, cursor.progress.sent, cursor.refused()) == (6, 20, (large, LINE))
