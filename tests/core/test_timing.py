"""How late readings began, in figures: what so large a share of them was no later than."""

import pytest

from rig.bench.sampling import Sampler
from rig.bench.timing import Timing
from rig.clock import VirtualClock
from rig.record.bodies.start import Start
from rig.record.bodies.timing import SamplingTimed
from rig.record.writer import RunRecord


# Of a hundred readings 99 are all but one: two that are late are more than that.
@pytest.mark.parametrize("late, p99_ms", [(1, 0.01), (2, 50.0)])
def test_99_of_100_are_no_later_than_is_told(tmp_path, late, p99_ms):
    clock = VirtualClock(0)
    with RunRecord.create(tmp_path, "run", Start(), 0, clock) as record:
        sampler, timing = Sampler("balance", None, 1.0, clock, record), Timing(record)
        timing.watch(sampler)
        for turn in range(100):
            sampler.on_late(turn * 10**9, 0.05 if turn < late else 0.0)
        timing.tell()
        with record.reader() as reader:
            (told,) = (entry.body for entry in reader.events(SamplingTimed))
    # Lateness is counted in steps of a twentieth.
    assert (told.p99_ms, told.worst_ms, told.turns) == (pytest.approx(p99_ms, rel=0.05), 50.0, 100)
