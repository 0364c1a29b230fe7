"""What stood by a plan, and at which temperature a volume is one, are told on its page."""

import pytest

from reports.facts.witnesses import heard
from rig.record.bodies.agreement import AGREEMENT, NOT_ASKED
from rig.record.bodies.result import COVARIANCE
from tests.reports.records import NO_NUMBER, result_body, said
from tests.reports.written import html_of, measured, page_of

LIQUID = {
    "name": "baclofen solution",
    "density_kg_m3": 1004.6,
    "u_density_kg_m3": 0.3,
    "reference_c": 20.0,
    "volume_at_c": 37.0,
}
MANY = 250


def agreement(*against, **changes):
    """A result about agreement with three witnesses, of which the clock contradicts in the ways given."""
    details = {
        "motor": f"{NOT_ASKED}nothing counts its edges",
        "pump's books": "0.1 µL apart",
        "pump's clock": "505 ppm",
    }
    body = {
        "recipe": result_body()["recipe"] | {"function": AGREEMENT, "parameters": {}},
        "limit": None,
        "limit_name": "",
        "fact": "1 of 2 witnesses contradict" if against else "2 witnesses agree",
        "verdict": "FAIL" if against else "PASS",
        "details": details,
        "reasons": [f"pump's clock: {one}" for one in against],
    }
    return result_body(**NO_NUMBER) | body | changes


def text_of(scribe):
    return page_of(scribe).text.replace("\N{NO-BREAK SPACE}", " ")


def test_what_contradicts_stands_before_what_agrees_and_what_was_not_asked():
    found = heard(said(agreement("it leapt")))
    assert [one.name for one in found.witnesses] == ["pump's clock", "pump's books", "motor"]


@pytest.mark.parametrize(
    "words",
    [
        "What stood by",
        "pump's clock it leapt by 60 s 505 ppm ✗ contradicts",
        "pump's books 0.1 µL apart ✓ agrees",
        "motor nothing counts its edges – was not asked",
    ],
)
def test_the_page_has_a_row_for_each_witness(write, words):
    assert words in text_of(measured(write, agreement("it leapt by 60 s")))


def test_no_contradiction_is_cut_away(write):
    ways = [f"way {number} of contradicting" for number in range(MANY)]
    text = text_of(measured(write, agreement(*ways)))
    assert [way for way in ways if way not in text] == []


def test_a_contradiction_is_told_once_in_its_own_result(write):
    assert text_of(measured(write, agreement("it leapt by 60 s"))).count("it leapt by 60 s") == 1


def test_a_reason_that_is_no_witness_s_is_shown_all_the_same(write):
    body = agreement("it leapt") | {"reasons": ["the balance's readings are no series"]}
    assert "the balance's readings are no series" in text_of(measured(write, body))


def test_a_witness_s_words_stay_text(write):
    hostile = "<script>alert(1)</script>"
    page = page_of(measured(write, agreement(hostile)))
    assert hostile in page.text


def test_a_result_that_is_invalid_shows_no_probability_of_conforming(write):
    body = result_body(verdict="INVALID", reasons=["pump's clock: it leapt"])
    text = text_of(measured(write, body))
    assert "99.990 %" not in text
    assert "+1.00 ± 0.50 %" in text


def test_a_volume_s_temperature_stands_beside_its_result(write):
    body = result_body(volume_at_c=37.0)
    assert "(k = 2, volumes at 37 °C)" in text_of(measured(write, body, liquid=LIQUID))


def test_what_has_no_volume_shows_no_temperature(write):
    assert "volumes at" not in text_of(measured(write, result_body()))


@pytest.mark.parametrize(
    "expansion, growth",
    [({}, "as water does"), ({"expansion_per_k": 2.1e-4, "u_expansion_per_k": 1e-5}, "by 0.00021 (u = 1·10⁻⁵) per K")],
)
def test_the_head_says_what_a_volume_is_one_of(write, expansion, growth):
    expected = (
        "A µL is one of baclofen solution at 37 °C. Its density is 1004.6 kg/m³ (u = 0.30 kg/m³) at 20 °C, and it "
        f"expands {growth}."
    )
    assert expected in text_of(measured(write, result_body(), liquid=LIQUID | expansion))


def test_a_record_from_before_liquids_had_names_says_so(write):
    assert "The bench file names no liquid" in text_of(measured(write, result_body()))


# Lines that vary together -------------------------------------------------------------------------------------------


def correlated(share_percent):
    """A number of whose variance its lines have so much in common, and the rest each for itself."""
    line = result_body()["budget"][0]
    contribution = result_body()["u"] * (1 - share_percent / 100) ** 0.5
    return result_body(budget=[line | {"contribution": contribution}])


@pytest.mark.parametrize(
    "share_percent, shown, why",
    [(-21.0, "−0.11 % −21.0 %", "partly cancel"), (36.0, "0.15 % 36.0 %", "errors in common")],
)
def test_what_lines_share_is_a_line_of_its_own_with_its_sign(write, share_percent, shown, why):
    text = text_of(measured(write, correlated(share_percent)))
    row = text[text.index(COVARIANCE) :]
    assert why in row
    assert shown in row


def test_no_bar_is_drawn_to_the_left_of_nothing(write):
    bars = [a for a in page_of(measured(write, correlated(-21.0))).attributes("rect") if a.get("class") == "bar-fill"]
    assert [bar["width"] for bar in bars] == ["100.0"]


def test_the_page_holds_no_width_below_nothing(write):
    assert 'width="-' not in html_of(measured(write, correlated(-21.0)))
