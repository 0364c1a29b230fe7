"""`rig runs`: what a line says of a run, and what it says when the record is not what was recorded."""

import json
import sqlite3

import pytest

from rig.clock import iso_utc
from rig.faults import Fault, Sorted
from rig.record.bodies.codec import to_body
from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.chain import entry_hash
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from tests.commands.records import killed
from tests.streaming.records import RESULT, begin, everything

PASSED, FAILED, SKIPPED = OutcomeWord.PASSED, OutcomeWord.FAILED, OutcomeWord.SKIPPED


def table(said):
    """Return the rows of a table by the words of its header."""
    header, *rows = said.out.splitlines()
    places = [header.index(word) for word in header.replace("begun (UTC)", "begun").split()]
    names = header.replace("begun (UTC)", "begun").split()
    ends = [*places[1:], None]
    spans = list(zip(names, places, ends, strict=True))
    return [{name: row[at:end].strip() for name, at, end in spans} for row in rows]


def forge(path, statement, *arguments):
    """Change a record as somebody would who knows SQLite."""
    with sqlite3.connect(path) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement, arguments)
        for _, sql in guards:
            connection.execute(sql)
    connection.close()


def finished(folder, name, outcomes, *, selected=(), verdict="PASS"):
    """Write a run of plans with these outcomes, each with one result of that verdict if it passed."""
    with begin(folder, name) as record:
        for plan, outcome in outcomes.items():
            if outcome is PASSED:
                record.raw(Kind.RESULT, "mean flow error", {**RESULT, "plan": plan, "verdict": verdict})
            record.event(PlanOutcome(plan, outcome))
        record.stop(Stop("FINISHED", selected=(*outcomes, *selected)))
    return record.path


def test_a_line_says_of_a_mocked_run_what_its_record_says(rig, runs, mocked_run):
    (row,) = table(rig("runs", "--runs", runs))
    with RecordReader(mocked_run) as reader:
        begun_utc_ns = reader.start().begun_utc_ns
    assert row == {
        "run": mocked_run.name.removesuffix(".rig.db"),
        "begun": iso_utc(begun_utc_ns)[:19],
        "bench": "quick (mocked)",
        "DUT": "y",
        "operator": "not named",
        "outcome": "PASS",
        "ended": "FINISHED",
        "duration": "2 h 05 min",
        "record": "whole",
        "verdicts": "2 PASS",
    }


@pytest.mark.parametrize(
    "outcomes, selected, expected",
    [
        ({"a": PASSED, "b": PASSED}, (), "PASS"),
        ({"a": PASSED, "b": FAILED}, (), "FAIL"),
        ({"a": PASSED, "b": OutcomeWord.ERROR}, (), "FAIL"),
        ({"a": PASSED, "b": SKIPPED}, (), "INCONCLUSIVE"),
        ({"a": PASSED}, ("b",), "INCONCLUSIVE"),
    ],
)
def test_a_run_passes_only_when_all_that_was_selected_passed(rig, tmp_path, outcomes, selected, expected):
    finished(tmp_path, "run-1", outcomes, selected=selected)
    (row,) = table(rig("runs", "--runs", tmp_path))
    assert row["outcome"] == expected


def test_a_folder_that_is_not_there_is_an_error(rig, tmp_path):
    said = rig("runs", "--runs", tmp_path / "none")
    assert (said.code, said.out) == (2, "")
    assert said.err == f"rig: there is no folder {tmp_path / 'none'}: name the folder of the records with --runs DIR\n"


def test_a_folder_without_runs_lists_nothing(rig, tmp_path):
    said = rig("runs", "--runs", tmp_path)
    assert (said.code, said.out, said.err) == (0, "", "")


def test_a_killed_run_is_closed_and_listed_as_interrupted(rig, tmp_path):
    killed(tmp_path)
    said = rig("runs", "--runs", tmp_path)
    assert (said.code, said.err) == (0, "run-1: was killed; closed now as INTERRUPTED\n")
    assert table(said)[0]["ended"] == "INTERRUPTED"


def test_a_file_that_is_no_record_hides_no_run(rig, tmp_path):
    everything(tmp_path, "run-1")
    (tmp_path / "notes.rig.db").write_text("no record\n" * 100, encoding="utf-8")
    said = rig("runs", "--runs", tmp_path)
    assert said.code == 0
    rows = {line.split()[0]: line for line in said.out.splitlines()}
    assert "UNREADABLE" in rows["notes"]
    assert "1 PASS" in rows["run-1"]


def test_a_run_under_way_is_listed_as_running(rig, tmp_path):
    with begin(tmp_path, "run-1"):
        (row,) = table(rig("runs", "--runs", tmp_path))
    assert (row["ended"], row["outcome"]) == ("RUNNING", "-")


def test_results_that_pass_so_far_are_no_run_that_passes(rig, tmp_path):
    with begin(tmp_path, "run-1") as record:
        record.raw(Kind.RESULT, "mean flow error", RESULT)
        (row,) = table(rig("runs", "--runs", tmp_path))
    assert (row["verdicts"], row["outcome"]) == ("1 PASS", "-")


def test_a_run_that_did_not_end_well_did_not_pass(rig, tmp_path):
    with begin(tmp_path, "run-1") as record:
        record.raw(Kind.RESULT, "mean flow error", RESULT)
        record.stop(Stop("PUMP DID NOT STOP"))
    (row,) = table(rig("runs", "--runs", tmp_path))
    assert (row["ended"], row["outcome"]) == ("PUMP DID NOT STOP", "INCONCLUSIVE")


