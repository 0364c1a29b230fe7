"""`rig impact`: a change of what results were judged by names every result that it touches, and no other."""

import csv
import hashlib
import io
import json

import pytest

from rig.clock import VirtualClock
from rig.record import writer
from rig.record.bodies.codec import from_body
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Result
from rig.record.bodies.start import RULES, Start
from rig.record.writer import RunRecord
from tests.reports.records import EPOCH_NS, start_body

BASAL, BOLUS = "test_plans/test_basal.py", "test_plans/test_bolus.py"
LIMITS = {"basal accuracy": (-5.0, 5.0), "bolus accuracy": (-10.0, 10.0)}
TEXTS = {"ACC-1": "a basal rate within 5 %", "ACC-2": "a bolus within 10 %"}


@pytest.fixture
def project(tmp_path):
    """A project as it was when its run was made; returns its folder."""
    (tmp_path / "test_plans").mkdir()
    for file in (BASAL, BOLUS):
        (tmp_path / file).write_text(f"# {file}\n")
    write_limits(tmp_path, LIMITS)
    write_requirements(tmp_path, TEXTS)
    make_run(tmp_path)
    return tmp_path


def write_limits(project, limits):
    tables = [
        f'[limits."{name}"]\nunit = "%"\nlower = {low}\nupper = {up}\ncoverage_k = 2.0\nsource = "a test"\n'
        for name, (low, up) in limits.items()
    ]
    (project / "limits.toml").write_text(
        "".join(["[evaporation]\nzero_flow_hours = 4.0\nsettle_minutes = 5.0\n", *tables])
    )


def write_requirements(project, texts):
    tables = (f'[requirements."{name}"]\ntext = "{text}"\nsource = "a test"\n' for name, text in texts.items())
    (project / "requirements.toml").write_text("".join(tables))


def make_run(project):
    limits = {name: {"unit": "%", "lower": low, "upper": up, "source": "a test"} for name, (low, up) in LIMITS.items()}
    sources = [
        {"file": file, "sha256": hashlib.sha256((project / file).read_bytes()).hexdigest(), "text": ""}
        for file in (BASAL, BOLUS)
    ]
    said = {
        "plan_sources": sources,
        "helper_sources": [],
        "limits": {"limits": limits},
        "requirements": {"requirements": {name: {"text": text, "source": "a test"} for name, text in TEXTS.items()}},
    }
    body = from_body(Start, start_body(**said))
    with RunRecord.create(project / "runs", "run-1", body, EPOCH_NS, VirtualClock(EPOCH_NS)) as record:
        record.descriptor("balance", (), {})
        for number, (file, limit) in enumerate(zip((BASAL, BOLUS), LIMITS, strict=True), 1):
            bounds = Limit(unit="%", lower=LIMITS[limit][0], upper=LIMITS[limit][1], source="a test")
            result = Result(
                plan=f"{file}::test_it[{number}]",
                requirements=(f"ACC-{number}",),
                recipe=Recipe("flow error", {}, EPOCH_NS, EPOCH_NS + 1),
                unit="%",
                verdict="PASS",
                limit_name=limit,
                limit=bounds,
            )
            record.result(f"result {number}", result)
        record.stop(Stop("FINISHED"))


@pytest.fixture
def impact(rig, project):
    """Call `rig impact` on the project; return what it said, and the names of the results with why."""

    def call(*words):
        files = ["--limits", project / "limits.toml", "--requirements", project / "requirements.toml"]
        said = rig("impact", "--runs", project / "runs", "--root", project, *files, "--json", *words)
        found = json.loads(said.out)["results"] if said.out else []
        return said, {one["name"]: one["why"] for one in found}

    return call


def test_where_nothing_has_changed_nothing_is_stale(impact):
    said, found = impact()
    assert (said.code, found, json.loads(said.out)["runs_read"]) == (0, {}, 1)


def test_a_plan_that_has_changed_makes_its_own_results_stale(impact, project):
    (project / BASAL).write_text("# another\n")
    said, found = impact()
    assert (said.code, found) == (1, {"result 1": [f"plan: {BASAL} has changed"]})


def test_a_plan_that_is_gone_makes_its_results_stale(impact, project):
    (project / BOLUS).unlink()
    assert impact()[1] == {"result 2": [f"plan: {BOLUS} is no more"]}


def test_a_limit_that_has_changed_says_what_it_was(impact, project):
    write_limits(project, LIMITS | {"bolus accuracy": (-10.0, 8.0)})
    assert impact()[1] == {"result 2": ["limit: 'bolus accuracy': upper was 10.0, is 8.0"]}


def test_a_requirement_that_has_changed_says_what_it_was(impact, project):
    write_requirements(project, TEXTS | {"ACC-1": "a basal rate within 3 %"})
    why = "requirement: ACC-1: text was 'a basal rate within 5 %', is 'a basal rate within 3 %'"
    assert impact()[1] == {"result 1": [why]}


def test_a_requirement_that_is_gone_is_said(impact, project):
    write_requirements(project, {"ACC-1": TEXTS["ACC-1"]})
    assert impact()[1] == {"result 2": ["requirement: ACC-2 is no more"]}


def test_results_under_older_rules_are_stale(impact, project, monkeypatch):
    (project / "runs" / "run-1.rig.db").unlink()
    monkeypatch.setattr(writer, "RULES", RULES - 1)  # as a rig of then wrote it
    make_run(project)
    why = f"rules of evaluation: {RULES - 1} then, {RULES} now"
    assert impact()[1] == {"result 1": [why], "result 2": [why]}


@pytest.mark.parametrize(
    "what, names",
    [
        ("requirement:ACC-2", {"result 2"}),
        ("limit:basal accuracy", {"result 1"}),
        ("plan:test_it", {"result 1", "result 2"}),
        (f"plan:{BASAL}", {"result 1"}),
        ("instrument:balance", {"result 1", "result 2"}),
        ("calibration:CAL-balance", {"result 1", "result 2"}),
        ("driver:driver of the balance", {"result 1", "result 2"}),
        ("instrument:flow", set()),  # declared, and nothing of it was recorded
        ("calibration:CAL-of-nobody", set()),
    ],
)
def test_what_rests_on_a_thing_is_listed(impact, what, names):
    said, found = impact("--on", what)
    assert (set(found), said.code) == (names, 1 if names else 0)


def test_runs_before_a_date_are_left_out(impact):
    assert impact("--on", "instrument:balance", "--since", "2199-01-01")[1] == {}


def test_a_kind_that_there_is_not_is_refused(impact):
    said, _ = impact("--on", "balance")
    assert said.code == 2
    assert "KIND:NAME, with a kind of requirement, limit, plan, instrument, driver, calibration" in said.err


def test_a_record_that_cannot_be_read_is_said_and_hides_no_other(impact, project):
    (project / "runs" / "run-2.rig.db").write_bytes(b"no record")
    said, found = impact("--on", "instrument:balance")
    assert (said.code, len(found)) == (1, 2)
    assert "run-2.rig.db: none of its results was looked at" in said.err


def test_a_spreadsheet_gets_the_same(rig, project):
    said = rig("impact", "--runs", project / "runs", "--on", "limit:basal accuracy", "--csv")
    (row,) = csv.DictReader(io.StringIO(said.out))
    assert (row["name"], row["requirements"], row["why"]) == ("result 1", "ACC-1", "limit: 'basal accuracy'")
