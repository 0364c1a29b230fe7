"""Frames against vectors from outside, and against every way of damaging them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.intrathecal_pump.frames import (
    MAX_PAYLOAD_BYTES,
    DialectError,
    Frame,
    Splitter,
    cobs_decode,
    cobs_encode,
    crc16,
    decode_frame,
    encode_frame,
)

frames = st.builds(Frame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=MAX_PAYLOAD_BYTES))


def test_the_crc_has_the_check_value_of_the_catalogue():
    assert crc16(b"123456789") == 0x29B1


@pytest.mark.parametrize(
    "plain, stuffed",
    [
        ("00", "01 01"),
        ("00 00", "01 01 01"),
        ("00 11 00", "01 02 11 01"),
        ("11 22 00 33", "03 11 22 02 33"),
        ("11 22 33 44", "05 11 22 33 44"),
        ("11 00 00 00", "02 11 01 01 01"),
    ],
)
def test_cobs_gives_the_published_examples(plain, stuffed):
    assert cobs_encode(bytes.fromhex(plain)) == bytes.fromhex(stuffed)


@given(st.binary(min_size=1, max_size=253))
def test_cobs_hides_every_zero_at_the_cost_of_one_byte(data):
    stuffed = cobs_encode(data)
    assert (b"\0" in stuffed, len(stuffed), cobs_decode(stuffed)) == (False, len(data) + 1, data)


@given(frames)
def test_a_frame_comes_back_as_it_went(frame):
    assert decode_frame(encode_frame(frame)[1:-1]) == frame


@given(frames, st.data())
def test_any_one_changed_bit_is_noticed(frame, data):
    chunk = bytearray(encode_frame(frame)[1:-1])
    chunk[data.draw(st.integers(0, len(chunk) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DialectError):
        decode_frame(bytes(chunk))


@given(frames, st.data())
def test_a_truncated_frame_is_noticed(frame, data):
    chunk = encode_frame(frame)[1:-1]
    # A CRC that ends in zero has its zero in COBS's last byte alone: see the next test.
    cut = data.draw(st.integers(0, len(chunk) - (2 if chunk[-1] == 1 else 1)))
    with pytest.raises(DialectError):
        decode_frame(chunk[:cut])


def test_a_frame_whose_crcs_zero_is_lost_can_pass_for_one_that_is_a_byte_shorter():
    # Its last byte is the high byte of the CRC of those before. No command and no reply may be told by length alone.
    chunk = encode_frame(Frame(172, 193, b"pn\x8a"))[1:-1]
    assert decode_frame(chunk[:-1]) == Frame(172, 193, b"pn")


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_a_frame_or_a_typed_refusal(data):
    try:
        frame = decode_frame(data)
    except DialectError:
        return
    assert encode_frame(frame)[1:-1] == data


def test_a_body_beyond_the_longest_is_not_encoded():
    with pytest.raises(DialectError, match="254"):
        encode_frame(Frame(1, 3, b"x" * (MAX_PAYLOAD_BYTES + 1)))


@given(st.lists(frames, max_size=4), st.data())
def test_frames_are_found_however_the_stream_is_cut(sent, data):
    stream = b"".join(encode_frame(frame) for frame in sent)
    splitter = Splitter()
    chunks = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        chunks += splitter.feed(stream[:cut])
        stream = stream[cut:]
    assert [decode_frame(chunk) for chunk in chunks] == sent


@given(st.binary(max_size=2000).filter(lambda noise: b"\0" not in noise), frames)
def test_noise_before_a_frame_costs_nothing_but_itself(noise, frame):
    splitter = Splitter()
    splitter.feed(noise)
    assert decode_frame(splitter.feed(encode_frame(frame))[-1]) == frame


def test_noise_without_end_does_not_pile_up():
    splitter = Splitter()
    for _ in range(100):
        splitter.feed(b"\xff" * 10_000)
    (chunk,) = splitter.feed(b"\0")
    assert len(chunk) < 300
