import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.mettler_mt_sics.dialect import (
    Executed,
    NotExecuted,
    Texts,
    Weight,
    decode_reply,
    encode_command,
    encode_reply,
    encode_weight,
    model_of,
)
from rig.errors import QuantityError


@pytest.mark.parametrize(
    "line, command, reply",
    [
        (b"S S     100.00 g\r\n", "S", Weight(100_000.0, stable=True, width=10)),
        (b"S D     129.07 g\r\n", "SI", Weight(129_070.0, stable=False, width=10)),
        (b"S D      17.5043 g\r\n", "SIR", Weight(17_504.3, stable=False, width=12)),
        (b"S S    -100.00 g\r\n", "S", Weight(-100_000.0, stable=True, width=10)),
        (b"S S   12.34567 mg\r\n", "SI", Weight(12.34567, stable=True, width=10)),
        (b"S S    0.12345 kg\r\n", "SI", Weight(123_450.0, stable=True, width=10)),
        (b"T S     100.00 g\r\n", "T", Weight(100_000.0, stable=True, width=10)),
        (b"TI D     129.07 g\r\n", "TI", Weight(129_070.0, stable=False, width=10)),
        (b"TA A     100.00 g\r\n", "TA", Weight(100_000.0, stable=True, width=10)),
        (b"TAC A\r\n", "TAC", Executed()),
        (b"Z A\r\n", "Z", Executed()),
        (b"ZI D\r\n", "ZI", Executed(stable=False)),
        (b"ZI S\r\n", "ZI", Executed(stable=True)),
        (b'I4 A "B021002593"\r\n', "@", Texts(("B021002593",))),
        (b'I4 A "B021002593"\r\n', "I4", Texts(("B021002593",))),
        (b'I1 A "0123" "2.30" "2.22" "2.33" "2.20"\r\n', "I1", Texts(("0123", "2.30", "2.22", "2.33", "2.20"))),
        (b'I0 B 0 "I0"\r\n', "I0", Texts(("0", "I0"), more=True)),
        (b'I0 A 1 "SIR"\r\n', "I0", Texts(("1", "SIR"))),
        (b"S I\r\n", "SI", NotExecuted("I")),
        (b"S +\r\n", "SI", NotExecuted("+")),
        (b"S -\r\n", "SI", NotExecuted("-")),
        (b"TA L\r\n", "TA", NotExecuted("L")),
        (b"ES\r\n", "SI", NotExecuted("ES")),
        (b"ET\r\n", "I4", NotExecuted("ET")),
        (b"EL\r\n", "Z", NotExecuted("EL")),
    ],
)
def test_replies_of_the_manual_are_understood(line, command, reply):
    assert decode_reply(line, command) == reply


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\r\n",
        b"S S     100.00 g",
        b"S S     100.00 g\n",
        b"S S     100.00 g\r\nS S     100.00 g\r\n",
        b"S S     100.00\r\n",
        b"S S     100.00 \r\n",
        b"S S     100.00g\r\n",
        b"S S     100,00 g\r\n",
        b"S S       1E+2 g\r\n",
        b"S S        nan g\r\n",
        b"S S        inf g\r\n",
        b"S S      - 1.0 g\r\n",
        b"S S          . g\r\n",
        b"S S     100.00 oz\r\n",
        b"S S     100.00 G\r\n",
        b"S S     100.00 ct\r\n",
        b"S X     100.00 g\r\n",
        b"S A     100.00 g\r\n",
        b"T S     100.00 g\r\n",
        b"SI S     100.00 g\r\n",
        b"s s     100.00 g\r\n",
        b"S S     1\x8000.00 g\r\n",
        b"S S     100.00 g\x00\r\n",
        b"S *\r\n",
        b"E1\r\n",
    ],
)
def test_what_is_no_weight_is_no_number(line):
    with pytest.raises(QuantityError):
        decode_reply(line, "SI")


@given(st.binary(max_size=40))
def test_garbage_is_never_a_weight(garbage):
    try:
        reply = decode_reply(garbage, "SI")
    except QuantityError:
        return
    assert not isinstance(reply, Weight)


@given(st.integers(-99_999_999, 99_999_999), st.integers(0, 5), st.integers(10, 14), st.sampled_from("SD"))
def test_what_the_balance_prints_is_what_the_driver_reads(steps, decimals, width, status):
    mass_mg = steps * 10.0 ** (3 - decimals)
    line = encode_weight("S", status, mass_mg, decimals=decimals, width=width)
    reply = decode_reply(line, "SI")
    assert isinstance(reply, Weight)
    assert reply.mass_mg == pytest.approx(mass_mg, rel=1e-15, abs=1e-12)
    assert (reply.stable, reply.width) == (status == "S", width)


@given(st.integers(-999_999_999, 999_999_999), st.integers(0, 16))
def test_a_weight_that_lost_a_byte_shows_it(steps, lost):
    line = encode_weight("S", "D", steps / 100.0, decimals=5, width=12)
    body = line[:-2]
    try:
        reply = decode_reply(body[:lost] + body[lost + 1 :] + b"\r\n", "SI")
    except QuantityError:
        return
    assert not isinstance(reply, Weight) or reply.width == 11


def test_weights_are_set_as_the_manual_prints_them():
    assert encode_weight("S", "S", 100_000.0, decimals=2) == b"S S     100.00 g\r\n"
    assert encode_weight("S", "D", 17_504.3, decimals=4, width=12) == b"S D      17.5043 g\r\n"


def test_zero_carries_no_sign():
    assert encode_weight("S", "S", -0.004, decimals=5) == b"S S    0.00000 g\r\n"


def test_commands_end_in_cr_lf():
    assert encode_command("TA", "12.5", "g") == b"TA 12.5 g\r\n"


def test_texts_are_quoted():
    assert encode_reply("I1", "A", "01", "") == b'I1 A "01" ""\r\n'


@pytest.mark.parametrize(
    "data, model",
    [
        ("SPX222 220.90 g", "SPX222"),
        ("WXS205SDU WXA-Bridge 220.00900 g", "WXS205SDU WXA-Bridge"),
        ("ICS425 3 kg", "ICS425"),
        ("ICS435", "ICS435"),
    ],
)
def test_model_stands_before_the_capacity(data, model):
    assert model_of(data) == model


@pytest.mark.parametrize(
    "number, digit_mg", [("  100.00 g", 10.0), ("12.345 mg", 0.001), ("     7 mg", 1.0), ("0.5 kg", 1e5)]
)
def test_a_digit_is_what_one_step_of_the_last_place_weighs(number, digit_mg):
    weight = decode_reply(f"S S {number:>13}\r\n".encode(), "S")
    assert weight.digit_mg == pytest.approx(digit_mg)
