"""How much of a flow lies near its programme: the share of windows inside of a percentage, and from when on all do."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rig.clock import NS_PER_S
from rig.errors import MisfitError, NotShownError
from rig.evaluation import inputs
from rig.evaluation.claims.flow_in_windows import PARAMETERS, Parts, parts_of
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.orders import INFUSIONS, told
from rig.evaluation.outcome import Evaluation
from rig.evaluation.weighed_window import weighed_window
from rig.metrology.uncertainty.budget import Component, combine
from rig.quantities import S_PER_H
from rig.record.bodies.codec import Json
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_MIN_PER_H = 60.0


def share_of_windows_inside(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate how many parts, in percent of them, lie within `percent` of what was programmed in them.

    A part near the bound may lie on its other side. Parts that overlap, and errors that all have in common, go to the
    same side together: their uncertainties are added, not averaged. Raises SeriesError as `parts_of` does.
    """
    parts = parts_of(recipe, weighed_window(recipe, reader))
    bound = float(recipe.parameters["percent"])
    error, u = parts.error_percent, parts.u_percent
    inside, n = np.abs(error) <= bound, len(error)
    chance = np.where(u > 0.0, ndtr(_in_u(bound - error, u)) - ndtr(_in_u(-bound - error, u)), inside)
    # The root mean square distance of what is true from what was counted, part by part.
    missed = np.sqrt(np.where(inside, 1.0 - chance, chance))
    near = Component("windows near the bound", "A", 0.0, float(missed.sum()), "1", 100.0 / n)
    share = combine(100.0 * float(np.count_nonzero(inside)) / n, "%", [near])
    return Evaluation(share, parts.invalid, _details(parts, recipe))


def start_up_time(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the time in h from an infusion's start to the first part from which on all lie within `percent`.

    That part's begin counts. Its uncertainty is half of what the time would change by if every part were off by one
    standard uncertainty more, or less, and how far parts are apart. Raises SeriesError when no infusion began in the
    window or the last part still lies outside, and as `parts_of` does.
    """
    starts = [one.sent_ns for one in told(reader) if one.verb in INFUSIONS]
    inside = [ns for ns in starts if recipe.from_ns <= ns < recipe.to_ns]
    if not inside:
        raise MisfitError("no infusion was started in this window: start it in the window's block")
    started = replace(recipe, from_ns=inside[0])
    # What is not there yet is the pump's start, and is not taken for a loss that changes.
    window = replace(weighed_window(started, reader), corrections=inputs.corrections(reader, started))
    parts = parts_of(started, window)
    bound, minutes = float(recipe.parameters["percent"]), float(recipe.parameters["minutes"])
    off, u, at_h = np.abs(parts.error_percent), parts.u_percent, parts.begin_s / S_PER_H
    found = _steady_from(off > bound, at_h)
    if math.isinf(found):
        raise NotShownError(
            f"the last {minutes:g} min are {parts.error_percent[-1]:+.3g} % off, not within {bound:g} %: start-up had "
            f"not ended {float(at_h[-1]):.4g} h after the start"
        )
    soonest, latest = _steady_from(off - u > bound, at_h), min(_steady_from(off + u > bound, at_h), float(at_h[-1]))
    every_h = float(recipe.parameters.get("every_minutes") or minutes) / _MIN_PER_H
    lines = [
        Component("windows near the bound", "A", 0.0, (latest - soonest) / 2.0, "h", 1.0),
        Component(
            "interval between windows", "B", -every_h / 2.0, every_h / math.sqrt(12.0), "h", 1.0, shape="rectangular"
        ),
    ]
    started_h = (inside[0] - recipe.from_ns) / NS_PER_S / S_PER_H
    return Evaluation(combine(found, "h", lines), parts.invalid, _details(parts, recipe) | {"started_h": started_h})


def _in_u(distance: NDArray[np.float64], u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances in standard uncertainties; where there is none the distance itself."""
    return distance / np.where(u > 0.0, u, 1.0)


def _steady_from(outside: NDArray[np.bool_], at_h: NDArray[np.float64]) -> float:
    """Return when the first part begins from which on none lies outside, inf when the last one does."""
    places = np.flatnonzero(outside)
    if not places.size:
        return float(at_h[0])
    return float(at_h[places[-1] + 1]) if places[-1] + 1 < len(at_h) else math.inf


def _details(parts: Parts, recipe: Recipe) -> dict[str, Json]:
    return parts.details(recipe.parameters["minutes"]) | {"percent": recipe.parameters["percent"]}


_PERCENT = {"percent": "how far a part may be off and count as inside, in percent of what was programmed in it"}

KINDS = (
    ClaimKind(
        name="share of windows inside",
        unit="%",
        question="how many parts of so many minutes lie within a percentage of the programme, in percent of them",
        compute=share_of_windows_inside,
        parameters=PARAMETERS | _PERCENT,
        graph=GraphKind.WINDOWS,
        panel=ResultPanel("Share of windows inside", 1),
    ),
    ClaimKind(
        name="start-up time",
        unit="h",
        question="the time from an infusion's start until its flow is within a percentage and stays there, in h",
        compute=start_up_time,
        parameters=PARAMETERS | _PERCENT,
        graph=GraphKind.WINDOWS,
        panel=ResultPanel("Start-up time"),
    ),
)
