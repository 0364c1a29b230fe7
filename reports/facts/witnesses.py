"""What stood by a plan: each witness with what it said, those that contradict first."""

from dataclasses import dataclass

from rig.record.bodies.agreement import HeardWitness, heard_in
from rig.record.bodies.result import Result


@dataclass(frozen=True, slots=True)
class Heard:
    """The witnesses of a result about agreement in the order in which a reader needs them, and every other reason."""

    witnesses: tuple[HeardWitness, ...]
    reasons: tuple[str, ...]


def heard(result: Result) -> Heard:
    """Return who said what: contradictions first, then what agrees, then what could not be asked; nothing is left out.

    A result that is not about agreement has no witnesses, and all of its reasons.
    """
    witnesses = heard_in(result)
    told = {f"{one.name}: {sentence}" for one in witnesses for sentence in one.against}
    return Heard(
        witnesses=tuple(sorted(witnesses, key=_place)),
        reasons=tuple(one for one in result.reasons if one not in told),
    )


def _place(one: HeardWitness) -> int:
    if one.against:
        return 0
    return 2 if one.not_asked else 1
