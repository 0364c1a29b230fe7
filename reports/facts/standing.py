"""What results and outcomes together come to: green only when all that was selected passed."""

from collections.abc import Iterable

from reports.facts.run_facts import Plan
from rig.record.bodies.events import OutcomeWord

# Verdicts in the order of what a reader must see first.
VERDICTS = ("FAIL", "INVALID", "INCONCLUSIVE", "PASS")
FAILED, NOT_SHOWN, PASSED = "FAIL", "INCONCLUSIVE", "PASS"
_BROKE = (OutcomeWord.FAILED, OutcomeWord.ERROR)


def overall(verdicts: Iterable[str]) -> str:
    """Return the verdict that speaks for all of them, "" for none: the worst is what counts."""
    present = set(verdicts)
    known = next((verdict for verdict in VERDICTS if verdict in present), "")
    return known or next(iter(sorted(present)), "")


def standing(plan: Plan) -> str:
    """Return the verdict that a plan comes to, "" for one that still runs.

    Its results speak for it, unless all of them pass and it did not: a plan that broke has failed, one that was
    skipped, cut short or not reached has shown nothing, and so has one that ended without a result.
    """
    found = overall(result.verdict for result in plan.results)
    if found not in ("", PASSED):
        return found
    if plan.outcome is not None and plan.outcome.word in _BROKE:
        return FAILED
    if plan.outcome is not None and plan.outcome.word is not OutcomeWord.PASSED:
        return NOT_SHOWN
    if not plan.results and (plan.end_ns is not None or plan.outcome is not None):
        return NOT_SHOWN
    return found


def did_not_pass(plan: Plan) -> bool:
    """Tell whether a plan's outcome is known and is not that it passed, or it ended without saying anything."""
    if plan.outcome is not None:
        return plan.outcome.word is not OutcomeWord.PASSED
    return not plan.results and plan.end_ns is not None
