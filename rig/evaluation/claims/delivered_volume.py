"""The volume delivered in a window, in µL."""

from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.programme import Programme
from rig.evaluation.weighed_window import weighed_window
from rig.metrology.uncertainty.budget import Budget
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def weighed_volume(
    recipe: Recipe, reader: RecordReader, programme: Programme | None = None
) -> tuple[Budget, tuple[str, ...]]:
    """Return the volume (µL) that the balance says was delivered in a window, and what makes it invalid.

    `programme` is what was asked for meanwhile, where that is not what the window's own case says. Raises SeriesError
    when the data allow no number.
    """
    window = weighed_window(recipe, reader, programme)
    return window.between(0, len(window.t_s) - 1), window.invalid


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the volume delivered."""
    return Evaluation(*weighed_volume(recipe, reader))


KINDS = (
    ClaimKind(
        name="delivered volume",
        unit="µL",
        question="the volume delivered, in µL",
        compute=compute,
        graph=GraphKind.PROGRAMME,
        panel=ResultPanel("Delivered volume", 1),
    ),
)
