"""The flow that was programmed and the flow that was weighed, over a whole plan; and the volume around a change."""

from collections.abc import Sequence

import numpy as np

from reports.facts.charts import Axis, Band, Chart, Curve, Mark
from reports.facts.lines import band_of, level, limits_along
from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet, names_of
from reports.facts.traces import NS_PER_H, NS_PER_MIN, hours_since, thin
from rig.errors import SeriesError
from rig.evaluation.claims.transitions import changed_ns

# So many intervals are enough to see a day pattern; each has a length that people reckon in, in minutes.
_MOST_INTERVALS = 168
_LENGTHS_MIN = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)
_FEWEST_READINGS, _FEWEST_INTERVALS = 3, 24
# With fewer strokes in an interval one more or less is most of what is seen.
_STROKES = 5.0
_K = 2.0
_S_PER_MIN = 60.0


def changes(sheet: Sheet) -> bool:
    """Tell whether a plan asks for more than one rate."""
    begin_ns, end_ns = sheet.case.delivers_ns
    rates = {
        one.rate_ul_h
        for one in sheet.case.programme.stretches
        if one.rate_ul_h > 0.0 and one.from_ns < end_ns and one.to_ns > begin_ns
    }
    return len(rates) > 1


def programme_graph(sheet: Sheet) -> Graphs:
    """Return the mean flow programmed and weighed, interval by interval; raises SeriesError without a weighing."""
    course, case = sheet.course, sheet.case
    begin_ns, end_ns = case.delivers_ns
    minutes = _length_min(sheet, end_ns - begin_ns)
    edges = (
        begin_ns + np.arange((end_ns - begin_ns) // (minutes * NS_PER_MIN) + 1, dtype=np.int64) * minutes * NS_PER_MIN
    )
    if len(edges) < 2:
        raise SeriesError(f"the delivery is shorter than {minutes} min")
    hours = minutes / 60.0
    asked_ul, weighed_ul = np.diff(case.programme.volume_ul(edges)), np.diff(course.at(edges))
    reach = _K * course.u_ul(hours, np.abs(asked_ul)) / hours
    x = hours_since(edges, sheet.origin_ns)
    # A step holds for the interval that ends at its x: the first one begins somewhere, too.
    asked, weighed, reach = (np.concatenate([flow[:1], flow]) for flow in (asked_ul / hours, weighed_ul / hours, reach))
    curves = (
        Curve("balance and strokes alone, highest", "envelope", x, asked + reach, "steps"),
        Curve("balance and strokes alone, lowest", "envelope", x, asked - reach, "steps"),
        Curve("programmed", "programmed", x, asked, "steps"),
        Curve("weighed", "balance", x, weighed, "steps"),
    )
    chart = Chart(
        name="programme",
        title="Flow: programmed and weighed",
        caption=(
            f"Mean flow of each {minutes} min. Shaded around the programme: what the balance and the phase of strokes "
            "make of a perfect pump (k = 2). What a challenge keeps from the balance is missing here."
        ),
        x=Axis("time since delivery began", "h"),
        y=Axis("flow", "µL/h"),
        curves=curves,
        bands=(Band("balance and strokes alone", 0, 1),),
        regions=sheet.windows,
        origin_ns=sheet.origin_ns,
        group=f"volume-{sheet.plan.begin_ns}",
    )
    return Graphs((chart,))


def _length_min(sheet: Sheet, span_ns: int) -> int:
    """Return how long the intervals are: long enough for readings and strokes, short enough to see steps."""
    course, span_min = sheet.course, span_ns / NS_PER_MIN
    ends_ns = np.asarray(sheet.case.delivers_ns, np.int64)
    asked_ul = float(np.diff(sheet.case.programme.volume_ul(ends_ns))[0])
    strokes_min = _STROKES * course.stroke_ul / asked_ul * span_min if asked_ul > 0.0 else 0.0
    every_min = float(np.median(np.diff(course.t_ns))) / NS_PER_MIN
    least = max(
        span_min / _MOST_INTERVALS, _FEWEST_READINGS * every_min, min(strokes_min, span_min / _FEWEST_INTERVALS)
    )
    return next((length for length in _LENGTHS_MIN if length >= least), _LENGTHS_MIN[-1])


def change_graph(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the volume around a change of rate beyond that of an instant one, with what was found of it.

    Raises SeriesError where no rates before and behind were found.
    """
    recipe = results[0].recipe
    found = next((one.said.details for one in results if "rate_before_ul_h" in one.said.details), None)
    if found is None:
        raise SeriesError("no steady rate before and behind the change was found")
    t_ns, volume_ul = sheet.weighed_within(recipe.from_ns, recipe.to_ns)
    at_ns = changed_ns(sheet.case.programme, recipe)
    hours = (t_ns - at_ns) / NS_PER_H
    before, behind = float(found["rate_before_ul_h"]), float(found["rate_after_ul_h"])
    beyond = volume_ul - np.where(hours < 0.0, before, behind) * hours
    beyond -= np.median(beyond[hours < 0.0]) if np.any(hours < 0.0) else 0.0
    kept = thin(beyond)
    x = 60.0 * hours
    after = np.array([0.0, x[-1]])
    volumes = [one for one in results if one.recipe.function == "transition volume"]
    curves = tuple(line for one in volumes for line in (*limits_along(one, after, np.ones(2)), *level(one, after)))
    lags = [one for one in results if one.recipe.function == "transition time" and one.number is not None]
    marks = [Mark("command", 0.0)]
    marks += [Mark("new rate", one.number.value / _S_PER_MIN) for one in lags if one.number is not None]
    chart = Chart(
        name="change",
        title=f"Around the change of rate: {names_of(results)}",
        caption=(
            f"Volume weighed less that of an instant change from the rate before ({before:.4g} µL/h) to the one behind "
            f"({behind:.4g} µL/h), as both were weighed: it is level before, and its level behind is the volume of the "
            "transition. The new rate is marked where an instant change would have cost as much."
        ),
        x=Axis("time since the command", "min"),
        y=Axis("beyond instant change", "µL"),
        curves=(*curves, Curve("weighed", "balance", x[kept], beyond[kept])),
        bands=band_of(curves),
        marks=tuple(marks),
    )
    return Graphs((chart,))
