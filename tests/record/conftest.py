"""A clock, and records on it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from rig.samples import Block

EPOCH_NS = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(EPOCH_NS)


@pytest.fixture
def record(tmp_path: Path, clock: VirtualClock) -> Iterator[RunRecord]:
    start = Start(seed=7, plans=("test_basal.py",))
    with RunRecord.create(tmp_path, "run-1", start, EPOCH_NS, clock) as record:
        yield record


@pytest.fixture
def flow_record(record: RunRecord) -> RunRecord:
    """Ten blocks of ten samples, 1 ns apart from 0 ns on: the value of each sample is its time stamp."""
    record.descriptor("flow", [Channel("flow", "µL/h"), Channel("temperature", "°C")], {})
    for first in range(0, 100, 10):
        t_ns = np.arange(first, first + 10, dtype=np.int64)
        record.samples("flow", Block(t_ns, {"flow": t_ns.astype(float), "temperature": np.full(10, 37.0)}))
    return record


@pytest.fixture
def reader(record: RunRecord) -> Iterator[RecordReader]:
    with RecordReader(record.path) as reader:
        yield reader
