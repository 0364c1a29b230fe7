"""The agreement of all witnesses as a result keeps it: what each of them said, and what of it contradicts."""

from dataclasses import dataclass

from rig.record.bodies.result import Result

AGREEMENT = "agreement"
"""The function of the recipe by which every plan is asked whether all that stood by tells one story."""

NOT_ASKED = "not asked: "
"""How the details of such a result begin for a witness that could not speak; why follows."""


@dataclass(frozen=True, slots=True)
class HeardWitness:
    """One witness: what it compared, each sentence that contradicts, and why it was not asked, "" when it was."""

    name: str
    said: str
    against: tuple[str, ...] = ()
    not_asked: str = ""


def heard_in(result: Result) -> tuple[HeardWitness, ...]:
    """Return the witnesses of a result about agreement, in the record's order; none for any other result.

    The details hold what each said by its name, and each reason begins with the name of the witness that gives it.
    """
    if result.recipe.function != AGREEMENT:
        return ()
    return tuple(_heard(name, str(said), result.reasons) for name, said in result.details.items())


def _heard(name: str, said: str, reasons: tuple[str, ...]) -> HeardWitness:
    if said.startswith(NOT_ASKED):
        return HeardWitness(name, "", not_asked=said.removeprefix(NOT_ASKED))
    own = f"{name}: "
    return HeardWitness(name, said, tuple(one.removeprefix(own) for one in reasons if one.startswith(own)))
