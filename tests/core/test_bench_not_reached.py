"""A bench that could not be opened leaves its reason in the record."""

import contextlib
from uuid import uuid4

import pytest

from instruments.hosting.host import TwinHost
from instruments.hosting.twins_process import reaching
from rig.bench_file.reading import load_bench_file
from rig.clock import WallClock
from rig.errors import BenchConnectionError
from rig.record.bodies.events import BenchNotReached
from rig.record.reader import RecordReader
from tests.core.bench_support import WALL, bench_text, opened, unreachable_text


def test_a_bench_that_is_not_reached_says_why_in_its_record(tmp_path):
    with contextlib.suppress(BenchConnectionError), opened(tmp_path, unreachable_text()):
        pass
    with RecordReader(tmp_path / "a-run.rig.db") as reader:
        (event,) = reader.events(BenchNotReached)
    assert "/dev/none-" in event.body.error


SENSOR = """
[instruments.flow]
driver = "sensirion_scc1"
timeout_s = 0.3
sample_every_s = 1
calibration = { id = "c", due = 2030-01-01 }
"""


@pytest.mark.parametrize(("one", "other"), [("balance", "flow"), ("flow", "pump")])
def test_two_plugs_that_were_swapped_are_named(tmp_path, one, other):
    said, ports = said_of_swapped(tmp_path, one, other)
    swapped = {line.partition(": ")[0] for line in said[1:3]}
    assert swapped == {
        f"{one} answers on {ports[one]}, which the bench file gives to {other}",
        f"{other} answers on {ports[other]}, which the bench file gives to {one}",
    }


def test_a_pump_that_says_nothing_is_no_dead_port(tmp_path):
    said, ports = said_of_swapped(tmp_path, "flow", "pump")
    (line,) = [line for line in said if line.startswith("pump on ")]
    assert "the port died" not in line
    assert ports["flow"] in line


def said_of_swapped(tmp_path, one, other):
    """Return what is said of a bench with two plugs swapped, and where its twins really are."""
    mocked = tmp_path / "mocked.toml"
    name = f"b{uuid4().hex[:16]}"
    text = bench_text(clock=WALL, watchdog_s=1, every_s=0.25) + SENSOR
    text = text.replace("[instruments.pump]", "[instruments.pump]\ntimeout_s = 0.3")
    mocked.write_text(text.replace("test-bench", name), encoding="utf-8")
    with contextlib.closing(TwinHost(load_bench_file(mocked), WallClock(), 1, directory=tmp_path)) as host:
        ports = host.ports
        swapped = {**ports, one: ports[other], other: ports[one]}
        physical = reaching(load_bench_file(mocked), swapped, 1.0)
        with pytest.raises(BenchConnectionError) as caught, opened(tmp_path, physical):
            pass
    return str(caught.value).splitlines(), ports
