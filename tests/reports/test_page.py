"""The page says what the record says, whatever kind of run it is."""

import base64
import hashlib
import json
import re

import numpy as np
import pytest

from reports.facts.charts import Axis, Chart, Curve
from reports.facts.run_reading import read_run
from reports.page.html import embedded, render
from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanBegins, PlanEnds, PlanOutcome, WindowEnds
from rig.record.bodies.others import SamplerCounted, Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Result
from rig.record.folder import close_interrupted
from rig.record.schema import Kind
from tests.reports.pages import read_page
from tests.reports.records import EPOCH_NS, MINUTE_NS, NO_NUMBER, PLAN, Scribe, result_body, start_body


def html_of(scribe: Scribe) -> str:
    with scribe.reader as reader:
        return render(read_run(reader))


def page_of(scribe: Scribe):
    return read_page(html_of(scribe))


def measured(write, *results, **changes) -> Scribe:
    """A run with one plan and some samples of every instrument."""
    scribe = write(**changes)
    t_ns = EPOCH_NS + np.arange(200) * MINUTE_NS
    scribe.stream("balance", {"mass": "mg"}, t_ns, mass=np.arange(200) / 30)
    scribe.stream(
        "flow", {"flow": "µL/h", "temperature": "°C"}, t_ns, flow=np.full(200, 2), temperature=np.full(200, 37)
    )
    scribe.stream(
        "pump", {"delivered": "µL", "battery": "V"}, t_ns, delivered=np.arange(200) / 30, battery=np.full(200, 3)
    )
    scribe.record.event(PlanBegins(result_body()["plan"], ("ACC-001",)))
    scribe.tell_pump("run_continuous", rate_ul_h=2.0)
    scribe.clock.wait_s(200 * 60)
    for body in results:
        scribe.result(body)
    scribe.record.event(PlanEnds(result_body()["plan"]))
    return scribe


@pytest.fixture
def passed(write):
    scribe = measured(write, result_body())
    scribe.record.stop(Stop("FINISHED", samplers={"balance": SamplerCounted(reads=200, samples=200, lost=3)}))
    return scribe


# What stands on every page ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "ITP-1 0042",
        "The one result passes.",
        "Rate is kept",
        "A rate that is set is kept.",
        "+1.00 ± 0.50 %",
        "−5 to 5 %",
        "99.990 %",
        "Uncertainty budget of mean flow error",
        "CAL-balance",
        "0123abc",
        "2026-01-05 08:00:00 UTC",
        "A. Operator",
        "Rates are kept.",
    ],
)
def test_the_page_says(passed, words):
    assert words in page_of(passed).text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("kind", ["mocked", "physical"])
def test_every_page_calls_the_methods_borrowed(write, kind):
    text = page_of(write(kind=kind)).text
    assert "methods of IEC 60601-2-24, which excludes implantable pumps" in text
    assert "borrowed methods" in text


def test_the_page_asks_nothing_of_the_network(passed):
    html = html_of(passed)
    fetching = r"""(?:src|href|action|poster|data)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?!#|data:)|@import"""
    assert re.findall(fetching, html) == []


def test_the_policy_allows_the_page_s_scripts_and_no_connection(passed):
    page = page_of(passed)
    policy = next(m["content"] for m in page.attributes("meta") if m.get("http-equiv") == "Content-Security-Policy")
    scripts = [text for kind, text in page.scripts if kind != "application/json"]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts]
    assert policy.startswith(f"default-src 'none'; script-src {' '.join(hashes)};")


def test_one_record_gives_one_page(passed):
    assert html_of(passed) == html_of(passed)


def test_graphs_carry_their_data(passed):
    charts = [json.loads(text) for kind, text in page_of(passed).scripts if kind == "application/json"]
    assert {"Delivered volume", "flow: temperature", "pump: battery"} <= {chart["title"] for chart in charts}


def test_every_graph_has_a_caption_in_words(passed):
    page = page_of(passed)
    assert len([a for a in page.attributes("p") if a.get("class") == "caption"]) == len(page.attributes("figure"))


# Verdicts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verdict, sign, sentence",
    [
        ("PASS", "✓", "The one result passes."),
        ("FAIL", "✗", "Of 1 result, 1 fails."),
        ("INCONCLUSIVE", "?", "Of 1 result, 1 is inconclusive."),
    ],
)
def test_a_verdict_is_told_by_word_and_sign(write, verdict, sign, sentence):
    text = page_of(measured(write, result_body(verdict=verdict))).text
    assert f"{sign} {verdict}" in text
    assert sentence in text


def test_a_result_without_a_number_shows_its_reason(write):
    text = page_of(measured(write, result_body(**NO_NUMBER, reasons=["negative flow"]))).text
    assert "no number" in text
    assert "negative flow" in text


def test_reasons_stand_beside_the_verdict(write):
    reason = "1 % outside the upper limit"
    assert reason in page_of(measured(write, result_body(verdict="FAIL", reasons=[reason]))).text


