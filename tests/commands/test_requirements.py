"""`rig requirements`: which plans claim what, with their newest verdicts, and what is missing."""

import json
import shutil
import time

import pytest

from rig.record.bodies.events import OutcomeWord, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.schema import Kind
from tests.commands.records import killed
from tests.commands.test_runs import forge
from tests.streaming.records import RESULT, begin

PASSED, FAILED, SKIPPED = OutcomeWord.PASSED, OutcomeWord.FAILED, OutcomeWord.SKIPPED
REQUIREMENTS = """
[requirements."R-1"]
text = "The rate is kept."
source = "a test"
hazard = "over-dose"
method = "an infusion"

[requirements."R-2"]
text = "Air is told."
source = "a test"
no_plan = "nothing here sees air"
"""
PLAN_OF_R1 = '''
import pytest

@pytest.mark.requirement("R-1")
def test_rate(pump, verify):
    """The rate."""
'''


@pytest.fixture
def laboratory(tmp_path):
    """A folder with plans and requirements: `write` adds a plan file to it."""
    (tmp_path / "plans").mkdir()
    (tmp_path / "runs").mkdir()
    (tmp_path / "requirements.toml").write_text(REQUIREMENTS, encoding="utf-8")
    write(tmp_path, PLAN_OF_R1)
    return tmp_path


@pytest.fixture
def asked(rig, laboratory):
    """Call the command on that laboratory."""

    def call(*words, plans=("plans",)):
        folders = [laboratory / folder for folder in plans]
        files = ["--requirements", laboratory / "requirements.toml", "--runs", laboratory / "runs"]
        return rig("requirements", "--plans", *folders, *files, *words)

    return call


