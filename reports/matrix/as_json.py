"""The matrix as JSON for machines: keys may be added, none changes its meaning; documented in docs/commands.md."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from reports.matrix.gaps import gaps
from reports.matrix.model import DutRow, Matrix, PlanRow, RequirementRow, Verdict
from reports.matrix.sums import sums_of
from rig.clock import iso_utc


def as_json(found: Matrix, problems: Sequence[str]) -> dict[str, Any]:
    """Return the matrix and what is missing in it; times are ISO 8601 in UTC, null where a plan has not run."""
    missing = gaps(found)
    return {
        "gaps": [gap.said for gap in missing if gap.of_files],
        "gaps_of_records": [gap.said for gap in missing if not gap.of_files],
        "every_gap": [asdict(gap) for gap in missing],
        "sums": asdict(sums_of(found, missing)),
        "problems": list(problems),
        "staleness_not_looked_at": found.not_looked or None,
        "without_plan": [row.id for row in found.without_plan()],
        "plans_without_requirement": [row.name for row in found.without_requirement()],
        "requirements": [_requirement(row) for row in found.requirements],
        "duts": [_dut(row) for row in found.duts],
    }


def _requirement(row: RequirementRow) -> dict[str, Any]:
    said = row.said
    return {
        "id": row.id,
        "text": said.text,
        "source": said.source,
        "hazard": said.hazard,
        "method": said.method,
        "no_plan": said.no_plan,
        "verdict": row.standing or None,
        "verdict_on_physical_benches": row.physical_standing or None,
        "plans": [_plan(plan) for plan in row.plans],
    }


def _plan(plan: PlanRow) -> dict[str, Any]:
    return {
        "plan": plan.name,
        "line": plan.plan.line,
        "verdict": plan.standing or None,
        "verdict_on_physical_benches": plan.physical_standing or None,
        "cases": [_case(each) for each in plan.verdicts],
        "on_each_dut": [_case(each) for each in plan.on_duts],
    }


def _case(each: Verdict) -> dict[str, Any]:
    return {
        "name": each.name,
        "verdict": each.verdict,
        "run": each.run.run_id,
        "begun_utc": iso_utc(each.run.begun_utc_ns),
        "bench": each.run.bench,
        "mocked": each.dut.mocked,
        "model": each.dut.model,
        "dut": each.dut.serial,
        "stale": list(each.stale),
    }


def _dut(row: DutRow) -> dict[str, Any]:
    return {
        "model": row.dut.model,
        "dut": row.dut.serial,
        "mocked": row.dut.mocked,
        "passed": list(row.passed),
        "lacking": [{"requirement": name, "verdict": standing or None} for name, standing in row.lacking],
        "stale": list(row.stale),
        "newest_run": row.newest.run_id,
    }
