"""Whatever is put in a record's place, the answer is a typed error and never a number."""

import random
import sqlite3
import sys

import numpy as np
import pytest

from rig.channels import Channel
from rig.errors import RecordCorruptError, RecordError, RecordNotFoundError
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.folder import list_runs
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from rig.record.writer import RunRecord
from rig.samples import Block


@pytest.fixture
def finished(record: RunRecord) -> RunRecord:
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    for first in range(0, 3000, 1000):
        t_ns = np.arange(first, first + 1000, dtype=np.int64) ** 2
        record.samples("flow", Block(t_ns, {"flow": t_ns.astype(float)}))
        record.event(OtherEvent("alarm", {"first": first}))
        record.raw(Kind.RESULT, "flow error", {"verdict": "PASS", "value": 1.5})
    record.stop(Stop("FINISHED"))
    return record


def read_everything(path) -> list[object]:
    with RecordReader(path) as reader:
        reader.verify_chain()
        series = [reader.series(stream) for stream in reader.streams()]
        samples = [(one.t_ns.tobytes(), one.columns["flow"].tobytes(), one.lost, one.units) for one in series]
        return [
            reader.start(),
            reader.stop(),
            list(reader.entries()),
            list(reader.entries(kind="result")),
            reader.counts(),
            samples,
        ]


def test_a_record_that_is_not_there(tmp_path):
    with pytest.raises(RecordNotFoundError, match=r"no record .*run-2"):
        RecordReader(tmp_path / "run-2.rig.db")


def test_a_directory_is_no_record(tmp_path):
    with pytest.raises(RecordNotFoundError):
        RecordReader(tmp_path)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"not a database at all" * 100, bytes(8192)])
def test_a_file_that_is_no_database(tmp_path, content):
    path = tmp_path / "x.rig.db"
    path.write_bytes(content)
    with pytest.raises(RecordCorruptError):
        RecordReader(path)


def test_a_database_of_somebody_else(tmp_path):
    path = tmp_path / "x.rig.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE entry (seq, t_ns, kind, name, body, data, hash)")
    connection.close()
    with pytest.raises(RecordCorruptError, match="not a run record"):
        RecordReader(path)


def test_a_record_of_another_schema(finished: RunRecord):
    connection = sqlite3.connect(finished.path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(RecordCorruptError, match="schema 2"):
        RecordReader(finished.path)


@pytest.mark.parametrize("kept", [100, 4096, 8192, 20_000, 50_000])
def test_a_truncated_record(finished: RunRecord, kept):
    finished.path.write_bytes(finished.path.read_bytes()[:kept])
    with pytest.raises(RecordCorruptError):
        read_everything(finished.path)


@pytest.mark.parametrize("seed", range(4))
def test_damage_is_told_or_touches_nothing(finished: RunRecord, seed):
    """64 bytes turned over anywhere: a typed error, or (in the free space of a page) the very same content."""
    whole, expected = finished.path.read_bytes(), read_everything(finished.path)
    change = random.Random(seed)
    for _ in range(50):
        place = change.randrange(len(whole))
        turned = bytes(byte ^ 0xFF for byte in whole[place : place + 64])
        finished.path.write_bytes(whole[:place] + turned + whole[place + 64 :])
        try:
            found = read_everything(finished.path)
        except RecordCorruptError:
            continue
        assert found == expected, place


def test_damage_in_a_body_is_told_with_its_entry(finished: RunRecord):
    whole = finished.path.read_bytes()
    finished.path.write_bytes(whole.replace(b'{"first":1000}', b'{"first":1000\xff'))
    with RecordReader(finished.path) as reader:
        with pytest.raises(RecordCorruptError) as caught:
            list(reader.entries())
        assert caught.value.seq == 7
        with pytest.raises(RecordCorruptError) as caught:
            reader.verify_chain()
        assert caught.value.seq == 7


def test_a_closed_reader_says_so(finished: RunRecord):
    reader = RecordReader(finished.path)
    reader.close()
    with pytest.raises(RecordError, match="closed"):
        reader.start()


def test_a_damaged_run_does_not_hide_the_others(finished: RunRecord):
    (finished.path.parent / "aaa.rig.db").write_bytes(b"garbage" * 1000)
    states = {run.run_id: run.state.value for run in list_runs(finished.path.parent)}
    assert states == {"aaa": "UNREADABLE", "run-1": "FINISHED"}


FILL = """
import resource, sys
from pathlib import Path
from rig.clock import VirtualClock
from rig.errors import RecordError
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord

record = RunRecord.create(Path(sys.argv[1]), "run", Start(), 0, VirtualClock(0))
size = sum(file.stat().st_size for file in Path(sys.argv[1]).iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
kept = 1
try:
    while True:
        kept = record.event(OtherEvent("alarm", {"text": "x" * 1000}))
except RecordError as error:
    print("could not be recorded" in str(error))
print(kept, flush=True)
"""


def test_a_full_disk_is_told_and_keeps_what_was_recorded(children, tmp_path):
    done = children.run([sys.executable, "-c", FILL, tmp_path])
    assert done.returncode == 0, done.stderr
    told, kept = done.stdout.split()
    with RecordReader(tmp_path / "run.rig.db") as reader:
        assert (told, reader.verify_chain()) == ("True", int(kept))
