"""The runs of a directory are listed, found and, when they were killed, closed."""

import struct

import pytest

from rig.bench.starting import run_id as run_id_of
from rig.clock import VirtualClock
from rig.errors import RecordBusyError, RecordCorruptError, RecordNotFoundError
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Note, Stop
from rig.record.bodies.start import Start
from rig.record.folder import RunState, add_note, close_interrupted, find_run, list_runs
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from rig.record.writer import RunRecord


def make(directory, run_id: str) -> RunRecord:
    clock = VirtualClock(1000)
    return RunRecord.create(directory, run_id, Start(plans=("test_basal.py", "test_bolus.py")), 1000, clock)


def dead(directory, run_id: str):
    """Return the path of a run that ended without a stop."""
    record = make(directory, run_id)
    record.event(OtherEvent("alarm", {}))
    record.close()
    return record.path


def test_a_directory_without_runs_has_none(tmp_path):
    assert list_runs(tmp_path) == list_runs(tmp_path / "nowhere") == ()


def test_a_summary_tells_state_verdicts_and_plans(tmp_path):
    record = make(tmp_path, "run")
    for verdict in ("PASS", "FAIL", "PASS"):
        record.raw(Kind.RESULT, "flow error", {"verdict": verdict})
    record.stop(Stop("FINISHED"))
    (run,) = list_runs(tmp_path)
    assert (run.run_id, run.state, run.stop_reason) == ("run", RunState.FINISHED, "FINISHED")
    assert (run.verdicts, run.plans) == ((("FAIL", 1), ("PASS", 2)), ("test_basal.py", "test_bolus.py"))
    assert run.started_ns == 1000


def test_a_run_with_a_living_writer_is_running(tmp_path):
    with make(tmp_path, "run"):
        assert list_runs(tmp_path)[0].state == RunState.RUNNING


def test_a_run_without_stop_or_writer_is_interrupted(tmp_path):
    dead(tmp_path, "run")
    (run,) = list_runs(tmp_path)
    assert (run.state, run.stop_reason) == (RunState.INTERRUPTED, "")


def test_runs_of_one_virtual_instant_are_listed_in_the_order_they_were_begun(tmp_path):
    for run_id in ("b", "c", "a"):
        make(tmp_path, run_id).stop(Stop("FINISHED"))
    assert [run.run_id for run in list_runs(tmp_path)] == ["b", "c", "a"]
    assert find_run(tmp_path, "last").name == "a.rig.db"


@pytest.mark.parametrize(
    "text, name", [("run-1", "run-1"), ("run-2", "run-2"), ("run-10", "run-10"), ("al", "alpha"), ("last", "alpha")]
)
def test_a_run_is_found_by_its_name_or_the_only_beginning_of_it(tmp_path, text, name):
    for run_id in ("run-1", "run-10", "run-2", "alpha"):
        make(tmp_path, run_id).stop(Stop("FINISHED"))
    assert find_run(tmp_path, text) == tmp_path / f"{name}.rig.db"


@pytest.mark.parametrize(
    "names",
    [
        ("20200101T000000Z-x", "NOW-b", "NOW-a"),  # in the order in which they were begun
        ("29990101T000000Z-x", "NOW-a"),  # a name that says what the record does not
        ("NOW-a", "by-hand"),
    ],
)
def test_the_last_is_the_one_begun_last_whatever_names_say(tmp_path, names):
    now = run_id_of("x")[:16]
    for name in names:
        make(tmp_path, name.replace("NOW", now)).stop(Stop("FINISHED"))
    assert find_run(tmp_path, "last").name == f"{names[-1].replace('NOW', now)}.rig.db"


def test_a_run_is_found_by_its_path(tmp_path):
    path = dead(tmp_path / "elsewhere", "run")
    assert find_run(tmp_path, str(path)) == path


@pytest.mark.parametrize(
    "text, answer",
    [("x", "has no run x; it has run-1, run-2"), ("run", "any of 2 runs: run-1, run-2"), ("", "has no run ")],
)
def test_an_unknown_run_is_answered_with_those_there_are(tmp_path, text, answer):
    for run_id in ("run-1", "run-2"):
        dead(tmp_path, run_id)
    with pytest.raises(RecordNotFoundError, match=answer):
        find_run(tmp_path, text)


def test_the_last_of_no_runs_is_not_found(tmp_path):
    with pytest.raises(RecordNotFoundError, match="it has none at all"):
        find_run(tmp_path, "last")


