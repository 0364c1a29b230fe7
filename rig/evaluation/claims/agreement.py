"""Whether everything that stood by a plan tells one story: asked of every plan, without its asking."""

from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import FactFound
from rig.evaluation.witnesses import evidence_around
from rig.faults import Fault
from rig.record.bodies.agreement import AGREEMENT, NOT_ASKED
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

NAME = AGREEMENT
# The claim about three of the witnesses alone, `three_truths.py`: that one loads what this one does not.
THREE_TRUTHS = "three truths"


def agreement(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether what all instruments, the pump's books, its log and its clock say of a plan goes together."""
    evidence = evidence_around(reader, recipe)
    asked = evidence.asked
    against = evidence.against
    if against:
        contradicting = sum(1 for one in evidence.testimonies.values() if one.against)
        text = f"{contradicting} of {len(asked)} witnesses contradict"
    else:
        text = f"{len(asked)} witnesses agree" if asked else "there was no witness to ask"
    details = {name: one.said or f"{NOT_ASKED}{one.not_asked}" for name, one in evidence.testimonies.items()}
    invalid = against if evidence.only_of_the_bench else ()
    return FactFound(
        holds=not against, text=text, against=against, invalid=invalid, details=dict(details), fault=Fault.BENCH
    )


KINDS = (
    ClaimKind(
        name=NAME,
        unit="",
        question="whether instruments, books, log, clock and programme tell one story; asked of every plan by itself",
        compute=agreement,
        graph=GraphKind.TRUTHS,
        panel=ResultPanel("Agreement of all witnesses"),
    ),
)
