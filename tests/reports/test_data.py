"""The document of data is what its schema says, holds no number that JSON does not have, and misleads nobody."""

import json
from importlib.resources import files

import pytest

from reports.data.document import SCHEMA, VERSION
from reports.data.face import render
from reports.data.values import carried, finite
from reports.facts.run_reading import read_run
from rig.faults import Fault, Sorted
from rig.record.bodies.codec import to_body
from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanOutcome
from rig.record.bodies.others import SamplerCounted, Stop
from rig.record.reader import RecordReader
from tests.docs.pages import DOCS
from tests.reports.faced import faced
from tests.reports.many import write_many
from tests.reports.records import NO_NUMBER, PLAN, result_body
from tests.reports.schema import mistakes
from tests.reports.written import measured

WHOLE = json.loads((files("reports.data") / "schema.json").read_text(encoding="utf-8"))
PUMP = Sorted(Fault.PUMP, "it delivers too little", "pump y", "keep it as it is")
HOSTILE = 'a\x1b[2J\u202e"\u05d0</script>'


@pytest.fixture
def broken(write):
    """A run with a failure, a result without a number, a plan that failed, and an instrument that lost samples."""
    scribe = measured(write, result_body(verdict="FAIL", sorted_as=to_body(PUMP)), result_body(**NO_NUMBER))
    scribe.record.event(OtherEvent("alarm", {"said": HOSTILE}))
    scribe.record.event(PlanOutcome(PLAN, OutcomeWord.FAILED, "NameError", ("ACC-001",), PUMP))
    scribe.record.stop(Stop("ABORTED", samplers={"balance": SamplerCounted(reads=200, lost=3)}))
    return faced(scribe)


def test_a_run_with_everything_wrong_is_what_the_schema_says(broken):
    assert mistakes(broken.data, WHOLE, WHOLE) == []


def test_a_run_of_many_plans_is_what_the_schema_says(tmp_path):
    with RecordReader(write_many(tmp_path, 3)) as reader:
        data = json.loads(render(read_run(reader)))
    assert mistakes(data, WHOLE, WHOLE) == []
    assert [row["verdict"] for row in data["verdicts"]] == ["PASS"] * 3


def test_the_schema_notices_what_is_missing_and_what_is_not_known(broken):
    changed = broken.data | {"news": 1}
    del changed["mocked"]
    assert mistakes(changed, WHOLE, WHOLE) == ["$: mocked is missing", "$: news is not known"]


def test_the_document_names_its_schema_and_version(broken):
    assert (broken.data["schema"], broken.data["version"]) == (SCHEMA, VERSION)


def test_no_number_is_one_that_json_does_not_have(broken):
    def refuse(text):
        raise AssertionError(text)

    json.loads(render(broken.run), parse_constant=refuse)


@pytest.mark.parametrize(
    "number, said", [(1.5, 1.5), (float("inf"), "inf"), (float("-inf"), "-inf"), (float("nan"), None)]
)
def test_a_number_that_json_does_not_have_is_said_in_words(number, said):
    assert finite(number) == said
    assert carried({"a": [number]}) == {"a": [said]}


def test_failures_come_first(broken):
    assert [row["verdict"] for row in broken.data["verdicts"]] == ["FAIL", "INVALID"]
    assert broken.data["alerts"] == ["The run was stopped before its plans had all run."]
    assert broken.data["plans"][0]["results"][0]["fault"]["whose"] == "the pump's"


def test_a_text_is_read_as_it_was_and_commands_no_terminal(broken):
    text = render(broken.run).decode()
    assert "\x1b" not in text
    assert "\u202e" not in text
    (alarm,) = [event for event in broken.data["events"] if event["name"] == "alarm"]
    assert HOSTILE in alarm["text"]


SECTIONS = {"The document": WHOLE["properties"]} | {
    name: schema["properties"] for name, schema in WHOLE["$defs"].items()
}


@pytest.mark.parametrize("name, properties", SECTIONS.items(), ids=SECTIONS)
def test_the_page_says_of_each_key_what_the_schema_says(name, properties):
    page = (DOCS / "report-json.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    told = [line.removeprefix("| `").partition("` | ") for line in section.splitlines() if line.startswith("| `")]
    assert [key for key, _, _ in told] == list(properties)
    assert [key for key, _, text in told if not text.startswith(properties[key]["description"])] == []
