"""Findings as sessions give them, made by hand."""

from qualification.defect import Defect
from qualification.findings import Claim, Finding

FLOW = "test_plans/test_a.py::test_flow"
BOLUS = "test_plans/test_b.py::test_bolus"


def claim(verdict, said="", value=None, name="mean flow error"):
    return Claim(name, verdict, said, "%", value, None if value is None else 0.4, 2.0, -5.0, 5.0)


def finding(*claims, plan=FLOW, outcome=None, why="", requirements=("ACC-001",), seconds=1.0):
    passed = all(one.verdict == "PASS" for one in claims)
    return Finding(plan, outcome or ("passed" if passed else "failed"), why, requirements, claims, seconds)


def defect(key="A1", *, effect_percent=10.0, says=("books",), **told):
    return Defect(key, "too much", "The patient gets too much.", "ACC-001", effect_percent, says=says, **told)
