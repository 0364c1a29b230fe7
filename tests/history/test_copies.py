"""Copies of a record count once; a record that only begins like another hides nothing, and is told."""

import json
import shutil

import pytest

from commands.main import main
from reports.facts.other_runs import as_kept
from reports.facts.run_reading import read_run
from reports.history.other_runs import look_for_other_runs
from reports.index.page import write_index
from rig.record.bodies.others import Note
from rig.record.folder import add_note
from rig.record.reader import RecordReader
from tests.reports.faced import Faced
from tests.reports.nonsense import rows_of, written
from tests.reports.test_other_runs import NOW_NS, record_of

RESULT = "mean flow error"


@pytest.fixture
def record(tmp_path):
    return record_of(tmp_path / "runs", 1, 7.0, "FAIL")


@pytest.fixture
def retold(record):
    """A record of the same beginning with a chain that holds, in which the pump passed."""
    rows = [
        (*row[:4], row[4].replace('"FAIL"', '"PASS"').replace("7.0", "1.0"), row[5]) if row[2] == "result" else row
        for row in rows_of(record)
    ]
    out = record.with_name("run-0.rig.db")
    assert written(record, rows, out)
    return out


def asked(capsys, *words):
    code = main(["history", *map(str, words), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_a_record_that_was_written_anew_hides_no_other(record, retold, capsys):
    _, said, _ = asked(capsys, record.parent, "--result", RESULT)
    (series,) = said["series"]
    assert sorted(point["verdict"] for point in series["values"]) == ["FAIL", "PASS"]


def test_the_entry_from_which_on_they_differ_is_told(record, retold, capsys):
    code, said, told = asked(capsys, record.parent)
    (seq,) = (row[0] for row in rows_of(record) if row[2] == "result")
    assert code == 1
    assert [(two["from_entry"], sorted(two["records"])) for two in said["apart"]] == [(seq, [str(retold), str(record)])]
    assert f"are not the same from entry {seq} on" in told


def test_where_a_run_stands_is_told_with_what_contradicts_it(record, retold, capsys):
    code = main(["history", str(record.parent), "--run", str(record)])
    assert code == 1
    assert "begin as one run and are not the same from entry" in capsys.readouterr().err


def test_a_list_and_the_page_of_all_runs_tell_of_it_too(record, retold, capsys):
    code = main(["runs", "--runs", str(record.parent)])
    told = capsys.readouterr().err
    write_index(record.parent)
    page = (record.parent / "index.html").read_text(encoding="utf-8")
    assert code == 1
    assert "begin as one run and are not the same from entry" in told
    assert "Records contradict each other." in page


def test_a_copy_with_fewer_entries_is_a_copy_of_the_one_that_goes_on(record, capsys):
    before = record.with_name("before.rig.db")
    shutil.copyfile(record, before)
    add_note(record, Note("disk", {}), NOW_NS)
    code, said, told = asked(capsys, record.parent)
    assert (code, told) == (0, "")
    assert [one["run"] for one in said["runs"]] == ["run-1"]
    assert [one["run"] for one in said["copies"]] == ["before"]
    assert said["apart"] == []


def test_a_report_says_that_a_record_of_the_same_beginning_is_not_to_be_believed(record, retold):
    found = look_for_other_runs(record, (), NOW_NS)
    with RecordReader(record) as reader:
        run = Faced(read_run(reader, as_kept(found)))
    assert found.unreadable == ("run-0",)
    assert "1 record tells nothing or is not what was recorded" in run.data["alerts"][0]
