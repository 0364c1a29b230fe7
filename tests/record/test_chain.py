"""The chain holds what its description says, and tells where a record was changed."""

import hashlib
import sqlite3
import struct

import numpy as np
import pytest

from rig.channels import Channel
from rig.errors import RecordCorruptError
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from rig.samples import Block


@pytest.fixture
def finished(record: RunRecord) -> RunRecord:
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    for first in range(0, 40, 10):
        t_ns = np.arange(first, first + 10, dtype=np.int64)
        record.samples("flow", Block(t_ns, {"flow": t_ns.astype(float)}))
        record.event(OtherEvent("alarm", {"first": first}))
    record.stop(Stop("FINISHED"))
    return record


def tamper(record: RunRecord, *statements: str) -> None:
    """Change a record the way somebody would who knows SQLite: guards off, change, guards on again."""
    connection = sqlite3.connect(record.path, isolation_level=None)
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in guards:
        connection.execute(sql)
    connection.close()


def test_the_chain_can_be_recomputed_from_its_description(finished: RunRecord):
    previous = hashlib.sha256(b"pump rig run record, schema 1").digest()
    connection = sqlite3.connect(finished.path)
    for seq, t_ns, kind, name, body, data, stored in connection.execute("SELECT * FROM entry ORDER BY seq"):
        texts = [text.encode() for text in (kind, name, body)]
        lengths = [len(text) for text in texts]
        fields = struct.pack(">QqIIIB", seq, t_ns, *lengths, data is not None)
        previous = hashlib.sha256(previous + fields + b"".join(texts) + (data or b"")).digest()
        assert previous == stored, seq
    connection.close()


def test_an_untouched_record_holds(finished: RunRecord):
    with RecordReader(finished.path) as reader:
        assert reader.verify_chain() == 11


@pytest.mark.parametrize(
    "change, seq",
    [
        ("UPDATE entry SET body = replace(body, '\"first\":10', '\"first\":11') WHERE seq = 6", 6),
        ("UPDATE entry SET t_ns = t_ns + 1 WHERE seq = 6", 6),
        ("UPDATE entry SET name = 'alarn' WHERE seq = 6", 6),
        ("UPDATE entry SET kind = 'event' WHERE seq = 7", 7),
        ("UPDATE entry SET data = zeroblob(length(data)) WHERE seq = 7", 7),
        ("UPDATE entry SET data = x'' WHERE seq = 6", 6),
        ("UPDATE entry SET hash = randomblob(32) WHERE seq = 9", 9),
        ("UPDATE entry SET name = 'alar', body = 'm' || body WHERE seq = 6", 6),
        ("DELETE FROM entry WHERE seq = 4", 4),
        ("DELETE FROM entry WHERE seq = 1", 1),
    ],
)
def test_a_change_is_found_at_its_entry(finished: RunRecord, change, seq):
    tamper(finished, change)
    with RecordReader(finished.path) as reader, pytest.raises(RecordCorruptError) as caught:
        reader.verify_chain()
    assert caught.value.seq == seq


def test_two_entries_that_changed_places_are_found(finished: RunRecord):
    tamper(
        finished,
        "UPDATE entry SET seq = 100 WHERE seq = 6",
        "UPDATE entry SET seq = 6 WHERE seq = 8",
        "UPDATE entry SET seq = 8 WHERE seq = 100",
    )
    with RecordReader(finished.path) as reader, pytest.raises(RecordCorruptError) as caught:
        reader.verify_chain()
    assert caught.value.seq == 6


def test_an_index_that_hides_an_entry_is_found(finished: RunRecord):
    connection = sqlite3.connect(finished.path, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_kind_name'").fetchone()
    connection.execute("UPDATE sqlite_master SET sql = sql || ' WHERE seq > 5' WHERE name = 'entry_kind_name'")
    connection.close()
    connection = sqlite3.connect(finished.path, isolation_level=None)
    connection.execute("REINDEX entry_kind_name")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'entry_kind_name'", (sql,))
    connection.close()
    with RecordReader(finished.path) as reader, pytest.raises(RecordCorruptError, match="index"):
        reader.verify_chain()


def test_a_record_without_its_guards_is_refused(finished: RunRecord):
    connection = sqlite3.connect(finished.path)
    connection.execute("DROP TRIGGER entry_never_changes")
    connection.close()
    with pytest.raises(RecordCorruptError, match="guards"):
        RecordReader(finished.path)
