"""The volume delivered in a window against all that the pump was told to deliver in it, in percent of that."""

from dataclasses import replace

import numpy as np

from rig.errors import MisfitError
from rig.evaluation.case import Case
from rig.evaluation.claims.delivered_volume import weighed_volume
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.programme import NS_PER_H
from rig.metrology.weighing.flow_budget import programmed_error
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def programmed_ul(recipe: Recipe, reader: RecordReader) -> float:
    """Return what the pump's orders ask for in a window, in µL: infusions of every kind, boluses, primes.

    Power that the plan took away, and an alarm that it said to expect, end a delivery as a stop does.
    """
    programme = Case(reader, recipe.from_ns, recipe.to_ns).programme
    # The window's end lies a nanosecond behind its last reading.
    ends = np.asarray([recipe.from_ns, recipe.to_ns - 1], np.int64)
    return float(np.diff(programme.volume_ul(ends))[0])


def with_programme(recipe: Recipe, reader: RecordReader) -> Recipe:
    """Return a recipe with the volume that was programmed in its window (µL)."""
    return replace(recipe, parameters={**recipe.parameters, "programmed_ul": programmed_ul(recipe, reader)})


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate 100 · (weighed / programmed − 1).

    Raises SeriesError when nothing was programmed, and as the volume itself does.
    """
    asked_ul = float(recipe.parameters["programmed_ul"])
    if asked_ul <= 0.0:
        raise MisfitError("the pump was told to deliver nothing in this window: no error in percent of that")
    weighed = weighed_volume(recipe, reader)
    details = {"weighed_ul": weighed.volume.value, "programmed_ul": asked_ul}
    if weighed.flow is not None:
        return Evaluation(weighed.flow.error, weighed.invalid, details)
    ends = np.asarray([recipe.from_ns, recipe.to_ns - 1], np.int64)
    error = programmed_error(
        weighed.volume,
        asked_ul,
        weighed.window.programme.infused_ul(*ends),
        float(np.diff(ends)[0]) / NS_PER_H,
        weighed.window.corrections.tip,
    )
    return Evaluation(error, weighed.invalid, details)


KINDS = (
    ClaimKind(
        name="volume error",
        unit="%",
        question="the volume delivered against all that the pump was told to deliver, in percent",
        compute=compute,
        parameters={"programmed_ul": "what was programmed, µL; the record knows it"},
        resolve=with_programme,
        graph=GraphKind.PROGRAMME,
        panel=ResultPanel("Error of the delivered volume"),
    ),
)
