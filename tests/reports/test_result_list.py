"""The flat list of results is what its schema says, and says what the report says."""

import json
from importlib.resources import files

import pytest

from commands.main import main
from reports.data.result_list import list_of, render
from rig.faults import Fault, Sorted
from rig.record.bodies.codec import to_body
from rig.record.bodies.events import OutcomeWord, PlanOutcome
from rig.record.bodies.others import Stop
from tests.docs.pages import DOCS
from tests.reports.faced import faced
from tests.reports.records import NO_NUMBER, PLAN, result_body
from tests.reports.schema import mistakes
from tests.reports.written import measured

WHOLE = json.loads((files("reports.data") / "results.schema.json").read_text(encoding="utf-8"))
PUMP = Sorted(Fault.PUMP, "it delivers too little", "pump y", "keep it as it is")
SERIALS = ("<script>alert(1)</script>", "x" * 10_000, "\u05d0\u05d1\u202e0042")


@pytest.fixture
def scribe(write):
    """A run with a failure, a result without a number, a pass, and a plan that was not reached."""
    scribe = measured(
        write,
        result_body(),
        result_body(value=-7.0, verdict="FAIL", reasons=["it lies below the limit"], sorted_as=to_body(PUMP)),
        result_body(**NO_NUMBER),
    )
    scribe.record.event(PlanOutcome(f"{PLAN}2", OutcomeWord.NOT_REACHED, "the run ended before", ("ACC-002",)))
    scribe.record.stop(Stop("ABORTED"))
    return scribe


def test_the_list_is_what_its_schema_says(scribe):
    assert mistakes(json.loads(render(faced(scribe).run)), WHOLE, WHOLE) == []


def test_a_row_has_all_that_belongs_to_a_result(scribe):
    run = faced(scribe)
    row = list_of(run.run)["results"][0]
    assert row == row | {
        "verdict": "FAIL", "name": "mean flow error", "plan": PLAN, "requirements": ["ACC-001"], "value": -7.0,
        "expanded": 0.5, "k": 2.0, "unit": "%", "limit": "basal accuracy", "lower": -5.0, "upper": 5.0,
        "fault": "pump", "reasons": ["it lies below the limit"], "dut_serial": "0042", "bench": "table",
        "run": "run-1", "run_state": "ABORTED", "from_utc": "2026-01-05 08:00:00 UTC", "mocked": False,
        "record_sha256": run.data["record"]["head_sha256"],
    }  # fmt: skip


def test_a_plan_that_no_result_speaks_for_has_a_row(scribe):
    (row,) = [one for one in list_of(faced(scribe).run)["results"] if one["entry"] is None]
    assert (row["plan"], row["verdict"], row["name"]) == (f"{PLAN}2", "INCONCLUSIVE", "")
    assert "was not reached" in row["said"]


def test_each_row_says_what_the_report_says(scribe):
    run = faced(scribe)
    rows = {row["entry"]: row for row in list_of(run.run)["results"]}
    assert set(rows) - {None} == {one["seq"] for one in run.results()}
    for one in run.results():
        row = rows[one["seq"]]
        assert (row["text"], row["verdict"]) == (one["text"], one["verdict"])
        if one["number"]:
            assert row["value"] == one["number"]["value"]["number"]
            assert row["expanded"] == one["number"]["expanded"]["number"]


@pytest.mark.parametrize("serial", SERIALS, ids=["markup", "long", "right to left"])
def test_a_serial_number_is_read_as_it_was_and_commands_nothing(write, serial):
    scribe = measured(write, result_body(), dut={"model": "ITP-1", "serial": serial})
    text = render(faced(scribe).run).decode()
    assert "\u202e" not in text
    assert [row["dut_serial"] for row in json.loads(text)["results"]] == [serial]


def test_the_command_writes_it_beside_the_record(scribe, capsys):
    scribe.record.close()
    path = scribe.record.path
    assert main(["report", str(path), "--format", "results"]) == 0
    out = path.with_name("run-1.results.json")
    assert capsys.readouterr().out.strip() == str(out)
    assert json.loads(out.read_text(encoding="utf-8"))["schema"] == "pump-rig/results"


SECTIONS = {
    "The list of results, for a LIMS": WHOLE["properties"],
    "A row of the list": WHOLE["$defs"]["row"]["properties"],
}


@pytest.mark.parametrize("name, properties", SECTIONS.items(), ids=SECTIONS)
def test_the_page_says_of_each_key_what_the_schema_says(name, properties):
    page = (DOCS / "report-json.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    told = [line.removeprefix("| `").partition("` | ") for line in section.splitlines() if line.startswith("| `")]
    assert [key for key, _, _ in told] == list(properties)
    assert [key for key, _, text in told if not text.startswith(properties[key]["description"])] == []
