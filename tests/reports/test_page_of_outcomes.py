"""What became of plans and runs stands on the page, and nothing is green that did not pass."""

import numpy as np
import pytest

from rig.faults import Fault, Sorted
from rig.record.bodies.codec import to_body
from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Result
from rig.record.folder import close_interrupted
from rig.record.schema import Kind
from tests.reports.records import EPOCH_NS, NO_NUMBER, PLAN, result_body, start_body
from tests.reports.written import html_of, measured, page_of


def ended(scribe, outcome, why=""):
    scribe.record.event(PlanOutcome(PLAN, outcome, why, ("ACC-001",)))
    return page_of(scribe).text


@pytest.mark.parametrize(
    "outcome, said",
    [
        (OutcomeWord.FAILED, "Not all plans passed: 1 failed. The one result passes."),
        (OutcomeWord.ERROR, "Not all plans passed: 1 broke outside its body. The one result passes."),
        (OutcomeWord.INTERRUPTED, "Not all plans passed: 1 was interrupted. The one result passes."),
    ],
)
def test_a_plan_that_did_not_pass_takes_the_green_from_the_headline(write, outcome, said):
    text = ended(measured(write, result_body()), outcome, "AssertionError: the alarm did not sound")
    assert said in text
    assert "✓ The one result passes." not in text
    assert "the alarm did not sound" in text


def test_a_plan_that_was_skipped_takes_the_green_from_the_headline_and_its_requirement(write):
    scribe = measured(write, result_body())
    scribe.record.event(PlanOutcome(PLAN, OutcomeWord.PASSED, "", ("ACC-001",)))
    other = PLAN.replace("slow", "fast")
    scribe.record.event(PlanOutcome(other, OutcomeWord.SKIPPED, "the reservoir is empty", ("ACC-001",)))
    text = page_of(scribe).text
    assert "Not all plans passed: 1 was skipped. The one result passes." in text
    assert "This plan was skipped: the reservoir is empty" in text
    requirement = text[text.index("Results that trace to it") :]
    assert requirement.index("INCONCLUSIVE") < requirement.index("1 result")


def test_a_run_in_which_all_passed_is_green(write):
    text = ended(measured(write, result_body()), OutcomeWord.PASSED)
    assert "✓ The one result passes." in text


def test_whose_fault_a_result_and_a_plan_are_stands_with_them(write):
    pump = Sorted(Fault.PUMP, "it delivers too little", "pump y", "keep it as it is")
    scribe = measured(write, result_body(verdict="FAIL", sorted_as=to_body(pump)))
    mistaken = Sorted(Fault.PLAN, "NameError: nothing_like_it", "test_plan.py:9", "correct it")
    scribe.record.event(PlanOutcome(PLAN, OutcomeWord.FAILED, "NameError", ("ACC-001",), mistaken))
    text = " ".join(page_of(scribe).text.split())
    assert "Whose fault the pump's What it delivers too little Where pump y What to do keep it as it is" in text
    assert "Whose fault the plan's What NameError: nothing_like_it Where test_plan.py:9 What to do correct it" in text


def test_a_fact_is_shown_as_what_was_found(write):
    scribe = write()
    fact = Result(
        PLAN,
        ("ACC-001",),
        Recipe("log in order", {}, EPOCH_NS, EPOCH_NS + 1, 1),
        "",
        "PASS",
        fact="12 lines of the pump's log, in order",
    )
    scribe.record.result("log", fact)
    text = page_of(scribe).text
    assert "12 lines of the pump's log, in order" in text
    assert "Uncertainty budget of log" not in text


def test_the_page_of_an_old_record_says_the_same_numbers(write):
    new, old = measured(write, result_body()), measured(write)
    old.record.raw(Kind.RESULT, "mean flow error", result_body())
    assert "+1.00 ± 0.50 %" in page_of(old).text.replace("\N{NO-BREAK SPACE}", " ")
    both = [
        page_of(scribe).text.partition("Uncertainty budget of")[2].partition("Computed by")[0] for scribe in (new, old)
    ]
    assert both[0] == both[1]


# Runs that are not as they should be --------------------------------------------------------------------------------


def test_a_run_without_results_says_so(write):
    assert "No result: this run verified nothing." in page_of(write()).text


def test_a_plan_without_results_says_so(write):
    scribe = write()
    scribe.plan()
    assert "This plan ended without a result." in page_of(scribe).text


def test_a_live_run_says_how_far_it_is(write):
    assert "still going on" in page_of(measured(write)).text


def test_a_killed_run_says_so(write):
    scribe = write()
    scribe.plan(ends=False)
    scribe.record.close()
    text = page_of(scribe).text
    assert "interrupted" in text
    assert "its end is not in the record" in text


def test_an_interrupted_run_says_what_was_delivered(write):
    scribe = measured(write)
    scribe.record.close()
    close_interrupted(scribe.record.path, lambda _: {"pump_ul": 6.5, "balance_mg": 6.25})
    said = "Delivered until then: 6.25 mg gained on the balance, 6.5 µL by the pump's own count."
    assert said in page_of(scribe).text


def test_a_page_stays_small_when_the_record_is_large(write):
    scribe = write()
    values = np.random.default_rng(1).normal(size=200_000)
    scribe.stream("daq", {"a": "V", "b": "V"}, EPOCH_NS + np.arange(200_000) * 1_000_000, a=values, b=values)
    scribe.clock.wait_s(200)
    scribe.record.event(OtherEvent("reading missed", {}))
    assert len(html_of(scribe)) < 300_000


def test_an_aborted_run_says_so(write):
    scribe = write()
    scribe.record.stop(Stop("ABORTED"))
    assert "stopped before its plans had all run" in page_of(scribe).text


def test_calibrations_that_were_overdue_are_named(write):
    text = page_of(write(overdue=["balance: calibration CAL-balance was due on 2025-12-31"])).text
    assert "✗ overdue" in text
    assert "was due on 2025-12-31" in text


def test_events_that_matter_are_shown(write):
    scribe = write()
    scribe.record.event(OtherEvent("reading missed", {"stream": "balance", "error": "no reply in 1 s"}))
    assert "no reply in 1 s" in page_of(scribe).text


def test_a_bench_without_instruments_for_volume_still_reports(write):
    instruments = {"pump": start_body()["instruments"]["pump"]}
    scribe = write(instruments=instruments, weighing=None, ambient=None, requirements={"requirements": {}})
    scribe.plan(result_body(**NO_NUMBER, reasons=["the run recorded no balance"]))
    assert "the run recorded no balance" in page_of(scribe).text
