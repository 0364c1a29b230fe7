"""A report appears whole or not at all, and never from a record that does not hold."""

import sqlite3

import pytest

from reports.page.html import write_report
from rig.errors import ExportError, RecordCorruptError, RecordNotFoundError
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.reports.records import EPOCH_NS, result_body


@pytest.fixture
def finished(write):
    scribe = write()
    scribe.plan(result_body())
    scribe.record.stop(Stop("FINISHED"))
    return scribe.record.path


def test_the_file_is_a_whole_page(finished, tmp_path):
    out = tmp_path / "deep" / "report.html"
    write_report(finished, out)
    text = out.read_text(encoding="utf-8")
    assert (text[:15], text.rstrip()[-7:]) == ("<!doctype html>", "</html>")


def test_nothing_is_left_beside_it(finished, tmp_path):
    write_report(finished, tmp_path / "out" / "report.html")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.html"]


def test_an_older_report_stays_when_the_new_one_cannot_be_made(finished, tmp_path):
    out = tmp_path / "report.html"
    out.write_text("older", encoding="utf-8")
    break_entry(finished)
    with pytest.raises(RecordCorruptError):
        write_report(finished, out)
    assert out.read_text(encoding="utf-8") == "older"


def test_a_changed_record_gives_no_report(finished, tmp_path):
    break_entry(finished)
    with pytest.raises(RecordCorruptError, match="not what was recorded"):
        write_report(finished, tmp_path / "report.html")


def test_a_place_that_cannot_be_written_is_an_export_error(finished, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ExportError):
        write_report(finished, tmp_path / "file" / "report.html")


def test_a_record_that_is_not_there(tmp_path):
    with pytest.raises(RecordNotFoundError):
        write_report(tmp_path / "none.rig.db", tmp_path / "report.html")


def test_a_record_with_a_start_of_another_kind_is_refused(tmp_path, write):
    scribe = write()
    with RunRecord.create(tmp_path, "connect", Start(purpose="connect"), EPOCH_NS, scribe.clock) as record:
        pass
    with pytest.raises(RecordCorruptError, match="lacks what a report needs"):
        write_report(record.path, tmp_path / "report.html")


def break_entry(path):
    """Change one result behind the guards' back, as nobody may."""
    database = sqlite3.connect(path)
    guard = database.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_never_changes'").fetchone()[0]
    database.execute("DROP TRIGGER entry_never_changes")
    database.execute("UPDATE entry SET body = replace(body, 'INCONCLUSIVE', 'PASS') || ' ' WHERE kind = 'result'")
    database.execute(guard)
    database.commit()
    database.close()
