"""Lines of runs and results, as the catalogue gives them."""

from pathlib import Path

from rig.record.result_line import ResultLine
from rig.record.run_line import RunLine
from rig.record.spot_check import Checked

DAY_NS = 86_400_000_000_000
EPOCH_NS = 1_767_600_000_000_000_000  # 2026-01-05T08:00:00Z
PLAN = "test_plans/test_basal.py::test_basal_rate_is_accurate[2.0]"
NAME = "mean flow error"


def run(number, dut="P-1", *, day=None, kind="physical", **more):
    """Return the line of a run, begun so many days after the first."""
    said = {
        "ended": "FINISHED",
        "outcome": "PASS",
        "bench": "bench-1",
        "operator": "somebody",
        "model": "pump",
        "standings": {PLAN: "PASS"},
        "became": {PLAN: "passed"},
        "checked": Checked.WHOLE,
        "stopped": True,
        "start_digest": f"{number:064x}",
    } | more
    begun_ns = EPOCH_NS + int((number if day is None else day) * DAY_NS)
    name = f"run-{number:03}"
    return RunLine(name, Path(f"/runs/{name}.rig.db"), begun_utc_ns=begun_ns, kind=kind, dut=dut, **said)


def result(value, verdict="PASS", *, seq=2, plan=PLAN, lower=-5.0, upper=5.0, unit="%", name=NAME, **more):
    """Return the line of a result."""
    return ResultLine(
        seq, name, plan, verdict, unit=unit, value=value, expanded=0.6, k=2.0, lower=lower, upper=upper, **more
    )


def given(*pairs):
    """Return the runs of (run, result) pairs, and their results as a look at a folder gives them."""
    results = {}
    for one, found in pairs:
        results[one.path] = (*results.get(one.path, ()), found)
    return list({one.path: one for one, _ in pairs}.values()), results
