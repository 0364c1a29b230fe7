"""`rig history`: which runs are listed, and what a result over time says."""

import json
import shutil

import pytest

from rig.record.bodies.events import OutcomeWord, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.schema import Kind
from tests.commands.records import killed
from tests.commands.test_runs import forge
from tests.streaming.records import RESULT, begin

PLAN, NAME = RESULT["plan"], "mean flow error"


def finished(folder, name, *, value=1.25, verdict="PASS", dut="P-1", stop="FINISHED", **more):
    """Write a run of one plan with one result."""
    outcome = OutcomeWord.PASSED if verdict == "PASS" else OutcomeWord.FAILED
    with begin(folder, name, dut={"model": "pump", "serial": dut}, **{"kind": "physical"} | more) as record:
        record.raw(Kind.RESULT, NAME, {**RESULT, "value": value, "verdict": verdict})
        record.event(PlanOutcome(PLAN, outcome, "", ("ACC-001",)))
        record.stop(Stop(stop, selected=(PLAN,)))
    return record.path


def history(rig, *words):
    said = rig("history", *words, "--json")
    return json.loads(said.out)


def names(rig, *words):
    return [run["run"] for run in history(rig, *words)["runs"]]


@pytest.fixture
def folder(tmp_path):
    runs = tmp_path / "runs"
    finished(runs, "run-1", verdict="FAIL")
    finished(runs, "run-2")
    finished(runs, "run-3", dut="P-2", bench="another", operator="somebody else", kind="mocked")
    return runs


@pytest.mark.parametrize(
    "words, expected",
    [
        ([], ["run-1", "run-2", "run-3"]),
        (["--dut", "P-2"], ["run-3"]),
        (["--bench", "another"], ["run-3"]),
        (["--operator", "somebody else"], ["run-3"]),
        (["--kind", "physical"], ["run-1", "run-2"]),
        (["--verdict", "FAIL"], ["run-1"]),
        (["--plan", "basal_rate"], ["run-1", "run-2", "run-3"]),
        (["--plan", "bolus"], []),
        (["--requirement", "ACC-002"], ["run-1", "run-2", "run-3"]),
        (["--requirement", "ACC-003"], []),
        (["--since", "2261-12-30"], []),
        (["--until", "2001-01-01"], []),
        (["--until", "2261-12-30"], ["run-1", "run-2", "run-3"]),
    ],
)
def test_runs_are_chosen_by_what_they_are(rig, folder, words, expected):
    assert names(rig, folder, *words) == expected


def test_the_table_is_that_of_the_runs_and_says_what_was_repeated(rig, folder):
    said = rig("history", folder)
    assert said.out.splitlines()[0].startswith("run    begun (UTC)")
    assert f"repeated on P-1: {PLAN}: FAIL (run-1), PASS (run-2)\n" in said.out


def test_runs_that_did_not_end_by_themselves_are_said(rig, folder):
    finished(folder, "run-4", stop="ABORTED")
    assert "not ended by itself: run-4 on P-1: ABORTED\n" in rig("history", folder).out


def test_a_killed_run_is_closed_and_listed(rig, folder):
    killed(folder, "run-4")
    said = rig("history", folder)
    assert (said.code, said.err) == (0, "run-4: was killed; closed now as INTERRUPTED\n")


