"""An occlusion: the pressure in the line while it is closed, and the volume that its release sets free."""

from collections.abc import Sequence

import numpy as np

from reports.facts.charts import Axis, Chart, Curve, Mark, Region
from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet, names_of
from reports.facts.traces import NS_PER_MIN, hours_since, thin
from rig.errors import SeriesError
from rig.evaluation.challenged import occlusions_in
from rig.evaluation.claims.occlusions import line_pressure
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_S_PER_MIN = 60.0
# What is shown before the closing and behind the release: as long as the line was closed, and this at least.
_LEAST_AROUND_MIN = 5.0


def pressure_graph(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the pressure in the line around an occlusion, with closing, alarm and release.

    Raises SeriesError unless the window holds one occlusion, and where nobody recorded the pressure.
    """
    recipe = results[0].recipe
    closed_ns, opened_ns = _occluded(sheet.reader, recipe)
    pressure = line_pressure(recipe, sheet.reader, recipe.to_ns)
    t_min = pressure.t_s / _S_PER_MIN - (closed_ns - recipe.from_ns) / NS_PER_MIN
    whole = (opened_ns - closed_ns) / NS_PER_MIN
    around = max(whole, _LEAST_AROUND_MIN)
    near = np.flatnonzero((t_min >= -around) & (t_min <= whole + around))
    kept = near[thin(pressure.kpa[near])]
    found = [(one, point) for one in results if (point := _found_at(one, whole)) is not None]
    limits = [limit for one in results for limit in _limits(one, whole)]
    curves = (
        *limits,
        Curve("pressure in the line", "balance", t_min[kept], pressure.kpa[kept]),
        *(Curve(one.name, "dose", np.array([at]), np.array([value]), "points") for one, (at, value) in found),
    )
    chart = Chart(
        name="pressure",
        title=f"Pressure in the line: {names_of(results)}",
        caption="Read by the DAQ's sensor. Shaded: the line is closed.",
        x=Axis("time since the line was closed", "min"),
        y=Axis("pressure", "kPa"),
        curves=curves,
        regions=(Region("closed", 0.0, whole),),
        marks=tuple(Mark(name, at) for name, at in _moments(results).items()),
    )
    return Graphs((chart,))


def _occluded(reader: RecordReader, recipe: Recipe) -> tuple[int, int]:
    """Return when the one occlusion of a window begins and ends, with the window where its end is not in it."""
    found = occlusions_in(reader, recipe.from_ns, recipe.to_ns)
    if len(found) != 1:
        raise SeriesError(f"{len(found)} occlusions begin in its window")
    begins, ends = found[0]
    return begins.at_ns, recipe.to_ns if ends is None else ends.at_ns


def _found_at(result: ShownResult, whole_min: float) -> tuple[float, float] | None:
    """Return where a pressure that was found lies in the graph; None for what is no pressure, or was not found."""
    if result.number is None or result.unit != "kPa":
        return None
    alarm_s = result.said.details.get("time_to_alarm_s")
    return (whole_min if alarm_s is None else float(alarm_s) / _S_PER_MIN), result.number.value


def _limits(result: ShownResult, whole_min: float) -> list[Curve]:
    if result.limit is None or result.unit != "kPa":
        return []
    along = np.array([0.0, whole_min])
    sides = (("highest", result.limit.upper), ("lowest", result.limit.lower))
    return [
        Curve(f"{side} {result.name}", "limit", along, np.full(2, value)) for side, value in sides if value is not None
    ]


def _moments(results: Sequence[ShownResult]) -> dict[str, float]:
    """Return what is marked, and when, in min since the closing: the alarm, and when it must have come."""
    marks: dict[str, float] = {}
    for one in results:
        alarm_s = one.said.details.get("time_to_alarm_s")
        if one.recipe.function == "time to alarm":
            alarm_s = None if one.number is None else one.number.value
            if one.limit is not None and one.limit.upper is not None:
                marks["alarm at the latest"] = one.limit.upper / _S_PER_MIN
        if alarm_s is not None:
            marks["alarm"] = float(alarm_s) / _S_PER_MIN
    return marks


def release_graph(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the volume weighed around the release of an occlusion; raises SeriesError as `pressure_graph` does."""
    recipe = results[0].recipe
    closed_ns, opened_ns = _occluded(sheet.reader, recipe)
    around_ns = max(opened_ns - closed_ns, round(_LEAST_AROUND_MIN * NS_PER_MIN))
    from_ns, to_ns = max(recipe.from_ns, closed_ns - around_ns), min(recipe.to_ns, opened_ns + 2 * around_ns)
    t_ns, volume_ul = sheet.weighed_within(from_ns, to_ns)
    at_opening = float(np.interp(opened_ns - t_ns[0], t_ns - t_ns[0], volume_ul))
    kept = thin(volume_ul)
    minutes = 60.0 * hours_since(t_ns[kept], opened_ns)
    chart = Chart(
        name="release",
        title=f"Around the release: {names_of(results)}",
        caption=(
            "Volume weighed, counted from the release. Shaded: the line is closed. The step behind the release, from "
            "the level while closed to the line of the delivery that follows, is the result."
        ),
        x=Axis("time since the release", "min"),
        y=Axis("volume", "µL"),
        curves=(Curve("weighed", "balance", minutes, volume_ul[kept] - at_opening),),
        regions=(Region("closed", (closed_ns - opened_ns) / NS_PER_MIN, 0.0),),
        marks=(Mark("release", 0.0),),
    )
    return Graphs((chart,))
