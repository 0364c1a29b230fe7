"""The volume delivered in a window, in µL."""

import math

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.evaluation.case import Case
from rig.evaluation.definition import ClaimKind, ResultPanel
from rig.evaluation.inputs import Weighing
from rig.evaluation.outcome import Evaluation
from rig.evaluation.programme import Programme
from rig.metrology.readings.regression import FEWEST_SPANS, fit_line
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.flow import volume_delivered, with_changing_loss
from rig.metrology.weighing.flow_budget import strokes_cut
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def weighed_volume(
    recipe: Recipe, reader: RecordReader, programme: Programme | None = None
) -> tuple[Budget, tuple[str, ...]]:
    """Return the volume (µL) that the balance says was delivered in a window, and what makes it invalid.

    `programme` is what was asked for meanwhile, where the pump's orders alone do not tell it. Raises
    SeriesError when the data allow no number.
    """
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    last_s = float(readings.t_s[-1]) if len(readings.t_s) else 0.0
    programme = programme or Case(reader, recipe.from_ns, recipe.to_ns).programme
    c = _corrections(reader, recipe, readings, programme)
    budget = volume_delivered(
        readings.t_s,
        readings.mass_mg,
        before_s=(0.0, 0.0),
        after_s=(last_s, last_s),
        corrections=c,
        max_gap_s=readings.max_gap_s,
    )
    cut = [ns for ns in (recipe.from_ns, recipe.to_ns - 2) if programme.rate_ul_h(ns) > 0.0]
    if cut:
        stroke_ul = max(inputs.stroke_ul(reader), _shown_stroke_ul(readings, programme, recipe, c))
        # `strokes_cut` is of both ends: where one alone is cut it is half of the variance.
        budget = budget.scaled(1.0, 0.0, "µL", [strokes_cut(stroke_ul, math.sqrt(len(cut) / 2.0))])
    return budget, (*inputs.standing_invalid(reader, recipe.to_ns), *readings.invalid)


def _rest_mg(readings: Weighing, programme: Programme, recipe: Recipe, c: Corrections) -> NDArray[np.float64]:
    """Return what is left of the readings, mg (n,), when what was programmed is taken out of them."""
    t_ns = recipe.from_ns + np.rint(readings.t_s * NS_PER_S).astype(np.int64)
    return np.asarray(readings.mass_mg - programme.volume_ul(t_ns) / c.per_mg, np.float64)


def _corrections(reader: RecordReader, recipe: Recipe, readings: Weighing, programme: Programme) -> Corrections:
    """Return the corrections, with what the readings show of a loss that changes between the weighings."""
    c = inputs.corrections(reader, recipe)
    if len(readings.t_s) < FEWEST_SPANS or not readings.t_s[-1] > readings.t_s[0]:
        return c
    try:
        return with_changing_loss(readings.t_s, _rest_mg(readings, programme, recipe, c), c)
    except SeriesError:
        return c  # too few readings to see a change; those of the weighings and the floor stand


def _shown_stroke_ul(readings: Weighing, programme: Programme, recipe: Recipe, c: Corrections) -> float:
    """Return the stroke (µL) that the readings show beyond the balance's noise, 0 for too few to tell."""
    try:
        scatter = fit_line(readings.t_s, _rest_mg(readings, programme, recipe, c)).scatter
    except SeriesError:
        return 0.0
    return c.stroke_shown_ul(scatter)


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
