"""docs/writing-a-plan.md, typed in as it stands, runs and passes."""

import inspect
import re

import pytest

from commands.main import main
from rig.bench.window import Window
from rig.capabilities import Pump
from rig.pump_skills import PUMP_SKILLS
from rig.record.folder import list_runs
from rig.record.reader import RecordReader
from tests.docs.pages import DOCS, ROOT, files_in, run_plans, write_files
from tests.fixtures.plan_support import claimed

FILES = files_in(DOCS / "writing-a-plan.md")
QUICK = str(ROOT / "tests/fixtures/quick.toml")
LIMITS = ("--limits", "my_plans/limits.toml", "--requirements", "my_plans/requirements.toml")
CONFTEST = {"conftest.py": (ROOT / "conftest.py").read_text(encoding="utf-8")}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """All plans of the page in one run: pytest's exit code, its output, and the results by plan."""
    folder = tmp_path_factory.mktemp("plans")
    write_files(FILES | CONFTEST, folder)
    code, output = run_plans(folder, "my_plans", "--bench", QUICK, *LIMITS)
    (run,) = list_runs(folder / "runs")
    with RecordReader(run.path) as reader:
        results = claimed(reader)
    return code, output, results


def test_every_plan_of_the_page_passes(session):
    code, output, results = session
    assert code == 0, output
    assert {result.verdict for result in results} == {"PASS"}
    ran = {result.plan.split("::")[0] for result in results}
    assert ran == {name for name in FILES if name.endswith(".py")}


def test_the_page_shows_everything_that_a_window_can_be_asked(session):
    _, _, results = session
    asked = {result.recipe.function for result in results}
    assert asked == {
        "mean flow error",
        "delivered volume",
        "mean bolus error",
        "largest bolus error",
        "bolus volume",
        "no alarm",
        "delivery ended",
        "nothing made up",
        "log tells all",
        "patient bolus given",
        "patient bolus refused",
        "lockout",
        "most in 24 h",
        "three truths",
    }


@pytest.mark.parametrize("skill", [Pump, *PUMP_SKILLS], ids=lambda skill: skill.__name__)
def test_the_page_has_every_verb_of_a_pump_with_its_arguments(skill):
    page = (DOCS / "writing-a-plan.md").read_text(encoding="utf-8")
    for name, verb in vars(skill).items():
        if not name.startswith("_") and inspect.isfunction(verb):
            needed = [one.name for one in inspect.signature(verb).parameters.values() if one.name != "self"]
            written = re.findall(rf"`{name}\(([^`]*)\)`", page)
            assert any(all(f"{one}=" in said for one in needed) for said in written), name


def test_every_number_that_a_window_is_asked_for_is_on_the_page():
    page = (DOCS / "writing-a-plan.md").read_text(encoding="utf-8")
    verbs = [name for name, verb in inspect.getmembers(Window, inspect.isfunction) if not name.startswith("_")]
    inner = {"close", "stopped_at_look", "dose", "ask"}
    assert [verb for verb in verbs if verb not in inner and f"`{verb}(" not in page] == []


def test_the_pages_measurement_stops_before_its_bound(session):
    _, _, results = session
    (decided,) = (result for result in results if "test_long_enough" in result.plan)
    assert decided.details["look"] < decided.details["of_looks"]


def test_the_pages_question_for_a_duration_is_answered(tmp_path, capsys):
    write_files(FILES, tmp_path)
    limits = ["--limits", str(tmp_path / "my_plans/limits.toml")]
    assert main(["duration", str(ROOT / "benches/mocked.toml"), "--rate-ul-h", "50", "--limit", "rate", *limits]) == 0
    assert "as PASS with probability 0.95" in capsys.readouterr().out
