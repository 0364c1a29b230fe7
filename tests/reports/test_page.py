"""The page says what the record says, whatever kind of run it is."""

import base64
import hashlib
import json
import re

import numpy as np
import pytest

from reports.facts.charts import Axis, Chart, Curve
from reports.page.html import embedded
from rig.record.bodies.events import OtherEvent, WindowEnds
from rig.record.bodies.others import SamplerCounted, Stop
from tests.reports.records import EPOCH_NS, NO_NUMBER, Scribe, result_body
from tests.reports.written import html_of, measured, page_of


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
    figure = r'<figcaption[^>]*>([^<]*)</figcaption>(?:(?!</figure>).)*<script type="application/json">([^<]*)'
    found = {title: json.loads(text) for title, text in re.findall(figure, html_of(passed), re.DOTALL)}
    drawn = {"Delivered volume", "flow: temperature", "pump: battery"}
    assert drawn <= found.keys()
    assert all(found[title]["curves"] for title in drawn)


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
    assert HOSTILE.replace("\u2028", "\\u2028") in page.text


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
