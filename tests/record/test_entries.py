"""A record keeps what is written, in order, under its kind and name."""

import sqlite3
import threading

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.errors import RecordBusyError, RecordClosedError, RecordError
from rig.exchange import Exchange
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.bodies.start import FORMAT, Start
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind
from rig.record.writer import RunRecord
from rig.samples import Block


def test_the_run_begins_with_its_start(record: RunRecord, reader):
    start = reader.start()
    assert (start.seed, start.plans, start.format) == (7, ("test_basal.py",), FORMAT)


def test_entries_are_numbered_from_one_without_gaps(record: RunRecord):
    assert [
        record.event(OtherEvent("alarm", {})),
        record.raw(Kind.RESULT, "flow error", {}),
        record.event(OtherEvent("alarm", {})),
    ] == [2, 3, 4]


def test_an_entry_carries_the_time_of_the_runs_clock(record: RunRecord, reader, clock):
    clock.wait_s(1.5)
    record.event(OtherEvent("alarm", {"code": 3}))
    (entry,) = tuple(reader.entries("event", "alarm"))
    assert entry == Entry(2, 1_767_225_601_500_000_000, "event", "alarm", {"code": 3}, None)


def test_a_command_keeps_its_bytes_and_both_times(record: RunRecord, reader):
    record.command(Exchange("pump", "set_rate", {"rate_ul_h": 2.5}, b"\x02A\x03", b"\x06\xff", 10, 20, "refused"))
    (entry,) = reader.entries(kind="command", name="pump")
    assert entry.body == {
        "verb": "set_rate",
        "arguments": {"rate_ul_h": 2.5},
        "sent_hex": "024103",
        "received_hex": "06ff",
        "sent_ns": 10,
        "received_ns": 20,
        "result": "refused",
        "extra": {},
    }


def test_entries_are_found_by_kind_name_and_place(record: RunRecord, reader):
    for number in range(3):
        record.event(OtherEvent("alarm", {"number": number}))
        record.event(OtherEvent("window", {"number": number}))
        record.raw(Kind.RESULT, "alarm", {"number": number})
    assert [e.seq for e in reader.entries(kind="event")] == [2, 3, 5, 6, 8, 9]
    assert [e.seq for e in reader.entries(kind="event", name="alarm", after_seq=2)] == [5, 8]
    assert [e.seq for e in reader.entries(after_seq=8)] == [9, 10]
    assert [e.seq for e in reader.entries(kind="result")] == [4, 7, 10]


def test_a_name_without_its_kind_is_refused(record: RunRecord, reader):
    with pytest.raises(RecordError, match="by kind"):
        list(reader.entries(name="alarm"))


def test_more_entries_than_one_chunk_come_in_order(record: RunRecord, reader):
    for number in range(1200):
        record.event(OtherEvent("tick", {"number": number}))
    assert [e.body["number"] for e in tuple(reader.entries("event", "tick"))] == list(range(1200))
    assert [e.seq for e in reader.entries()] == list(range(1, 1202))


def test_text_of_any_language_and_numbers_of_any_size_come_back(record: RunRecord, reader):
    body = {"µ": "naïve\n\t\0\"'", "big": 2**80, "tiny": 5e-324, "nested": [{"a": None, "b": True}]}
    record.event(OtherEvent("žluťoučký 🐎", body))
    assert next(reader.entries("event", "žluťoučký 🐎")).body == body


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1, 2}, np.int64(3), "\ud800"])
def test_what_json_has_no_word_for_is_refused_and_leaves_no_trace(record: RunRecord, value):
    with pytest.raises(RecordError, match="cannot be written as JSON"):
        record.event(OtherEvent("alarm", {"value": value}))
    assert record.event(OtherEvent("alarm", {})) == 2


def test_a_name_that_is_no_text_is_refused(record: RunRecord):
    with pytest.raises(RecordError, match="could not be recorded"):
        record.event(OtherEvent("\ud800", {}))
    assert record.event(OtherEvent("alarm", {})) == 2


def test_a_stopped_record_takes_nothing_more(record: RunRecord, reader):
    record.stop(Stop("FINISHED", selected=("a.py::test_a",)))
    with pytest.raises(RecordClosedError):
        record.event(OtherEvent("alarm", {}))
    with pytest.raises(RecordClosedError):
        record.stop(Stop("FINISHED"))
    assert reader.stop() == Stop("FINISHED", selected=("a.py::test_a",))


def test_a_stopped_record_is_a_single_file(record: RunRecord):
    record.stop(Stop("FINISHED"))
    RecordReader(record.path).close()
    assert [path.name for path in record.path.parent.iterdir()] == ["run-1.rig.db"]


def test_a_record_that_is_being_read_can_be_stopped(record: RunRecord):
    with record.reader() as reader:
        record.stop(Stop("FINISHED"))
        assert reader.stop() == Stop("FINISHED")


def test_a_run_without_stop_says_so(record: RunRecord, reader):
    assert reader.stop() is None


