"""The rows of the table of verdicts: every result, and every plan that no result speaks for, failures first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from reports.facts.joined import Joined
from reports.facts.run_facts import Plan, Run, ShownResult
from reports.facts.standing import standing
from reports.words.sentences import outcome_sentence, setting
from rig.record.standing import by_weight


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: a result, or what became of a plan in one sentence (`said`); `anchor` is where more is.

    `run` is the id of the run that it is from where there are several, else "".
    """

    verdict: str
    anchor: str
    name: str
    plan: str
    setting: str
    requirements: tuple[str, ...]
    result: ShownResult | None
    said: str = ""
    run: str = ""

    @property
    def rank(self) -> int:
        """Return the place of the verdict in the order of what a reader must see first."""
        return by_weight(self.verdict)[0]


def verdict_rows(run: Run) -> tuple[Row, ...]:
    """Return the rows, failures first and otherwise in the order in which the plans began."""
    return _failures_first(row for number, plan in enumerate(run.plans, start=1) for row in _of(plan, number))


def joined_rows(joined: Joined) -> tuple[Row, ...]:
    """Return the rows of several runs, failures first and otherwise run after run."""
    return _failures_first(
        replace(row, anchor=f"{prefix}{row.anchor}", run=run.run_id)
        for prefix, run in with_prefixes(joined)
        for row in verdict_rows(run)
    )


def with_prefixes(joined: Joined) -> tuple[tuple[str, Run], ...]:
    """Return each run behind what its anchors begin with, so that those of two runs are never the same."""
    return tuple((f"run-{number}-", run) for number, run in enumerate(joined.runs, start=1))


def _failures_first(rows: Iterable[Row]) -> tuple[Row, ...]:
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
