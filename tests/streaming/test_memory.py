"""What the streamer holds in memory does not grow with the record."""

import tracemalloc
from contextlib import contextmanager

import pytest

from rig.clock import VirtualClock
from rig.record.reader import RecordReader
from rig.streaming import encoder
from rig.streaming.encoder import GZIP_LEVEL_HERE, RecordEncoder
from rig.streaming.state import EncoderState
from tests.streaming.records import EPOCH_NS, add_samples, begin

GROUP_VALUES = 10_000


@pytest.fixture
def encoders(tmp_path, monkeypatch):
    """Return a function that yields an encoder of a record of so many groups, while memory is traced."""
    monkeypatch.setattr(encoder, "VALUES_PER_GROUP", GROUP_VALUES)

    @contextmanager
    def of(groups):
        clock = VirtualClock(EPOCH_NS)
        with begin(tmp_path, f"run-{groups}", clock) as record:
            add_samples(record, clock, groups * GROUP_VALUES // 4, channels=4, per_block=500)
        with RecordReader(record.path) as reader:
            encode = RecordEncoder(reader, EncoderState(), GZIP_LEVEL_HERE)
            encode.next_group()  # what is made once
            tracemalloc.start()
            try:
                yield encode
            finally:
                tracemalloc.stop()

    return of


def peak_bytes(encode):
    """Return the most that is held at a time while a record is encoded, two groups of it waiting."""
    waiting = [encode.next_group()]
    while (group := encode.next_group()) is not None:
        waiting = [waiting[-1], group]
    return tracemalloc.get_traced_memory()[1]


def test_many_times_the_values_take_no_more_memory(encoders):
    with encoders(5) as encode:
        few = peak_bytes(encode)
    with encoders(25) as encode:
        many = peak_bytes(encode)
    assert many < 1.2 * few


def test_what_waits_is_held_in_one_form_only(encoders):
    with encoders(3) as encode:
        group = encode.next_group()
        held = tracemalloc.get_traced_memory()[0]
    assert held < 1.5 * sum(len(body.gzipped) for body in group.bodies)
