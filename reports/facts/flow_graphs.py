"""Start-up graph and trumpet curve of a flow result.

Both are methods of IEC 60601-2-24, which excludes implantable pumps: borrowed methods, as every report says.
"""

from collections.abc import Iterator

import numpy as np

from reports.facts.charts import Axis, Band, Chart, Curve, Region
from reports.facts.flow_range import flow_range
from reports.facts.limit_curves import limit_curves
from reports.facts.run_facts import Graphs, Plan, ShownResult, TrumpetTable, WindowRow
from reports.facts.traces import NS_PER_H, NS_PER_MIN
from reports.facts.volumes import delivery_begins, flow_volume_at
from reports.facts.weighings import Noise, Weighed, noise_of, start_up_of, trumpet_of, weigh, whole_intervals
from rig.errors import MetrologyError
from rig.evaluation.orders import INFUSIONS
from rig.metrology.curves.trumpet import StartUp, Trumpet
from rig.record.reader import RecordReader


def flow_graphs(reader: RecordReader, plan: Plan, result: ShownResult) -> Graphs:
    """Return start-up graph and trumpet curve of one flow result, with a remark for each that cannot be drawn."""
    settings = reader.start().limits.trumpet
    if settings is None:
        return Graphs(remarks=("No start-up graph, no trumpet curve: the run's limits name no sample interval S.",))
    interval_min = settings.sample_interval_min
    try:
        weighed = weigh(reader, result)
        noise = noise_of(reader, weighed, result)
        start_up = _start_up_chart(reader, plan, result, weighed, noise, interval_min)
    except MetrologyError as error:
        return Graphs(remarks=(f"{result.name}: no start-up graph, no trumpet curve: {error}.",))
    minutes = (result.recipe.to_ns - result.recipe.from_ns) / NS_PER_MIN
    windows_min = settings.windows_min
    fitting = tuple(window for window in windows_min if window <= minutes)
    left_out = ", ".join(f"{window:g}" for window in windows_min if window > minutes)
    remarks = (f"Trumpet curve: the analysis is too short for windows of {left_out} min.",) if left_out else ()
    if not fitting:
        return Graphs((start_up,), remarks=remarks)
    try:
        curve = trumpet_of(reader, weighed, noise, result, interval_min, fitting)
    except MetrologyError as error:
        return Graphs((start_up,), remarks=(*remarks, f"{result.name}: no trumpet curve: {error}."))
    trumpet = _trumpet_chart(result, curve, interval_min)
    return Graphs((start_up, trumpet), (_trumpet_table(result, curve, interval_min),), remarks)


def _start_up_chart(
    reader: RecordReader, plan: Plan, result: ShownResult, weighed: Weighed, noise: Noise, interval_min: float
) -> Chart:
    span = result.recipe
    rate_ul_h = float(span.parameters["programmed_ul_h"])
    origin_ns = _commanded_before(plan, result)
    intervals = whole_intervals(origin_ns, result.recipe.to_ns, interval_min)
    graph = start_up_of(reader, weighed, noise, origin_ns, intervals, interval_min, rate_ul_h)
    hours = graph.t_min / 60.0
    whole = np.array([0.0, hours[-1]])
    unrest = 2.0 * graph.u_percent
    curves = [
        Curve("balance noise alone, highest", "envelope", whole, np.full(2, rate_ul_h * (1 + unrest / 100))),
        Curve("balance noise alone, lowest", "envelope", whole, np.full(2, rate_ul_h * (1 - unrest / 100))),
        Curve("programmed", "programmed", whole, np.full(2, rate_ul_h)),
        *limit_curves(result, whole, rate_ul_h),
        *_flow_sensor_curve(reader, graph, origin_ns, interval_min),
        Curve("balance", "balance", hours, graph.flow_ul_h, "steps"),
    ]
    return Chart(
        name="start-up",
        title="Start-up graph",
        caption=(
            f"Mean flow in each sample interval S = {interval_min:g} min from the start of delivery on. Shaded around "
            f"the programmed rate: what the balance's noise alone makes of a perfect pump (k = 2, ±{unrest:.2g} %). "
            f"{_of_flow_sensor(reader, rate_ul_h)}"
        ),
        x=Axis("time since delivery began", "h"),
        y=Axis("flow", "µL/h"),
        curves=tuple(curves),
        bands=(Band("balance noise alone", 0, 1),),
        regions=(
            Region(
                "analysis", (result.recipe.from_ns - origin_ns) / NS_PER_H, (result.recipe.to_ns - origin_ns) / NS_PER_H
            ),
        ),
        origin_ns=origin_ns,
    )


