"""Records in which things are as they should not be: what pages must not make look better or worse than it is."""

import math
from collections.abc import Sequence
from pathlib import Path

from rig.clock import VirtualClock
from rig.record.bodies.event import Event
from rig.record.bodies.events import PlanBegins, ProjectionSeen, WindowBegins
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import Judgement, Number, Result
from tests.streaming import records

PUMP = "SIM-0009"
SETTING = "41.7 µL/h"
PLAN = "test_plans/test_rate.py::test_rate[41.7]"
LIMIT = Limit("%", -5.0, 5.0, source="a test")
# Value, u, verdict. The last word is an INVALID one, far from the others.
JUDGED = ((0.1, 0.5, "PASS"), (-0.2, 0.4, "PASS"), (0.3, 0.6, "PASS"), (6.4, 0.5, "FAIL"))
APART = ((4.9, 2.0, "INCONCLUSIVE"), (38.0, 9.0, "INVALID"))


def result(value: float, u: float, verdict: str, plan: str = PLAN) -> Result:
    """Return a mean flow error in %; one of nan has no number."""
    number = Number(value, u, 2.0, math.inf, (), Judgement(2.0 * u, 0.5, 0.5, 0.5))
    recipe = Recipe("mean flow error", {"programmed_ul_h": 41.7}, records.EPOCH_NS, records.EPOCH_NS + 1, 1)
    found = None if math.isnan(value) else number
    return Result(plan, ("ACC-001",), recipe, "%", verdict, "basal accuracy", LIMIT, found)


def projection(value: float, plan: str = PLAN) -> ProjectionSeen:
    """Return what a mean flow error is expected to become."""
    return ProjectionSeen(plan, "mean flow error", value, 0.6, "PASS", 0.97, -5.0, 5.0, 7.5)


def under_way(folder: Path, *then: Event, stop: str = "") -> Path:
    """Write a run without an end whose verdict is projected twice; `then` happens, and a `stop` ends it."""
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(folder, "under-way", clock) as record:
        record.event(PlanBegins(PLAN))
        record.event(WindowBegins("analysis"))
        for value in (4.5, 2.25):
            clock.wait_s(60.0)
            record.event(projection(value))
        for event in then:
            clock.wait_s(60.0)
            record.event(event)
        if stop:
            record.stop(Stop(stop))
    return record.path


def judged(folder: Path, results: Sequence[tuple[float, float, str]] = JUDGED + APART, name: str = "judged") -> Path:
    """Write a run with a result a minute."""
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(folder, name, clock, dut={"model": "a pump", "serial": PUMP}) as record:
        for one in results:
            clock.wait_s(60.0)
            record.result("mean flow error", result(*one))
        record.stop(Stop("FINISHED"))
    return record.path
