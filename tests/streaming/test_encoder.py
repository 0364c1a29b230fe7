"""A record gives the same points however it is cut, resumed or grown."""

import re

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.errors import StreamingError
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.reader import RecordReader
from rig.samples import Block
from rig.streaming import encoder
from rig.streaming.encoder import RecordEncoder
from rig.streaming.state import EncoderState
from tests.streaming.records import EPOCH_NS, add_samples, begin, everything

NUMBER = re.compile(rb"(?<==)-?\d+(\.\d+)?(e[+-]\d+)?(?=[, ])")


def _as_python(match):
    return repr(float(match[0])).encode()


def lines_of(record, state=None, resume_every=0):
    """Return all lines, numbers as Python writes them; with `resume_every`, starting anew after so many groups."""
    lines, state = [], EncoderState() if state is None else state
    groups = 0
    with RecordReader(record) as reader:
        encode = RecordEncoder(reader, state)
        while (group := encode.next_group()) is not None:
            groups += 1
            lines.extend(NUMBER.sub(_as_python, line) for body in group.bodies for line in body.text.splitlines())
            if resume_every and groups % resume_every == 0:
                encode = RecordEncoder(reader, EncoderState.load(group.state))
    return lines


@pytest.mark.parametrize("entries, values", [(1, 10**6), (4, 10**6), (5000, 7), (5000, 100)])
def test_the_size_of_the_steps_changes_no_point(entries, values, tmp_path, monkeypatch):
    record = everything(tmp_path)
    whole = sorted(lines_of(record))
    monkeypatch.setattr(encoder, "ENTRIES_PER_GROUP", entries)
    monkeypatch.setattr(encoder, "VALUES_PER_GROUP", values)
    assert sorted(lines_of(record, resume_every=1)) == whole


def test_a_growing_record_gives_the_points_of_the_finished_one(tmp_path):
    state, found = EncoderState(), []
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock) as record:
        for _ in range(4):
            add_samples(record, clock, rows=50, channels=2, per_block=10)
            record.event(OtherEvent("tick", {}))
            found.extend(lines_of(record.path, state))
        record.stop(Stop("FINISHED"))
    found.extend(lines_of(record.path, state))
    assert sorted(found) == sorted(lines_of(record.path))


def test_a_line_is_what_the_schema_says(tmp_path):
    with begin(tmp_path) as record:
        record.descriptor("flow", [Channel("flow", "µL/h"), Channel("temperature", "°C")], {})
        block = Block(np.array([EPOCH_NS + 5]), {"flow": np.array([-12.5]), "temperature": np.array([21.0])}, lost=2)
        record.samples("flow", block, due_ns=EPOCH_NS - 1_500_000)
    first, last = b"bench=mocked,dut=SIM-0001,instrument=flow", b"run=run-1,source=mocked"
    assert [line for line in lines_of(record.path) if line.startswith((b"samples,", b"reads,"))] == [
        b"samples,%s,opening=-,%s,step=- flow_ul_h=-12.5,temperature_c=21.0 %d" % (first, last, EPOCH_NS + 5),
        b"reads,%s,%s block_seq=3i,samples_read=1i,samples_lost=2i,late_ms=1.5 %d" % (first, last, EPOCH_NS),
    ]


def test_stamps_that_no_influxdb_holds_are_withheld_and_counted(tmp_path):
    with begin(tmp_path) as record:
        record.descriptor("daq", [Channel("x", "1")], {})
        t_ns = np.array([-(2**63), EPOCH_NS, 2**63 - 1])
        record.samples("daq", Block(t_ns, {"x": np.zeros(3)}))
    with RecordReader(record.path) as reader:
        group = RecordEncoder(reader, EncoderState()).next_group()
    (withheld,) = group.withheld
    assert (withheld.points, withheld.measurement) == (2, "samples")


@pytest.mark.parametrize("due", ["when we get to it", "9999-12-31"])
def test_an_entry_that_makes_no_sense_is_withheld_and_the_rest_goes_on(tmp_path, due):
    instruments = {"balance": {"capability": "balance", "calibration": {"id": "C", "due": due}}}
    with begin(tmp_path, instruments=instruments) as record:
        record.event(OtherEvent("tick", {}))
    with RecordReader(record.path) as reader:
        group = RecordEncoder(reader, EncoderState()).next_group()
    assert [one.measurement for one in group.withheld] == ["starts"]
    assert group.lines == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"seq": 1}', '{"streams": {"a": 1}}'])
def test_a_state_that_is_none_is_refused(text):
    with pytest.raises(StreamingError, match="cursor"):
        EncoderState.load(text)


def test_a_server_need_not_wait_for_a_whole_group_at_first(tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "VALUES_PER_GROUP", 10_000)
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock) as record:
        add_samples(record, clock, 5_000, channels=4, per_block=100)
    with RecordReader(record.path) as reader:
        encode = RecordEncoder(reader, EncoderState())
        first, second = encode.next_group(), encode.next_group()
    assert first.lines < second.lines / 5
