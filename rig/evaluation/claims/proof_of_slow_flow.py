"""What a daily proof asks of a slow known flow: that no balance takes it for drift, and swallows it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.evaluation.claims.proof_of_course import counted_by_pump
from rig.evaluation.claims.proof_of_flow import (
    FEWEST,
    LOSS,
    RECTANGULAR,
    STROKE_UL,
    alarms_of,
    others,
    stated_stroke_ul,
)
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.budget import Component, combine
from rig.quantities import S_PER_H
from rig.record.bodies.proofs import ReferenceRuns
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# For so long a balance's wander and a draught stay alike: readings that are closer tell no more than one.
_ALIKE_S = 10.0
# A stroke has come through the line to the balance after so long.
_COMES_S = 6.0
# What was counted tells of a balance when it is so many times its repeatability.
_TOLD = 20.0
# Strokes that are all alike scatter about a line by so much of one.
_OF_STROKE = 1.0 / math.sqrt(12.0)
_SWALLOWED = (
    "a balance that takes a slow flow for drift swallows it: by its zero tracking, a drift compensation, or a filter"
)
_TOO_MUCH = "more comes than the slow flow: what the line still gives behind the faster one, or a siphon"


@dataclass(frozen=True, slots=True)
class _Share:
    """Which share of a slow known flow was weighed, with its standard uncertainties and degrees of freedom."""

    share: float
    u: float
    dof: float
    u_strokes: float


def slow_flow(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the flow weighed is off the slow known flow of a reference, in % of that.

    What is weighed of the pump under test is held to its own count, stroke by stroke; of another reference to its rate.
    The line is fitted to all readings alike: what leaves jumps out leaves out strokes, of which there are few. Raises
    SeriesError where no reference ran, for fewer than 8 readings, or where air and liquid are not known.
    """
    # At the moment at which this window ends a faster flow may begin.
    told = [entry.body for entry in reader.events(ReferenceRuns) if entry.t_ns < recipe.to_ns - 1]
    if not told:
        raise SeriesError("no reference gave a slow known flow")
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    reference = told[-1]
    if len(readings.mass_mg) < FEWEST:
        raise SeriesError(f"{len(readings.mass_mg)} readings of the balance in this window: {FEWEST} tell a slow flow")
    per_mg = inputs.corrections_with(reader, recipe.from_ns, recipe.to_ns, LOSS).per_mg
    t_h, known = readings.t_s / S_PER_H, reference.rate_ul_h
    volume_ul = per_mg * (readings.mass_mg + LOSS.rate_mg_h * t_h)
    floor_ul = per_mg * inputs.weighing_facts(reader).repeatability_mg
    counted_ul = counted_by_pump(reference, reader, recipe.from_ns, recipe.to_ns, readings.t_s)
    ratio = None if counted_ul is None else _beside_count(volume_ul, counted_ul, t_h, floor_ul)
    found = ratio or _of_time(volume_ul, t_h, known, floor_ul, stated_ul=stated_stroke_ul(reference, reader))
    per = 100.0 / known
    u_known_ul_h = reference.percent / 100.0 * known / RECTANGULAR
    lines = [
        Component("slope of the readings", "A", known * found.share, known * found.u, "µL/h", per, found.dof),
        Component("strokes under way", "B", 0.0, known * found.u_strokes, "µL/h", per, shape="rectangular"),
        Component("loss of the vessel", "B", 0.0, per_mg * LOSS.u_mg_h, "µL/h", per),
        Component("reference", "B", known, u_known_ul_h, "µL/h", -per, shape="rectangular"),
    ]
    weighed_ul_h = known * found.share
    off = (weighed_ul_h - known) * per
    by = ", by its own count" if ratio else ""
    words = f"{weighed_ul_h:.4g} µL/h were weighed of a slow flow of {known:g} µL/h{by}"
    u = math.hypot(*(one.contribution for one in lines))
    why = "" if abs(off) <= 2.0 * u else _SWALLOWED if off < 0.0 else _TOO_MUCH
    said = "; ".join(filter(None, (words, why, alarms_of(reference, recipe, reader))))
    budget = combine(off, "%", lines, [said, *others(recipe, reader)])
    return Evaluation(budget, readings.invalid, {"weighed_ul_h": weighed_ul_h})


def _of_time(
    volume_ul: NDArray[np.float64],
    t_h: NDArray[np.float64],
    known_ul_h: float,
    floor_ul: float,
    *,
    stated_ul: float | None,
) -> _Share:
    """Return which share of the known rate was weighed, by a line through time: strokes under way tilt it.

    Where no stroke is stated (None) it is as large as readings stray by: a syringe goes on evenly.
    """
    hours = float(t_h[-1] - t_h[0])
    slope_ul_h, rest_ul = _line(t_h, volume_ul)
    stroke_ul = min(STROKE_UL, max(rest_ul, floor_ul) / _OF_STROKE) if stated_ul is None else stated_ul
    # What strays beyond strokes, as so many readings that tell each by itself.
    stray_ul = max(math.sqrt(max(0.0, rest_ul**2 - (stroke_ul * _OF_STROKE) ** 2)), floor_ul)
    single = _single(len(t_h), hours)
    u_ul_h = stray_ul * math.sqrt(12.0 / single) / hours
    # A saw of n strokes tilts a line by 1/n² of its rise at most, whichever its phase.
    u_strokes_ul_h = stroke_ul**2 / (known_ul_h * hours**2) / RECTANGULAR
    return _Share(slope_ul_h / known_ul_h, u_ul_h / known_ul_h, single - 2.0, u_strokes_ul_h / known_ul_h)


def _beside_count(
    volume_ul: NDArray[np.float64], counted_ul: NDArray[np.float64], t_h: NDArray[np.float64], floor_ul: float
) -> _Share | None:
    """Return which share of what a pump counted was weighed; None where its count went on too little to tell.

    A stroke takes some seconds to come: readings just behind one are left out, where others are left.
    """
    stepped_h = t_h[1:][np.diff(counted_ul) > 0.0]
    since_h = t_h - stepped_h[np.clip(np.searchsorted(stepped_h, t_h, "right") - 1, 0, None)] if stepped_h.size else t_h
    still = (since_h < 0.0) | (since_h * S_PER_H > _COMES_S)
    if 2 * int(still.sum()) >= len(t_h):
        volume_ul, counted_ul, t_h = volume_ul[still], counted_ul[still], t_h[still]
    if float(np.ptp(counted_ul)) < _TOLD * floor_ul:
        return None
    share, rest_ul = _line(counted_ul, volume_ul)
    single = _single(len(t_h), float(t_h[-1] - t_h[0]))
    return _Share(share, max(rest_ul, floor_ul) / (float(counted_ul.std()) * math.sqrt(single)), single - 2.0, 0.0)


def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Return the slope of a line through points, and the standard deviation about it."""
    line = np.polyfit(x - x.mean(), y, 1)
    rest = y - np.polyval(line, x - x.mean())
    return float(line[0]), math.sqrt(float(rest @ rest) / (len(x) - 2))


def _single(readings: int, hours: float) -> float:
    """Return how many readings that tell each by itself there are in so many."""
    return min(float(readings), max(FEWEST, hours * S_PER_H / _ALIKE_S))


KINDS = (
    ClaimKind(
        name="slow flow error",
        unit="%",
        question="by what the flow weighed is off a reference's slow known flow, in %; of proofs",
        compute=slow_flow,
        graph=GraphKind.EVENTS,
    ),
)
