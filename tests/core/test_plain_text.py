"""Nothing that comes from a device, a file or a record commands a terminal, or a spreadsheet."""

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import GarbledReplyError, RigError
from rig.plain_text import plain_text, table_cell

CLEAR = "\x1b[2J\x1b]0;title\x07"
anything = st.text(st.characters())  # halves of letters too


@given(anything)
def test_nothing_that_a_terminal_obeys_is_left(text):
    shown = plain_text(text)
    assert [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"] == []
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(anything)
def test_what_was_json_still_is(text):
    written = json.dumps({"said": text}, ensure_ascii=False)
    assert json.loads(plain_text(written)) == {"said": text}


@pytest.mark.parametrize("text", ["flow 12.5 µL/h ± 0,1 %", "a\tb\nc", "Ω → °C … “x”", "流量", "naïve"])
def test_what_people_write_stays(text):
    assert plain_text(text) == text


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\x9b", "\r", "\x08", "\x7f"])
def test_what_reorders_or_hides_letters_is_seen(hidden):
    assert plain_text(f"a{hidden}b") == f"a\\u{ord(hidden):04x}b"


def test_an_error_says_what_a_device_said_in_plain_text():
    error = GarbledReplyError("daq", f"there is no device; there are {CLEAR}", advice="look", received=CLEAR.encode())
    assert "\x1b" not in str(error)
    assert "\\u001b[2J" in str(error)
    assert str(RigError(CLEAR)) == "\\u001b[2J\\u001b]0;title\\u0007"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", " =1", "\n=1", "＝1+1", "=cmd|' /C calc'!A0", "-x", "+", "--1"],
)
def test_a_text_that_would_be_calculated_is_led_by_an_apostrophe(text):
    assert table_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1.5, -0.0, 7, None, True, "-1.5", "+3", "-1e-9", "-inf", "", "flow", "a=b", "1-2"])
def test_numbers_and_plain_texts_stay(value):
    assert table_cell(value) is value


@given(anything)
def test_no_cell_of_a_table_begins_a_formula(text):
    file = io.StringIO()
    csv.writer(file).writerow([table_cell(text), "end"])
    ((cell, *_),) = csv.reader(io.StringIO(file.getvalue(), newline="")) if "\0" not in text else (["x"],)
    assert cell.strip(" \n")[:1] not in set("=@\t\r＝＋－＠")
    assert cell.strip(" \n")[:1] not in ("+", "-") or float(cell) is not None


@pytest.mark.parametrize(
    ("sent", "received", "shown"),
    [
        (b"VOLT?\n", None, "sent b'VOLT?\\n'"),  # what came is not kept: that is not to say that nothing did
        (b"VOLT?\n", b"", "sent b'VOLT?\\n', received nothing (0 bytes)"),
        (None, b"5.0\n", "received b'5.0\\n'"),
    ],
)
def test_bytes_that_are_not_known_are_not_said_to_be_none(sent, received, shown):
    error = GarbledReplyError("supply", "what", advice="look", sent=sent, received=received)
    assert str(error).splitlines()[1].strip() == shown
