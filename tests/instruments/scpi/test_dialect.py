import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from instruments.scpi.dialect import (
    QueuedError,
    Special,
    format_error,
    format_number,
    parse_boolean,
    parse_error,
    parse_identity,
    parse_line,
    parse_number,
)
from rig.capabilities import Identity
from rig.errors import QuantityError


@pytest.mark.parametrize(
    "text, value",
    [
        ("5", 5.0),
        ("-5", -5.0),
        ("+1.23456789E-03", 0.00123456789),
        ("4.999", 4.999),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-0.0", 0.0),
        ("9.9E37", Special.OVERLOAD),
        ("+9.90000000E+37", Special.OVERLOAD),
        ("-9.9E+37", Special.OVERLOAD),
        ("1E38", Special.OVERLOAD),
        ("9.91E37", Special.NOT_A_NUMBER),
        ("+9.91000000E+37", Special.NOT_A_NUMBER),
    ],
)
def test_numbers_of_the_standard_are_read(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "5 V",
        "1,5",
        "1.5.2",
        "--5",
        "nan",
        "NaN",
        "inf",
        "INF",
        "1E",
        "E5",
        "0x10",
        "1_000",
        "٣",
        "5\n",
        "1E9999",
        "+",
        ".",
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(QuantityError):
        parse_number(text)


@given(st.floats(-1e30, 1e30))
@example(0.0001823397751080152)  # as many digits behind the point as a double's shortest form ever has
def test_numbers_survive_the_wire(value):
    assert parse_number(format_number(value)) == value


@given(st.text(max_size=20))
def test_garbage_is_a_finite_number_or_refused(text):
    try:
        value = parse_number(text)
    except QuantityError:
        return
    assert isinstance(value, Special) or math.isfinite(value)


@pytest.mark.parametrize(
    "text, error",
    [
        ('+0,"No error"', QueuedError(0, "No error")),
        ('0,"No error"', QueuedError(0, "No error")),
        ('-113,"Undefined header"', QueuedError(-113, "Undefined header")),
        ('-222,"Data out of range;VOLT 99"', QueuedError(-222, "Data out of range;VOLT 99")),
        ('-224,"Illegal ""word"""', QueuedError(-224, 'Illegal "word"')),
        ('+501,"Isolator UART framing error"', QueuedError(501, "Isolator UART framing error")),
    ],
)
def test_entries_of_the_error_queue_are_read(text, error):
    assert parse_error(text) == error


@pytest.mark.parametrize("text", ["", "0", "No error", "0,No error", '0,"No error', '"0","No error"', "5.0", '0 ,"x"'])
def test_what_is_no_entry_is_refused(text):
    with pytest.raises(QuantityError):
        parse_error(text)


@given(st.integers(-32768, 32767), st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_entries_survive_the_wire(code, text):
    assert parse_error(format_error(QueuedError(code, text))) == QueuedError(code, text)


@given(st.integers(-32768, 32767), st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_no_entry_is_ever_a_number(code, text):
    with pytest.raises(QuantityError):
        parse_number(format_error(QueuedError(code, text)))


def test_identity_has_four_fields():
    line = "Keysight Technologies,E36312A,MY59001234,2.1.3-1.0.4-1.12"
    assert parse_identity(line) == Identity("Keysight Technologies", "E36312A", "MY59001234", "2.1.3-1.0.4-1.12")


def test_commas_behind_the_third_belong_to_the_firmware():
    assert parse_identity("KEITHLEY, 2000, 1234567, A02, A01").firmware == "A02, A01"


@pytest.mark.parametrize("text", ["", "5.0", "a,b,c", ",,,", "maker,,serial,firmware", 'I4 A "B1"'])
def test_what_is_no_identity_is_refused(text):
    with pytest.raises(QuantityError):
        parse_identity(text)


@pytest.mark.parametrize("text", ["", "2", "O", "1.0", "-1", "++1", "01", "+ON", "ON OFF", "NO"])
def test_what_is_no_boolean_is_refused(text):
    with pytest.raises(QuantityError):
        parse_boolean(text)


@pytest.mark.parametrize("off, on", [("0", "1"), ("+0", "+1"), ("OFF", "ON"), ("off", "on")])
def test_booleans_are_numbers_or_words(off, on):
    assert (parse_boolean(off), parse_boolean(on)) == (False, True)


@pytest.mark.parametrize("line", [b"5.0\n", b"5.0\r\n", b" 5.0 \n"])
def test_line_is_taken_without_its_end(line):
    assert parse_line(line) == "5.0"


@pytest.mark.parametrize("line", [b"", b"5.0", b"5\x000\n", b"5\xff0\n", b"5\n0\n", b"\x1b[2J\n"])
def test_broken_line_is_refused(line):
    with pytest.raises(QuantityError):
        parse_line(line)
