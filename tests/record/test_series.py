"""Samples of an interval: half-open, with what is missing from it."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.errors import RecordError
from rig.record.blocks import decode_block
from rig.record.writer import RunRecord
from rig.samples import Block


@pytest.mark.parametrize(
    "from_ns, to_ns, expected",
    [
        (None, None, range(100)),
        (20, 30, range(20, 30)),
        (25, 26, [25]),
        (25, 25, []),
        (30, 20, []),
        (17, 45, range(17, 45)),
        (95, None, range(95, 100)),
        (None, 5, range(5)),
        (100, 200, []),
        (-(2**70), 2**70, range(100)),
    ],
)
def test_an_interval_holds_its_first_and_not_its_end(flow_record: RunRecord, reader, from_ns, to_ns, expected):
    series = reader.series("flow", from_ns, to_ns)
    assert series.t_ns.tolist() == list(expected)
    assert series.columns["flow"].tolist() == [float(t) for t in expected]


def test_only_the_wanted_columns_come_with_their_units(flow_record: RunRecord, reader):
    series = reader.series("flow", columns=["temperature"])
    assert (list(series.columns), series.units) == (["temperature"], {"temperature": "°C"})


def test_channels_come_as_they_were_described(flow_record: RunRecord, reader):
    assert reader.channels("flow") == (Channel("flow", "µL/h"), Channel("temperature", "°C"))


def test_streams_come_in_the_order_of_their_descriptors(record: RunRecord, reader):
    for name in ("zeta", "alpha", "mid", "zeta"):
        record.descriptor(name, [Channel("a", "V")], {})
    assert reader.streams() == ("zeta", "alpha", "mid")


def test_an_unknown_stream_is_answered_with_those_there_are(flow_record: RunRecord, reader):
    with pytest.raises(RecordError, match="no stream balance; it has flow"):
        reader.series("balance")


def test_an_unknown_column_is_answered_with_those_there_are(flow_record: RunRecord, reader):
    with pytest.raises(RecordError, match="no pressure; it has flow, temperature"):
        reader.series("flow", columns=["pressure"])


def test_a_stream_without_samples_is_an_empty_series(record: RunRecord, reader):
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    series = reader.series("flow")
    assert (series.t_ns.shape, series.t_ns.dtype, series.columns["flow"].dtype) == ((0,), np.int64, np.float64)


@pytest.fixture
def gap(record: RunRecord, reader):
    """Samples at 0..9, 4 lost, then samples at 20..29."""
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    for first, lost in ((0, 0), (20, 4)):
        t_ns = np.arange(first, first + 10, dtype=np.int64)
        record.samples("flow", Block(t_ns, {"flow": t_ns.astype(float)}, lost))
    return reader


@pytest.mark.parametrize(
    "from_ns, to_ns, lost",
    [
        (None, None, 4),
        (0, 30, 4),
        (0, 15, 4),  # ends in the gap
        (12, 30, 4),  # begins in the gap
        (12, 15, 4),  # lies in the gap
        (0, 10, 4),  # the gap may begin right after the last sample: what may be missing counts
        (0, 9, 0),  # ends before the block before the gap does
        (20, 30, 4),
        (21, 30, 0),  # begins after the gap
        (30, 40, 0),
    ],
)
def test_losses_count_where_their_gap_reaches_into_the_interval(gap, from_ns, to_ns, lost):
    assert gap.series("flow", from_ns, to_ns).lost == lost


def test_an_empty_block_counts_its_losses_where_it_was_recorded(record: RunRecord, reader, clock):
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    record.samples("flow", Block(np.zeros(0, np.int64), {"flow": np.zeros(0)}, lost=3))
    now_ns = clock.now_ns()
    assert reader.series("flow", now_ns, now_ns + 1).lost == 3
    assert reader.series("flow", now_ns + 1).lost == 0


def test_stamps_that_run_backwards_are_kept_in_recorded_order(record: RunRecord, reader):
    record.descriptor("flow", [Channel("flow", "µL/h")], {})
    for stamps in ([5, 3, 4], [1, 9]):
        record.samples("flow", Block(np.array(stamps, np.int64), {"flow": np.array(stamps, float)}))
    assert reader.series("flow", 2, 9).t_ns.tolist() == [5, 3, 4]


def test_blocks_outside_the_interval_are_not_read(flow_record: RunRecord, reader, monkeypatch):
    decoded = []
    monkeypatch.setattr("rig.record.series.decode_block", lambda *a, **k: decoded.append(1) or decode_block(*a, **k))
    reader.series("flow", 33, 52)
    assert len(decoded) == 3
