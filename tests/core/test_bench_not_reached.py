"""A bench that could not be opened leaves its reason in the record."""

import contextlib
from uuid import uuid4

import pytest

from rig.errors import BenchConnectionError
from rig.record.bodies.events import BenchNotReached
from rig.record.reader import RecordReader
from tests.core.bench_support import WALL, bench_text, opened


@pytest.fixture
def unreachable():
    """Return the file of a physical bench whose ports are not there, under a name that no other bench has."""
    text = bench_text(clock=WALL, watchdog_s=1, every_s=0.25).replace('kind = "mocked"', 'kind = "physical"')
    text = text.replace('[laboratory]\npump_power = "battery"\n', "")
    text = text.replace('name = "test-bench"', f'name = "b{uuid4().hex[:16]}"')
    return text.replace('driver = "', 'port = "/dev/none"\ndriver = "')


def test_a_bench_that_is_not_reached_says_why_in_its_record(tmp_path, unreachable):
    with contextlib.suppress(BenchConnectionError), opened(tmp_path, unreachable):
        pass
    with RecordReader(tmp_path / "a-run.rig.db") as reader:
        (event,) = reader.events(BenchNotReached)
    assert "/dev/none" in event.body.error
