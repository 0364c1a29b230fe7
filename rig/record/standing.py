"""What verdicts and outcomes together come to, on every face: PASS only when all that was selected did."""

from collections.abc import Iterable

from rig.record.bodies.events import OutcomeWord

# Verdicts in the order of what a reader must see first.
VERDICTS = ("FAIL", "INVALID", "INCONCLUSIVE", "PASS")
FAILED, NOT_SHOWN, PASSED = "FAIL", "INCONCLUSIVE", "PASS"
_BROKE = (OutcomeWord.FAILED, OutcomeWord.ERROR)


def by_weight(verdict: str) -> tuple[int, str]:
    """Return the key that puts what a reader must see first in front.

    A verdict of another version comes before PASS: it is not known to be one.
    """
    place = VERDICTS.index(verdict) if verdict in VERDICTS else VERDICTS.index(PASSED) - 0.5
    return int(2 * place), verdict


def overall(verdicts: Iterable[str]) -> str:
    """Return the verdict that speaks for all of them, "" for none: the worst is what counts."""
    return min((verdict for verdict in verdicts if verdict), key=by_weight, default="")


def standing_of(verdicts: Iterable[str], outcome: str | None, *, ended: bool) -> str:
    """Return the verdict that a plan comes to, "" for one that still runs and has no result yet.

    Its results speak for it, unless all of them pass and it did not: a plan that broke has failed, one that was
    skipped, cut short or not reached has shown nothing, and so has one that ended without a result. `outcome` None is
    one that is not known.
    """
    found = overall(verdicts)
    if found not in ("", PASSED):
        return found
    if outcome in _BROKE:
        return FAILED
    if outcome is not None and outcome != OutcomeWord.PASSED:
        return NOT_SHOWN
    return found or (NOT_SHOWN if ended or outcome is not None else "")
