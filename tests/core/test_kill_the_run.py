"""The pump stops by itself when the run is killed: twins and plan in processes of their own, over real ports."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from rig.bench_file.reading import load_bench_file
from rig.capabilities import PumpState
from rig.clock import Deadline, WallClock
from rig.discovery import find_driver
from rig.driving import DriverContext
from tests.core.bench_support import WALL, bench_text

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


def started(*command):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True, env=environment)


def test_a_killed_run_leaves_a_stopped_pump_and_the_log_says_why(tmp_path):
    mocked = tmp_path / "mocked.toml"
    mocked.write_text(bench_text(clock=WALL, watchdog_s=0.8, every_s=0.2, balance=False), encoding="utf-8")
    twins = started("-m", "commands", "twins", str(mocked), "--dir", str(tmp_path), "--for-s", "60")
    try:
        wait_for_line(twins, "bench file that reaches them")
        plan = started("-c", PLAN, str(tmp_path / "bench.toml"), str(tmp_path))
        wait_for_line(plan, "running")
        plan.send_signal(signal.SIGKILL)
        plan.wait(10)
        plan.stdout.close()
        Deadline(1.5).nap(1.0)  # the watchdog's 0.8 s, in the time of the twin's own process
        pump = connect(tmp_path / "bench.toml")
        try:
            assert pump.status().state in (PumpState.STOPPED, PumpState.ALARM)
            assert "watchdog" in " ".join(entry.event for entry in pump.read_log()).lower()
        finally:
            pump.close()
    finally:
        twins.terminate()
        twins.wait(10)
        twins.stdout.close()


def connect(path):
    (entry,) = load_bench_file(path).instruments
    return find_driver(entry.driver_name)("pump", entry.settings, DriverContext(WallClock(), lambda _: None))


def wait_for_line(process, words):
    for line in process.stdout:
        if words in line:
            return
    raise AssertionError(f"{process.args} ended without saying {words!r}")
