"""Frames, unit words and buffers: vectors from the maker's documents, round trips, and garbage."""

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensirion_shdlc_driver.errors import ShdlcResponseError
from sensirion_shdlc_driver.serial_frame_builder import ShdlcSerialMisoFrameBuilder, ShdlcSerialMosiFrameBuilder

from instruments.sensirion_scc1 import dialect
from instruments.sensirion_scc1.dialect import Buffered, FrameError, MeaningError, Request, ShdlcState

byte = st.integers(0, 255)
data = st.binary(max_size=200)
samples = st.lists(st.tuples(*[st.integers(-32768, 32767)] * 3), max_size=dialect.SAMPLES_PER_FRAME)


@pytest.mark.parametrize(
    "frame, address, command, payload",
    [
        ("7e 00 d1 00 2e 7e", 0, 0xD1, ""),
        ("7e 00 33 04 00 0a 36 08 80 7e", 0, 0x33, "00 0a 36 08"),
        ("7e 00 36 01 03 c5 7e", 0, 0x36, "03"),
        ("7e 00 34 00 cb 7e", 0, 0x34, ""),
        ("7e 00 d0 01 7d 5e b0 7e", 0, 0xD0, "7e"),  # a data byte that is a flag
        ("7e 7d 31 7d 33 00 db 7e", 0x11, 0x13, ""),  # XON and XOFF are stuffed, too
    ],
)
def test_known_requests(frame, address, command, payload):
    assert dialect.request(address, command, bytes.fromhex(payload)) == bytes.fromhex(frame)


@given(byte, byte, data)
def test_requests_are_those_of_the_makers_library(address, command, payload):
    assert (
        dialect.request(address, command, payload) == ShdlcSerialMosiFrameBuilder(address, command, payload).to_bytes()
    )


@given(byte, byte, byte, data)
def test_the_makers_library_reads_our_replies(address, command, state, payload):
    builder = ShdlcSerialMisoFrameBuilder()
    assert builder.add_data(dialect.reply(address, command, state, payload))
    assert builder.interpret_data() == (address, command, state, payload)


@given(byte, byte, data)
def test_a_request_comes_back_as_it_was_sent(address, command, payload):
    stuffed = dialect.request(address, command, payload)[1:-1]
    assert dialect.parse_request(stuffed) == Request(address, command, payload)


@given(byte, byte, st.binary(min_size=1, max_size=40), st.integers(0, 10_000), st.integers(1, 255))
def test_a_request_with_one_wrong_byte_is_never_obeyed(address, command, payload, place, change):
    content = bytearray(dialect.request(address, command, payload)[1:-1])
    content[place % len(content)] ^= change
    try:
        parsed = dialect.parse_request(bytes(content))
    except FrameError:
        return
    assert parsed.state is not ShdlcState.OK or (dialect.FLAG in content) or dialect.ESCAPE in content


@given(st.binary(max_size=600))
def test_garbage_is_a_frame_error_or_a_request_that_says_what_is_wrong(garbage):
    with contextlib.suppress(FrameError):
        assert isinstance(dialect.parse_request(garbage).state, ShdlcState)


@pytest.mark.parametrize("stuffed", [b"", b"\x00", b"\x00\x36\x01", b"\x7d", b"\x00\x7d\x7d\x31\x00\x00"])
def test_what_is_too_short_or_wrongly_escaped_is_no_request(stuffed):
    with pytest.raises(FrameError):
        dialect.parse_request(stuffed)


@pytest.mark.parametrize(
    "word, ul_h",
    [
        (0x0844, 60),  # µL/min
        (0x0843, 0.06),  # nL/min
        (0x0833, 3.6),  # nL/s
        (0x0855, 1000),  # mL/h
        (0x0845, 60_000),  # mL/min
        (0x0834, 3600),  # µL/s
    ],
)
def test_known_unit_words(word, ul_h):
    assert float(dialect.ul_h_per_unit(word)) == ul_h


@pytest.mark.parametrize(
    "word, why",
    [
        (0x0043, "norm litres"),  # the label of the maker's helper for this one reads nl/min, too
        (0x0144, "standard litres"),
        (0x0944, "grams"),
        (0x0A44, "something unknown"),
        (0x0848, "not known"),
        (0x0804, "not known"),
        (0x1844, "not known"),
    ],
)
def test_units_that_are_no_volume_flow_are_refused(word, why):
    with pytest.raises(MeaningError, match=why):
        dialect.ul_h_per_unit(word)


@given(st.integers(0, 0xFFFF))
def test_every_unit_word_is_exact_or_refused(word):
    try:
        assert dialect.ul_h_per_unit(word) > 0
    except MeaningError:
        return
    assert word >> 8 == 8


def test_a_scale_of_240_per_ul_min_steps_by_a_quarter_ul_h():
    assert dialect.parse_scale(bytes.fromhex("00f0 0844 0000")).ul_h_per_step == 0.25


@pytest.mark.parametrize("reply", ["", "00f0 0844", "0000 0844 0000", "00f0 0044 0000", "00f0 0844 0000 00"])
def test_a_scale_that_makes_no_sense_is_refused(reply):
    with pytest.raises(MeaningError):
        dialect.parse_scale(bytes.fromhex(reply))


def test_a_known_buffer():
    # 5 lost, 12 bytes remain, 3 signals: 100 steps at 22.5 °C, −1 step at 22.495 °C with a flag.
    read = dialect.parse_buffer(struct.pack(">IHH6h", 5, 12, 3, 100, 4500, 0, -1, 4499, 2))
    assert (read.lost, read.remaining, read.raw.tolist()) == (5, 12, [[100, 4500, 0], [-1, 4499, 2]])


def test_no_data_is_an_empty_buffer():
    assert dialect.parse_buffer(b"").raw.shape == (0, 3)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1), samples)
def test_a_buffer_comes_back_as_it_was_packed(lost, remaining, rows):
    packed = dialect.pack_buffer(Buffered(lost, remaining, np.array(rows, np.int16).reshape(-1, 3)))
    read = dialect.parse_buffer(packed)
    assert (read.lost, read.remaining, read.raw.tolist()) == (lost, remaining, [list(row) for row in rows])


def test_a_full_frame_of_samples_fits_a_reply():
    raw = np.zeros((dialect.SAMPLES_PER_FRAME, 3), np.int16)
    assert len(dialect.pack_buffer(Buffered(0, 0, raw))) <= dialect.MAX_DATA


@given(st.binary(min_size=1, max_size=255))
def test_a_buffer_of_garbage_has_whole_samples_or_is_refused(garbage):
    try:
        read = dialect.parse_buffer(garbage)
    except MeaningError:
        return
    assert read.raw.shape == ((len(garbage) - 8) // 6, 3)


@pytest.mark.parametrize("text", [b"", b"\x00", b"abc\xff\x00", b"\x07"])
def test_text_that_nobody_can_read_is_refused(text):
    with pytest.raises(MeaningError):
        dialect.parse_text(text)


def test_the_makers_library_refuses_what_we_spoil():
    frame = bytearray(dialect.reply(0, 0x36, 0, b"\x01\x02"))
    frame[5] ^= 1
    builder = ShdlcSerialMisoFrameBuilder()
    builder.add_data(frame)
    with pytest.raises(ShdlcResponseError):
        builder.interpret_data()
