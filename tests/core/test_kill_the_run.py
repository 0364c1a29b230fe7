"""The pump stops by itself when the run is killed: twins and plan in processes of their own, over real ports."""

import os
import signal
import sys
from pathlib import Path

import pytest

from rig.bench_file.reading import load_bench_file
from rig.capabilities import PumpState
from rig.clock import WallClock
from rig.discovery import find_driver
from rig.driving import DriverContext
from tests.core.bench_support import WALL, bench_text
from tests.patience import patient

ROOT = Path(__file__).parents[2]
PLAN = """
import sys
from pathlib import Path
from rig.bench.bench import Bench, make_clock
from rig.bench_file.reading import load_bench_file
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord

bench_file = load_bench_file(Path(sys.argv[1]))
clock = make_clock(bench_file)
with RunRecord.create(Path(sys.argv[2]), "run", Start(), clock.now_ns(), clock) as record:
    with Bench(bench_file, record, clock, 1) as bench:
        bench.instruments.pump().run_continuous(rate_ul_h=1000.0)
        print("running", flush=True)
        bench.dwell(hours=1)
"""


WATCHDOG_S = 0.5 + patient(0.05)


@pytest.fixture
def started(children):
    """Start Python with some words, from the project."""

    def start(*words):
        return children.start([sys.executable, *words], env={**os.environ, "PYTHONPATH": str(ROOT)})

    return start


def test_a_killed_run_leaves_a_stopped_pump_and_the_log_says_why(started, tmp_path):
    mocked = tmp_path / "mocked.toml"
    mocked.write_text(bench_text(clock=WALL, watchdog_s=WATCHDOG_S, every_s=0.2, balance=False), encoding="utf-8")
    twins = started("-m", "commands", "twins", str(mocked), "--dir", str(tmp_path), "--for-s", str(patient(60)))
    wait_for_line(twins, "bench file that reaches them")
    plan = started("-c", PLAN, str(tmp_path / "bench.toml"), str(tmp_path))
    wait_for_line(plan, "running")
    plan.send_signal(signal.SIGKILL)
    plan.wait(patient(10))
    WallClock().wait_s(WATCHDOG_S + 0.2)  # the twin counts silence on the same clock, however late it wakes
    pump = connect(tmp_path / "bench.toml")
    try:
        assert pump.status().state in (PumpState.STOPPED, PumpState.ALARM)
        assert "watchdog" in " ".join(entry.event for entry in pump.read_log()).lower()
    finally:
        pump.close()


def connect(path):
    (entry,) = load_bench_file(path).instruments
    return find_driver(entry.driver_name)("pump", entry.settings, DriverContext(WallClock(), lambda _: None))


def wait_for_line(process, words):
    for line in process.stdout:
        if words in line:
            return
    raise AssertionError(f"{process.args} ended without saying {words!r}")
