"""The matrix of requirements as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rig.clock import iso_utc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.matrix.gaps import Gap
    from reports.matrix.model import Matrix, PlanRow

_NOT_RUN = "-"
_VERDICT_WIDTH = len("INCONCLUSIVE")
_DATE_WIDTH = len("2026-01-05T08:00:00")


def lines(found: Matrix, gaps: Sequence[Gap]) -> Iterator[str]:
    """Yield a line for each requirement, below it one for each plan or case with its verdict, and sums at the end."""
    from reports.matrix.sums import gaps_in_words, in_words, sums_of

    runs = [len(each.run.run_id) for row in found.plans for each in row.verdicts]
    width = max(runs, default=len("not run"))
    for requirement in found.requirements:
        yield f"{requirement.id}  {requirement.standing or _NOT_RUN}  {requirement.said.text}"
        yield from (f"  {line}" for row in requirement.plans for line in _plan_lines(row, width))
        if not requirement.plans:
            yield f"  no plan: {requirement.said.no_plan or 'no reason is given'}"
    sums = sums_of(found, gaps)
    yield in_words(sums)
    of_records = gaps_in_words({kind: count for kind, count in sums.gaps.items() if not kind.of_files})
    if of_records:
        yield f"what the records do not show: {of_records}"
    if found.not_looked:
        yield f"whether verdicts are stale was not looked at: {found.not_looked}"


def _plan_lines(row: PlanRow, width: int) -> Iterator[str]:
    for each in row.verdicts:
        case = each.name.partition("::")[2].removeprefix(row.plan.function)
        begun = iso_utc(each.run.begun_utc_ns)[:_DATE_WIDTH]
        yield f"{each.verdict.ljust(_VERDICT_WIDTH)}  {begun}  {each.run.run_id.ljust(width)}  {row.name}{case}"
    if not row.verdicts:
        yield f"{_NOT_RUN.ljust(_VERDICT_WIDTH)}  {' ' * _DATE_WIDTH}  {'not run'.ljust(width)}  {row.name}"
