"""What one line says of a run: how it ended goes before what it found, and who changed an entry is found."""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.chain import entry_hash
from rig.record.run_line import run_line
from rig.record.schema import Kind
from rig.record.spot_check import Checked
from tests.streaming.records import RESULT, begin

LONG = 600  # entries, more than are all held against the chain


def passed(folder, reason, entries=0):
    """Return the record of a run whose one plan passed, and that ended so; between the two lie other entries."""
    with begin(folder) as record:
        record.raw(Kind.RESULT, "mean flow error", RESULT)
        for number in range(entries):
            record.event(OtherEvent("something", {"number": number}))
        record.event(PlanOutcome(RESULT["plan"], OutcomeWord.PASSED))
        record.stop(Stop(reason, selected=(RESULT["plan"],)))
    return record.path


@pytest.mark.parametrize("reason, outcome", [("FINISHED", "PASS"), ("ABORTED", "INCONCLUSIVE")])
def test_a_run_passes_only_where_it_came_to_its_end(tmp_path, reason, outcome):
    line = run_line(passed(tmp_path, reason))
    assert (line.ended, line.outcome, line.failed) == (reason, outcome, outcome != "PASS")


@contextmanager
def unguarded(path, guard):
    """Open a record as somebody does who takes one of its guards away for a while."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT sql FROM sqlite_master WHERE name = ?"
        (as_it_was,) = connection.execute(query, (guard,)).fetchone()
        connection.execute(f"DROP TRIGGER {guard}")
        yield connection
        connection.execute(as_it_was)
        connection.commit()


def changed(path, old, new):
    """Change the result in a record and seal it anew, as somebody does who knows the chain."""
    with unguarded(path, "entry_never_changes") as connection:
        (before,) = connection.execute("SELECT hash FROM entry WHERE seq = 1").fetchone()
        row = connection.execute("SELECT seq, t_ns, kind, name, body, data FROM entry WHERE seq = 2").fetchone()
        *fields, body, data = row
        assert old in body
        sealed = entry_hash(before, *fields, body.replace(old, new), data)
        connection.execute("UPDATE entry SET body = ?, hash = ? WHERE seq = 2", (body.replace(old, new), sealed))


def test_a_result_of_a_long_record_that_was_changed_and_sealed_anew_does_not_fit_what_is_behind_it(tmp_path):
    path = passed(tmp_path, "FINISHED", LONG)
    assert run_line(path).checked is Checked.TOLD
    changed(path, '"PASS"', '"FAIL"')
    line = run_line(path)
    assert (line.checked, line.outcome) == (Checked.ALTERED, "ALTERED")
    assert "entry 3: it is not what was recorded" in line.problem


def test_an_entry_that_is_missing_from_the_middle_of_a_long_record_is_missed(tmp_path):
    path = passed(tmp_path, "FINISHED", LONG)
    with unguarded(path, "entry_never_goes") as connection:
        connection.execute("DELETE FROM entry WHERE seq = 300")
    line = run_line(path)
    assert (line.checked, line.outcome) == (Checked.ALTERED, "ALTERED")
    # The start, the result, what lies between, the plan's outcome and the stop.
    assert f"1 of its {LONG + 4} entries are missing" in line.problem