def test_one_run_id_makes_one_record(record: RunRecord, clock):
    with pytest.raises(RecordBusyError):
        RunRecord.create(record.path.parent, "run-1", Start(), 0, clock)
    record.stop(Stop("FINISHED"))
    with pytest.raises(RecordError, match="cannot be created"):
        RunRecord.create(record.path.parent, "run-1", Start(), 0, clock)


@pytest.mark.parametrize("run_id", ["", "../x", "a/b", ".hidden", "a b", "x" * 300])
def test_a_run_id_that_is_no_file_name_is_refused(tmp_path, clock, run_id):
    with pytest.raises(RecordError, match="run id"):
        RunRecord.create(tmp_path, run_id, Start(), 0, clock)


def test_samples_need_a_description_first(record: RunRecord):
    with pytest.raises(RecordError, match="not described"):
        record.samples("flow", Block(np.zeros(0, np.int64), {}))


def test_a_stream_does_not_change_its_channels(record: RunRecord):
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    record.descriptor("flow", [Channel("flow", "µL/h")], {"again": True})
    with pytest.raises(RecordError, match="already described"):
        record.descriptor("flow", [Channel("flow", "mL/h")], {})


@pytest.mark.parametrize("names", [("a", "a"), ("",), ("t_ns",), ("utc",)])
def test_channels_have_names_of_their_own(record: RunRecord, names):
    with pytest.raises(RecordError, match="names of their own"):
        record.descriptor("flow", [Channel(name, "V") for name in names], {})


def test_threads_share_one_record(record: RunRecord, reader):
    def write() -> None:
        for _ in range(50):
            record.event(OtherEvent("tick", {}))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reader.verify_chain() == 201


def test_an_interrupted_append_does_not_break_the_chain(record: RunRecord, reader, monkeypatch):
    def interrupt(_self) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(record._clock), "now_ns", interrupt)
    with pytest.raises(KeyboardInterrupt):
        record.event(OtherEvent("alarm", {}))
    monkeypatch.undo()
    assert record.event(OtherEvent("alarm", {})) == 2
    assert reader.verify_chain() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = '{}' WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 2",
        "DELETE FROM entry",
        "INSERT INTO entry VALUES (4, 0, 'event', 'x', '{}', NULL, zeroblob(32))",
        "INSERT INTO entry VALUES (2, 0, 'event', 'x', '{}', NULL, zeroblob(32))",
        "INSERT OR REPLACE INTO entry VALUES (2, 0, 'event', 'x', '{}', NULL, zeroblob(32))",
        "INSERT INTO entry VALUES (NULL, 0, 'event', 'x', '{}', NULL, zeroblob(32))",
        "INSERT INTO entry VALUES (3, 0, 'event', 'x', '{}', NULL, zeroblob(31))",
        "INSERT INTO entry VALUES (3, 'noon', 'event', 'x', '{}', NULL, zeroblob(32))",
    ],
)
def test_the_database_itself_only_appends(record: RunRecord, statement):
    record.event(OtherEvent("alarm", {}))
    record.close()
    connection = sqlite3.connect(record.path)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_the_database_itself_takes_only_notes_after_the_stop(record: RunRecord):
    record.stop(Stop("FINISHED"))
    connection = sqlite3.connect(record.path)
    with pytest.raises(sqlite3.IntegrityError, match="notes only"):
        connection.execute("INSERT INTO entry VALUES (3, 0, 'event', 'x', '{}', NULL, zeroblob(32))")
    connection.close()


def test_a_record_can_be_read_as_it_was(tmp_path):
    clock = VirtualClock(0)
    with RunRecord.create(tmp_path, "r", Start(), 0, clock) as record:
        record.descriptor("s", (Channel("x", "1"),), {})
        record.samples("s", Block(np.asarray([5]), {"x": np.asarray([1.0])}))
        seq = record.event(OtherEvent("then", {}))
        record.samples("s", Block(np.asarray([5]), {"x": np.asarray([2.0])}))
        record.event(OtherEvent("later", {}))
        with record.reader() as reader, reader.as_of(seq) as then:
            assert then.last_seq() == seq
            assert [entry.name for entry in then.all_events()] == ["then"]
            assert then.series("s").columns["x"].tolist() == [1.0]
            assert reader.series("s").columns["x"].tolist() == [1.0, 2.0]
            # What the other reader has learned of newer entries changes nothing for this one.
            assert then.series("s").columns["x"].tolist() == [1.0]


def test_what_was_computed_once_is_of_the_record_as_it_was_then(record: RunRecord):
    record.event(OtherEvent("later", {}))
    with record.reader() as reader, reader.as_of(1) as early, reader.as_of(2) as late, reader.as_of(2) as again:
        found = [one.once(("entries",), one.last_seq) for one in (early, late)]
        assert found == [1, 2]
        assert again.once(("entries",), lambda: "computed anew") == 2
        assert [reader.once(("entries",), lambda said=said: said) for said in (3, 4)] == [3, 4]