def test_plans_that_did_not_pass_are_counted_beside_the_verdicts(rig, tmp_path):
    finished(tmp_path, "run-1", {"a": PASSED, "b": FAILED, "c": SKIPPED})
    assert rig("runs", "--runs", tmp_path).out.endswith("plans: 1 failed, 1 skipped, 2 without a verdict; 1 PASS\n")


def test_machines_get_all_of_it_as_json(rig, tmp_path):
    finished(tmp_path, "run-1", {"a": PASSED, "b": FAILED})
    (run,) = json.loads(rig("runs", "--runs", tmp_path, "--json").out)
    assert (run["run"], run["outcome"], run["verdicts"]) == ("run-1", "FAIL", {"PASS": 1})
    assert (run["plans"], run["checked"]) == ({"passed": 1, "failed": 1}, "whole")


def test_machines_get_whose_fault_each_failure_is(rig, tmp_path):
    lost = Sorted(Fault.BENCH, "the port died", "balance on /dev/ttyUSB0", "look at its plug")
    with begin(tmp_path, "run-1") as record:
        record.raw(Kind.RESULT, "mean flow error", {**RESULT, "verdict": "INVALID", "sorted_as": to_body(lost)})
        record.event(PlanOutcome("a", FAILED, "NameError", (), Sorted(Fault.PLAN, "NameError", "a.py:3", "correct it")))
        record.stop(Stop("FINISHED"))
    (run,) = json.loads(rig("runs", "--runs", tmp_path, "--json").out)
    assert run["failures"] == [
        {"plan": RESULT["plan"], "claim": "mean flow error", **to_body(lost)},
        {"plan": "a", "claim": "", "fault": "plan", "what": "NameError", "where": "a.py:3", "what_to_do": "correct it"},
    ]


@pytest.mark.parametrize(
    "words, expected",
    [
        (["--failed"], ["run-2"]),
        (["--bench", "another"], []),
        (["--dut", "another"], []),
        (["--since", "2261-12-31"], []),
        (["--since", "2001-01-01"], ["run-1", "run-2"]),
    ],
)
def test_runs_are_chosen_by_what_they_are(rig, tmp_path, words, expected):
    finished(tmp_path, "run-1", {"a": PASSED})
    finished(tmp_path, "run-2", {"a": FAILED})
    said = rig("runs", "--runs", tmp_path, "--json", *words)
    assert [run["run"] for run in json.loads(said.out)] == expected


def test_a_date_that_is_none_is_refused(rig, tmp_path):
    said = rig("runs", "--runs", tmp_path, "--since", "yesterday")
    assert (said.code, "a date such as 2026-01-31 is wanted" in said.err) == (2, True)


def test_a_verdict_that_was_changed_is_no_verdict(rig, tmp_path):
    path = finished(tmp_path, "run-1", {"a": PASSED}, verdict="FAIL")
    forge(path, "UPDATE entry SET body = replace(body, '\"FAIL\"', '\"PASS\"') WHERE kind = 'result'")
    said = rig("runs", "--runs", tmp_path)
    assert (said.code, table(said)[0]["outcome"]) == (1, "ALTERED")
    assert "entry 2: it is not what was recorded" in said.err


def long_record(folder):
    """Return the record of a run with so many entries that not all of them are checked for a line."""
    with begin(folder, "run-1") as record:
        for _ in range(600):
            record.event(OtherEvent("something"))
        record.raw(Kind.RESULT, "mean flow error", RESULT)
        record.event(OtherEvent("something"))
        record.stop(Stop("FINISHED"))
    return record.path


def test_of_a_long_record_what_is_told_is_checked(rig, tmp_path):
    long_record(tmp_path)
    assert table(rig("runs", "--runs", tmp_path))[0]["record"] == "what is told"


def test_a_changed_verdict_of_a_long_record_is_seen_though_its_hash_was_made_anew(rig, tmp_path):
    path = long_record(tmp_path)
    with sqlite3.connect(path) as connection:
        row = connection.execute("SELECT seq, t_ns, kind, name, body, data FROM entry WHERE kind = 'result'").fetchone()
        (before,) = connection.execute("SELECT hash FROM entry WHERE seq = ?", (row[0] - 1,)).fetchone()
    connection.close()
    seq, t_ns, kind, name, body, data = row
    body = body.replace('"PASS"', '"FAIL"')
    digest = entry_hash(before, seq, t_ns, kind, name, body, data)
    forge(path, "UPDATE entry SET body = ?, hash = ? WHERE seq = ?", body, digest, seq)
    said = rig("runs", "--runs", tmp_path)
    assert (said.code, table(said)[0]["outcome"]) == (1, "ALTERED")


def test_a_result_that_was_taken_out_of_a_long_record_is_missed(rig, tmp_path):
    forge(long_record(tmp_path), "DELETE FROM entry WHERE kind = 'result'")
    said = rig("runs", "--runs", tmp_path)
    assert (said.code, table(said)[0]["outcome"]) == (1, "ALTERED")


@pytest.mark.parametrize("date", ["1969-12-31", "2262-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_that_no_run_can_have_is_refused(rig, tmp_path, date):
    said = rig("runs", "--since", date, "--runs", tmp_path)
    assert said.code == 2
    assert "a date from 1970-01-01 to 2261-12-31 is wanted" in said.err
