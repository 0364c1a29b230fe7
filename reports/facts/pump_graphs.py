"""What the pump itself does over a window: its books beside the balance, its current, its clock."""

from collections.abc import Sequence

import numpy as np

from reports.facts.charts import Axis, Chart, Curve, Mark
from reports.facts.lines import band_of, level, limits_along, sloped
from reports.facts.run_facts import Graphs, ShownResult
from reports.facts.sheet import Sheet, names_of
from reports.facts.traces import hours_since, thin, traces
from rig.errors import SeriesError
from rig.evaluation.challenged import begun
from rig.evaluation.claims.supply_current import place_of_current
from rig.evaluation.columns import read_column
from rig.evaluation.pump_alarms import first_shown
from rig.evaluation.pump_told import pump_told
from rig.record.bodies.challenges import ChallengeKind

_POWER = (ChallengeKind.SUPPLY_VOLTAGE, ChallengeKind.POWER_CUT)
_S_PER_H_OF_PPM = 3600.0 * 1e-6
# By the name of a claim: the channel, what it is called, and the sign of a volume that was delivered.
BOOKS = {
    "books error": ("delivered", "count", 1.0),
    "counted error": ("delivered", "count", 1.0),
    "reservoir error": ("reservoir", "estimate of its reservoir", -1.0),
}


def books_graph(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return what the pump counted less what was weighed, over a window; raises SeriesError without either."""
    recipe = results[0].recipe
    t_ns, volume_ul = sheet.weighed_within(recipe.from_ns, recipe.to_ns)
    x = hours_since(t_ns, recipe.from_ns)
    limits = tuple(line for one in results for line in limits_along(one, x, volume_ul / 100.0))
    curves: tuple[Curve, ...] = ()
    for function in dict.fromkeys(one.recipe.function for one in results):
        channel, what, sign = BOOKS[function]
        told, _ = pump_told(recipe, sheet.reader, channel, what)
        weighed_ul = np.interp(told.t_ns - t_ns[0], t_ns - t_ns[0], volume_ul)
        off_ul = sign * (told.value - told.value[0]) - weighed_ul
        kept = thin(off_ul)
        curves += (
            Curve(
                f"pump's {what}",
                "pump" if sign > 0 else "flow",
                hours_since(told.t_ns[kept], recipe.from_ns),
                off_ul[kept],
            ),
        )
    chart = Chart(
        name="books",
        title=f"The pump's books less what was weighed: {names_of(results)}",
        caption="Level means that both tell the same. The limits grow with the volume. A count moves stroke by stroke.",
        x=Axis("time since the window's begin", "h"),
        y=Axis("difference", "µL"),
        curves=(*_thinned(limits), *curves),
    )
    return Graphs((chart,))


def _thinned(curves: tuple[Curve, ...]) -> tuple[Curve, ...]:
    """Return lines without what no pixel shows: they rise evenly with what was weighed."""
    found = []
    for one in curves:
        kept = thin(one.y, 128)
        found.append(Curve(one.name, one.role, one.x[kept], one.y[kept]))
    return tuple(found)


def current_graph(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return the current into the pump over a window, with its mean; raises SeriesError where nobody recorded it."""
    recipe = results[0].recipe
    stream, channel = place_of_current(sheet.reader)
    current_ma, series = read_column(sheet.reader, stream, channel, recipe.from_ns, recipe.to_ns)
    if not len(current_ma):
        raise SeriesError("nothing read the current in its window")
    kept = thin(current_ma)
    x = hours_since(series.t_ns, recipe.from_ns)
    whole = np.array([x[0], x[-1]])
    lines: tuple[Curve, ...] = ()
    for one in results:
        if one.recipe.function == "supply current":
            lines += (*limits_along(one, whole, np.ones(2)), *level(one, whole))
        elif (mean := one.said.details.get("current_ma")) is not None:
            lines += (Curve(f"mean for {one.name}", "programmed", whole, np.full(2, float(mean))),)
    chart = Chart(
        name="current",
        title=f"Current into the pump: {names_of(results)}",
        caption=f"Read by {stream}; each stroke of the motor is a peak.",
        x=Axis("time since the window's begin", "h"),
        y=Axis("current", "mA"),
        curves=(*lines, Curve("readings", "signal", x[kept], current_ma[kept])),
        bands=band_of(lines),
    )
    return Graphs((chart,))


def clock_graph(sheet: Sheet, results: Sequence[ShownResult]) -> Graphs:
    """Return by how much the pump's clock is ahead over a window, with its drift; raises SeriesError without one."""
    result = results[0]
    recipe, pump = result.recipe, sheet.case.pump
    if "clock_offset" not in {one.name for one in sheet.reader.channels(pump)}:
        raise SeriesError("the run recorded no clock of the pump")
    offset_s, series = read_column(sheet.reader, pump, "clock_offset", recipe.from_ns, recipe.to_ns)
    if len(offset_s) < 2:
        raise SeriesError("the pump's clock was read less than twice in its window")
    kept = thin(offset_s)
    x = hours_since(series.t_ns, recipe.from_ns)
    # A drift is a slope: drawn, with its limits, through the middle of what was read.
    ends, middle_s = np.array([x[0], x.mean(), x[-1]]), float(offset_s.mean())
    slope = _S_PER_H_OF_PPM * (ends - float(x.mean()))
    lines = (*limits_along(result, ends, slope, middle_s), *sloped(result, ends, slope, middle_s))
    chart = Chart(
        name="clock",
        title=f"The pump's clock less the rig's: {names_of(results)}",
        caption="Each reading of the pump's clock. The slope is its drift; the limits are slopes as well.",
        x=Axis("time since the window's begin", "h"),
        y=Axis("ahead by", "s"),
        curves=(*lines, Curve("pump's clock", "pump", x[kept], offset_s[kept])),
        bands=band_of(lines),
    )
    return Graphs((chart,))


def power_graph(sheet: Sheet) -> Graphs:
    """Return what feeds a pump over a plan that lowered or cut it, with the alarms; nothing for other plans."""
    case, end_ns = sheet.case, min(sheet.case.to_ns, sheet.end_ns)
    touched = [one for kind in _POWER for one in begun(sheet.reader, kind) if case.begun_ns <= one.at_ns < end_ns]
    places = ((case.pump, "battery"), (sheet.reader.start().in_role("supply"), "voltage"))
    curves = tuple(
        Curve(f"{stream}: {channel}", role, hours_since(trace.t_ns, sheet.origin_ns), trace.values)
        for (stream, channel), role in zip(places, ("pump", "signal"), strict=True)
        if touched and _recorded(sheet, stream, channel)
        for trace in traces(sheet.reader, stream, [channel], case.begun_ns, end_ns).values()
    )
    if not curves:
        return Graphs()
    names = sorted({alarm for one in case.states for alarm in one.alarms})
    shown = [(name, first_shown(sheet.reader, name, case.begun_ns, end_ns)) for name in names]
    chart = Chart(
        name="power",
        title="What feeds the pump",
        caption="Marked: when the pump's status showed an alarm first.",
        x=Axis("time since delivery began", "h"),
        y=Axis("voltage", "V"),
        curves=curves,
        regions=sheet.windows,
        marks=tuple(Mark(name, sheet.hour(one.latest_ns)) for name, one in shown if one is not None),
        origin_ns=sheet.origin_ns,
        group=f"volume-{sheet.plan.begin_ns}",
    )
    return Graphs((chart,))


def _recorded(sheet: Sheet, stream: str, channel: str) -> bool:
    reader = sheet.reader
    return stream in reader.streams() and channel in {one.name for one in reader.channels(stream) if one.unit == "V"}
