"""The same numbers, to the digit, stand on the page, in the document and in the data."""

import math

import pytest

from rig.record.bodies.others import Stop
from tests.reports.faced import Faced, faced, says, writer
from tests.reports.records import NO_NUMBER, result_body
from tests.reports.written import measured

LINE = {"name": "evaporation", "kind": "A", "value": 0.0458213, "u": 0.0123, "unit": "mg/h", "sensitivity": -50.13}
JUDGED = {"conformance_probability": 0.62, "wrong_accept_risk": 0.38, "wrong_reject_risk": 0.62}


def result(name, value, u, verdict, unit="%", **changes):
    lines = [
        LINE | {"name": f"evaporation of {name}", "contribution": 0.8 * u, "dof": 12.4},
        LINE | {"name": f"strokes of {name}", "kind": "B", "unit": "1", "contribution": 0.6 * u, "dof": "inf"},
    ]
    limit = {"unit": unit, "lower": -5.0, "upper": 5.0, "coverage_k": 2.0, "source": "declared"}
    body = result_body(
        value=value, u=u, unit=unit, verdict=verdict, budget=lines, limit=limit,
        decision=JUDGED | {"guard_band": 2.0 * u}, details={"flow_ul_h": 1000.0 * u, "n": 25}, **changes,
    )  # fmt: skip
    return name, body


RESULTS = (
    result("mean error", 1.23456, 0.246, "PASS"),
    result("error of all boluses", -7.5, 0.31, "FAIL", reasons=["it lies below the limit by more than w"]),
    result("largest error of one bolus", 4.8, 0.4, "INCONCLUSIVE", reasons=["it lies within w of the limit"]),
    result("error without weighing", 0.002, 0.00081, "INVALID", reasons=["the calibration was overdue"]),
    result("volume of a stroke", 1234567.0, 2345.0, "PASS", unit="µL"),
    result("smallest", 1e-6, 2e-8, "PASS", unit="h"),
    result("exactly nothing", 0.0, 0.0, "PASS"),
    ("error that nobody saw", result_body(**NO_NUMBER, reasons=["the balance was silent"])),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Faced:
    scribe = measured(writer(tmp_path_factory.mktemp("faces")))
    for name, body in RESULTS:
        scribe.result(body, name)
    scribe.record.stop(Stop("FINISHED"))
    made = faced(scribe)
    scribe.record.close()
    return made


def texts_of(one):
    """Every text of a result that holds a number, as the data say it, with the unit that stands behind it."""
    yield from (
        one["verdict"],
        one["name"],
        one["text"],
        *one["reasons"],
        *(figure["text"] for figure in one["figures"]),
    )
    if one["limit"]:
        yield one["limit"]["text"]
    if one["number"]:
        yield one["stated"]
        yield from _of_number(one["number"], one["unit"])


def _of_number(number, unit):
    decision = number["decision"]
    yield f"{decision['guard_band']['text']} {unit}"
    yield f"{number['u']['text']} {unit}"
    yield f"{number['expanded']['text']} {unit}"
    for key in ("conformance_probability", "wrong_accept_risk", "wrong_reject_risk"):
        if decision[key]:
            yield decision[key]["text"]
    for line in number["budget"]:
        yield from (line["name"], line["dof"]["text"], line["share_percent"]["text"])
        yield from (f"{line[key]['text']} {line['unit']}" for key in ("value", "u"))
        yield f"{line['contribution']['text']} {unit}"
        yield f"{line['sensitivity']['text']} {unit}" + (f" per {line['unit']}" if line["unit"] else "")


@pytest.mark.parametrize("place", range(len(RESULTS)), ids=[name for name, _ in RESULTS])
def test_a_result_is_the_same_on_page_and_paper_as_in_the_data(run, place):
    one = run.results()[place]
    page, paper = run.page_of(one), run.paper_of(one)
    texts = list(texts_of(one))
    assert [text for text in texts if not says(page, text)] == []
    assert [text for text in texts if not says(paper, text)] == []


def test_the_data_hold_what_the_record_holds_in_full(run):
    for (_, body), one in zip(RESULTS[:7], run.results(), strict=False):
        number = one["number"]
        told = (number["value"]["number"], number["u"]["number"], number["expanded"]["number"])
        assert told == (body["value"], body["u"], body["decision"]["guard_band"])
        assert one["verdict"] == body["verdict"]
        assert number["budget"][-1]["dof"]["number"] in ("inf", 12.4)


def test_value_and_u_are_rounded_alike(run):
    for one in run.results():
        if one["number"]:
            value, expanded = one["number"]["value"]["text"], one["number"]["expanded"]["text"]
            assert len(value.partition(".")[2]) == len(expanded.partition(".")[2])
            assert math.isclose(
                float(value.replace("−", "-")), one["number"]["value"]["number"], abs_tol=float(expanded) or 1e-12
            )


def test_data_that_allow_no_verdict_have_no_probability_on_any_face(run):
    one = run.results()[3]
    assert one["number"]["decision"]["conformance_probability"] is None
    assert "62.0 %" not in run.page_of(one) + run.paper_of(one)


def test_headline_and_head_of_the_record_are_the_same_on_all(run):
    page = run.html.replace("&#39;", "'")
    for text in (
        run.data["headline"],
        run.data["record"]["head_sha256"],
        run.data["run"]["id"],
        run.data["run"]["from"]["utc"],
    ):
        assert text in page
        assert text in run.paper or text in run.sheets[0]
