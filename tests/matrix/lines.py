"""A matrix as it comes of files and records: requirements, plans and runs in few words."""

from pathlib import Path

from reports.matrix.model import matrix
from reports.matrix.plans import PlanInSource
from rig.record.bodies.judging import Requirement
from tests.history.lines import run

FILE = Path("/lab/plans/test_rate.py")
KEPT = "plans/test_rate.py::test_kept"
TOLD = "plans/test_rate.py::test_told"
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 10_000


def plan(function, *requirements, **more):
    return PlanInSource(FILE, function, 5, requirements, **more)


def required(*names, **more):
    return {name: Requirement(f"{name} holds.", "a test", **more) for name in names}


def ran(number, standings, dut="P-1", **more):
    """Return the line of a run with these standings by plan."""
    return run(number, dut, standings=standings, became=dict.fromkeys(standings, "passed"), **more)


def found(*runs, plans=(), requirements=None, **more):
    """Return the matrix of R-1, kept, and R-2, told and kept, with whatever else is given."""
    both = (plan("test_kept", "R-1", "R-2"), plan("test_told", "R-2"))
    return matrix({**required("R-1", "R-2"), **(requirements or {})}, (*both, *plans), runs, **more)


def row(matrix, name):
    (one,) = (row for row in matrix.requirements if row.id == name)
    return one


def dut_row(matrix, serial, *, mocked=False):
    (one,) = (row for row in matrix.duts if (row.dut.serial, row.dut.mocked) == (serial, mocked))
    return one
