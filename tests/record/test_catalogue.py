"""What is said of a large folder comes from the catalogue only while it is true of the records."""

import os
import random
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from rig.record.bodies.others import Note, Stop
from rig.record.catalogue import FEWEST_RUNS, Catalogue, looks, place_of_catalogue
from rig.record.folder import add_note, record_paths
from rig.record.overview import WORDS, look_at, overview
from rig.record.schema import Kind
from rig.record.spot_check import Checked
from tests.streaming.records import RESULT, begin


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    with begin(tmp_path_factory.mktemp("one"), "run") as record:
        record.stop(Stop("FINISHED"))
    return record.path


@pytest.fixture
def folder(tmp_path, finished, monkeypatch):
    """A folder with so many finished runs that there is a catalogue."""
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
    """Make the catalogue say of every run what nothing but its own words could."""
    catalogue = Catalogue(place_of_catalogue(runs), WORDS)
    seen = looks(runs, [path.name for path in record_paths(runs)], 0)
    lines = catalogue.texts("", seen)
    catalogue.keep(
        {
            name: (seen[name], {"": text.replace('"somebody"', '"told by the catalogue"')})
            for name, text in lines.items()
        }
    )


def kept(runs):
    """Return of how many runs the catalogue holds the line."""
    with closing(sqlite3.connect(place_of_catalogue(runs))) as connection:
        return connection.execute("SELECT count(*) FROM kept WHERE part = ''").fetchone()[0]


def told_by_catalogue(runs):
    return {line.run_id for line in look(runs) if line.operator == "told by the catalogue"}


def test_the_catalogue_says_what_the_records_say(folder):
    assert look(folder) == look(folder)


def test_runs_that_nobody_touched_are_told_by_the_catalogue(folder):
    look(folder)
    lie(folder)
    assert len(told_by_catalogue(folder)) == FEWEST_RUNS


def test_a_run_that_was_added_to_is_read(folder):
    path = own(folder / "run-0007.rig.db")
    look(folder)
    lie(folder)
    add_note(path, Note("remark", {"said": "later"}), 0)
    assert len(told_by_catalogue(folder)) == FEWEST_RUNS - 1


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
    assert "run-0007" not in told_by_catalogue(folder)


def test_a_run_that_goes_on_is_read_each_time(folder):
    with begin(folder, "going-on"):
        states = [line.ended for _ in range(2) for line in look(folder) if line.run_id == "going-on"]
    assert states == ["RUNNING", "RUNNING"]


@pytest.mark.parametrize("damaged", [slice(-9), slice(0), slice(9, None)])
def test_a_damaged_catalogue_is_none(folder, damaged):
    first = look(folder)
    place = place_of_catalogue(folder)
    place.write_bytes(place.read_bytes()[damaged])
    assert [look(folder), look(folder), look(folder)] == [first] * 3
    assert kept(folder) == FEWEST_RUNS


def test_no_bytes_of_the_catalogue_change_what_is_told(folder):
    first = look(folder)
    place = place_of_catalogue(folder)
    whole = place.read_bytes()
    changes = random.Random(15)
    for _ in range(20):
        damaged = bytearray(whole)
        for at in changes.choices(range(len(whole)), k=8):
            damaged[at] ^= changes.randrange(1, 256)
        place.write_bytes(damaged)
        assert look(folder) == first


def test_a_catalogue_whose_words_were_changed_is_not_believed(folder):
    first = look(folder)
    with closing(sqlite3.connect(place_of_catalogue(folder))) as connection, connection:
        connection.execute("UPDATE kept SET said = replace(said, 'somebody', 'somebodY')")
    assert look(folder) == first


def test_a_catalogue_of_other_words_is_not_believed(folder):
    look(folder)
    place = place_of_catalogue(folder)
    seen = looks(folder, [path.name for path in record_paths(folder)], 0)
    assert Catalogue(place, [*WORDS, "another"]).texts("", seen) == {}


