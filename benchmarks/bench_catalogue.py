"""The catalogue of plans on the shipped bench: all of it, and its slowest plans, virtual time over real time."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row
from rig.clock import stopwatch_ns
from rig.record.bodies.events import BenchOpened, PlanEnds
from rig.record.folder import list_runs
from rig.record.reader import RecordReader

HERE = Path(__file__).parents[1]
SLOWEST = 10


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        runs, told = Path(folder) / "runs", Path(folder) / "junit.xml"
        where = ["--bench", "benches/mocked.toml", "--runs", str(runs), "--junitxml", str(told)]
        command = [sys.executable, "-m", "pytest", "test_plans", "-q", "-n", "2", "--dist", "worksteal", *where]
        environment = {**os.environ, "RIG_INFLUX": "off", "OPENBLAS_NUM_THREADS": "1"}
        start_ns = stopwatch_ns()
        subprocess.run(command, cwd=HERE, env=environment, check=True, capture_output=True)
        seconds = (stopwatch_ns() - start_ns) / 1e9
        virtual_s, real_s = _virtual_s(runs), _real_s(told)
    times = f"real time: {sum(virtual_s.values()) / seconds:.0f} times"
    yield Row(f"all {len(real_s)} plans of the catalogue, two at a time", seconds, "s", "≤ 180", times)
    for plan in sorted(real_s, key=real_s.__getitem__, reverse=True)[:SLOWEST]:
        yield Row(plan, real_s[plan], "s", "", f"real time: {virtual_s[plan] / real_s[plan]:.0f} times")


def _virtual_s(runs: Path) -> dict[str, float]:
    """Return how long each plan lasted on the bench's clock, its weighings at zero flow included."""
    lasted = {}
    for run in list_runs(runs):
        with RecordReader(run.path) as reader:
            opened_ns = 0
            for entry in reader.all_events():
                if isinstance(entry.body, BenchOpened):
                    opened_ns = entry.t_ns
                elif isinstance(entry.body, PlanEnds):
                    lasted[_short(entry.body.plan)] = (entry.t_ns - opened_ns) / 1e9
    return lasted


def _real_s(told: Path) -> dict[str, float]:
    cases = ET.parse(told).iter("testcase")
    return {
        f"{case.get('classname', '').split('.')[-1]}::{case.get('name')}": float(case.get("time", 0)) for case in cases
    }


def _short(plan: str) -> str:
    """Return file and function of a plan, as pytest's own file tells them."""
    module, _, function = plan.partition("::")
    return f"{Path(module).stem}::{function}"
