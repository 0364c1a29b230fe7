"""Volume over a window in which little or nothing should come, and the volume of any 24 h."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reports.facts.charts import Axis, Chart, Curve, Mark
from reports.facts.lines import band_of, level, limits_along, sloped
from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet, names_of
from reports.facts.traces import NS_PER_H, hours_since, thin
from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.causes import cause_of
from rig.evaluation.claims.patient_boluses import DAY_S, gains_of
from rig.evaluation.pump_told import pump_told
from rig.quantities import S_PER_H

_COUNTED = "most counted in any span"
_FLOW, _BACK, _ENDED, _MADE_UP = "zero flow", "reverse flow", "delivery ended", "nothing made up"
# So much before and behind what is marked is shown at least.
_AROUND_NS = 15 * 60 * NS_PER_S
_MORE = {
    _FLOW: "The line through it is the flow that is the result.",
    _BACK: "The fall between both marks is the largest; the result has what noise alone makes of it taken out.",
    _ENDED: "From where it is to be over on it must not rise by more than a stroke.",
}


def rest_graph(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the volume weighed over a window, with the marks and lines of each result.

    Raises SeriesError when nothing was weighed in it.
    """
    return Graphs(tuple((_made_up if one.recipe.function == _MADE_UP else _over_window)(sheet, one) for one in results))


def _over_window(sheet: Sheet, result: ShownResult) -> Chart:
    recipe, marks = result.recipe, _marks(sheet, result)
    t_ns, volume_ul = sheet.weighed_within(*_near(result, marks))
    kept = thin(volume_ul)
    x = hours_since(t_ns, recipe.from_ns)
    lines: tuple[Curve, ...] = ()
    if recipe.function == _FLOW:
        whole = np.array([0.0, x[-1]])
        lines = (*limits_along(result, whole, whole), *sloped(result, whole, whole))
    return Chart(
        name="rest",
        title=f"Volume weighed: {result.name}",
        caption=f"Evaporation is taken out. {_MORE[recipe.function]}",
        x=Axis("time since the window's begin", "h"),
        y=Axis("volume", "µL"),
        curves=(*lines, Curve("weighed", "balance", x[kept], volume_ul[kept])),
        bands=band_of(lines),
        marks=marks,
    )


def _near(result: ShownResult, marks: tuple[Mark, ...]) -> tuple[int, int]:
    """Return the part of a result's window (UTC ns) that is worth looking at: around a fall, or from a stop on."""
    recipe = result.recipe
    if not marks:
        return recipe.from_ns, recipe.to_ns
    at_ns = [recipe.from_ns + round(mark.at * NS_PER_H) for mark in marks]
    around_ns = max(_AROUND_NS, 2 * (at_ns[-1] - at_ns[0]))
    to_ns = at_ns[-1] + around_ns if recipe.function == _BACK else recipe.to_ns
    return max(recipe.from_ns, at_ns[0] - around_ns), min(recipe.to_ns, to_ns)


def _made_up(sheet: Sheet, result: ShownResult) -> Chart:
    """Return what was weighed since a cause beyond what was programmed since: its end is the result."""
    cause = cause_of(result.recipe, sheet.reader)
    t_ns, volume_ul = sheet.weighed_within(cause.latest_ns, result.recipe.to_ns)
    programmed = sheet.case.programme.volume_ul(t_ns)
    beyond = volume_ul - (programmed - programmed[0])
    kept = thin(beyond)
    x = hours_since(t_ns, cause.latest_ns)
    whole = np.array([0.0, x[-1]])
    lines = (*limits_along(result, whole, np.ones(2)), *level(result, whole))
    return Chart(
        name="made up",
        title=f"Weighed beyond the programme: {result.name}",
        caption="Evaporation is taken out, and what was programmed since the cause. Its end is the result.",
        x=Axis(f"time since {cause.said}", "h"),
        y=Axis("beyond programme", "µL"),
        curves=(*lines, Curve("weighed", "balance", x[kept], beyond[kept])),
        bands=band_of(lines),
    )


def _marks(sheet: Sheet, result: ShownResult) -> tuple[Mark, ...]:
    function, recipe, details = result.recipe.function, result.recipe, result.said.details
    if function == _BACK and "begins_s" in details:
        return Mark("falls", float(details["begins_s"]) / S_PER_H), Mark("lowest", float(details["ends_s"]) / S_PER_H)
    if function != _ENDED:
        return ()
    cause = cause_of(recipe, sheet.reader)
    at_h = (cause.latest_ns - recipe.from_ns) / NS_PER_H
    over = Mark("to be over", at_h + float(recipe.parameters["within_s"]) / S_PER_H)
    return (Mark(cause.said, at_h), over) if cause.latest_ns > recipe.from_ns else (over,)


def day_graph(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the volume weighed, or counted, in the hours asked for (else 24) before each moment of a window.

    Raises SeriesError without readings.
    """
    result = results[0]
    counted = result.recipe.function == _COUNTED
    t_s, gained_ul = _counted(sheet, result) if counted else _weighed(sheet, result)
    span_h = float(result.recipe.parameters.get("hours") or DAY_S / S_PER_H)
    total = np.concatenate([[0.0], np.cumsum(gained_ul)])
    first = np.searchsorted(t_s, t_s - span_h * S_PER_H, side="right")
    last_day = total[1:] - total[first]
    if not len(last_day):
        raise SeriesError(f"fewer than two readings of the {'pump' if counted else 'balance'} lie in its window")
    kept = thin(last_day)
    from_ns = result.recipe.from_ns
    x = hours_since(from_ns + np.rint(t_s * NS_PER_S).astype(np.int64), sheet.origin_ns)
    whole = np.array([x[0], x[-1]])
    lines = (*limits_along(result, whole, np.ones(2)), *level(result, whole))
    if (allotted := result.said.details.get("allotted_ul")) is not None:
        lines += (Curve("allotted to the patient", "programmed", whole, np.full(2, float(allotted))),)
    chart = Chart(
        name="day",
        title=f"Volume of the last {span_h:g} h: {names_of(results)}",
        caption=f"What {'the pump counted' if counted else 'was weighed'} in the {span_h:g} h before each moment, of "
        "infusion and boluses together.",
        x=Axis("time since delivery began", "h"),
        y=Axis(f"last {span_h:g} h", "µL"),
        curves=(*lines, Curve(*(("counted", "pump") if counted else ("weighed", "balance")), x[kept], last_day[kept])),
        bands=band_of(lines),
        origin_ns=sheet.origin_ns,
        group=f"volume-{sheet.plan.begin_ns}",
    )
    return Graphs((chart,))


def _weighed(sheet: Sheet, result: ShownResult) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    gains = gains_of(result.recipe, sheet.reader)
    return gains.t_s[1:], gains.gained_ul


def _counted(sheet: Sheet, result: ShownResult) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    told, _ = pump_told(result.recipe, sheet.reader, "delivered", "count")
    return told.steps(result.recipe.from_ns)
