"""Entries become plans: whose result it is, when it ran, what it was for."""

import pytest

from reports.facts.plans import read_plans, title_of
from reports.facts.standing import did_not_pass, standing
from rig.errors import RecordCorruptError
from rig.record.bodies.events import OutcomeWord, PlanBegins, PlanEnds, PlanFailed, PlanOutcome
from rig.record.bodies.start import SourceFile
from rig.record.schema import Entry
from rig.record.standing import overall
from rig.record.words import result_of
from tests.reports.records import HOUR_NS, PLAN, PLAN_TEXT, result_body

SOURCES = (SourceFile("test_basal.py", "", PLAN_TEXT),)


def plans_of(scribe, sources=SOURCES):
    with scribe.reader as reader:
        return read_plans(reader, sources)


@pytest.mark.parametrize(
    "node_id, title, case",
    [
        ("a/test_x.py::test_rate_is_kept[2.0-slow]", "Rate is kept", "2.0-slow"),
        ("a/test_x.py::TestPump::test_stops", "Stops", ""),
        ("", "", ""),
    ],
)
def test_a_plan_is_called_what_its_function_says(node_id, title, case):
    assert title_of(node_id) == (title, case)


def test_results_belong_to_their_plans(write):
    scribe = write()
    other = PLAN.replace("slow", "fast")
    scribe.plan(result_body())
    scribe.plan(result_body(), result_body(), node_id=other)
    assert [(plan.node_id, len(plan.results)) for plan in plans_of(scribe)] == [(PLAN, 1), (other, 2)]


def test_the_purpose_is_the_first_line_of_the_docstring(write):
    scribe = write()
    scribe.plan(result_body())
    assert plans_of(scribe)[0].purpose == "A rate that is set is kept."


def test_a_source_that_is_no_python_costs_only_the_purpose(write):
    scribe = write()
    scribe.plan(result_body())
    assert plans_of(scribe, (SourceFile("test_basal.py", "", "def (\0"),))[0].purpose == ""


def test_a_plan_without_its_end_is_open(write):
    scribe = write()
    scribe.plan(ends=False)
    assert plans_of(scribe)[0].end_ns is None


def test_a_result_without_a_plan_begins_with_its_window(write):
    scribe = write()
    scribe.result(result_body())
    assert [(plan.node_id, plan.end_ns - plan.begin_ns) for plan in plans_of(scribe)] == [(PLAN, HOUR_NS)]


def test_commands_at_one_instant_belong_to_the_plan_around_them(write):
    scribe = write()
    scribe.tell_pump("stop")
    scribe.record.event(PlanBegins(PLAN))
    scribe.tell_pump("run_continuous", rate_ul_h=2.0)
    scribe.record.event(PlanEnds(PLAN))
    scribe.tell_pump("give_bolus", volume_ul=5.0)
    assert [told.verb for told in plans_of(scribe)[0].told] == ["run_continuous"]


@pytest.mark.parametrize(
    "verdicts, worst",
    [
        ([], ""),
        (["PASS"], "PASS"),
        (["PASS", "INCONCLUSIVE"], "INCONCLUSIVE"),
        (["INVALID", "FAIL", "PASS"], "FAIL"),
        (["PASS", "LATER"], "LATER"),
    ],
)
def test_the_worst_verdict_speaks_for_all(verdicts, worst):
    assert overall(verdicts) == worst


def test_effective_degrees_of_freedom_are_those_of_gum_g41():
    # Two equal contributions, one with 8 degrees of freedom: u⁴/(c⁴/8) = (2c²)²·8/c⁴ = 32.
    line = result_body()["budget"][0] | {"contribution": 3.0}
    body = result_body(u=3.0 * 2**0.5, budget=[line, line | {"dof": 8.0}])
    assert result_of(Entry(5, 0, "result", "error", body, None)).number.dof == pytest.approx(32)


@pytest.mark.parametrize("key", ["recipe", "limit", "verdict", "budget", "decision"])
def test_a_result_that_lacks_something_is_a_damaged_record(key):
    body = result_body()
    del body[key]
    with pytest.raises(RecordCorruptError, match="entry 5"):
        result_of(Entry(5, 0, "result", "error", body, None))


def outcome_of(scribe, *results, outcome=None, why="", ends=True):
    scribe.plan(*results, ends=ends)
    if outcome is not None:
        scribe.record.event(PlanOutcome(PLAN, outcome, why, ("ACC-001",)))
    (plan,) = plans_of(scribe)
    return plan


@pytest.mark.parametrize(
    "verdicts, outcome, comes_to",
    [
        (["PASS"], OutcomeWord.PASSED, "PASS"),
        (["PASS"], None, "PASS"),
        (["PASS"], OutcomeWord.FAILED, "FAIL"),
        (["PASS"], OutcomeWord.ERROR, "FAIL"),
        ([], OutcomeWord.FAILED, "FAIL"),
        ([], OutcomeWord.SKIPPED, "INCONCLUSIVE"),
        (["PASS"], OutcomeWord.INTERRUPTED, "INCONCLUSIVE"),
        (["INVALID"], OutcomeWord.FAILED, "INVALID"),
        (["FAIL"], OutcomeWord.FAILED, "FAIL"),
        ([], None, "INCONCLUSIVE"),
    ],
)
def test_a_plan_comes_to_its_results_and_its_outcome_together(write, verdicts, outcome, comes_to):
    plan = outcome_of(write(), *(result_body(verdict=verdict) for verdict in verdicts), outcome=outcome)
    assert standing(plan) == comes_to
    assert did_not_pass(plan) == (outcome not in (OutcomeWord.PASSED, None) or not verdicts)


def test_a_plan_that_never_began_is_a_plan_all_the_same(write):
    scribe = write()
    scribe.record.event(PlanOutcome(PLAN, OutcomeWord.SKIPPED, "the reservoir is empty", ("ACC-001",)))
    (plan,) = plans_of(scribe)
    assert (plan.outcome.why, plan.requirements, plan.results) == ("the reservoir is empty", ("ACC-001",), ())


def test_the_reason_of_a_plan_that_raised_is_known_without_an_outcome(write):
    scribe = write()
    scribe.plan(ends=False)
    scribe.record.event(PlanFailed(PLAN, "ValueError: oops"))
    (plan,) = plans_of(scribe)
    assert (plan.outcome.word, plan.outcome.why) == (OutcomeWord.FAILED, "ValueError: oops")


def test_plans_of_a_killed_run_were_interrupted_or_not_reached(write):
    other = PLAN.replace("slow", "fast")
    scribe = write(selected=[PLAN, other])
    scribe.plan(ends=False)
    scribe.record.close()
    found = {plan.node_id: plan.outcome.word for plan in plans_of(scribe)}
    assert found == {PLAN: OutcomeWord.INTERRUPTED, other: OutcomeWord.NOT_REACHED}


def test_plans_of_a_run_under_way_are_not_called_anything_yet(write):
    scribe = write(selected=[PLAN, PLAN.replace("slow", "fast")])
    scribe.plan(ends=False)
    assert [(plan.node_id, plan.outcome) for plan in plans_of(scribe)] == [(PLAN, None)]