def test_remarks_of_the_budget_are_shown(write):
    remark = "end-point and regression disagree by +0.3 %"
    assert remark in page_of(measured(write, result_body(remarks=[remark]))).text


def test_the_coverage_factor_is_that_of_the_verdict(write):
    # Judged with k = 2.4 where the limit says 2: what is shown as ±U is the guard band of the verdict.
    decision = result_body()["decision"] | {"guard_band": 0.6}
    assert "+1.00 ± 0.60 %" in page_of(measured(write, result_body(decision=decision))).text.replace("\xa0", " ")


def test_a_measurement_that_was_stopped_when_decided_says_so(write):
    parameters = {"programmed_ul_h": 2.0, "look": 1, "looks_hours": [6.0, 12.0, 25.0], "coverage_k": 2.0}
    recipe = result_body()["recipe"] | {"parameters": parameters}
    text = page_of(measured(write, result_body(recipe=recipe))).text
    assert "ended with look 2 of 3, after 12 h" in text


def test_one_sided_limits_are_said_in_words(write):
    limit = result_body()["limit"] | {"lower": None}
    assert "at most 5 %" in page_of(measured(write, result_body(limit=limit))).text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_headline_counts_what_did_not_pass(write):
    bodies = [result_body(), result_body(verdict="FAIL"), result_body(verdict="FAIL"), result_body(**NO_NUMBER)]
    assert "Of 4 results, 2 fail, 1 is invalid." in page_of(measured(write, *bodies)).text


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


# Mocked and physical ------------------------------------------------------------------------------------------------


def test_a_mocked_run_says_so_above_everything(write):
    page = page_of(measured(write, result_body(), kind="mocked"))
    places = [tag if tag == "h1" else attributes.get("class") for tag, attributes in page.elements]
    assert places.index("banner") < places.index("h1")


def test_a_mocked_run_says_so_on_every_graph(write):
    # The script draws this word into each graph, so that a picture of one says it too.
    page = page_of(measured(write, result_body(), kind="mocked"))
    assert page.attributes("body") == [{"data-mocked": "MOCKED BENCH"}]


def test_a_mocked_run_says_so_in_every_plan(write):
    scribe = measured(write, result_body(), kind="mocked")
    assert [a.get("class") for a in page_of(scribe).attributes("span")].count("chip mocked") == 1


def test_a_physical_run_is_not_called_mocked(passed):
    page = page_of(passed)
    assert "ocked" not in page.text
    assert page.attributes("body") == [{}]


# Hostile text -------------------------------------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{7*7}}<!--\u2028&amp;"


def hostile_run(write) -> Scribe:
    text = {"file": HOSTILE, "sha256": HOSTILE, "text": HOSTILE}
    scribe = write(
        kind="mocked",
        dut={"model": HOSTILE, "serial": HOSTILE},
        bench=HOSTILE,
        operator=HOSTILE,
        bench_file=text,
        plan_sources=[text],
        overdue=[HOSTILE],
        requirements={"requirements": {HOSTILE: {"text": HOSTILE, "source": HOSTILE}}},
    )
    scribe.stream(HOSTILE, {HOSTILE: HOSTILE}, [EPOCH_NS, EPOCH_NS + 1], **{HOSTILE: [1.0, 2.0]})
    scribe.record.event(OtherEvent(HOSTILE, {HOSTILE: HOSTILE}))
    scribe.record.event(WindowEnds(HOSTILE, EPOCH_NS, EPOCH_NS))
    scribe.plan(result_body(reasons=[HOSTILE], limit_name=HOSTILE, verdict=HOSTILE, unit=HOSTILE), node_id=HOSTILE)
    return scribe


def test_hostile_names_stay_text(write):
    page = page_of(hostile_run(write))
    assert page.attributes("img") == []
    assert HOSTILE.replace("\u2028", " ") in page.text


def test_hostile_names_bring_no_script(write):
    plain, hostile = page_of(write()), page_of(hostile_run(write))
    programs = [[text for kind, text in page.scripts if kind != "application/json"] for page in (plain, hostile)]
    assert programs[0] == programs[1]


def test_hostile_names_survive_the_graph_s_data(write):
    charts = [json.loads(text) for kind, text in page_of(hostile_run(write)).scripts if kind == "application/json"]
    assert [chart["y"]["unit"] for chart in charts] == [HOSTILE]


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "]]>", "&lt;", "\u2028\u2029"])
def test_embedded_data_hold_no_markup(text):
    carried = embedded({"name": text})
    assert not set("<>&\u2028\u2029") & set(carried)
    assert json.loads(carried) == {"name": text}


def test_what_is_not_finite_is_a_gap_in_a_graph():
    values = np.array([1.0, np.nan, np.inf, 2.123456789])
    chart = Chart("x", "x", "x", Axis("t", "h"), Axis("y", ""), (Curve("a", "signal", np.arange(4.0), values),))
    assert chart.as_json()["curves"][0]["y"] == [1.0, None, None, 2.123457]
