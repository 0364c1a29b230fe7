"""Requirements, the plans that claim them, the runs and pumps in which these ran, and their verdicts: joined."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reports.matrix.plans import PlanInSource
from rig.record.bodies.judging import Requirement
from rig.record.run_line import RunLine
from rig.record.standing import NOT_SHOWN, PASSED, overall

Reasons = tuple[str, ...]
# What no longer holds of a run, by the plans in it, by their names in the record.
StaleOf = Callable[[RunLine], Mapping[str, Reasons]]


def nothing_stale(_: RunLine) -> Mapping[str, Reasons]:
    """Return that nothing of a run is stale: of a matrix that does not look."""
    return {}


@dataclass(frozen=True, slots=True, order=True)
class Dut:
    """A pump under test, by kind of bench: the simulated one of a mocked bench is no real one, whatever its number."""

    mocked: bool
    model: str
    serial: str

    @property
    def name(self) -> str:
        """Return what it is called."""
        return " ".join(filter(None, (self.model, self.serial)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the newest run on a pump in which a plan, or one case of it, has an outcome says.

    `name` is its name in the record, `stale` why it no longer holds.
    """

    name: str
    verdict: str
    run: RunLine
    stale: Reasons = ()

    @property
    def dut(self) -> Dut:
        """Return the pump that was tested."""
        return dut_of(self.run)

    @property
    def age(self) -> tuple[int, str]:
        """Return the key that puts the newest last."""
        return self.run.begun_utc_ns, self.run.run_id


def dut_of(run: RunLine) -> Dut:
    """Return the pump of a run."""
    return Dut(run.kind == "mocked", run.model, run.dut)


