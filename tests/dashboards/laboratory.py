"""A small laboratory's history: two pumps measured by real plans on the mocked bench, and one run that went wrong."""

import math
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.evaluation.registry import kinds
from rig.exchange import Exchange
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds, ChallengeKind
from rig.record.bodies.events import OtherEvent, OutcomeWord, PlanOutcome
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Judgement, Number, Result
from rig.record.bodies.safety import InterlockTripped
from rig.record.folder import list_runs
from rig.samples import Block
from tests.dashboards import odd
from tests.fixtures.plan_support import NOT_OF_PLANS
from tests.processes import children
from tests.streaming import records

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "benches" / "mocked.toml"
# Names are what laboratories make of them.
HOSTILE_DUT = "SN 2/b (x|y), it's $new"

LIMITS = """
[evaporation]
zero_flow_hours = 2.0
settle_minutes = 5.0

[limits."basal accuracy"]
lower = -5.0
upper = 5.0
unit = "%"
source = "a test"
"""
REQUIREMENTS = '[requirements."R-1"]\ntext = "something"\nsource = "a test"\n'
PLAN = """
import pytest

@pytest.mark.requirement("R-1")
@pytest.mark.parametrize("rate_ul_h", [41.7, 100.0])
def test_rate(pump, bench, verify, rate_ul_h):
    pump.run_continuous(rate_ul_h=rate_ul_h)
    bench.dwell(minutes=30, doing="stabilising")
    with bench.window("analysis") as window:
        bench.dwell(hours=2, doing="analysing")
    verify("mean flow error", window.flow_error(programmed_ul_h=rate_ul_h)).within("basal accuracy")
"""

# Boluses fall between two readings of the pump; one plan breaks behind them, and one is left out.
TROUBLED_PLAN = (
    PLAN.replace("[41.7, 100.0]", "[41.7]")
    + """

@pytest.mark.requirement("R-1")
def test_boluses(pump, bench, verify):
    pump.run_continuous(rate_ul_h=20.0)
    bench.dwell(minutes=10, doing="stabilising")
    for _ in range(3):
        pump.give_bolus(volume_ul=20.0)
        bench.dwell(minutes=20, doing="waiting")
    raise RuntimeError("it broke\\nas nobody expected")

@pytest.mark.requirement("R-1")
def test_left_out():
    pytest.skip("no time")
"""
)
# What both plans ask for, in µL.
PROGRAMMED_UL, TROUBLED_UL = 2.5 * (41.7 + 100.0), 2.5 * 41.7 + 20.0 * 70.0 / 60.0 + 3 * 20.0


def run_plans(folder: Path, dut: str, day: int, plan: str = PLAN) -> Path:
    """Run plans on the mocked bench with a pump of this name; return the record."""
    folder.mkdir()
    bench = BENCH.read_text(encoding="utf-8").replace("SIM-0001", dut).replace("2026-01-05T", f"2026-01-{day:02}T")
    files = {
        "conftest.py": (ROOT / "conftest.py").read_text(encoding="utf-8"),
        "bench.toml": bench,
        "limits.toml": LIMITS,
        "requirements.toml": REQUIREMENTS,
        "test_plan.py": plan,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    names = ["--bench", "bench.toml", "--limits", "limits.toml", "--requirements", "requirements.toml"]
    words = ["-q", "-p", "no:cacheprovider", *NOT_OF_PLANS, *names, "--runs", "runs", "test_plan.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RIG_INFLUX": "off"}
    with children() as started:
        done = started.run_warm(["-m", "pytest", *words], cwd=folder, env=environment, idle_s=120)
    # 1: a verdict was not PASS, which is as good to look at.
    assert done.returncode in (0, 1, 7), done.stdout + done.stderr  # 7: a plan with a mistake is among them
    (summary,) = list_runs(folder / "runs")
    return summary.path


def trouble(folder: Path) -> Path:
    """Write the record of a run in which things went wrong, and that was aborted."""
    folder.mkdir()
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(folder, "trouble", clock) as record:
        record.descriptor("balance", [Channel("mass", "mg", "net")], {})
        for minute in range(10):
            clock.wait_s(60.0)
            t_ns = np.array([clock.now_ns()], np.int64)
            block = Block(t_ns, {"mass": np.array([0.01 * minute])}, lost=minute)
            record.samples("balance", block, due_ns=clock.now_ns() - 2_000_000)
        record.command(Exchange("pump", "start", {}, b"s", b"", clock.now_ns(), clock.now_ns() + 5, result="no reply"))
        record.event(OtherEvent("reading missed", {"stream": "balance", "error": "no reply"}))
        record.event(OtherEvent("sampler failed", {"stream": "balance", "error": "the port died"}))
        for name, result in one_of_each_kind():
            record.result(name, result)
        record.event(ChallengeBegins(ChallengeKind.OCCLUSION, "twin", clock.now_ns()))
        record.event(ChallengeEnds(ChallengeKind.OCCLUSION, "twin", clock.now_ns()))
        record.event(InterlockTripped("line pressure kPa", 200.0, 150.0, ("daq",), clock.now_ns(), clock.now_ns()))
        record.event(PlanOutcome("test_plans/test_all.py::test_nothing", OutcomeWord.FAILED, "verified nothing"))
        record.stop(Stop("ABORTED"))
    return record.path


def one_of_each_kind() -> Iterator[tuple[str, Result]]:
    """Yield results of every kind of claim, with each verdict that is shown apart: plans would take the tests' time."""
    for kind in kinds().values():
        number = Number(1.0, 0.25, 2.0, math.inf, (), Judgement(0.5, 0.99, 0.01, 0.99))
        limit = Limit(kind.unit, -5.0, 5.0, source="a test")
        recipe = Recipe(kind.name, {}, records.EPOCH_NS, records.EPOCH_NS + 1, 1)
        plan = "test_plans/test_all.py::test_each"
        if kind.is_fact:
            yield kind.name, Result(plan, ("ACC-001",), recipe, kind.unit, "PASS", fact="it is so")
        else:
            for verdict in ("PASS", "INCONCLUSIVE", "INVALID"):
                yield kind.name, Result(plan, ("ACC-001",), recipe, kind.unit, verdict, "a limit", limit, number)
    for verdict in ("FAIL", "INCONCLUSIVE", "INVALID"):
        yield "mean flow error", replace(odd.result(1.0, 0.25, verdict), plan=plan)