def _trumpet_chart(result: ShownResult, curve: Trumpet, interval_min: float) -> Chart:
    window = np.array([one.window_min for one in curve.windows])
    perfect = np.array([one.perfect_max_percent for one in curve.windows])
    curves = (
        Curve("balance noise alone, highest", "envelope", window, perfect),
        Curve("balance noise alone, lowest", "envelope", window, -perfect),
        *limit_curves(result, window),
        Curve("overall error A", "programmed", window, np.full(len(window), curve.overall_percent)),
        Curve("Eₚ(max)", "highest", window, np.array([one.max_percent for one in curve.windows]), "marked"),
        Curve("Eₚ(min)", "lowest", window, np.array([one.min_percent for one in curve.windows]), "marked"),
    )
    return Chart(
        name="trumpet",
        title="Trumpet curve",
        caption=(
            f"Largest and smallest mean error over every position of an observation window P, S = {interval_min:g} "
            "min. Shaded: what a perfect pump would show on this balance; only what lies beyond it is the pump's. "
            "Limits are for the mean over the whole analysis and drawn for comparison."
        ),
        x=Axis("observation window P", "min", ticks=tuple(window.tolist()), log=True),
        y=Axis("error of the mean flow", "%"),
        curves=curves,
        bands=(Band("balance noise alone", 0, 1),),
    )


def _trumpet_table(result: ShownResult, curve: Trumpet, interval_min: float) -> TrumpetTable:
    rows = tuple(
        WindowRow(one.window_min, one.count, one.max_percent, one.min_percent, one.perfect_max_percent)
        for one in curve.windows
    )
    return TrumpetTable(result.name, interval_min, rows, curve.overall_percent, 2.0 * curve.u_overall_percent)


def _flow_sensor_curve(reader: RecordReader, graph: StartUp, origin_ns: int, interval_min: float) -> Iterator[Curve]:
    """Yield the flow sensor's mean in the same intervals, when the bench has one."""
    edges_min = np.concatenate([[graph.t_min[0] - interval_min], graph.t_min])
    times_ns = origin_ns + np.round(edges_min * NS_PER_MIN).astype(np.int64)
    around_ns = round(interval_min * NS_PER_MIN)
    volume = flow_volume_at(reader, times_ns, origin_ns - around_ns, int(times_ns[-1]) + around_ns)
    if volume is not None:
        flow = np.diff(volume) / (interval_min / 60.0)
        yield Curve("flow sensor", "flow", graph.t_min / 60.0, flow, "steps", shown=False)


def _of_flow_sensor(reader: RecordReader, rate_ul_h: float) -> str:
    """Return what a reader needs to know of the flow sensor before switching it on; "" without one."""
    sensor = flow_range(reader)
    if sensor is None:
        return ""
    below = f"; it is {sensor.said(rate_ul_h)}" if sensor.below(rate_ul_h) else ""
    return f"The flow sensor can be switched on{below}."


def _commanded_before(plan: Plan, result: ShownResult) -> int:
    """Return when the infusion that a result measures was commanded."""
    starts = [one.t_ns for one in plan.told if one.verb in INFUSIONS and one.t_ns <= result.recipe.from_ns]
    return starts[-1] if starts else min(delivery_begins(plan), result.recipe.from_ns)
