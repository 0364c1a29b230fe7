"""Several runs on one page: one story over all, and nothing of one run is taken for another's."""

import json
import re
from collections import Counter

import pytest

from reports.facts.joined import join
from reports.facts.run_reading import read_run
from reports.page.html import render_joined
from rig.errors import ExportError
from rig.record.bodies.events import OutcomeWord, PlanOutcome
from tests.reports.pages import read_page
from tests.reports.records import PLAN, result_body
from tests.reports.written import measured

FAST = PLAN.replace("slow", "fast")


def joined(*scribes):
    runs = []
    for scribe in scribes:
        with scribe.reader as reader:
            runs.append(read_run(reader))
    return render_joined(join(runs))


def became(scribe, word, plan=PLAN, why=""):
    scribe.record.event(PlanOutcome(plan, word, why, ("ACC-001",)))
    return scribe


def headline(html):
    return re.search(r'<p class="headline v-(\w+)"><span[^>]*>.</span>([^<]*)</p>', html).groups()


def requirement(html):
    (section,) = re.findall(r'<section id="requirements">.*?</section>', html, re.DOTALL)
    return re.findall(r'class="badge v-(\w+)"', section)


@pytest.fixture
def passed(write):
    return became(measured(write, result_body()), OutcomeWord.PASSED)


def test_all_that_passed_in_all_runs_is_green(passed, write):
    other = became(measured(write, result_body()), OutcomeWord.PASSED)
    assert headline(joined(passed, other)) == ("pass", "All 2 results pass.")


def test_a_plan_that_failed_in_one_run_is_the_headline_of_all(passed, write):
    other = became(measured(write), OutcomeWord.FAILED, why="assert 1 == 2")
    assert headline(joined(passed, other)) == ("fail", "Not all plans passed: 1 failed. The one result passes.")


def test_a_requirement_passes_only_if_the_plans_of_all_runs_do(passed, write):
    other = became(measured(write), OutcomeWord.SKIPPED, why="no reservoir")
    assert requirement(joined(passed, other)) == ["inconclusive"]


def test_a_requirement_has_one_line_whatever_the_number_of_runs(passed, write):
    other = became(measured(write, result_body()), OutcomeWord.PASSED)
    assert requirement(joined(passed, other)) == ["pass"]


def test_a_plan_that_one_run_did_not_reach_and_another_did_stands_there_as_it_went(passed, write):
    other = became(measured(write, result_body(plan=FAST)), OutcomeWord.PASSED, plan=FAST)
    became(other, OutcomeWord.NOT_REACHED)
    assert headline(joined(passed, other)) == ("pass", "All 2 results pass.")


def test_a_plan_that_no_run_reached_is_said_once(passed, write):
    others = [became(write(), OutcomeWord.NOT_REACHED, plan=FAST) for _ in range(2)]
    assert headline(joined(passed, *others)) == (
        "inconclusive",
        "Not all plans passed: 1 was not reached. The one result passes.",
    )


def test_a_row_says_which_run_it_is_from(passed, write):
    page = joined(passed, became(measured(write, result_body()), OutcomeWord.PASSED))
    table = page[page.index('<table class="verdicts"') :].partition("</table>")[0]
    assert re.findall(r'<span class="sub">(run-\d)</span>', table) == ["run-1", "run-2"]


def test_no_anchor_is_there_twice_and_none_leads_nowhere(passed, write):
    elements = read_page(joined(passed, measured(write, result_body()))).elements
    places = Counter(attributes["id"] for _, attributes in elements if "id" in attributes)
    assert max(places.values()) == 1
    links = {str(attributes.get("href"))[1:] for name, attributes in elements if name == "a"}
    assert links <= set(places)


def test_graphs_of_two_runs_at_the_same_time_do_not_zoom_together(passed, write):
    scripts = read_page(joined(passed, measured(write, result_body()))).scripts
    charts = [json.loads(text) for kind, text in scripts if kind == "application/json"]
    groups = {chart["group"].rpartition("volume-")[0] for chart in charts if "volume" in chart["group"]}
    assert groups == {"run-1-", "run-2-"}


def test_the_provenance_of_every_run_is_there(passed, write):
    html = joined(passed, measured(write, result_body(), operator="B. Operator"))
    assert re.findall(r"<h2>Provenance of <code>(run-\d)</code>", html) == ["run-1", "run-2"]
    assert "B. Operator" in html


def test_a_mocked_run_is_not_joined_with_a_physical_one(passed, write):
    with pytest.raises(ExportError, match="run-2 is of a mocked bench and run-1 is not"):
        joined(passed, measured(write, kind="mocked"))
