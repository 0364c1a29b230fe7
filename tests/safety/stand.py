"""A stand for runs that are to be broken: twins on the wall clock in this process, the run in one of its own.

The pump's strokes are small, so that its last one tells when delivery ended; they are read where they happen, so that
nobody who asks keeps the pump's link watchdog quiet.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from instruments.hosting.host import TwinHost
from instruments.hosting.twins_process import reaching
from instruments.intrathecal_pump.simulated.firmware import BUILT_IN_FIRMWARE
from rig.bench_file.reading import load_bench_file
from rig.clock import NS_PER_S, Deadline, WallClock
from rig.safety.latch import latch_path
from rig.safety.left_open import mark_path
from tests.fixtures.plan_support import NOT_OF_PLANS

ROOT = Path(__file__).parents[2]
LIMITS = str(ROOT / "test_plans" / "limits.toml")
STROKE_UL = 0.01  # at 1000 µL/h one each 36 ms
# For tests of anything but lateness: on a machine that is busy with something else, nothing here is late.
AT_EASE: dict[str, Any] = {"watchdog_s": 60, "safety": "plan_lease_s = 30\nrun_lease_s = 30\nsilence_s = 7"}
# For tests of lateness itself: five times what a bench gives, which a busy machine keeps as well.
UNHURRIED: dict[str, Any] = {"watchdog_s": 6, "safety": "plan_lease_s = 3\nrun_lease_s = 3\nsilence_s = 3.5"}
_PLAIN = ("-s", "-p", "no:cacheprovider", *NOT_OF_PLANS)
BENCH = """
[bench]
name = "stand-NAME"
kind = "mocked"
clock = "wall"
serial_twins = "TWINS"
[dut]
model = "m"
serial = "s"
[safety]
link_watchdog_s = WATCHDOG
SAFETY
INTERLOCKS
[power]
voltage_v = 3.0
current_limit_a = 0.1
boot_s = 0
[liquid]
name = "water"
density_kg_m3 = 998.207
u_density_kg_m3 = 0.05
reference_c = 20.0
expansion_per_k = "water"
volume_at_c = 22.0
[weighing]
readability_mg = 0.01
repeatability_mg = 0.02
linearity_mg = 0.03
calibration_u_percent = 0.002
[laboratory]
[instruments.pump]
driver = "intrathecal_pump"
sample_every_s = 0.25
twin = { stroke_ul = 0.01, firmware = "FIRMWARE" }
[instruments.supply]
driver = "scpi_supply"
sample_every_s = 1
[instruments.daq]
driver = "ni_daq"
sample_every_s = 1
sample_rate_hz = 10.0
calibration = { id = "c", due = 2030-01-01 }
"""
PLAN = '''
import ctypes, os, signal, subprocess, sys, threading, time
from pathlib import Path
import pytest
pytestmark = pytest.mark.requirement("ACC-001")

def now():
    """Stamp the moment of what comes next."""
    (Path(__file__).parent / "cause").write_text(str(time.time_ns()))

def test_runs(pump, bench, verify):
    """A plan that is to be broken."""
    pump.run_continuous(rate_ul_h=1000.0)
    print("DELIVERING", flush=True)
    BODY
'''


class Stand:
    """Twins of a bench, what reaches them, and when the pump last moved."""

    def __init__(
        self,
        folder: Path,
        *,
        watchdog_s: float = 1.0,
        safety: str = "",
        interlocks: str = "",
        twins: str = "pty",
        firmware: str = BUILT_IN_FIRMWARE,
    ) -> None:
        self.folder = folder
        self.name = f"stand-{uuid4().hex[:12]}"  # no other test's latch or lease is its own
        folder.mkdir(parents=True, exist_ok=True)
        text = BENCH.replace("WATCHDOG", str(watchdog_s)).replace("stand-NAME", self.name)
        text = text.replace("TWINS", twins).replace("SAFETY", safety).replace("INTERLOCKS", interlocks)
        mocked = folder / "mocked.toml"
        mocked.write_text(text.replace("FIRMWARE", firmware), encoding="utf-8")
        self._file = load_bench_file(mocked)
        (folder / "ports").mkdir(exist_ok=True)
        self.clock = WallClock()
        self.host = TwinHost(self._file, self.clock, 1, directory=folder / "ports")
        self.bench = folder / "bench.toml"
        # A line apart from its driver's: nobody may take these twins for mocked ones.
        self.bench.write_text(reaching(self._file, self.host.ports, 1.0), encoding="utf-8")

    def last_stroke_ns(self) -> int:
        """Return when the pump last moved; 0 when it never has."""
        self.host.laboratory.advance()
        now_ns = self.clock.now_ns()
        since_s = float(self.host.laboratory.line.since_stroke_s(np.array([now_ns], np.int64))[0])
        return 0 if since_s == float("inf") else now_ns - round(since_s * NS_PER_S)

    def supply_v(self) -> float:
        """Return the voltage at the pump's terminals."""
        return float(self.host.laboratory.power.pump_v)

    def wait_for_power(self, *, on: bool, within_s: float) -> None:
        """Wait until the supply is on or off, at most so long."""
        deadline = Deadline(within_s)
        while (self.supply_v() > 0) is not on and not deadline.passed():
            self.clock.wait_s(0.02)

    def wait_until_it_rests(self, rest_s: float, within_s: float) -> int:
        """Wait until the pump has not moved for a while, and return when it last did; raises when it goes on."""
        deadline = Deadline(within_s)
        while not deadline.passed():
            last_ns = self.last_stroke_ns()
            if self.clock.now_ns() - last_ns > rest_s * NS_PER_S:
                return last_ns
            self.clock.wait_s(0.02)
        raise AssertionError(f"the pump still delivers after {within_s:g} s")

    def wait_until_it_moves(self, within_s: float) -> None:
        """Wait until the pump moves."""
        deadline = Deadline(within_s)
        begun_ns = self.clock.now_ns()
        while self.last_stroke_ns() < begun_ns:
            if deadline.passed():
                raise AssertionError(f"the pump does not deliver within {within_s:g} s")
            self.clock.wait_s(0.02)

    def plan(self, body: str) -> Path:
        """Write a plan that starts delivery and then does as `body` says."""
        path = self.folder / "test_stand.py"
        path.write_text(PLAN.replace("BODY", body.replace("\n", "\n    ")), encoding="utf-8")
        return path

    def command(self, *more: str) -> list[str]:
        """Return the command that runs the plan."""
        told = {"--bench": self.bench, "--runs": self.folder / "runs", "--limits": LIMITS}
        words = [str(word) for pair in told.items() for word in pair]
        return [sys.executable, "-m", "pytest", str(self.folder / "test_stand.py"), *words, *_PLAIN, *more]


@contextlib.contextmanager
def stand(folder: Path, **how: Any) -> Iterator[Stand]:
    """Have a stand; its twins end with the block, and no latch of it is left behind."""
    one = Stand(folder, **how)
    try:
        yield one
    finally:
        one.host.close()
        latch_path(one.name).unlink(missing_ok=True)
        mark_path(one.name).unlink(missing_ok=True)
