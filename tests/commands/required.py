"""A folder with plans, requirements and runs, for `rig requirements`."""

import json

from rig.record.bodies.events import OutcomeWord, PlanOutcome
from rig.record.bodies.others import Stop
from rig.record.schema import Kind
from tests.streaming.records import RESULT, begin

PASSED, FAILED, SKIPPED = OutcomeWord.PASSED, OutcomeWord.FAILED, OutcomeWord.SKIPPED
REQUIREMENTS = """
[requirements."R-1"]
text = "The rate is kept."
source = "a test"
hazard = "over-dose"
method = "an infusion"

[requirements."R-2"]
text = "Air is told."
source = "a test"
no_plan = "nothing here sees air"
"""
PLAN_OF_R1 = '''
import pytest

@pytest.mark.requirement("R-1")
def test_rate(pump, verify):
    """The rate."""
'''


def write(laboratory, text, name="plans/test_rate.py"):
    path = laboratory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def require(laboratory, name, more=""):
    with (laboratory / "requirements.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[requirements."{name}"]\ntext = "{name} holds."\nsource = "a test"\n{more}')


def ran(laboratory, run, outcomes, *, selected=(), verdict="PASS"):
    """Record a run of plans with these outcomes; those that passed have a result of that verdict."""
    with begin(laboratory / "runs", run) as record:
        for plan, outcome in outcomes.items():
            if outcome is PASSED:
                record.raw(Kind.RESULT, "mean flow error", {**RESULT, "plan": plan, "verdict": verdict})
            record.event(PlanOutcome(plan, outcome))
        record.stop(Stop("FINISHED", selected=(*outcomes, *selected)))
    return record.path


def requirement(said, name="R-1"):
    (found,) = (one for one in json.loads(said.out)["requirements"] if one["id"] == name)
    return found
