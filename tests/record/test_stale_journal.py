"""A journal of another copy beside a finished record is nobody's: it must not reach what was finished."""

import shutil

import pytest

from rig.clock import VirtualClock
from rig.errors import RecordError
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Note, Stop
from rig.record.bodies.start import Start
from rig.record.folder import RunState, add_note, list_runs
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord

MANY, FEW = 400, 20


@pytest.fixture
def finished(tmp_path):
    """A finished record, its journal of a time when it held few entries beside it: two copies of a folder in one."""
    record = RunRecord.create(tmp_path, "run", Start(), 1000, VirtualClock(1000))
    for number in range(FEW):
        record.event(OtherEvent("something", {"number": number}))
    journal = record.path.with_name(record.path.name + "-wal")
    kept = tmp_path / "kept"
    shutil.copy(journal, kept)
    for number in range(FEW, MANY):
        record.event(OtherEvent("something", {"number": number}))
    record.stop(Stop("FINISHED"))
    assert not journal.exists()
    shutil.copy(kept, journal)
    return record.path


def test_all_of_the_record_is_read(finished):
    with RecordReader(finished) as reader:
        assert reader.counts()["event"] == MANY


def test_to_look_at_it_changes_no_byte(finished):
    before = finished.read_bytes()
    (run,) = list_runs(finished.parent)
    assert run.state == RunState.FINISHED
    assert finished.read_bytes() == before


def test_who_would_write_is_refused_and_told_what_lies_there(finished):
    before = finished.read_bytes()
    with pytest.raises(RecordError, match=r"run\.rig\.db-wal.* move it away"):
        add_note(finished, Note("remark", {}), 2000)
    assert finished.read_bytes() == before
