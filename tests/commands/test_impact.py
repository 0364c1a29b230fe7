"""`rig impact`: a change of what results were judged by names every result that it touches, and no other."""

import csv
import hashlib
import io
import json

import pytest

from reports.matrix.grounds import grounds_of
from reports.matrix.impact import InForce, stale_results
from rig.bench_file.limits import load_limits, load_requirements
from rig.clock import VirtualClock
from rig.record import writer
from rig.record.bodies.codec import from_body
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Result
from rig.record.bodies.start import RULES, Start
from rig.record.reader import RecordReader
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


def write_limits(project, limits, zero_flow_hours=4.0, more=""):
    tables = [
        f'[limits."{name}"]\nunit = "%"\nlower = {low}\nupper = {up}\ncoverage_k = 2.0\nsource = "a test"\n'
        for name, (low, up) in limits.items()
    ]
    (project / "limits.toml").write_text(
        "".join([f"[evaporation]\nzero_flow_hours = {zero_flow_hours}\nsettle_minutes = 5.0\n", *tables, more])
    )


def write_requirements(project, texts):
    tables = (f'[requirements."{name}"]\ntext = "{text}"\nsource = "a test"\n' for name, text in texts.items())
    (project / "requirements.toml").write_text("".join(tables))


def make_run(project, name="run-1", numbers=(1, 2), function="flow error", **more):
    limits = {name: {"unit": "%", "lower": low, "upper": up, "source": "a test"} for name, (low, up) in LIMITS.items()}
    sources = [
        {"file": file, "sha256": hashlib.sha256((project / file).read_bytes()).hexdigest(), "text": ""}
        for file in (BASAL, BOLUS)
    ]
    said = {
        "plan_sources": sources,
        "helper_sources": [],
        "limits": {"evaporation": {"zero_flow_hours": 4.0, "settle_minutes": 5.0}, "limits": limits},
        "requirements": {"requirements": {name: {"text": text, "source": "a test"} for name, text in TEXTS.items()}},
    }
    body = from_body(Start, start_body(**{**said, **more}))
    with RunRecord.create(project / "runs", name, body, EPOCH_NS, VirtualClock(EPOCH_NS)) as record:
        record.descriptor("balance", (), {})
        for number, (file, limit) in enumerate(zip((BASAL, BOLUS), LIMITS, strict=True), 1):
            if number not in numbers:
                continue
            bounds = Limit(unit="%", lower=LIMITS[limit][0], upper=LIMITS[limit][1], source="a test")
            result = Result(
                plan=f"{file}::test_it[{number}]",
                requirements=(f"ACC-{number}",),
                recipe=Recipe(function, {}, EPOCH_NS, EPOCH_NS + 1),
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


@pytest.mark.parametrize(
    "changed, why",
    [
        ({"zero_flow_hours": 2.0}, "evaporation: zero_flow_hours was 4.0, is 2.0"),
        ({"more": "[agreement]\nbooks_percent = 7.5\n"}, "agreement: books_percent was 5.0, is 7.5"),
        ({"more": "[timing]\nlate_s = 0.5\n"}, "timing: late_s was 0.1, is 0.5"),
    ],
)
def test_a_table_that_all_are_judged_by_makes_all_results_stale(impact, project, changed, why):
    write_limits(project, LIMITS, **changed)
    assert impact()[1] == {"result 1": [why], "result 2": [why]}


def test_the_widest_limit_is_what_all_that_was_weighed_is_judged_by(impact, project):
    write_limits(project, LIMITS | {"leak": (-20.0, 20.0)})
    why = "agreement: total_percent, which is that of the widest limit, was 10.0, is 20.0"
    assert impact()[1] == {"result 1": [why], "result 2": [why]}


TRUMPET = "[trumpet]\nsample_interval_min = 15\nwindows_min = [60]\n"


@pytest.mark.parametrize(
    "function, found",
    [("flow error", {}), ("mean flow error", {"result 2": ["trumpet: there was none: its graph, not its verdict"]})],
)
def test_how_curves_are_drawn_touches_what_has_curves(impact, project, function, found):
    make_run(project, "run-2", numbers=(2,), function=function)
    (project / "runs" / "run-1.rig.db").unlink()
    write_limits(project, LIMITS, more=TRUMPET)
    assert impact()[1] == found


def test_a_graph_that_would_be_drawn_otherwise_can_be_left_out(project):
    make_run(project, "run-2", numbers=(2,), function="mean flow error")
    write_limits(project, LIMITS, more=TRUMPET)
    requirements = load_requirements(project / "requirements.toml").requirements
    hashes = {file: hashlib.sha256((project / file).read_bytes()).hexdigest() for file in (BASAL, BOLUS)}
    now = InForce(requirements, load_limits(project / "limits.toml"), hashes.get)
    with RecordReader(project / "runs" / "run-2.rig.db") as reader:
        run = grounds_of(reader)
    assert [len(list(stale_results(run, now, graphs=graphs))) for graphs in (True, False)] == [1, 0]


def test_on_the_virtual_clock_no_reading_is_late(impact, project):
    make_run(project, "run-2", clock="virtual")
    (project / "runs" / "run-1.rig.db").unlink()
    write_limits(project, LIMITS, more="[timing]\nlate_s = 0.5\n")
    assert impact()[1] == {}


def test_how_long_a_vessel_is_weighed_touches_no_run_without_a_balance(impact, project):
    make_run(project, "run-2", weighing=None)
    (project / "runs" / "run-1.rig.db").unlink()
    write_limits(project, LIMITS, zero_flow_hours=2.0)
    assert impact()[1] == {}


def test_a_result_that_rests_on_several_things_is_listed_once_with_each(rig, project):
    asked = ["--on", "instrument:balance", "--on", "requirement:ACC-1", "--on", "calibration:CAL-balance"]
    said = json.loads(rig("impact", "--runs", project / "runs", "--json", *asked).out)["results"]
    assert [(one["name"], len(one["why"])) for one in said] == [("result 1", 3), ("result 2", 2)]


def test_an_instrument_out_of_tolerance_touches_what_used_it_since_it_was_good(rig, project):
    found = {"id": "CAL-2", "due": "2027-12-31", "as_found": "out of tolerance"}
    instruments = {"balance": {"capability": "balance", "driver": "d", "calibration": found}}
    make_run(project, "run-2", instruments=instruments, begun_utc_ns=EPOCH_NS + 10**15)
    said = rig("impact", "--runs", project / "runs", "--out-of-tolerance", "balance")
    first, why, *_, last = said.out.splitlines()
    assert (said.code, last) == (1, "2 results rest on it; 2 runs were read")
    assert first.startswith("run-1  entry 3  PASS  result 1")
    assert "last good calibration CAL-balance (due 2026-12-31), first in run-1" in why
    assert "CAL-2 found it 'out of tolerance', first in run-2" in why


@pytest.mark.parametrize(
    "words, said",
    [
        (("--bench", "table"), "--bench and --last-good belong to --out-of-tolerance"),
        (("--out-of-tolerance", "balance", "--on", "plan:x"), "ask one after the other"),
        (("--out-of-tolerance", "scale"), "no record has an instrument 'scale'"),
    ],
)
def test_what_does_not_go_together_is_refused(impact, words, said):
    refused, _ = impact(*words)
    assert (refused.code, said in refused.err) == (2, True)


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


@pytest.mark.parametrize("since, runs", [("2026-01-05T08:00:00Z", {"run-2"}), ("2026-01-05T08:00:01Z", set())])
def test_a_run_that_began_at_that_very_moment_is_not_left_out(impact, project, monkeypatch, since, runs):
    monkeypatch.setattr(writer, "machine_utc_ns", lambda: EPOCH_NS)
    make_run(project, "run-2")
    said, _ = impact("--on", "instrument:balance", "--since", since)
    assert {one["run"] for one in json.loads(said.out)["results"]} - {"run-1"} == runs


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
