"""What a plan's results and its outcome together come to, as every face tells it."""

from reports.facts.run_facts import Plan
from rig.record.bodies.events import OutcomeWord
from rig.record.standing import standing_of


def standing(plan: Plan) -> str:
    """Return the verdict that a plan comes to, "" for one that still runs; see `standing_of`."""
    outcome = plan.outcome.word if plan.outcome is not None else None
    return standing_of((result.verdict for result in plan.results), outcome, ended=plan.end_ns is not None)


def did_not_pass(plan: Plan) -> bool:
    """Tell whether a plan's outcome is known and is not that it passed, or it ended without saying anything."""
    if plan.outcome is not None:
        return plan.outcome.word is not OutcomeWord.PASSED
    return not plan.results and plan.end_ns is not None
