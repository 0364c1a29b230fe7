"""Whether balance, motor and flow sensor disagree as they do with one cause, a leak say: the pump is silent."""

from typing import get_args

from rig.errors import PlanError, did_you_mean
from rig.evaluation.case import case_around
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import FactFound
from rig.evaluation.paths_of_a_case import diagnosis_of
from rig.metrology.paths.diagnosis import Cause
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def shows(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether nothing fits better than a cause what the paths of the plan's whole delivery disagree in.

    With one path alone nothing is known.
    """
    cause = str(recipe.parameters["cause"])
    found = diagnosis_of(case_around(reader, recipe))
    if found is None:
        alone = "nothing that tells volumes stood beside the balance, or nothing was delivered"
        return FactFound(holds=False, text=f"{cause}: not known", invalid=(alone,))
    against = () if cause in found.fits_best else (f"{cause} is claimed; {found.said[0]}",)
    return FactFound(not against, found.said[0], against, details={"diagnosis": list(found.said)})


def _known(recipe: Recipe, _reader: RecordReader) -> Recipe:
    check_cause(recipe.parameters.get("cause"))
    return recipe


def check_cause(cause: object) -> str:
    """Return a cause that the diagnosis knows; raise PlanError, with those that there are, for another."""
    causes: tuple[str, ...] = get_args(Cause)
    if not isinstance(cause, str) or cause not in causes:
        hint = did_you_mean(cause, causes) if isinstance(cause, str) else ""
        raise PlanError(f"found cause={cause!r}; {', '.join(causes)} are known{hint}")
    return cause


KINDS = (
    ClaimKind(
        name="a cause shows",
        unit="",
        question="whether balance, motor and flow sensor disagree over the whole delivery as they do with one cause",
        compute=shows,
        parameters={"cause": "what is looked for: leak, bubble, evaporation, missed strokes …"},
        resolve=_known,
        graph=GraphKind.TRUTHS,
        panel=ResultPanel("Causes that were to show"),
    ),
)
