"""What is missing in a matrix, or wrong: in the files first, then in what the records show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reports.matrix.model import DutRow, Matrix, PlanRow, RequirementRow, Verdict
from rig.errors import did_you_mean
from rig.record.standing import FAILED, PASSED

# So many of what is listed in one line are written out.
_MOST_NAMED = 12


class GapKind(StrEnum):
    """What is missing, in the order of what a reader must see first."""

    NO_PLAN = "no plan"
    UNKNOWN = "no such requirement"
    UNREAD = "marker not read"
    NO_REQUIREMENT = "plan without requirement"
    EXCUSED = "excused in vain"
    AMBIGUOUS = "verdict of several plans"
    FAILING = "failing"
    UNDECIDED = "not decided"
    STALE = "stale"
    NEVER_RUN = "never run"
    PLAN_NOT_RUN = "a plan has not run"
    ONLY_MOCKED = "only on mocked benches"
    DUT = "pump without a PASS"

    @property
    def of_files(self) -> bool:
        """Tell whether it is about the files of plans and requirements, not about what the records show."""
        return [*GapKind].index(self) <= [*GapKind].index(GapKind.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: which requirement, plan, pump and run it is about, "" where it is about none."""

    kind: GapKind
    said: str
    requirement: str = ""
    plan: str = ""
    dut: str = ""
    run: str = ""

    @property
    def of_files(self) -> bool:
        """Tell whether it is about the files of plans and requirements, not about what the records show."""
        return self.kind.of_files


def gaps(found: Matrix) -> tuple[Gap, ...]:
    """Return what is missing in a matrix: what has no plan first, pumps last."""
    return (*_of_files(found), *_of_records(found))


def gaps_of_files(found: Matrix) -> list[str]:
    """Return what is wrong in the files of plans and requirements, a line each."""
    return [gap.said for gap in _of_files(found)]


def _of_files(found: Matrix) -> Iterator[Gap]:
    known = [row.id for row in found.requirements]
    for row in found.without_plan():
        said = f"{row.id}: no plan claims it, and no_plan gives no reason: {row.said.text}"
        yield Gap(GapKind.NO_PLAN, said, requirement=row.id)
    for plan in found.plans:
        for name in plan.plan.requirements:
            if name not in known:
                hint = did_you_mean(name, known)
                said = f"{plan.plan.place} claims {name!r}, which is no requirement{hint}"
                yield Gap(GapKind.UNKNOWN, said, requirement=name, plan=plan.name)
    for plan in found.plans:
        if plan.plan.unread:
            said = f"{plan.plan.place}: write what it claims as text: @pytest.mark.requirement('ID', …)"
            yield Gap(GapKind.UNREAD, said, plan=plan.name)
    for plan in found.without_requirement():
        yield Gap(GapKind.NO_REQUIREMENT, f"{plan.plan.place} claims no requirement", plan=plan.name)
    for row in found.excused_in_vain():
        said = f"{row.id}: has a plan; take no_plan out: {row.said.no_plan}"
        yield Gap(GapKind.EXCUSED, said, requirement=row.id)
    for said in found.ambiguous:
        yield Gap(GapKind.AMBIGUOUS, said)


def _of_records(found: Matrix) -> Iterator[Gap]:
    claimed = [row for row in found.requirements if row.plans]
    by_kind = [gap for row in claimed for gap in _of_requirement(row)]
    yield from sorted(by_kind, key=lambda gap: [*GapKind].index(gap.kind))
    for dut in found.duts:
        if dut.lacking:
            yield Gap(GapKind.DUT, _lacking(dut), dut=dut.dut.name, run=dut.newest.run_id)


def _of_requirement(row: RequirementRow) -> Iterator[Gap]:
    if not row.standing:
        none = "its plan has not run" if len(row.plans) == 1 else f"none of its {len(row.plans)} plans has run"
        yield Gap(GapKind.NEVER_RUN, f"{row.id}: {none}", requirement=row.id)
        return
    for plan in row.plans:
        for kind, verdicts in _not_passed(plan):
            said = f"{row.id}: {_listed(f'{_case(each)} {each.verdict} in {_where(each)}' for each in verdicts)}"
            yield Gap(kind, said, requirement=row.id, plan=plan.name, run=verdicts[0].run.run_id)
        if not plan.standing:
            said = f"{row.id}: {plan.name} has not run"
            yield Gap(GapKind.PLAN_NOT_RUN, said, requirement=row.id, plan=plan.name)
    if row.stale:
        yield Gap(GapKind.STALE, f"{row.id}: {_stale(row)}", requirement=row.id, run=row.stale[0].run.run_id)
    if not row.physical_standing:
        yield Gap(GapKind.ONLY_MOCKED, f"{row.id}: has run on mocked benches only", requirement=row.id)


def _stale(row: RequirementRow) -> str:
    """Say why verdicts no longer hold: each reason once, with the cases that it touches."""
    touched: dict[tuple[str, ...], list[Verdict]] = {}
    for each in row.stale:
        touched.setdefault(each.stale, []).append(each)
    return "; ".join(
        f"{_listed(f'{_case(each)} in {_where(each)}' for each in cases)}: {', '.join(why)}"
        for why, cases in touched.items()
    )


def _not_passed(plan: PlanRow) -> Iterator[tuple[GapKind, list[Verdict]]]:
    """Yield the verdicts that count and are no PASS: the newest of all, and the newest of physical benches."""
    failing = [each for each in plan.counting if each.verdict == FAILED]
    others = [each for each in plan.counting if each.verdict not in (FAILED, PASSED)]
    if failing:
        yield GapKind.FAILING, failing
    if others:
        yield GapKind.UNDECIDED, others


def _lacking(row: DutRow) -> str:
    named = _listed(f"{name} ({standing or 'not run'})" for name, standing in row.lacking)
    total = len(row.passed) + len(row.lacking)
    kind = "simulated pump" if row.dut.mocked else "pump"
    return f"{kind} {row.dut.name}: {len(row.passed)} of {total} requirements PASS; it lacks {named}"


def _case(each: Verdict) -> str:
    return each.name.partition("::")[2]


def _where(each: Verdict) -> str:
    return f"{each.run.run_id} (mocked)" if each.dut.mocked else each.run.run_id


def _listed(words: Iterable[str]) -> str:
    named = list(words)
    more = [f"and {len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else []
    return ", ".join([*named[:_MOST_NAMED], *more])
