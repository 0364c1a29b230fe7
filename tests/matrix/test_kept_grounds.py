"""What results rest on is the same from the cache as from the records; whatever is wrong with it, the records tell."""

import os
import shutil
import sqlite3

import pytest

from reports.matrix.kept_grounds import GroundsOfRuns
from rig.errors import RecordError
from tests.streaming.records import everything


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that is large enough for a catalogue, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = everything(tmp_path / "runs", "run-00")
    for number in range(1, 50):
        shutil.copy(first, first.with_name(f"run-{number:02}.rig.db"))
    return first.parent


@pytest.fixture
def reads(monkeypatch):
    """Return which records were read."""
    read = []
    from reports.matrix import kept_grounds

    def noted(path):
        read.append(path.name)
        return reader(path)

    reader = kept_grounds.RecordReader
    monkeypatch.setattr(kept_grounds, "RecordReader", noted)
    return read


def of(folder):
    with GroundsOfRuns(folder, rest_ns=0) as grounds:
        return [grounds.of(path) for path in grounds.paths]


def test_the_second_look_reads_no_record_and_says_the_same(folder, reads):
    first = of(folder)
    assert len(reads) == 50
    assert of(folder) == first
    assert len(reads) == 50
    (result,) = first[7].results
    assert (first[7].run, result.limit.source, result.requirements) == ("run-07", "data sheet", ("ACC-002", "ACC-001"))
    assert [one.name for one in first[7].used] == ["balance"]


def test_a_record_that_was_touched_is_read_again(folder, reads):
    of(folder)
    reads.clear()
    os.utime(folder / "run-07.rig.db", ns=(1, 1))
    of(folder)
    assert reads == ["run-07.rig.db"]


def test_a_cache_that_somebody_changed_is_not_believed(folder, tmp_path, reads):
    first = of(folder)
    (kept,) = (tmp_path / "cache" / "rig").glob("grounds-*.db")
    connection = sqlite3.connect(kept)
    connection.execute("UPDATE kept SET said = replace(said, 'PASS', 'FAIL')")
    connection.commit()
    connection.close()
    reads.clear()
    assert of(folder) == first
    assert len(reads) == 50


def test_a_file_that_is_no_record_is_said_each_time(folder):
    (folder / "run-07.rig.db").write_bytes(b"no record")
    for _ in range(2):
        with GroundsOfRuns(folder, rest_ns=0) as grounds, pytest.raises(RecordError):
            grounds.of(folder / "run-07.rig.db")
