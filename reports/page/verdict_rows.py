"""The rows of the table of verdicts: every result, and every plan that no result speaks for, failures first."""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.facts.run_facts import Plan, Run, ShownResult
from reports.facts.standing import standing
from reports.page.summary import outcome_sentence, setting
from rig.record.standing import by_weight


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: a result, or what became of a plan in one sentence (`said`); `anchor` is where more is."""

    verdict: str
    anchor: str
    name: str
    plan: str
    setting: str
    requirements: tuple[str, ...]
    result: ShownResult | None
    said: str = ""

    @property
    def rank(self) -> int:
        """Return the place of the verdict in the order of what a reader must see first."""
        return by_weight(self.verdict)[0]


def verdict_rows(run: Run) -> tuple[Row, ...]:
    """Return the rows, failures first and otherwise in the order in which the plans began."""
    rows = [row for number, plan in enumerate(run.plans, start=1) for row in _of(plan, number)]
    return tuple(sorted(rows, key=lambda row: row.rank))


def _of(plan: Plan, number: int) -> Iterator[Row]:
    for result in plan.results:
        yield Row(
            verdict=result.verdict,
            anchor=f"result-{result.seq}",
            name=result.name,
            plan=plan.title,
            setting=setting(plan),
            requirements=result.said.requirements,
            result=result,
        )
    said = outcome_sentence(plan) or ("" if plan.results else "This plan ended without a result")
    if said and standing(plan):
        yield Row(
            verdict=standing(plan),
            anchor=f"plan-{number}",
            name=plan.title,
            plan=plan.node_id,
            setting=setting(plan),
            requirements=plan.requirements,
            result=None,
            said=said,
        )
