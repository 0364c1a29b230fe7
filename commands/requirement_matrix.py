"""Requirements, the plans that claim them, and what the newest records say of these: joined, and held together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rig.errors import did_you_mean
from rig.record.standing import NOT_SHOWN, overall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fixtures.plan_markers import PlanInSource
    from rig.record.bodies.judging import Requirement
    from rig.record.overview import RunLine


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the newest run in which a plan, or one case of it, has an outcome says; `name` is its name in the record."""

    name: str
    verdict: str
    run: RunLine


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan with the newest verdict of each of its cases; none when it has not run."""

    plan: PlanInSource
    verdicts: tuple[Verdict, ...]

    @property
    def name(self) -> str:
        """Return what the plan is called on the command line of pytest."""
        return f"{self.plan.path.as_posix()}::{self.plan.function}"

    @property
    def standing(self) -> str:
        """Return the worst of its cases, "" when it has not run."""
        return overall(each.verdict for each in self.verdicts)


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """A requirement with the plans that claim it."""

    id: str
    said: Requirement
    plans: tuple[PlanRow, ...]

    @property
    def standing(self) -> str:
        """Return PASS only when every plan that claims it passed, "" when none has run."""
        known = [row.standing for row in self.plans]
        return overall(verdict or NOT_SHOWN for verdict in known) if any(known) else ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every requirement and every plan, and the names in records that may be of several plans."""

    requirements: tuple[RequirementRow, ...]
    plans: tuple[PlanRow, ...]
    ambiguous: tuple[str, ...]

    def without_plan(self) -> list[RequirementRow]:
        """Return the requirements that no plan claims and no reason excuses."""
        return [row for row in self.requirements if not row.plans and not row.said.no_plan]

    def excused_in_vain(self) -> list[RequirementRow]:
        """Return the requirements that a plan claims although a reason is written why none does."""
        return [row for row in self.requirements if row.plans and row.said.no_plan]

    def without_requirement(self) -> list[PlanRow]:
        """Return the plans that claim nothing."""
        return [row for row in self.plans if not row.plan.requirements and not row.plan.unread]

    def gaps(self) -> Iterator[str]:
        """Yield what is missing or wrong, a line each, what has no plan first."""
        known = [row.id for row in self.requirements]
        for requirement in self.without_plan():
            yield f"{requirement.id}: no plan claims it, and no_plan gives no reason: {requirement.said.text}"
        for row in self.plans:
            for name in row.plan.requirements:
                if name not in known:
                    yield f"{_where(row)} claims {name!r}, which is no requirement{did_you_mean(name, known)}"
        for row in self.plans:
            if row.plan.unread:
                yield f"{_where(row)}: write what it claims as text: @pytest.mark.requirement('ID', …)"
        for row in self.without_requirement():
            yield f"{_where(row)} claims no requirement"
        for requirement in self.excused_in_vain():
            yield f"{requirement.id}: has a plan; take no_plan out: {requirement.said.no_plan}"
        yield from self.ambiguous


def matrix(requirements: Mapping[str, Requirement], plans: Sequence[PlanInSource], runs: Iterable[RunLine]) -> Matrix:
    """Return what belongs together; of the runs, each plan's and case's newest in which it has an outcome counts."""
    found: dict[PlanInSource, list[Verdict]] = {plan: [] for plan in plans}
    by_function: dict[str, list[PlanInSource]] = {}
    for plan in plans:
        by_function.setdefault(plan.function, []).append(plan)
    ambiguous = []
    for name, verdict in _newest(runs).items():
        file, _, function = name.partition("::")
        meant = [plan for plan in by_function.get(function.partition("[")[0], ()) if _is_in(plan, file)]
        if len(meant) == 1:
            found[meant[0]].append(verdict)
        elif meant:
            files = ", ".join(plan.path.as_posix() for plan in meant)
            ambiguous.append(f"{verdict.run.run_id}: {name} may stand in {files}: its verdict counts for none of them")
    rows = tuple(PlanRow(plan, tuple(verdicts)) for plan, verdicts in found.items())
    return Matrix(
        tuple(
            RequirementRow(name, said, tuple(row for row in rows if name in row.plan.requirements))
            for name, said in requirements.items()
        ),
        rows,
        tuple(ambiguous),
    )


def _newest(runs: Iterable[RunLine]) -> dict[str, Verdict]:
    """Return the newest verdict of each name; what was altered says nothing."""
    believed = sorted((run for run in runs if not run.problem), key=lambda run: (run.begun_utc_ns, run.run_id))
    return {name: Verdict(name, verdict, run) for run in believed for name, verdict in run.standings.items() if verdict}


def _is_in(plan: PlanInSource, file: str) -> bool:
    """Tell whether a plan may stand in the file that a record names, wherever its project's folder stood."""
    return plan.path.resolve().as_posix().endswith(f"/{file}")


def _where(row: PlanRow) -> str:
    return f"{row.plan.path.as_posix()}:{row.plan.line}: {row.plan.function}"
