"""Bodies that no rig wrote: each is a damaged entry, told with its number."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.errors import RecordCorruptError, StreamingError
from rig.record.blocks import decode_block
from rig.record.schema import Entry, Kind, parse_body
from rig.record.words import stop_of
from rig.safety.latch import latch, latch_path, latched
from rig.streaming.state import EncoderState

DEEP = "[" * 100_000


def test_values_that_lie_in_each_other_too_deeply_are_no_body():
    with pytest.raises(RecordCorruptError, match="entry 7: its body is not JSON"):
        parse_body(f'{{"a": {DEEP}', 7)


def test_a_number_that_no_float_holds_is_told_with_its_key():
    body = parse_body('{"reason": "FINISHED", "delivered": {"pump": 1' + "0" * 400 + "}}", 3)
    with pytest.raises(RecordCorruptError, match=r"entry 3: .*delivered\.pump"):
        stop_of(Entry(3, 0, "stop", "FINISHED", body, None))


def test_a_block_without_the_column_that_is_wanted_is_told():
    body = {"n": 1, "lost": 0, "columns": ["mass"], "t_first_ns": 0, "t_last_ns": 0}
    with pytest.raises(RecordCorruptError, match="lacks the columns flow"):
        decode_block(body, np.zeros(2).tobytes(), columns=("flow",))


def test_a_cursor_that_is_too_deep_is_none():
    with pytest.raises(StreamingError):
        EncoderState.load(DEEP)


def test_a_line_of_a_latch_that_is_too_deep_leaves_the_bench_latched(tmp_path):
    latch("x", "why", "somebody", folder=tmp_path)
    with latch_path("x", tmp_path).open("a", encoding="utf-8") as file:
        file.write(DEEP + "\n")
    found = latched("x", tmp_path)
    assert found is not None
    assert "nobody can read" in found.why


@pytest.mark.parametrize("t_first_ns", [None, "soon", 1.5, [], 2**70])
def test_a_block_without_its_times_is_told_with_its_entry(record, reader, t_first_ns):
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    body = {"n": 0, "lost": 0, "columns": ["flow"], "t_first_ns": t_first_ns, "t_last_ns": 5}
    seq = record.raw(Kind.SAMPLES, "flow", body)
    with pytest.raises(RecordCorruptError, match="between which times") as caught:
        reader.series("flow")
    assert caught.value.seq == seq
