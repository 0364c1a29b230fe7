"""Page, table and JSON of one qualification say one thing, and hold whatever a defect is called."""

import json
from dataclasses import replace

import pytest

from qualification.curves import curves_of, reckoned
from qualification.faces.data import SCHEMA, data_of
from qualification.faces.markdown import markdown_of
from qualification.faces.page import page_of
from qualification.false_alarms import false_alarms
from qualification.jobs import Done
from qualification.matrix import Matrix, Row
from qualification.mistakes import Noticed
from qualification.planted import PLANTED
from qualification.running import Qualification
from qualification.scaled import Trial
from tests.qualification.findings import FLOW, claim, defect, finding

PASSED = finding(claim("PASS", value=0.1))
FAILED = finding(claim("FAIL", "books: 100 µL counted | 110 weighed", 10.2))
ROWS = (
    Row(defect("A1"), (FAILED,)),
    Row(defect("A2", effect_percent=-2.4), (PASSED,)),
    Row(defect("A3"), (PASSED,)),
    Row(defect("B5", control=True), (PASSED,)),
)
FOUND = Qualification(
    Matrix(ROWS, (PASSED,)),
    false_alarms([Done((PASSED,), 1.0)] * 199 + [Done((FAILED,), 1.0)]),
    curves_of([Trial(FLOW, percent, percent > 5.0) for percent in (4.0, 5.2, 6.0)]),
    reckoned([PASSED]),
    (Noticed(PLANTED[0], by_tests=True, by_proof=False, said="FAILED tests/…"), Noticed(PLANTED[1], False, False)),
)


def test_the_same_figures_stand_on_every_face():
    page, table, data = page_of(FOUND), markdown_of(FOUND), data_of(FOUND)
    assert "<strong>1 of 3</strong> seeded defects of the pump were caught" in page
    assert "- 1 of 3 defects of the pump were caught, 1 of them by their name" in table
    assert data["missed"] == ["A2", "A3"]
    assert "<strong>1 of 200</strong> plans over 200 seeds" in page
    assert "- 1 of 200 plans over 200 healthy seeds called a healthy pump faulty: 0.50% (95 %: 0.01% to 2.75%" in table
    assert data["false_alarms"]["rate"] == 0.005
    assert "from <strong>5.2 %</strong> on" in page
    assert f"| {FLOW} | 5.2 % |" in table
    assert data["curves"][0]["smallest_percent"] == 5.2


def test_json_is_what_json_can_hold():
    said = json.loads(json.dumps(data_of(FOUND)))
    assert (said["schema"], said["as_it_should"]) == (SCHEMA, False)
    assert [row["found"] for row in said["defects"]] == ["caught", "missed", "missed", "let pass"]


def test_what_speaks_against_the_plans_comes_first():
    table = [line for line in markdown_of(FOUND).splitlines() if line.startswith("| A")]
    assert [line[2:4] for line in table] == ["A3", "A1", "A2"]
    assert page_of(FOUND).index("What speaks against the plans") < page_of(FOUND).index("Defect by defect")


def test_what_was_asked_stands_on_every_face():
    asked = replace(FOUND, scope=(("plans", "test_plans/test_basal.py"), ("defects", "4 of the library")))
    assert "<strong>plans</strong> test_plans/test_basal.py" in page_of(asked)
    assert "- defects: 4 of the library" in markdown_of(asked)
    assert data_of(asked)["scope"] == {"plans": "test_plans/test_basal.py", "defects": "4 of the library"}


def test_a_control_that_passed_is_told_so():
    assert "rightly: it must not be called faulty" in page_of(FOUND)


def test_a_mistake_that_nothing_noticed_is_marked():
    assert '<tr class="bad"><td>M02' in page_of(FOUND)
    assert "| no | no |" in markdown_of(FOUND)
    assert not FOUND.as_it_should


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a | b", "\u202eleft", "x" * 10_000])
def test_any_name_of_a_defect_is_text(name):
    rows = (Row(defect(says=("books",), effect=name), (FAILED,)),)
    found = Qualification(Matrix(rows, (PASSED,)), false_alarms([]), (), ())
    assert "<script>alert" not in page_of(found)
    (line,) = [one for one in markdown_of(found).splitlines() if one.startswith("| A1")]
    assert line.replace("\\|", "").count("|") == 8


def test_what_a_plan_said_is_on_the_page_to_its_last_word():
    said = finding(claim("FAIL", "books: " + "one thing, " * 200 + "and the last", 10.2))
    found = Qualification(Matrix((Row(defect("A1"), (said,)),), (PASSED,)), false_alarms([]), (), ())
    assert said.words.rstrip().rsplit(" ", 1)[-1] in page_of(found).split("Defect by defect")[1].split("</details>")[0]


def test_nothing_at_all_is_a_page_too():
    empty = Qualification(Matrix((), ()), false_alarms([]), (), ())
    assert "<strong>0 of 0</strong>" in page_of(empty)
    assert "0 of 0 defects" in markdown_of(empty)


def test_plans_that_reject_good_pumps_stand_on_every_face():
    done = Done((PASSED,), 1.0, trials=(Trial(FLOW, -4.0, True),))
    found = Qualification(Matrix(ROWS, (PASSED,)), false_alarms([done]), (), ())
    assert f"{FLOW}: calls a pump faulty whose strokes are off by -4 %" in page_of(found)
    assert f"  - {FLOW} at -4 %" in markdown_of(found)
    assert data_of(found)["false_alarms"]["rejected"] == [{"plan": FLOW, "percent": -4.0}]


def test_a_pumps_defect_that_is_put_down_to_the_bench_speaks_against_the_plans_on_every_face():
    one = finding(replace(claim("INVALID", "it was touched"), fault="bench"))
    found = Qualification(Matrix((Row(defect(), (one,)),), (PASSED,)), false_alarms([]), (), ())
    assert "It was said to be the bench's fault." in page_of(found)
    assert "- 1 of the defects caught were said to be no fault of the pump's: A1" in markdown_of(found)
    assert [row["blames"] for row in data_of(found)["defects"]] == ["bench"]


def test_sessions_that_did_not_come_to_their_end_stand_on_every_face():
    said = "the session ended with -9 and no outcome"
    found = Qualification(Matrix(ROWS, (PASSED,)), false_alarms([Done((), 1.0, said)]), (), ())
    assert said in page_of(found)
    assert said in markdown_of(found)
    assert data_of(found)["false_alarms"]["broken"] == [said]
