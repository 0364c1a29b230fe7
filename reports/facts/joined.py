"""Several runs told as one: the workers of a session, or what belongs together for another reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.facts.requirements import heard_again
from reports.facts.run_facts import Plan, RequirementEvidence, Run, ShownResult
from rig.errors import ExportError
from rig.record.bodies.events import OutcomeWord


@dataclass(frozen=True, slots=True)
class Joined:
    """Runs whose plans are told as one: each plan that one run did not reach stands with the run that did."""

    runs: tuple[Run, ...]
    requirements: tuple[RequirementEvidence, ...]

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Return the plans of all runs."""
        return tuple(plan for run in self.runs for plan in run.plans)

    @property
    def results(self) -> tuple[ShownResult, ...]:
        """Return the results of all plans."""
        return tuple(result for run in self.runs for result in run.results)

    @property
    def mocked(self) -> bool:
        """Tell whether what was measured is simulated."""
        return self.runs[0].mocked


def join(runs: Sequence[Run]) -> Joined:
    """Return the runs as one.

    Raises ExportError when some are of a mocked bench and some are not: on one page the ones would pass for the others.
    """
    mocked = [run.run_id for run in runs if run.mocked]
    physical = [run.run_id for run in runs if not run.mocked]
    if mocked and physical:
        raise ExportError(
            f"{mocked[0]} is of a mocked bench and {physical[0]} is not: on one page the one would pass for the other; "
            "write a report of each kind"
        )
    told = tuple(_each_plan_once(runs))
    return Joined(told, tuple(_requirements(told)))


def _each_plan_once(runs: Sequence[Run]) -> list[Run]:
    """Return the runs without plans that they did not reach and another did, or said already not to have reached."""
    told = {plan.node_id for run in runs for plan in run.plans if _reached(plan)}
    kept = []
    for run in runs:
        plans = tuple(plan for plan in run.plans if _reached(plan) or plan.node_id not in told)
        told |= {plan.node_id for plan in plans}
        kept.append(replace(run, plans=plans, requirements=heard_again(run.requirements, plans)))
    return kept


def _reached(plan: Plan) -> bool:
    return plan.outcome is None or plan.outcome.word is not OutcomeWord.NOT_REACHED


def _requirements(runs: Sequence[Run]) -> list[RequirementEvidence]:
    """Return the requirements of all runs; one whose words changed between runs stands there once for each."""
    found: dict[tuple[str, str, str], RequirementEvidence] = {}
    for one in (one for run in runs for one in run.requirements):
        key = (one.id, one.said.text, one.said.source)
        before = found.get(key, replace(one, verdicts=(), results=0))
        found[key] = replace(one, verdicts=before.verdicts + one.verdicts, results=before.results + one.results)
    return list(found.values())
