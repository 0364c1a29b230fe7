"""The lines of a large folder come from an index only while they are true of the records."""

import hashlib
import json
import os
import shutil

import pytest

from rig.record.bodies.others import Note, Stop
from rig.record.folder import add_note
from rig.record.overview import overview
from rig.record.run_index import FEWEST_RUNS, place_of_index
from rig.record.spot_check import Checked
from tests.streaming.records import begin


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    with begin(tmp_path_factory.mktemp("one"), "run") as record:
        record.stop(Stop("FINISHED"))
    return record.path


@pytest.fixture
def folder(tmp_path, finished, monkeypatch):
    """A folder with so many finished runs that there is an index."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    runs = tmp_path / "runs"
    runs.mkdir()
    for number in range(FEWEST_RUNS):
        os.link(finished, runs / f"run-{number:04}.rig.db")
    return runs


def look(runs):
    return overview(runs, rest_ns=0)


def own(path):
    """Put a file of its own in a link's place, with the same bytes, and return it."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    return path


def lie(runs):
    """Make the index say of every run that it failed, as nothing but its own words could."""
    place = place_of_index(runs)
    head, lines = json.loads(place.read_text(encoding="utf-8").partition("\n")[2])
    for _, values in lines.values():
        values[head.index("operator") - 1] = "told by the index"
    text = json.dumps([head, lines], separators=(",", ":"))
    place.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")


def told_by_index(runs):
    return {line.run_id for line in look(runs) if line.operator == "told by the index"}


def test_the_index_says_what_the_records_say(folder):
    assert look(folder) == look(folder)


def test_runs_that_nobody_touched_are_told_by_the_index(folder):
    look(folder)
    lie(folder)
    assert len(told_by_index(folder)) == FEWEST_RUNS


def test_a_run_that_was_added_to_is_read(folder):
    path = own(folder / "run-0007.rig.db")
    look(folder)
    lie(folder)
    add_note(path, Note("remark", {"said": "later"}), 0)
    assert len(told_by_index(folder)) == FEWEST_RUNS - 1


def test_an_altered_record_of_the_same_size_and_time_is_found(folder):
    path = own(folder / "run-0007.rig.db")
    look(folder)
    stat = path.stat()
    content = path.read_bytes()
    path.write_bytes(content.replace(b"somebody", b"somebodY"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    (line,) = (line for line in look(folder) if line.run_id == "run-0007")
    assert line.checked is Checked.ALTERED


def test_a_record_with_a_journal_beside_it_is_read(folder):
    look(folder)
    lie(folder)
    shutil.copy(folder / "run-0007.rig.db", folder / "run-0007.rig.db-wal")
    assert "run-0007" not in told_by_index(folder)


def test_a_run_that_goes_on_is_read_each_time(folder):
    with begin(folder, "going-on"):
        states = [line.ended for _ in range(2) for line in look(folder) if line.run_id == "going-on"]
    assert states == ["RUNNING", "RUNNING"]


@pytest.mark.parametrize("damaged", [slice(-9), slice(0), slice(9, None)])
def test_a_damaged_index_is_none(folder, damaged):
    first = look(folder)
    place = place_of_index(folder)
    place.write_bytes(place.read_bytes()[damaged])
    assert look(folder) == first


def test_a_folder_of_few_runs_has_no_index(folder):
    for path in sorted(folder.iterdir())[FEWEST_RUNS - 1 :]:
        path.unlink()
    look(folder)
    assert not place_of_index(folder).exists()


def test_runs_that_were_touched_just_now_are_not_kept(folder):
    overview(folder)
    assert not place_of_index(folder).exists()


def test_a_cache_that_cannot_be_written_hides_nothing(folder, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(look(folder)) == FEWEST_RUNS