def test_an_interrupted_run_is_closed_with_what_was_delivered(tmp_path):
    path = dead(tmp_path, "run")
    assert close_interrupted(path, lambda reader: {"alarms": len(tuple(reader.entries("event", "alarm")))})
    with RecordReader(path) as reader:
        stop = reader.stop()
    assert stop is not None
    assert (stop.reason, stop.delivered) == ("INTERRUPTED", {"alarms": 1})
    assert stop.entries == {"event": 1, "start": 1}


def test_an_interrupted_run_ends_when_it_last_gave_a_sign_of_life(tmp_path):
    clock = VirtualClock(1000)
    record = RunRecord.create(tmp_path, "run", Start(), 1000, clock)
    clock.wait_s(5e-6)
    record.event(OtherEvent("alarm", {}))
    record.close()
    close_interrupted(record.path, lambda _: {})
    with RecordReader(record.path) as reader:
        assert [entry.t_ns for entry in reader.entries(kind="stop")] == [6000]


def test_a_closed_run_is_not_closed_again(tmp_path):
    path = dead(tmp_path, "run")
    assert close_interrupted(path, lambda _: {})
    assert not close_interrupted(path, lambda _: {})


def test_a_finished_run_is_left_alone(tmp_path):
    record = make(tmp_path, "run")
    record.stop(Stop("FINISHED"))
    before = record.path.read_bytes()
    assert not close_interrupted(record.path, lambda _: {})
    assert record.path.read_bytes() == before


def test_a_running_run_is_left_alone(tmp_path):
    with make(tmp_path, "run") as record:
        assert not close_interrupted(record.path, lambda _: {})
        assert record.event(OtherEvent("alarm", {})) == 2


def test_a_run_whose_delivery_cannot_be_told_stays_open(tmp_path):
    path = dead(tmp_path, "run")

    def damaged(_reader):
        raise RecordCorruptError("entry 2 is damaged", 2)

    with pytest.raises(RecordCorruptError):
        close_interrupted(path, damaged)
    assert list_runs(tmp_path)[0].stop_reason == ""


def test_closing_a_run_leaves_a_single_file(tmp_path):
    close_interrupted(dead(tmp_path, "run"), lambda _: {})
    assert [path.name for path in tmp_path.iterdir()] == ["run.rig.db"]


def test_a_run_that_was_read_while_it_stopped_becomes_a_single_file_later(tmp_path):
    record = make(tmp_path, "run")
    with record.reader() as reader:
        record.stop(Stop("FINISHED"))
        assert reader.stop() is not None
    assert not close_interrupted(record.path, lambda _: {})
    assert [path.name for path in tmp_path.iterdir()] == ["run.rig.db"]


def test_a_run_whose_writer_died_while_tidying_up_can_be_read(tmp_path):
    """What SQLite leaves when it is killed between writing its rollback journal and the change itself."""
    record = make(tmp_path, "run")
    record.stop(Stop("FINISHED"))
    header = record.path.read_bytes()[:2048]
    pages = len(record.path.read_bytes()) // 2048
    journal = struct.pack(">8sIIIII", bytes.fromhex("d9d505f920a163d7"), 1, 0, pages, 512, 2048).ljust(512, b"\0")
    check = sum(header[place] for place in range(2048 - 200, 0, -200)) & 0xFFFFFFFF
    journal += struct.pack(">I", 1) + header + struct.pack(">I", check)
    damaged = bytearray(record.path.read_bytes())
    damaged[18:20] = b"\x07\x07"
    record.path.write_bytes(damaged)
    record.path.with_name("run.rig.db-journal").write_bytes(journal)
    with RecordReader(record.path) as reader:
        assert reader.verify_chain() == 2


def test_a_note_is_chained_to_a_finished_run(tmp_path):
    record = make(tmp_path, "run")
    record.stop(Stop("FINISHED"))
    assert add_note(record.path, Note("reconciled", {"missing": 0}), 2000) == 3
    with RecordReader(record.path) as reader:
        assert reader.verify_chain() == 3
        assert [entry.body for entry in reader.entries(kind="note")] == [{"missing": 0}]


def test_a_note_can_be_added_while_somebody_reads(tmp_path):
    record = make(tmp_path, "run")
    record.stop(Stop("FINISHED"))
    with RecordReader(record.path) as reader:
        next(reader.entries())
        add_note(record.path, Note("reconciled"), 2000)
        assert reader.last_seq() == 3


def test_a_running_run_takes_notes_from_its_writer_only(tmp_path):
    with make(tmp_path, "run") as record:
        with pytest.raises(RecordBusyError):
            add_note(record.path, Note("reconciled"), 2000)
        assert record.note(Note("reconciled")) == 2
