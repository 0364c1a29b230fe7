"""What a record, a file or a device is called never reaches a terminal, a spreadsheet, a page or a path as it is."""

import csv
import json

import pytest

from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.schema import Kind
from tests.fixtures.plan_support import QUICK
from tests.streaming.records import RESULT, begin

CLEAR = "\x1b[2J\x1b]52;c;cm0=\x07"
TAG = "<script>alert(1)</script>"


@pytest.fixture
def hostile(tmp_path):
    with begin(tmp_path / "runs", "run-1", operator=f"{CLEAR}{TAG}\u202e") as record:
        record.event(OtherEvent(f"=cmd|'/C calc'!A0{CLEAR}", {"said": f"@SUM(1){TAG}", "offset": "-1.5"}))
        record.raw(Kind.RESULT, f"{CLEAR}{TAG}", {**RESULT, "plan": f"../../{CLEAR}{TAG}"})
        record.stop(Stop("FINISHED"))
    return record.path


@pytest.mark.parametrize("words", [("runs",), ("runs", "--json"), ("replay", "last"), ("report", "last")])
def test_no_command_passes_on_what_a_terminal_obeys(rig, hostile, words):
    said = rig(*words, "--runs", hostile.parent)
    assert [text for text in (said.out, said.err) if "\x1b" in text or "\x07" in text or "\u202e" in text] == []


def test_json_says_what_was_recorded_all_the_same(rig, hostile):
    (run,) = json.loads(rig("runs", "--json", "--runs", hostile.parent).out)
    assert run["operator"] == f"{CLEAR}{TAG}\u202e"


def test_a_page_holds_no_tag_and_nothing_hidden_of_a_record(rig, hostile):
    assert rig("report", "last", "--runs", hostile.parent).code == 0
    (page,) = hostile.parent.rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert TAG not in text
    assert [hidden for hidden in ("\x1b", "\x07", "\u202e") if hidden in text] == []


def test_a_table_holds_no_formula_of_a_record_and_its_numbers_are_numbers(rig, hostile, tmp_path):
    rig("export", "last", "--runs", hostile.parent, "--out", tmp_path / "out", "--format", "csv")
    with (tmp_path / "out" / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "calc" in row["name"]]
    assert [(row["name"][:6], row["said"][:6], row["offset"]) for row in rows] == [("'=cmd|", "'@SUM(", "-1.5")]


def test_a_mistake_in_a_bench_file_is_told_in_plain_text(rig, tmp_path):
    path = tmp_path / "bench.toml"
    text = QUICK.read_text(encoding="utf-8").replace('"mettler_mt_sics"', '"\\u001b[2J"')
    path.write_text(text, encoding="utf-8")
    said = rig("bench", "check", path)
    assert "instruments.balance.driver" in said.err
    assert "\x1b" not in said.out + said.err
