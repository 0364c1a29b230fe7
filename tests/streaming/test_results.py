"""A result's point: the temperature of its volumes, and how many witnesses contradict."""

import pytest

from rig.record.bodies.agreement import AGREEMENT, NOT_ASKED
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from rig.streaming.encoder import RecordEncoder
from rig.streaming.state import EncoderState
from tests.streaming.records import RESULT, begin

LEAP = "pump's clock: it leapt by 60 s"
HEARD = {
    "plan": RESULT["plan"],
    "requirements": [],
    "recipe": RESULT["recipe"] | {"function": AGREEMENT, "parameters": {}},
    "unit": "",
    "verdict": "FAIL",
    "number": None,
    "fact": "1 of 2 witnesses contradict",
    "details": {
        "motor": f"{NOT_ASKED}nothing counts its edges",
        "pump's books": "0.1 µL apart",
        "pump's clock": "it gains 505 ppm",
    },
    "reasons": [LEAP, "pump's clock: it gains 505 ppm; 100 ppm are allowed"],
}


def line_of(folder, body):
    """Return the line of the only result of a record."""
    with begin(folder) as record:
        record.raw(Kind.RESULT, "a result", body)
    with RecordReader(record.path) as reader:
        group = RecordEncoder(reader, EncoderState()).next_group()
    lines = [line.decode() for part in group.bodies for line in part.text.splitlines()]
    (line,) = (line for line in lines if line.startswith("results,"))
    return line


@pytest.mark.parametrize("field", ["witnesses_asked=2i", "witnesses_against=1i", "contradictions=2i"])
def test_an_agreement_is_counted(tmp_path, field):
    assert f",{field}" in line_of(tmp_path, HEARD)


def test_an_agreement_without_contradiction_counts_none(tmp_path):
    assert ",contradictions=0i" in line_of(tmp_path, HEARD | {"verdict": "PASS", "reasons": []})


def test_an_agreement_is_a_fact_and_has_no_value(tmp_path):
    line = line_of(tmp_path, HEARD)
    assert 'fact="1 of 2 witnesses contradict"' in line
    assert "value" not in line


def test_the_temperature_of_a_volume_is_a_field(tmp_path):
    assert ",volume_at_c=37.0" in line_of(tmp_path, RESULT | {"volume_at_c": 37.0})


@pytest.mark.parametrize("field", ["value_percent=1.25", "u_percent=0.5", "expanded_percent=1.0", "coverage_k=2.0"])
def test_a_number_is_told_with_u_and_with_twice_that_where_it_was_judged_with_k_2(tmp_path, field):
    assert f",{field}," in line_of(tmp_path, RESULT)


def test_a_setting_is_told_with_all_of_its_digits(tmp_path):
    recipe = RESULT["recipe"] | {"parameters": {"programmed_ul_h": 41.667}}
    assert r",setting=41.667\ µL/h," in line_of(tmp_path, RESULT | {"recipe": recipe})


@pytest.mark.parametrize("field", ["volume_at_c", "contradictions", "witnesses_asked"])
def test_what_a_result_does_not_have_is_left_out(tmp_path, field):
    assert field not in line_of(tmp_path, RESULT)


@pytest.mark.parametrize(
    "field",
    ['said="+1.2 ± 1.0 %"', 'allowed="−5 to 5 %"', 'said="1 of 2 witnesses contradict"'],
    ids=["number", "limit", "fact"],
)
def test_what_was_found_and_what_is_allowed_are_told_in_words(tmp_path, field):
    body = HEARD if "witnesses" in field else RESULT
    assert field in line_of(tmp_path, body)


def test_a_fact_has_nothing_that_is_allowed(tmp_path):
    assert ",allowed=" not in line_of(tmp_path, HEARD)
