"""What happened stands on the page: failures first and all of them, what repeats itself once."""

import re

import pytest

from reports.facts.happenings import noted
from rig.record.bodies.events import (
    OtherEvent,
    OutcomeWord,
    PlanFailed,
    PlanOutcome,
    ProjectionSeen,
    ReadingMissed,
    SamplerFailed,
)
from tests.reports.records import EPOCH_NS, PLAN, result_body
from tests.reports.written import html_of, measured, page_of

DIED = "LinkError: the balance gave no weight while the bench weighed before this plan"


def projection(verdict, value=1.0, plan=PLAN):
    return ProjectionSeen(plan, "mean flow error", value, 0.5, verdict, 0.97)


def events_of(scribe):
    text = page_of(scribe).text
    return text[text.index("Events") :].partition("Everything the instruments recorded")[0].partition("Provenance")[0]


def test_a_failure_stands_before_what_happened_earlier(write):
    scribe = write()
    scribe.record.event(OtherEvent("lamp lit", {"colour": "green"}))
    scribe.record.event(SamplerFailed("balance", "no reply"))
    said = events_of(scribe)
    assert said.index("no reply") < said.index("lamp lit")


def test_no_failure_is_cut(write):
    scribe = write()
    for number in range(250):
        scribe.record.event(ReadingMissed("balance", f"no reply to question {number}."))
    said = events_of(scribe)
    assert [n for n in range(250) if f"question {n}." not in said] == []


def test_projections_do_not_push_a_failure_out(write):
    scribe = write()
    for _ in range(300):
        scribe.record.event(projection("PASS"))
    scribe.record.event(SamplerFailed("balance", "no reply"))
    assert "no reply" in events_of(scribe)


def test_projections_are_a_line_for_each_plan(write):
    scribe = write()
    for value in (4.0, 2.0, 1.0):
        scribe.record.event(projection("INCONCLUSIVE" if value > 3 else "PASS", value))
    scribe.record.event(projection("FAIL", 9.0, PLAN.replace("slow", "fast")))
    said = events_of(scribe)
    line = rf"mean flow error {re.escape(PLAN)} 3 INCONCLUSIVE in sight: \+4\.00 % .*? PASS in sight: \+1\.00 %"
    assert re.search(line, said)
    assert said.count("in sight") == 4


def test_what_repeats_itself_stands_once_with_its_count(write):
    scribe = write()
    for _ in range(40):
        scribe.record.event(ReadingMissed("balance", "no reply"))
        scribe.clock.wait_s(60)
    said = events_of(scribe)
    assert said.count("no reply") == 1
    assert "40 times, the last 2026-01-05 08:39:00 UTC" in said


def test_what_repeats_itself_stands_at_its_first_time(write):
    scribe = write()
    for _ in range(3):
        scribe.clock.wait_s(60)
        scribe.record.event(ReadingMissed("balance", "no reply"))
    with scribe.reader as reader:
        (found,) = noted(reader, tuple(reader.all_events()))
    assert ((found.t_ns - EPOCH_NS) / 1e9, (found.last_ns - EPOCH_NS) / 1e9, found.count) == (60.0, 180.0, 3)


def test_events_that_are_no_failures_are_folded(write):
    scribe = write()
    scribe.record.event(OtherEvent("lamp lit", {}))
    scribe.record.event(SamplerFailed("balance", "no reply"))
    html = html_of(scribe)
    opened = re.findall(r"<details[^>]*?( open)?>\s*<summary>(Failures and warnings|Other events)", html)
    assert opened == [(" open", "Failures and warnings"), ("", "Other events")]


@pytest.fixture
def died(write):
    """A run with a plan that passed, and one that died in the weighing before its body."""
    scribe = measured(write, result_body())
    scribe.record.event(PlanOutcome(PLAN, OutcomeWord.PASSED))
    scribe.record.event(PlanOutcome(PLAN.replace("slow", "fast"), OutcomeWord.ERROR, DIED, ("ACC-002",)))
    return scribe


@pytest.mark.parametrize("section", ["verdicts", "plan-2", "bench"])
def test_a_plan_that_died_before_its_body_says_why(died, section):
    html = html_of(died)
    begin = html.index(f'id="{section}"')
    assert DIED in html[begin : html.index("</section>", begin)]


def test_an_error_that_an_outcome_tells_is_not_told_twice(write):
    scribe = write()
    scribe.plan(ends=False)
    scribe.record.event(PlanFailed(PLAN, "ValueError: oops"))
    scribe.record.event(PlanOutcome(PLAN, OutcomeWord.FAILED, "ValueError: oops"))
    assert events_of(scribe).count("ValueError: oops") == 1
