"""`rig requirements`: each with the newest verdicts of the plans that claim it."""

import json
import shutil

from tests.commands.records import killed
from tests.commands.required import FAILED, PASSED, PLAN_OF_R1, SKIPPED, ran, requirement, write
from tests.commands.test_runs import forge


def test_a_requirement_is_listed_with_the_newest_verdict_of_its_plan(laboratory, asked):
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": PASSED})
    said = asked()
    assert (said.code, said.err) == (0, "")
    first, second, *rest = said.out.splitlines()
    assert first == "R-1  PASS  The rate is kept."
    verdict, date, run, plan = second.split()
    assert (verdict, run, plan.endswith("plans/test_rate.py::test_rate")) == ("PASS", "run-1", True)
    assert date.count("-") == 2
    assert rest == [
        "R-2  -  Air is told.",
        "  no plan: nothing here sees air",
        "2 requirements: 1 with a plan (1 PASS), 1 with a reason for none, 0 with neither; plans: 1",
        "what the records do not show: 1 only on mocked benches",
        f"whether verdicts are stale was not looked at: there is no {laboratory / 'limits.toml'}; name the limits with "
        "--limits FILE",
    ]


def test_a_plan_that_really_ran_is_found_in_its_record(laboratory, asked, mocked_run):
    shutil.copy(mocked_run, laboratory / "runs")
    said = asked("--json", plans=(mocked_run.parents[1],))
    assert [plan["verdict"] for plan in requirement(said)["plans"]] == ["PASS"]


def test_the_newest_run_speaks_for_a_plan(laboratory, asked):
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": FAILED})
    ran(laboratory, "run-2", {"plans/test_rate.py::test_rate": PASSED})
    (case,) = requirement(asked("--json"))["plans"][0]["cases"]
    assert (case["run"], case["verdict"]) == ("run-2", "PASS")


def test_a_newer_run_that_did_not_reach_a_plan_says_nothing_of_it(laboratory, asked):
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": PASSED})
    ran(laboratory, "run-2", {}, selected=("plans/test_rate.py::test_rate",))
    (case,) = requirement(asked("--json"))["plans"][0]["cases"]
    assert (case["run"], case["verdict"]) == ("run-1", "PASS")


def test_verdict_and_outcome_come_to_what_they_do_everywhere(laboratory, asked):
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": SKIPPED})
    assert requirement(asked("--json"))["verdict"] == "INCONCLUSIVE"


def test_the_worst_case_speaks_for_a_plan(laboratory, asked):
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate[1]": PASSED})
    ran(laboratory, "run-2", {"plans/test_rate.py::test_rate[2]": FAILED})
    found = requirement(asked("--json"))
    assert (found["verdict"], [case["verdict"] for case in found["plans"][0]["cases"]]) == ("FAIL", ["PASS", "FAIL"])


def test_a_requirement_does_not_pass_while_one_of_its_plans_has_not_run(laboratory, asked):
    write(laboratory, PLAN_OF_R1 + PLAN_OF_R1.replace("test_rate", "test_again"))
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": PASSED})
    assert requirement(asked("--json"))["verdict"] == "INCONCLUSIVE"


def test_an_altered_record_is_said_and_does_not_count(laboratory, asked):
    path = ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": PASSED}, verdict="FAIL")
    forge(path, "UPDATE entry SET body = replace(body, '\"FAIL\"', '\"PASS\"') WHERE kind = 'result'")
    said = asked("--json")
    assert (said.code, requirement(said)["verdict"]) == (1, None)
    assert said.err.startswith("run-1: ")
    assert said.err.endswith("entry 2: it is not what was recorded: none of its verdicts counts\n")


def test_a_file_that_is_no_record_is_said(laboratory, asked):
    (laboratory / "runs" / "notes.rig.db").write_text("no record\n" * 100, encoding="utf-8")
    said = asked()
    assert (said.code, said.err.startswith("notes: ")) == (1, True)


def test_a_killed_run_is_closed_as_by_every_command(laboratory, asked):
    killed(laboratory / "runs")
    assert asked().err == "run-1: was killed; closed now as INTERRUPTED\n"


def test_a_verdict_that_may_be_of_two_plans_counts_for_neither(laboratory, asked):
    write(laboratory, PLAN_OF_R1, "more/test_rate.py")
    ran(laboratory, "run-1", {"test_rate.py::test_rate": PASSED})
    said = asked("--json", plans=("plans", "more"))
    assert (said.code, requirement(said)["verdict"]) == (1, None)
    assert "test_rate.py::test_rate may stand in" in json.loads(said.out)["gaps"][0]


def test_before_the_first_run_there_is_a_matrix_too(rig, laboratory, monkeypatch):
    monkeypatch.chdir(laboratory)
    (laboratory / "runs").rmdir()
    said = rig("requirements", "--plans", "plans", "--requirements", "requirements.toml")
    assert (said.code, said.err) == (0, "there is no folder runs: nothing has run yet\n")


def test_a_file_gets_what_the_table_says_and_ends_its_lines_as_its_format_does(laboratory, asked):
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": FAILED})
    for form in ("html", "csv", "json"):
        said = asked("--format", form, "--out", laboratory / f"matrix.{form}")
        assert (said.code, said.out.strip()) == (0, str(laboratory / f"matrix.{form}"))
        assert b"test_rate FAIL in run-1" in (laboratory / f"matrix.{form}").read_bytes()
    assert (laboratory / "matrix.csv").read_bytes().count(b"\r\n") == 6
    assert asked("--format", "csv").out.count("\n") == 6


def test_the_page_links_to_the_report_that_lies_beside_the_record(laboratory, asked):
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": PASSED})
    (laboratory / "runs" / "run-1.html").touch()
    assert '<a href="../runs/run-1.html"' in page(laboratory, asked, "pages/matrix.html")
    assert '<a href="run-1.html"' in page(laboratory, asked, "runs/matrix.html")


def page(laboratory, asked, name):
    asked("--format", "html", "--out", laboratory / name)
    return (laboratory / name).read_text(encoding="utf-8")


def test_a_verdict_whose_limit_changed_since_is_stale(laboratory, asked):
    ran(laboratory, "run-1", {"plans/test_rate.py::test_rate": PASSED})
    limits = "[evaporation]\nzero_flow_hours = 0\nsettle_minutes = 0\n[limits]\n"
    (laboratory / "limits.toml").write_text(limits, encoding="utf-8")
    said = json.loads(asked("--json").out)
    (stale,) = (gap for gap in said["every_gap"] if gap["kind"] == "stale")
    assert "limit: 'basal accuracy' is no more" in stale["said"]
    assert said["staleness_not_looked_at"] is None
