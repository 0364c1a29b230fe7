"""The table of verdicts: failures first, with the requirements that they trace to."""

import re

from rig.record.bodies.events import OutcomeWord, PlanOutcome
from tests.reports.records import NO_NUMBER, PLAN, result_body
from tests.reports.written import html_of, measured, page_of


def table_of(scribe):
    html = html_of(scribe)
    return html[html.index('<table class="verdicts"') :].partition("</table>")[0]


def test_failures_stand_first_and_the_rest_as_it_came(write):
    bodies = [result_body(verdict=verdict) for verdict in ("PASS", "FAIL", "INCONCLUSIVE")]
    scribe = measured(write, *bodies, result_body(**NO_NUMBER), result_body())
    verdicts = re.findall(r'<tr role="row" data-verdict="(\w+)">', table_of(scribe))
    assert verdicts == ["FAIL", "INVALID", "INCONCLUSIVE", "PASS", "PASS"]


def test_a_result_names_its_requirements(write):
    scribe = measured(write, result_body(requirements=["ACC-001", "ACC-007"]))
    assert ">ACC-001, ACC-007</td>" in table_of(scribe)


def test_a_plan_that_no_result_speaks_for_has_a_row(write):
    scribe = measured(write, result_body())
    scribe.record.event(PlanOutcome(PLAN.replace("slow", "fast"), OutcomeWord.NOT_REACHED, "the session ended before"))
    table = table_of(scribe)
    assert re.findall(r'data-verdict="(\w+)"', table) == ["INCONCLUSIVE", "PASS"]
    assert "This plan was not reached: the session ended before" in table


def test_every_row_leads_to_where_more_is_said(write):
    scribe = measured(write, result_body(), result_body(verdict="FAIL"))
    scribe.record.event(PlanOutcome(PLAN.replace("slow", "fast"), OutcomeWord.SKIPPED, "no reservoir"))
    places = {attributes.get("id") for _, attributes in page_of(scribe).elements}
    links = re.findall(r'<a href="#([\w-]+)">', table_of(scribe))
    assert len(links) == 3
    assert set(links) <= places


def test_a_run_of_many_settings_names_every_one(write):
    scribe = write()
    for number in range(30):
        scribe.plan(node_id=f"test_a.py::test_rate_is_kept[case{number}]")
    assert f"Rate is kept ({', '.join(f'case{number}' for number in range(30))})" in page_of(scribe).text


def test_a_setting_is_named_once_however_many_plans_had_it(write):
    scribe = write()
    for case in ("a", "b"):
        scribe.plan(result_body(), node_id=f"test_a.py::test_rate_is_kept[{case}]")
    assert "Rate is kept (2 µL/h)" in page_of(scribe).text