def newest(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return the newest verdict of each name, in the order in which they came about."""
    found = {one.name: one for one in sorted(verdicts, key=lambda one: one.age)}
    return tuple(found.values())


def together(standings: Iterable[str]) -> str:
    """Return what plans come to together: PASS only when every one passed, "" when none has run."""
    known = list(standings)
    return overall(verdict or NOT_SHOWN for verdict in known) if any(known) else ""


@dataclass(frozen=True)
class PlanRow:
    """A plan with the newest verdict of each of its cases on each pump; none when it has not run."""

    plan: PlanInSource
    on_duts: tuple[Verdict, ...]

    @property
    def name(self) -> str:
        """Return what the plan is called on the command line of pytest."""
        return self.plan.name

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return the newest verdict of each case, whichever pump and bench it was on."""
        return newest(self.on_duts)

    @property
    def standing(self) -> str:
        """Return the worst of its cases, "" when it has not run."""
        return overall(each.verdict for each in self.verdicts)

    @cached_property
    def physical(self) -> tuple[Verdict, ...]:
        """Return the newest verdict of each case on physical benches."""
        return newest(each for each in self.on_duts if not each.dut.mocked)

    @property
    def physical_standing(self) -> str:
        """Return what it comes to on physical benches, "" when it has not run there."""
        return self._of_cases(self.physical)

    @cached_property
    def counting(self) -> tuple[Verdict, ...]:
        """Return the verdicts that a requirement's rest on, each once: the newest, and the newest of physical ones."""
        return tuple({id(each): each for each in (*self.verdicts, *self.physical)}.values())

    def standing_on(self, dut: Dut) -> str:
        """Return what it comes to on a pump: a case that is known and has not run on it is not shown."""
        return self._of_cases(self._by_dut.get(dut, ()))

    def stale_on(self, dut: Dut) -> bool:
        """Tell whether any of its verdicts on a pump no longer holds."""
        return any(each.stale for each in self._by_dut.get(dut, ()))

    @cached_property
    def _by_dut(self) -> Mapping[Dut, list[Verdict]]:
        found: dict[Dut, list[Verdict]] = {}
        for each in self.on_duts:
            found.setdefault(each.dut, []).append(each)
        return found

    def _of_cases(self, shown: Sequence[Verdict]) -> str:
        if not shown:
            return ""
        lacking = len(self.verdicts) > len(shown)
        return overall([*(each.verdict for each in shown), *([NOT_SHOWN] if lacking else [])])


@dataclass(frozen=True)
class RequirementRow:
    """A requirement with the plans that claim it."""

    id: str
    said: Requirement
    plans: tuple[PlanRow, ...]

    @cached_property
    def standing(self) -> str:
        """Return PASS only when every plan that claims it passed, "" when none has run."""
        return together(row.standing for row in self.plans)

    @cached_property
    def physical_standing(self) -> str:
        """Return the same of physical benches alone."""
        return together(row.physical_standing for row in self.plans)

    @cached_property
    def stale(self) -> tuple[Verdict, ...]:
        """Return the verdicts that it rests on, of all benches and of physical ones, which no longer hold."""
        return tuple(each for row in self.plans for each in row.counting if each.stale)

    def standing_on(self, dut: Dut) -> str:
        """Return the same of one pump."""
        return together(row.standing_on(dut) for row in self.plans)

    def stale_on(self, dut: Dut) -> bool:
        """Tell whether it rests on a verdict on that pump that no longer holds."""
        return any(row.stale_on(dut) for row in self.plans)


@dataclass(frozen=True, slots=True)
class DutRow:
    """A pump, and what the requirements that plans claim come to on it.

    `lacking` are pairs of a requirement's id and what it comes to instead of PASS, "" for one that has not run on it.
    `stale` are the requirements of which a verdict on it no longer holds.
    """

    dut: Dut
    passed: tuple[str, ...]
    lacking: tuple[tuple[str, str], ...]
    stale: tuple[str, ...]
    newest: RunLine

    @property
    def complete(self) -> bool:
        """Tell whether it has a PASS for each requirement that a plan claims, and there is one."""
        return bool(self.passed) and not self.lacking


@dataclass(frozen=True)
class Matrix:
    """Every requirement, plan and pump, and the names in records that may be of several plans.

    `not_looked` says why staleness was not looked for, "" where it was.
    """

    requirements: tuple[RequirementRow, ...]
    plans: tuple[PlanRow, ...]
    duts: tuple[DutRow, ...]
    ambiguous: tuple[str, ...]
    not_looked: str = ""

    def without_plan(self) -> list[RequirementRow]:
        """Return the requirements that no plan claims and no reason excuses."""
        return [row for row in self.requirements if not row.plans and not row.said.no_plan]

    def excused_in_vain(self) -> list[RequirementRow]:
        """Return the requirements that a plan claims although a reason is written why none does."""
        return [row for row in self.requirements if row.plans and row.said.no_plan]

    def without_requirement(self) -> list[PlanRow]:
        """Return the plans that claim nothing."""
        return [row for row in self.plans if not row.plan.requirements and not row.plan.unread]


def matrix(
    requirements: Mapping[str, Requirement],
    plans: Sequence[PlanInSource],
    runs: Sequence[RunLine],
    stale_of: StaleOf = nothing_stale,
    not_looked: str = "",
) -> Matrix:
    """Return what belongs together; each plan's and case's newest run on a pump in which it has an outcome counts.

    `stale_of` is asked once of each run that counts.
    """
    believed = sorted((run for run in runs if not run.problem), key=lambda run: (run.begun_utc_ns, run.run_id))
    found: dict[PlanInSource, list[Verdict]] = {plan: [] for plan in plans}
    ambiguous: dict[str, str] = {}
    by_function: dict[str, list[PlanInSource]] = {}
    for plan in plans:
        by_function.setdefault(plan.function, []).append(plan)
    for name, verdicts in _by_name(believed, stale_of).items():
        file, _, function = name.partition("::")
        meant = [plan for plan in by_function.get(function.partition("[")[0], ()) if plan.is_in(file)]
        if len(meant) == 1:
            found[meant[0]] += verdicts
        elif meant:
            ambiguous[name] = _ambiguous(name, newest(verdicts)[0], meant)
    rows = tuple(PlanRow(plan, tuple(verdicts)) for plan, verdicts in found.items())
    told = tuple(
        RequirementRow(name, said, tuple(row for row in rows if name in row.plan.requirements))
        for name, said in requirements.items()
    )
    return Matrix(told, rows, tuple(_duts(told, believed)), tuple(ambiguous.values()), not_looked)


def _by_name(believed: Iterable[RunLine], stale_of: StaleOf) -> dict[str, list[Verdict]]:
    """Return the newest verdicts of each name in records, one for each pump."""
    counting: dict[tuple[str, Dut], tuple[RunLine, str]] = {}
    for run in believed:
        dut = dut_of(run)
        for name, verdict in run.standings.items():
            if verdict:
                counting[name, dut] = (run, verdict)
    counted = {id(run): run for run, _ in counting.values()}
    stale = {number: stale_of(run) for number, run in counted.items()}
    found: dict[str, list[Verdict]] = {}
    for (name, _), (run, verdict) in counting.items():
        found.setdefault(name, []).append(Verdict(name, verdict, run, stale[id(run)].get(name, ())))
    return found


def _duts(requirements: Sequence[RequirementRow], believed: Iterable[RunLine]) -> Iterator[DutRow]:
    """Yield the pumps that have a serial number, physical ones first."""
    claimed = [row for row in requirements if row.plans]
    runs = {dut_of(run): run for run in believed if run.dut}
    for dut, run in sorted(runs.items(), key=lambda pair: pair[0]):
        standings = {row.id: row.standing_on(dut) for row in claimed}
        yield DutRow(
            dut,
            tuple(name for name, standing in standings.items() if standing == PASSED),
            tuple((name, standing) for name, standing in standings.items() if standing != PASSED),
            tuple(row.id for row in claimed if row.stale_on(dut)),
            run,
        )


def _ambiguous(name: str, verdict: Verdict, meant: Sequence[PlanInSource]) -> str:
    files = ", ".join(plan.path.as_posix() for plan in meant)
    return f"{verdict.run.run_id}: {name} may stand in {files}: its verdict counts for none of them"