def test_copies_of_a_record_count_once_in_one_folder_and_in_several(rig, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(folder / "run-2.rig.db", other / "run-2.rig.db")
    shutil.copy(folder / "run-2.rig.db", folder / "a-copy.rig.db")
    found = history(rig, folder, other, folder)
    assert len(found["runs"]) == 3
    assert len(found["copies"]) == 2


def test_a_result_over_time_is_told_apart_by_kind_with_what_it_comes_to(rig, folder):
    found = history(rig, folder, "--result", NAME)
    assert [(one["mocked"], [value["value"] for value in one["values"]]) for one in found["series"]] == [
        (True, [1.25]),
        (False, [1.25, 1.25]),
    ]
    physical = found["series"][1]
    assert (
        physical["values"][0] | {"U": 1.0, "limit": {"name": "basal accuracy", "lower": -5.0, "upper": 5.0}}
        == (physical["values"][0])
    )
    assert physical["pumps"] == [
        {
            "model": "pump",
            "dut": "P-1",
            "run": "run-1",
            "seq": 2,
            "value": 1.25,
            "verdict": "FAIL",
            "repeats_left_out": 1,
            "undecided_before": 0,
        }
    ]
    assert physical["chart"] == {"why": "2 decided values; a chart takes 9"}


def test_a_person_reads_values_with_their_uncertainty_and_what_is_missing(rig, folder):
    lines = rig("history", folder, "--result", NAME, "--kind", "physical").out.splitlines()
    assert lines[0] == f"{NAME}, in %: {PLAN}"
    assert lines[1].split() == ["run", "begun", "(UTC)", "DUT", "bench", "value", "U", "limit", "verdict", "ended"]
    assert lines[2].split()[-10:] == ["+1.2", "1.0", "(k", "=", "2)", "−5", "to", "5", "FAIL", "FINISHED"]
    assert "  results: 1 FAIL, 1 PASS" in lines
    assert "  control chart: none (2 decided values; a chart takes 9)" in lines
    assert "  over pumps: the first decided value of each of 1; 1 repeats are left out" in lines
    assert "  Ppk: none (1 pump with a decided value; Ppk takes 2)" in lines


def test_statistics_are_of_all_verdicts_whatever_is_shown(rig, folder):
    said = rig("history", folder, "--result", NAME, "--kind", "physical", "--verdict", "PASS").out
    assert "  results: 1 FAIL, 1 PASS" in said.splitlines()
    assert [line.split()[0] for line in said.splitlines() if line.startswith("run-")] == ["run-2"]


def test_a_result_that_no_run_has_is_an_error_with_a_hint(rig, folder):
    said = rig("history", folder, "--result", "mean flow eror")
    assert said.code == 2
    assert "no run has a result 'mean flow eror'; did you mean 'mean flow error'?" in said.err


def test_a_folder_that_is_not_there_is_an_error(rig, tmp_path):
    assert rig("history", tmp_path / "none").code == 2


def test_an_altered_record_is_told_and_takes_no_part(rig, folder):
    forge(
        folder / "run-1.rig.db", "UPDATE entry SET body = replace(body, '\"FAIL\"', '\"PASS\"') WHERE kind = 'result'"
    )
    said = rig("history", folder, "--result", NAME, "--json")
    found = json.loads(said.out)
    assert (said.code, [one["run"] for one in found["altered"]]) == (1, ["run-1"])
    assert [value["run"] for one in found["series"] for value in one["values"]] == ["run-3", "run-2"]


def test_a_file_that_is_no_record_hides_no_run(rig, folder):
    (folder / "notes.rig.db").write_text("no record\n" * 100, encoding="utf-8")
    found = history(rig, folder)
    assert ([one["run"] for one in found["unreadable"]], len(found["runs"])) == (["notes"], 3)


def test_the_schema_has_a_name_and_a_version(rig, folder):
    found = history(rig, folder)
    assert (found["schema"], found["version"]) == ("pump-rig history", 1)


@pytest.mark.parametrize("serial", ["<script>alert(1)</script>", "x" * 10_000, "\u202eevil\u202c", "\x1b[31mred"])
def test_a_hostile_serial_number_commands_nothing(rig, tmp_path, serial):
    finished(tmp_path, "run-1", dut=serial)
    said = rig("history", tmp_path, "--result", NAME)
    assert said.code == 0
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out


def test_a_run_is_told_among_its_kind(rig, tmp_path):
    for number in range(10):
        finished(tmp_path, f"run-{number}", value=1.0 + number % 3, dut=f"P-{number}")
    finished(tmp_path, "run-x", value=9.0)
    said = rig("history", tmp_path, "--run", "run-x")
    assert said.code == 1
    assert said.out.splitlines()[:2] == [f"{NAME}: +9.0 ± 1.0 %, PASS: {PLAN}", "  from below, value 11 of 11"]
    assert said.out.splitlines()[2].startswith("  BEYOND the limits of the 10 others' chart, ")
    (number,) = json.loads(rig("history", tmp_path, "--run", "run-x", "--json").out)["numbers"]
    assert (number["place"], number["n"], number["beyond"], number["others"]["n"]) == (11, 11, True, 10)


def test_a_copy_of_a_run_is_told_as_the_run(rig, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(folder / "run-2.rig.db", other / "a-copy.rig.db")
    found = json.loads(rig("history", folder, "--run", other / "a-copy.rig.db", "--json").out)
    assert [(one["place"], one["n"]) for one in found["numbers"]] == [(1, 2)]


def test_a_run_that_is_not_there_is_an_error(rig, folder):
    assert rig("history", folder, "--run", "run-9").code == 2