def test_another_program_s_database_is_replaced(folder):
    place = place_of_catalogue(folder)
    place.parent.mkdir(parents=True)
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("CREATE TABLE other (x)")
    assert look(folder) == look(folder) == look(folder)
    assert kept(folder) == FEWEST_RUNS


def test_records_that_are_gone_are_forgotten(folder):
    look(folder)
    (folder / "run-0007.rig.db").unlink()
    os.link(folder / "run-0008.rig.db", folder / "another.rig.db")
    look(folder)
    with closing(sqlite3.connect(place_of_catalogue(folder))) as connection:
        names = {bytes(name) for (name,) in connection.execute("SELECT record FROM kept")}
    assert b"run-0007.rig.db" not in names
    assert b"another.rig.db" in names


def test_no_more_records_are_read_than_allowed_and_those_are_kept(folder):
    left = [look_at(folder, rest_ns=0, most=20).unread for _ in range(4)]
    assert left == [FEWEST_RUNS - 20, FEWEST_RUNS - 40, 0, 0]


def results_of(folder):
    return look_at(folder, results=["mean flow error"], rest_ns=0).results


def test_results_of_a_name_are_told_by_the_catalogue_as_by_the_records(folder, tmp_path):
    with begin(folder, "with-results") as record:
        record.raw(Kind.RESULT, "mean flow error", RESULT)
        record.raw(Kind.RESULT, "another", {**RESULT, "verdict": "FAIL"})
        record.raw(Kind.RESULT, "mean flow error", {**RESULT, "verdict": "INVALID", "value": None})
        record.stop(Stop("FINISHED"))
    first = results_of(folder)
    assert first == results_of(folder)
    assert [(one.verdict, one.value, one.expanded, one.lower) for one in first["with-results"]] == [
        ("PASS", 1.25, 1.0, -5.0),
        ("INVALID", None, None, -5.0),
    ]


def test_results_of_several_names_stand_in_the_order_of_the_record(folder):
    with begin(folder, "with-results") as record:
        for name in ("b", "a", "c", "b"):
            record.raw(Kind.RESULT, name, RESULT)
        record.stop(Stop("FINISHED"))
    found = [look_at(folder, results=["a", "b"], rest_ns=0).results["with-results"] for _ in range(2)]
    assert [[one.name for one in results] for results in found] == [["b", "a", "b"]] * 2


def test_results_are_told_of_the_runs_that_are_asked_for(folder):
    for name in ("one", "another"):
        with begin(folder, name) as record:
            record.raw(Kind.RESULT, "a", RESULT)
            record.stop(Stop("FINISHED"))
    look(folder)
    found = look_at(folder, results=["a"], of=lambda line: line.run_id == "one", rest_ns=0)
    assert (len(found.lines), list(found.results)) == (FEWEST_RUNS + 2, ["one"])


def test_a_run_whose_results_the_catalogue_has_lost_is_read(folder):
    with begin(folder, "with-results") as record:
        record.raw(Kind.RESULT, "mean flow error", RESULT)
        record.stop(Stop("FINISHED"))
    first = results_of(folder)
    with closing(sqlite3.connect(place_of_catalogue(folder))) as connection, connection:
        connection.execute("DELETE FROM kept WHERE part <> ''")
    assert results_of(folder) == first


def test_several_may_refresh_it_at_once(folder):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: look(folder), range(16)))
    assert all(one == found[0] for one in found)
    assert kept(folder) == FEWEST_RUNS


def test_a_folder_of_few_runs_has_no_catalogue(folder):
    for path in sorted(folder.iterdir())[FEWEST_RUNS - 1 :]:
        path.unlink()
    look(folder)
    assert not place_of_catalogue(folder).exists()


def test_runs_that_were_touched_just_now_are_not_kept(folder):
    overview(folder)
    assert not place_of_catalogue(folder).exists()


def test_a_cache_that_cannot_be_written_hides_nothing(folder, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(look(folder)) == FEWEST_RUNS
