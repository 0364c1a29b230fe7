"""What a daily proof asks of a slow known flow: that no balance takes it for drift, and swallows it."""

import math

import numpy as np

from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.evaluation.claims.proof_of_flow import FEWEST, LOSS, RECTANGULAR, STROKE_UL, alarms_of, others
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.budget import Component, combine
from rig.quantities import S_PER_H
from rig.record.bodies.proofs import ReferenceRuns
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# For so long a balance's wander and a draught stay alike: readings that are closer tell no more than one.
_ALIKE_S = 10.0
# Strokes that are all alike scatter about a line by so much of one.
_OF_STROKE = 1.0 / math.sqrt(12.0)
_SWALLOWED = (
    "a balance that takes a slow flow for drift swallows it: by its zero tracking, a drift compensation, or a filter"
)
_TOO_MUCH = "more comes than the slow flow: what the line still gives behind the faster one, or a siphon"


def slow_flow(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the flow weighed is off the slow known flow of a reference, in % of that.

    The line is fitted to all readings alike: what leaves jumps out leaves out strokes, of which there are few. Raises
    SeriesError where no reference ran, for fewer than 8 readings, or where air and liquid are not known.
    """
    told = [entry.body for entry in reader.events(ReferenceRuns) if entry.t_ns < recipe.to_ns]
    if not told:
        raise SeriesError("no reference gave a slow known flow")
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    n, reference = len(readings.mass_mg), told[-1]
    if n < FEWEST:
        raise SeriesError(f"{n} readings of the balance in this window: {FEWEST} tell a slow flow")
    per_mg = inputs.corrections_with(reader, recipe.from_ns, recipe.to_ns, LOSS).per_mg
    t_h = (readings.t_s - readings.t_s.mean()) / S_PER_H
    line = np.polyfit(t_h, readings.mass_mg, 1)
    off_mg = readings.mass_mg - np.polyval(line, t_h)
    hours, known, stroke_ul = float(t_h[-1] - t_h[0]), reference.rate_ul_h, _stroke_of(reference, reader)
    # What strays beyond strokes, as so many readings that tell each by itself.
    beyond_mg = math.sqrt(max(0.0, float(off_mg @ off_mg) / (n - 2) - (stroke_ul * _OF_STROKE / per_mg) ** 2))
    stray_mg = max(beyond_mg, inputs.weighing_facts(reader).repeatability_mg)
    single = min(float(n), max(FEWEST, hours * S_PER_H / _ALIKE_S))
    u_slope_mg_h = stray_mg * math.sqrt(12.0 / single) / hours
    weighed_ul_h, per = per_mg * (float(line[0]) + LOSS.rate_mg_h), 100.0 / known
    # A saw of n strokes tilts a line by 1/n² of its rise at most, whichever its phase.
    u_strokes_ul_h = stroke_ul**2 / (known * hours**2) / RECTANGULAR
    u_known_ul_h = reference.percent / 100.0 * known / RECTANGULAR
    lines = [
        Component("slope of the readings", "A", weighed_ul_h, per_mg * u_slope_mg_h, "µL/h", per, single - 2.0),
        Component("strokes under way", "B", 0.0, u_strokes_ul_h, "µL/h", per, shape="rectangular"),
        Component("loss of the vessel", "B", 0.0, per_mg * LOSS.u_mg_h, "µL/h", per),
        Component("reference", "B", known, u_known_ul_h, "µL/h", -per, shape="rectangular"),
    ]
    off = (weighed_ul_h - known) * per
    words = f"{weighed_ul_h:.4g} µL/h were weighed of a slow flow of {known:g} µL/h"
    u = math.hypot(*(one.contribution for one in lines))
    why = "" if abs(off) <= 2.0 * u else _SWALLOWED if off < 0.0 else _TOO_MUCH
    said = "; ".join(filter(None, (words, why, alarms_of(reference, recipe, reader))))
    budget = combine(off, "%", lines, [said, *others(recipe, reader)])
    return Evaluation(budget, readings.invalid, {"weighed_ul_h": weighed_ul_h})


def _stroke_of(reference: ReferenceRuns, reader: RecordReader) -> float:
    """Return the stroke of a reference, µL: that of [dut] where it is the pump under test."""
    pump, stroke_ul = reader.start().in_role("pump"), reader.start().dut.stroke_ul
    return stroke_ul if stroke_ul and reference.by in ("pump", pump) else STROKE_UL


KINDS = (
    ClaimKind(
        name="slow flow error",
        unit="%",
        question="by what the flow weighed is off a reference's slow known flow, in %; of proofs",
        compute=slow_flow,
        graph=GraphKind.EVENTS,
    ),
)
