"""Patient boluses: given or refused as was allowed, the lockout as it shows, and the most in any sliding day."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import MisfitError, NotShownError, SeriesError
from rig.evaluation import inputs
from rig.evaluation.case import Case, case_around
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation, FactFound
from rig.evaluation.patient_requests import Request, of_rate_s, requests_of, terms_at, u_between_s
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.wrong_answers import wrong_answers
from rig.faults import Fault
from rig.metrology.dosing.patient_bolus import largest_dose_in
from rig.metrology.uncertainty.budget import Budget, Component
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.flow_budget import Gain, strokes_cut, volume_budget
from rig.quantities import S_PER_H
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_H_PER_DAY = 24.0
DAY_S = _H_PER_DAY * S_PER_H


@dataclass(frozen=True, slots=True)
class Gains:
    """What was weighed from reading to reading of a window: seconds (n,) since its begin, and µL (n − 1,)."""

    t_s: NDArray[np.float64]
    gained_ul: NDArray[np.float64]
    corrections: Corrections
    invalid: tuple[str, ...]


def given(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether every request of a window was granted, and rightly so; raises SeriesError when there was none."""
    return _answered(recipe, reader, granted=True)


def refused(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether every request of a window was refused, for the reason claimed if one is, and rightly so.

    Raises SeriesError when there was none.
    """
    return _answered(recipe, reader, granted=False)


def _answered(recipe: Recipe, reader: RecordReader, *, granted: bool) -> FactFound:
    case = case_around(reader, recipe)
    own = [(one, wrong) for one, wrong in wrong_answers(case) if _inside(one, recipe)]
    if not own:
        raise MisfitError("nobody asked for a patient's bolus in this window")
    why = recipe.parameters.get("why", "")
    against = []
    for one, wrong in own:
        said = _otherwise(one, granted=granted, why=why) or wrong
        if said:
            against.append(f"the request at {case.hour(one.at_ns):.3f} h {said}")
    count = sum(one.granted for one, _ in own)
    text = f"{count} of {len(own)} requests granted, {len(own) - count} refused"
    reasons = sorted({one.why for one, _ in own if one.why})
    return FactFound(not against, f"{text}{': ' if reasons else ''}{', '.join(reasons)}", tuple(against))


def _inside(one: Request, recipe: Recipe) -> bool:
    # A window holds the reading of its last moment; what was asked at that moment comes behind it.
    return recipe.from_ns <= one.at_ns < recipe.to_ns - 1


def _otherwise(one: Request, *, granted: bool, why: str) -> str:
    """Return how an answer differs from the one claimed, "" when it does not."""
    if one.granted != granted:
        if one.granted:
            return f"was granted, where {why} was to be the answer" if why else "was granted"
        return f"was refused{f' ({one.why})' if one.why else ''}"
    return f"was refused for {one.why or 'no reason'}, not for {why}" if why not in ("", one.why) else ""


def lockout(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the shortest time between the starts of two granted requests of a window, in s.

    It is the lockout only where the requests in between were refused, and none was refused behind it: one that was
    makes the number invalid, which is the pump's fault. Raises MisfitError for fewer than two granted requests,
    NotShownError where the pump refused what it owed.
    """
    case = case_around(reader, recipe)
    answered = [(one, wrong) for one, wrong in wrong_answers(case) if _inside(one, recipe)]
    own = [one for one, _ in answered]
    refused_wrongly = [
        f"the request at {case.hour(one.at_ns):.3f} h {wrong}" for one, wrong in answered if wrong and not one.granted
    ]
    starts = [one for one in own if one.granted]
    if len(starts) < 2:
        shown = f"{len(starts)} granted request(s) in this window: a lockout shows between two"
        if refused_wrongly:
            raise NotShownError(f"{shown}; {refused_wrongly[0]}")
        raise MisfitError(shown)
    apart_s = [(b.at_ns - a.at_ns) / NS_PER_S for a, b in pairwise(starts)]
    shortest_s = min(apart_s)
    of_moments = Component(
        "moments of two requests", "B", 0.0, u_between_s(case, tuple(own), 0.0), "s", 1.0, shape="triangular"
    )
    rate = Component("rate of the pump's clock", "B", 0.0, of_rate_s(case, shortest_s), "s", 1.0, shape="rectangular")
    invalid = tuple(f"{one}: the shortest time between two is not its lockout" for one in refused_wrongly)
    details = {"granted": len(starts), "refused": len(own) - len(starts), "longest_refused_s": _longest_refused_s(own)}
    remarks, terms = [], terms_at(case, starts[-1].at_ns)
    if terms is not None:
        details["set_s"] = terms.lockout_s
        short = shortest_s < terms.lockout_s - 2.0 * math.hypot(of_moments.u, rate.u)
        remarks = [f"a lockout of {terms.lockout_s:g} s was set{', and was not kept' if short else ''}"]
    return Evaluation(Budget(shortest_s, "s", (of_moments, rate), tuple(remarks)), invalid, details, fault=Fault.PUMP)


def _longest_refused_s(own: list[Request]) -> float:
    """Return how long behind a granted request one was still refused on the terms, in s; 0 for none."""
    longest, start_ns = 0.0, None
    for one in own:
        if one.granted:
            start_ns = one.at_ns
        elif start_ns is not None and one.of_terms:
            longest = max(longest, (one.at_ns - start_ns) / NS_PER_S)
    return longest


def most_in_24_h(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the largest volume that was delivered in any sliding 24 h of a window, of all kinds together, in µL.

    Another length is in the recipe's `hours`. A window that is shorter is one such span. Raises SeriesError when the
    data allow no number.
    """
    span_s = float(recipe.parameters.get("hours") or _H_PER_DAY) * S_PER_H
    gains = gains_of(recipe, reader)
    c, t_s = gains.corrections, gains.t_s
    # Each gain is given at its end: a span holds what came from the reading at their beginning on.
    largest = largest_dose_in(t_s[1:], gains.gained_ul, 0.0, span_s)
    hours = min(span_s, float(np.ptp(t_s))) / S_PER_H
    noise_mg = math.sqrt(2.0) * c.balance.repeatability_mg
    budget = volume_budget(Gain(largest.value / c.per_mg, hours, noise_mg), c)
    budget = budget.scaled(1.0, 0.0, "µL", [strokes_cut(inputs.stroke_ul(reader), 1.0)])
    invalid = (*inputs.standing_invalid(reader, recipe.to_ns), *gains.invalid)
    case = case_around(reader, recipe)
    return Evaluation(budget, invalid, _allowed(case, recipe))


def gains_of(recipe: Recipe, reader: RecordReader) -> Gains:
    """Return what was weighed from reading to reading, evaporation taken out; raise SeriesError for too few of them."""
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    if len(readings.t_s) < 2:
        raise SeriesError("fewer than two readings of the balance lie in this window")
    c = inputs.corrections(reader, recipe)
    loss_mg = c.evaporation.rate_mg_h * (readings.t_s - readings.t_s[0]) / S_PER_H
    return Gains(readings.t_s, np.diff(c.per_mg * (readings.mass_mg + loss_mg)), c, readings.invalid)


def _allowed(case: Case, recipe: Recipe) -> dict[str, float]:
    own = [one for one in requests_of(case) if _inside(one, recipe)]
    details = {
        "granted": float(sum(one.granted for one in own)),
        "hours": (recipe.to_ns - recipe.from_ns) / NS_PER_H,
    }
    terms = terms_at(case, own[-1].at_ns) if own else None
    return details if terms is None else {**details, "allotted_ul": terms.most_in_24_h * terms.volume_ul}


KINDS = (
    ClaimKind(
        name="patient bolus given",
        unit="",
        question="whether every request for a patient's bolus was granted, as was allowed",
        compute=given,
        graph=GraphKind.REQUESTS,
        panel=ResultPanel("Patient boluses that were to be given"),
    ),
    ClaimKind(
        name="patient bolus refused",
        unit="",
        question="whether every request for a patient's bolus was refused, as was to be",
        compute=refused,
        parameters={"why": "the reason that the pump must give, in its own words; left out: any"},
        graph=GraphKind.REQUESTS,
        panel=ResultPanel("Patient boluses that were to be refused"),
    ),
    ClaimKind(
        name="lockout",
        unit="s",
        question="the shortest time between the starts of two granted requests, in s",
        compute=lockout,
        graph=GraphKind.REQUESTS,
        panel=ResultPanel("Lockout of patient boluses", 1),
    ),
    ClaimKind(
        name="most in 24 h",
        unit="µL",
        question="the largest volume delivered in any sliding 24 h, of all kinds together, in µL",
        compute=most_in_24_h,
        graph=GraphKind.DAY,
        panel=ResultPanel("Most in any 24 h", 1),
    ),
    ClaimKind(
        name="most in any span",
        unit="µL",
        question="the largest volume delivered in any sliding span of so many hours, of all kinds together, in µL",
        compute=most_in_24_h,
        parameters={"hours": "how long the span is, h"},
        graph=GraphKind.DAY,
        panel=ResultPanel("Most in any span", 1),
    ),
)
