"""The head of a record tells it from a forgery whose chain holds."""

import sqlite3

import pytest

from commands.main import main
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Note, Stop
from rig.record.chain import GENESIS, entry_hash
from rig.record.folder import add_note
from rig.record.reader import RecordReader

ROWS = "SELECT seq, t_ns, kind, name, body, data FROM entry ORDER BY seq"


@pytest.fixture
def finished(record):
    record.event(OtherEvent("weighed", {"mass_mg": 1000}))
    record.stop(Stop("FINISHED"))
    return record.path


def head_of(path):
    with RecordReader(path) as reader:
        reader.verify_chain()
        return reader.head()


def forge(path):
    """Make a mass smaller and the whole chain anew: nothing in the file shows it."""
    connection = sqlite3.connect(path, isolation_level=None)
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE entry SET body = replace(body, '1000', '970')")
    previous = GENESIS
    for row in connection.execute(ROWS).fetchall():
        previous = entry_hash(previous, *row)
        connection.execute("UPDATE entry SET hash = ? WHERE seq = ?", (previous, row[0]))
    for _, sql in guards:
        connection.execute(sql)
    connection.close()


def test_a_forgery_whose_chain_holds_has_another_head(finished):
    before = head_of(finished)
    forge(finished)
    assert head_of(finished) != before


def test_replay_refuses_a_record_with_another_head(finished, capsys):
    head = head_of(finished)
    forge(finished)
    assert main(["replay", str(finished), "--head", head]) == 2
    assert f"not {head}" in capsys.readouterr().err


def test_replay_takes_the_record_that_was_kept_in_mind(finished):
    assert main(["replay", str(finished), "--head", head_of(finished)[:16].upper()]) == 0


@pytest.mark.parametrize("text", ["", "abc", "z" * 64, "a" * 65])
def test_what_is_no_head_is_said(finished, text, capsys):
    with pytest.raises(SystemExit):
        main(["replay", str(finished), "--head", text])
    assert "digits of 0-9 and a-f are wanted" in capsys.readouterr().err


def test_a_note_after_the_stop_leaves_the_head(finished):
    before = head_of(finished)
    add_note(finished, Note("remark", {}), 1)
    assert head_of(finished) == before