def write(laboratory, text, name="plans/test_rate.py"):
    path = laboratory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def require(laboratory, name, more=""):
    with (laboratory / "requirements.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[requirements."{name}"]\ntext = "{name} holds."\nsource = "a test"\n{more}')


def ran(laboratory, run, outcomes, *, selected=(), verdict="PASS"):
    """Record a run of plans with these outcomes; those that passed have a result of that verdict."""
    with begin(laboratory / "runs", run) as record:
        for plan, outcome in outcomes.items():
            if outcome is PASSED:
                record.raw(Kind.RESULT, "mean flow error", {**RESULT, "plan": plan, "verdict": verdict})
            record.event(PlanOutcome(plan, outcome))
        record.stop(Stop("FINISHED", selected=(*outcomes, *selected)))
    return record.path


def requirement(said, name="R-1"):
    (found,) = (one for one in json.loads(said.out)["requirements"] if one["id"] == name)
    return found


def claimed(laboratory, asked, source):
    """Return what is claimed in a plan file, by function."""
    require(laboratory, "R-3")
    write(laboratory, source)
    rows = json.loads(asked("--json").out)["requirements"]
    return {one["id"]: [plan["plan"].partition("::")[2] for plan in one["plans"]] for one in rows if one["plans"]}


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


def test_a_requirement_without_a_plan_is_said_first(laboratory, asked):
    require(laboratory, "R-3")
    said = asked()
    assert said.code == 1
    assert said.out.startswith("R-3: no plan claims it, and no_plan gives no reason: R-3 holds.\n")


def test_a_reason_for_no_plan_is_refuted_by_a_plan(laboratory, asked):
    write(laboratory, PLAN_OF_R1.replace("R-1", 'R-1", "R-2'))
    said = asked()
    assert (said.code, said.out.splitlines()[0]) == (1, "R-2: has a plan; take no_plan out: nothing here sees air")


def test_a_plan_that_claims_no_requirement_there_is_gets_its_neighbour_named(laboratory, asked):
    write(laboratory, PLAN_OF_R1.replace("R-1", 'R-1", "R-11'))
    said = asked()
    assert said.code == 1
    line = said.out.splitlines()[0]
    assert line.endswith("test_rate.py:5: test_rate claims 'R-11', which is no requirement; did you mean 'R-1'?")


def test_a_plan_without_a_requirement_is_found(laboratory, asked):
    write(laboratory, PLAN_OF_R1 + "\ndef test_more(bench):\n    bench.dwell(hours=1)\n")
    said = asked()
    assert (said.code, said.out.splitlines()[0].endswith("test_rate.py:8: test_more claims no requirement")) == (
        1,
        True,
    )


def test_a_test_of_helpers_is_no_plan(laboratory, asked):
    write(laboratory, PLAN_OF_R1 + "\ndef test_helper():\n    assert True\n")
    assert asked().code == 0


@pytest.mark.parametrize(
    "source, expected",
    [
        (
            'pytestmark = pytest.mark.requirement("R-1", "R-3")\ndef test_a(): ...',
            {"R-1": ["test_a"], "R-3": ["test_a"]},
        ),
        ('pytestmark = [pytest.mark.slow, pytest.mark.requirement("R-1")]\ndef test_a(): ...', {"R-1": ["test_a"]}),
        ('class TestRate:\n    @mark.requirement("R-3")\n    def test_a(self): ...', {"R-3": ["TestRate::test_a"]}),
        ('@mark.requirement("R-3")\nclass TestRate:\n    def test_a(self): ...', {"R-3": ["TestRate::test_a"]}),
        ('NAME = "R-3"\nkept = mark.requirement(NAME)\n@kept\ndef test_a(): ...', {"R-3": ["test_a"]}),
        (
            '@mark.parametrize("x", [1, param(2, marks=mark.requirement("R-3"))])\ndef test_a(x): ...',
            {"R-3": ["test_a"]},
        ),
        ('again = [again]\n@again\n@mark.requirement("R-1")\ndef test_a(): ...', {"R-1": ["test_a"]}),
    ],
)
def test_markers_are_found_wherever_they_stand(laboratory, asked, source, expected):
    assert claimed(laboratory, asked, source) == expected


def test_a_marker_that_only_running_would_tell_is_said(laboratory, asked):
    write(laboratory, PLAN_OF_R1.replace('requirement("R-1")', "requirement(helper())"))
    said = asked()
    assert said.code == 1
    assert "test_rate: write what it claims as text: @pytest.mark.requirement('ID', …)" in said.out


def test_no_plan_is_run(laboratory, asked):
    write(laboratory, PLAN_OF_R1 + '\nraise RuntimeError("it was run")\n')
    assert asked().code == 0


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


def test_a_plan_file_that_is_no_python_hides_no_other(laboratory, asked):
    write(laboratory, "def test_broken(:\n", "plans/test_broken.py")
    said = asked()
    assert (said.code, "R-1  -  The rate is kept." in said.out) == (1, True)
    assert "test_broken.py:1: it is no Python" in said.err


def test_a_verdict_that_may_be_of_two_plans_counts_for_neither(laboratory, asked):
    write(laboratory, PLAN_OF_R1, "more/test_rate.py")
    ran(laboratory, "run-1", {"test_rate.py::test_rate": PASSED})
    said = asked("--json", plans=("plans", "more"))
    assert (said.code, requirement(said)["verdict"]) == (1, None)
    assert "test_rate.py::test_rate may stand in" in json.loads(said.out)["gaps"][0]


def test_a_folder_of_plans_that_is_not_there_is_an_error(asked, laboratory):
    said = asked(plans=("none",))
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"rig: there is no folder {laboratory / 'none'}")


def test_before_the_first_run_there_is_a_matrix_too(rig, laboratory, monkeypatch):
    monkeypatch.chdir(laboratory)
    (laboratory / "runs").rmdir()
    said = rig("requirements", "--plans", "plans", "--requirements", "requirements.toml")
    assert (said.code, said.err) == (0, "there is no folder runs: nothing has run yet\n")


def test_the_catalogue_claims_only_what_is_required(rig, tmp_path):
    assert "which is no requirement" not in rig("requirements", "--runs", tmp_path).out


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


def test_a_hundred_records_take_less_than_a_second(laboratory, asked):
    write(laboratory, PLAN_OF_R1 + "".join(PLAN_OF_R1.replace("test_rate", f"test_{n}") for n in range(29)))
    first = ran(laboratory, "run-000", {f"plans/test_rate.py::test_{number}": PASSED for number in range(29)})
    for number in range(1, 100):
        shutil.copy(first, first.with_name(f"run-{number:03}.rig.db"))
    asked()  # what is imported is not what is measured
    begun = time.process_time()
    assert len(requirement(asked("--json"))["plans"]) == 30
    assert time.process_time() - begun < 1.0
