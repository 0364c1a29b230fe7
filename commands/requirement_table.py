"""The matrix of requirements as lines for people, and as JSON for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rig.clock import iso_utc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from commands.requirement_matrix import Matrix, PlanRow, RequirementRow, Verdict

_NOT_RUN = "-"
_VERDICT_WIDTH = len("INCONCLUSIVE")
_DATE_WIDTH = len("2026-01-05T08:00:00")


def lines(found: Matrix) -> Iterator[str]:
    """Yield a line for each requirement, below it one for each plan or case with its verdict, and a sum at the end."""
    runs = [len(each.run.run_id) for row in found.plans for each in row.verdicts]
    width = max(runs, default=len("not run"))
    for requirement in found.requirements:
        yield f"{requirement.id}  {requirement.standing or _NOT_RUN}  {requirement.said.text}"
        yield from (f"  {line}" for row in requirement.plans for line in _plan_lines(row, width))
        if not requirement.plans:
            yield f"  no plan: {requirement.said.no_plan or 'no reason is given'}"
    yield _sum(found)


def _plan_lines(row: PlanRow, width: int) -> Iterator[str]:
    for each in row.verdicts:
        case = each.name.partition("::")[2].removeprefix(row.plan.function)
        begun = iso_utc(each.run.begun_utc_ns)[:_DATE_WIDTH]
        yield f"{each.verdict.ljust(_VERDICT_WIDTH)}  {begun}  {each.run.run_id.ljust(width)}  {row.name}{case}"
    if not row.verdicts:
        yield f"{_NOT_RUN.ljust(_VERDICT_WIDTH)}  {' ' * _DATE_WIDTH}  {'not run'.ljust(width)}  {row.name}"


def _sum(found: Matrix) -> str:
    total, missing = len(found.requirements), len(found.without_plan())
    claimed = sum(1 for row in found.requirements if row.plans)
    passed = sum(1 for row in found.requirements if row.standing == "PASS")
    return (
        f"{total} requirements: {claimed} with a plan ({passed} PASS), {total - claimed - missing} with a reason for "
        f"none, {missing} with neither; plans: {len(found.plans)}"
    )


def as_json(found: Matrix, problems: Sequence[str]) -> dict[str, object]:
    """Return the matrix and what is missing in it; times are ISO 8601 in UTC, null where a plan has not run."""
    return {
        "gaps": [*found.gaps()],
        "problems": list(problems),
        "without_plan": [row.id for row in found.without_plan()],
        "plans_without_requirement": [row.name for row in found.without_requirement()],
        "requirements": [_requirement(row) for row in found.requirements],
    }


def _requirement(row: RequirementRow) -> dict[str, object]:
    said = row.said
    return {
        "id": row.id,
        "text": said.text,
        "source": said.source,
        "hazard": said.hazard,
        "method": said.method,
        "no_plan": said.no_plan,
        "verdict": row.standing or None,
        "plans": [_plan(plan) for plan in row.plans],
    }


def _plan(row: PlanRow) -> dict[str, object]:
    return {
        "plan": row.name,
        "line": row.plan.line,
        "verdict": row.standing or None,
        "cases": [_case(each) for each in row.verdicts],
    }


def _case(each: Verdict) -> dict[str, object]:
    return {
        "name": each.name,
        "verdict": each.verdict,
        "run": each.run.run_id,
        "begun_utc": iso_utc(each.run.begun_utc_ns),
    }
