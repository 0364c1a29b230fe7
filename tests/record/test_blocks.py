"""What goes into a record comes out of it, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.channels import Channel
from rig.errors import RecordCorruptError, RecordError
from rig.record.blocks import decode_block, encode_block
from rig.record.schema import canonical_json, parse_body
from rig.record.writer import RunRecord
from rig.samples import Block

INT64 = st.integers(-(2**63), 2**63 - 1)
BITS = st.integers(0, 2**64 - 1)  # every double there is: NaN payloads, infinities, negative zero, subnormals


@st.composite
def stamps(draw):
    even = st.builds(lambda t0, dt, n: [(t0 + dt * i) % 2**64 for i in range(n)], INT64, INT64, st.integers(0, 5))
    chosen = draw(st.lists(INT64, max_size=5) | even)
    return np.array([t % 2**64 for t in chosen], np.uint64).view(np.int64)


@st.composite
def blocks(draw):
    t_ns = draw(stamps())
    names = draw(st.lists(st.text(max_size=3), min_size=1, max_size=3, unique=True))
    column = st.lists(BITS, min_size=len(t_ns), max_size=len(t_ns))
    columns = {name: np.array(draw(column), np.uint64).view(np.float64) for name in names}
    return Block(t_ns, columns, draw(st.integers(0, 2**63)))


@given(blocks())
def test_a_block_comes_back_bit_for_bit(block):
    body, data = encode_block("s", block, list(block.columns), now_ns=5)
    back = decode_block(parse_body(canonical_json(body, "block"), 1), data)
    assert (back.t_ns.tobytes(), back.lost) == (block.t_ns.tobytes(), block.lost)
    assert {name: values.tobytes() for name, values in back.columns.items()} == {
        name: values.tobytes() for name, values in block.columns.items()
    }


def test_evenly_spaced_stamps_take_no_room():
    _, data = encode_block("s", Block(np.arange(0, 9000, 9, dtype=np.int64), {"a": np.zeros(1000)}), ["a"], 0)
    assert len(data) == 8000


def test_one_late_stamp_is_kept_as_it_was():
    t_ns = np.array([0, 10, 20, 31, 40], np.int64)
    body, data = encode_block("s", Block(t_ns, {"a": np.zeros(5)}), ["a"], 0)
    assert decode_block(body, data).t_ns.tolist() == [0, 10, 20, 31, 40]


def test_the_bytes_of_a_column_are_little_endian_doubles():
    _, data = encode_block("s", Block(np.array([3], np.int64), {"a": np.array([1.0])}), ["a"], 0)
    assert data == bytes.fromhex("000000000000f03f")


@pytest.mark.parametrize(
    "block, complaint",
    [
        (Block(np.array([1.0]), {"a": np.zeros(1)}), "int64"),
        (Block(np.array([[1]], np.int64), {"a": np.zeros(1)}), "one row"),
        (Block(np.array([1], np.int64), {"a": np.zeros(2)}), "shape"),
        (Block(np.array([1], np.int64), {"a": np.zeros(1, np.float32)}), "float64"),
        (Block(np.array([1], np.int64), {"a": np.zeros(1, ">f8")}), "float64"),
        (Block(np.array([1], np.int64), {"b": np.zeros(1)}), "columns"),
        (Block(np.array([1], np.int64), {"a": np.zeros(1), "b": np.zeros(1)}), "columns"),
        (Block(np.array([1], np.int64), {"a": np.zeros(1)}, lost=-1), "lost"),
    ],
)
def test_a_block_that_does_not_fit_is_refused(record: RunRecord, block, complaint):
    record.descriptor("s", [Channel("a", "V")], {})
    with pytest.raises(RecordError, match=complaint):
        record.samples("s", block)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 6},
        {"n": -1},
        {"n": "many"},
        {"columns": []},
        {"columns": 5},
        {"dt_ns": 2**70},
        {"t0_ns": None},
        {"lost": "x"},
    ],
)
def test_a_body_that_does_not_fit_its_data_is_told(change):
    body, data = encode_block("s", Block(np.arange(5, dtype=np.int64), {"a": np.zeros(5)}), ["a"], 0)
    with pytest.raises(RecordCorruptError):
        decode_block(body | change, data)
