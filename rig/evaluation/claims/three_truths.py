"""Whether programme, the pump's own books and what was weighed are one truth."""

from rig.evaluation.case import case_around
from rig.evaluation.claims.agreement import THREE_TRUTHS
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import FactFound
from rig.evaluation.truths import PROGRAMME, WEIGHED, Truth, truths_of
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def three_truths(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether all of them, over the plan's whole delivery, lie within their uncertainties and [agreement].

    Without a programme, a count or a weighing there are not three: then nothing is known.
    """
    case = case_around(reader, recipe)
    found = truths_of(case)
    needed = (PROGRAMME, "count", WEIGHED)
    invalid = tuple(
        f"{one.name}: {one.not_told or 'it tells no volume'}"
        for one in found.rows
        if one.name in needed and one.volume_ul is None
    )
    told = {one.name: _told(one) for one in found.rows}
    agreed = f"books_percent = {case.limits.agreement.books_percent:g} is agreed"
    text = f"{', '.join(f'{name} {told[name]}' for name in needed)}; {agreed}"
    return FactFound(
        holds=not found.against,
        text=text,
        against=found.against,
        invalid=() if found.against else invalid,
        details={**told, "diagnosis": list(found.findings)},
    )


def _told(one: Truth) -> str:
    if one.volume_ul is None:
        return one.not_told or one.said
    return f"{one.volume_ul:.6g} µL" + (f" ± {2.0 * one.u_ul:.2g} µL" if one.u_ul else "")


KINDS = (
    ClaimKind(
        name=THREE_TRUTHS,
        unit="",
        question="whether programme, the pump's own books and what was weighed are one truth over the whole delivery",
        compute=three_truths,
        graph=GraphKind.TRUTHS,
        panel=ResultPanel("The three truths"),
    ),
)
