"""The volume delivered in a window, in µL."""

from rig.evaluation import inputs
from rig.evaluation.definition import ClaimKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.flow import volume_delivered
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def weighed_volume(recipe: Recipe, reader: RecordReader) -> tuple[Budget, tuple[str, ...]]:
    """Return the volume (µL) that the balance says was delivered in a window, and what makes it invalid.

    Raises SeriesError when the data allow no number.
    """
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    last_s = float(readings.t_s[-1]) if len(readings.t_s) else 0.0
    c = inputs.corrections(reader, recipe)
    budget = volume_delivered(
        readings.t_s,
        readings.mass_mg,
        before_s=(0.0, 0.0),
        after_s=(last_s, last_s),
        corrections=c,
        max_gap_s=readings.max_gap_s,
    )
    return budget, (*inputs.standing_invalid(reader), *readings.invalid)


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the volume delivered."""
    return Evaluation(*weighed_volume(recipe, reader))


KINDS = (
    ClaimKind(
        name="delivered volume",
        unit="µL",
        question="the volume delivered, in µL",
        compute=compute,
        panel=ResultPanel("Delivered volume", 1),
    ),
)
