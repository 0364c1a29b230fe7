"""Names and texts of any kind: one line each, and what is read back is what was written (or its picture)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.channels import Channel
from rig.streaming.names import MAX_TEXT_BYTES, field_names, name_text, quote_text, tag_set, unit_suffix
from rig.streaming.points import point

ANY = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
UNESCAPED = r"(?<!\\)"


def parse(line: str) -> tuple[list[tuple[str, str]], str]:
    """Read a line the way the protocol's description says: tags, and the text of the field `text`."""
    head, rest = re.split(rf"{UNESCAPED} ", line, maxsplit=1)
    tags = [re.split(rf"{UNESCAPED}=", tag, maxsplit=1) for tag in re.split(rf"{UNESCAPED},", head)[1:]]
    found = re.fullmatch(r'text="((?:\\.|[^"\\])*)" 1', rest)
    assert found is not None
    return [(key, re.sub(r"\\([,= ])", r"\1", value)) for key, value in tags], re.sub(r'\\(["\\])', r"\1", found[1])


@given(ANY, ANY, ANY)
def test_a_line_reads_back_whatever_the_names(tag, other, text):
    line = point("events", (("a", tag), ("b", other)), {"text": text}, 1).line
    tags, said = parse(line)
    assert tags == [("a", name_text(tag)), ("b", name_text(other))]
    assert said.replace("\\", "⧵") == name_text(text)


@given(ANY)
def test_a_point_is_one_line(name):
    line = point("events", (("a", name),), {"text": name, name: name}, 1).line
    assert len(line.splitlines()) == 1


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_names_stay_different(one, other):
    pictures = set("␊␍␉⧵␤␡") | {chr(0x2400 + code) for code in range(0x20)}
    ends = set("\u0085\u2028\u2029")
    if one != other and not (pictures | ends) & set(one + other):
        assert name_text(one) != name_text(other)


def test_a_long_name_is_cut_but_stays_its_own():
    assert name_text("x" * 300 + "a") != name_text("x" * 300 + "b")


def test_a_long_text_is_cut_and_says_so():
    quoted = quote_text("\\" * MAX_TEXT_BYTES)
    assert quoted.endswith('… cut from 120000 bytes; the record holds them"')
    assert len(quoted.encode()) < 64_000
    assert re.fullmatch(r'"(\\.|[^"\\])*"', quoted)


def test_an_empty_tag_is_there_all_the_same():
    assert tag_set("samples", [("run", "r"), ("step", "")]) == "samples,run=r,step=-"


@pytest.mark.parametrize(
    "unit, suffix",
    [
        ("µL/h", "ul_h"), ("μL/h", "ul_h"), ("mg", "mg"), ("kPa", "kpa"), ("°C", "c"), ("%", "percent"),
        ("%RH", "percent_rh"), ("1", ""), ("mL/day", "ml_day"), ("ppm", "ppm"), ("mA", "ma"),
    ],
)  # fmt: skip
def test_units_stand_in_names_as_documented(unit, suffix):
    assert unit_suffix(unit) == suffix


def test_fields_carry_their_unit_once_and_never_collide():
    channels = [Channel("flow", "µL/h"), Channel("flow_ul_h", "µL/h"), Channel("time", "s"), Channel("_x", "1")]
    assert field_names(channels) == ("flow_ul_h", "flow_ul_h_2", "channel_time_s", "channel__x")


@given(st.lists(ANY, min_size=1, max_size=6, unique=True), st.sampled_from(["1", "kPa", "s"]))
def test_fields_of_a_stream_are_all_different(names, unit):
    fields = field_names([Channel(name, unit) for name in names])
    assert len(set(fields)) == len(names)
