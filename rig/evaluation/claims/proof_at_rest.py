"""What a daily proof asks of readings while nothing flows: how restless they are, and what the vessel loses."""

import math

import numpy as np
from numpy.typing import NDArray

from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.outcome import Evaluation, FactFound
from rig.metrology.readings.regression import fit_line
from rig.metrology.uncertainty.budget import Component, combine
from rig.metrology.weighing.evaporation import EvaporationRate, evaporation_rate
from rig.quantities import S_PER_H
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_FEWEST = 12
# Of so many readings in a row at least one is another than that before it.
_UNCHANGED = 20
# Readings that scatter by less of what is stated hardly move; the limit "unrest" of the proof ends there.
_STILL = 0.05
_STICKS = "the balance sticks, filters, or something hands on readings that it has kept"
# Readings that never differ by less than so many digits come from a balance with a coarser one, and those that differ
# by so many times less from one with a finer one.
_COARSER = 1.8
# In an hour a balance wanders by its repeatability, and a little more: as variance, of the stated one's.
_WANDERS_PER_H = 1.5
# Readings that wander by so many times more show it in minutes, too; from so many hours on they show it by themselves.
_FAR = 3.0
_LONG_H = 0.45


def unrest(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the standard deviation of the readings of a window, in repeatabilities as stated.

    It is about a straight line through them: a vessel loses. What scatters by less than a digit may hide in it, and
    counts as what a digit rounds away. Raises SeriesError for fewer than 12 readings.
    """
    t_s, mass_mg, stated_mg, invalid = _readings(recipe, reader)
    n, digit_mg = len(mass_mg), inputs.weighing_facts(reader).readability_mg
    rest_mg = mass_mg - np.polyval(np.polyfit(t_s - t_s.mean(), mass_mg, 1), t_s - t_s.mean())
    sd_mg = math.sqrt(float(rest_mg @ rest_mg) / (n - 2))
    if stated_mg < digit_mg:
        sd_mg = max(sd_mg, digit_mg / math.sqrt(12.0))
    per_mg = 1.0 / stated_mg
    # The relative uncertainty of a standard deviation (GUM E.4.3).
    known = Component("as many readings tell a scatter", "A", sd_mg, sd_mg / math.sqrt(2.0 * (n - 1)), "mg", per_mg)
    words = f"readings scattered by {sd_mg:.3f} mg, where {stated_mg:g} mg are stated"
    if sd_mg < _STILL * stated_mg:
        words += f", which is next to none: {_STICKS}"
    return Evaluation(combine(sd_mg * per_mg, "1", [known], [words]), invalid, {"scatter_mg": sd_mg, "readings": n})


def departure(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate how far a reading of a window went from their median, in repeatabilities as stated.

    Raises SeriesError for fewer than 12 readings.
    """
    _, mass_mg, stated_mg, invalid = _readings(recipe, reader)
    off_mg = mass_mg - np.median(mass_mg)
    farthest_mg = float(off_mg[np.argmax(np.abs(off_mg))])
    per_mg = 1.0 / stated_mg
    single = Component(
        "readability", "B", farthest_mg, inputs.weighing_facts(reader).readability_mg / 3.46, "mg", per_mg
    )
    words = f"a reading went {farthest_mg:+.3f} mg away, where {stated_mg:g} mg are stated"
    budget = combine(farthest_mg * per_mg, "1", [single], [words])
    return Evaluation(budget, invalid, {"farthest_mg": farthest_mg, "readings": len(mass_mg)})


def alive(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether readings of a window change as the stated repeatability has them do: one that sticks shows no flow.

    Raises SeriesError for fewer than 12 readings.
    """
    _, mass_mg, stated_mg, invalid = _readings(recipe, reader)
    digit_mg, turns = inputs.weighing_facts(reader).readability_mg, len(mass_mg) - 1
    changes = int(np.sum(np.abs(np.diff(mass_mg)) > digit_mg / 2.0))
    text = f"{changes} of {turns} readings differed from the one before"
    step_mg = _smallest_step_mg(recipe, reader)
    if step_mg > _COARSER * digit_mg or 0.0 < step_mg < digit_mg / _COARSER:
        words = (
            f"readings go in steps of {step_mg:.3g} mg, where a digit of {digit_mg:g} mg is stated: is it that balance?"
        )
        details = {"changes": changes, "step_mg": step_mg}
        return FactFound(holds=False, text=f"{text}; {words}", against=(words,), invalid=invalid, details=details)
    # What scatters by less than a digit may well show the same all the time.
    holds = stated_mg < digit_mg or changes * _UNCHANGED >= turns
    words = f"{text}, where {stated_mg:g} mg of scatter are stated: {_STICKS}"
    return FactFound(holds, text, () if holds else (words,), invalid, {"changes": changes, "readings": turns + 1})


def _smallest_step_mg(recipe: Recipe, reader: RecordReader) -> float:
    """Return the smallest difference between two readings as they came, before any correction; 0 where none differs."""
    mass_mg, _ = read_column(reader, inputs.balance_stream(reader), "mass", recipe.from_ns, recipe.to_ns)
    values = np.unique(np.round(mass_mg, 6))
    return float(np.diff(values).min()) if len(values) > 1 else 0.0


def loss(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate what the vessel loses (mg/h) in a window in which nothing flows; less than nothing is a gain.

    Held to what [weighing] of the bench file knows of it, where that is stated. Raises SeriesError as the evaluation of
    a weighing at zero flow does.
    """
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    rate = evaporation_rate(readings.t_s, readings.mass_mg, max_gap_s=readings.max_gap_s)
    facts = inputs.weighing_facts(reader)
    u_mg_h, dof = _u_of_slope(rate, readings, facts.repeatability_mg)
    lines = [Component("slope of the readings", "A", rate.rate_mg_h, u_mg_h, "mg/h", 1.0, dof)]
    lines.append(Component("how it strays, as stated", "B", 0.0, facts.evaporation_floor_mg_h, "mg/h", 1.0))
    value, words = rate.rate_mg_h, f"the vessel lost {rate.rate_mg_h:+.3f} mg/h"
    if value < -2.0 * u_mg_h:
        words += (
            ", which is a gain: liquid comes while nothing should flow (siphon, stopcock, a pump that seeps), water "
            "condenses, or the balance drifts"
        )
    if facts.evaporation_mg_h is not None and facts.u_evaporation_mg_h is not None:
        value -= facts.evaporation_mg_h
        lines.append(Component("loss as stated", "B", facts.evaporation_mg_h, facts.u_evaporation_mg_h, "mg/h", -1.0))
        stated = "stated: is [weighing] evaporation_mg_h that of this vessel?"
        words += f", where {facts.evaporation_mg_h:.3f} mg/h are {stated}"
    return Evaluation(combine(value, "mg/h", lines, [words]), readings.invalid, {"loss_mg_h": rate.rate_mg_h})


def _u_of_slope(rate: EvaporationRate, readings: inputs.Weighing, stated_mg: float) -> tuple[float, float]:
    """Return the standard uncertainty of a loss, mg/h, and its degrees of freedom.

    Minutes know too little of how a balance wanders: there it is what is stated that counts, unless readings wander by
    far more.
    """
    t_s = readings.t_s
    if t_s[-1] - t_s[0] >= _LONG_H * S_PER_H:
        return rate.u_mg_h, rate.dof
    steady_mg_h = fit_line(t_s, readings.mass_mg, _WANDERS_PER_H * stated_mg**2).u_steady_h
    return (rate.u_mg_h, rate.dof) if rate.u_mg_h > _FAR * steady_mg_h else (steady_mg_h, math.inf)


def _readings(
    recipe: Recipe, reader: RecordReader
) -> tuple[NDArray[np.float64], NDArray[np.float64], float, tuple[str, ...]]:
    """Return times (s) and masses (mg) of a window, the repeatability stated (mg), and what makes them invalid."""
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    if len(readings.mass_mg) < _FEWEST:
        raise SeriesError(f"{len(readings.mass_mg)} readings of the balance in this window: {_FEWEST} tell a scatter")
    return readings.t_s, readings.mass_mg, inputs.weighing_facts(reader).repeatability_mg, readings.invalid


KINDS = (
    ClaimKind(
        name="unrest of readings",
        unit="1",
        question="how much readings scatter while nothing flows, in stated repeatabilities; of proofs",
        compute=unrest,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="farthest reading",
        unit="1",
        question="how far a reading goes from the median while nothing flows, in stated repeatabilities; of proofs",
        compute=departure,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="readings change",
        unit="",
        question="whether readings change as their stated scatter has them do; a fact, of proofs",
        compute=alive,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="loss of the vessel",
        unit="mg/h",
        question="what the vessel loses while nothing flows, in mg/h; of proofs",
        compute=loss,
        graph=GraphKind.EVENTS,
    ),
)
