"""Delivered volume over time: what the balance, the flow sensor and the pump say, against what was programmed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reports.facts.charts import Axis, Chart, Curve, FloatArray, Region
from reports.facts.flow_range import flow_range
from reports.facts.run_facts import Plan
from reports.facts.traces import MOST_POINTS, NS_PER_H, TimeArray, hours_since, pieces, thin, traces
from reports.facts.weighings import Weighed, weigh_roughly
from rig.clock import NS_PER_S
from rig.evaluation import inputs
from rig.evaluation.delivered import streams_of
from rig.evaluation.orders import DELIVERS, ON_TOP, PRIME, PumpOrder, told
from rig.evaluation.programme import Programme
from rig.record.reader import RecordReader

_STEP_NS = 100_000_000


@dataclass(frozen=True, slots=True)
class VolumeCurve:
    """A volume (µL), (n,) at `t_ns` (n,), and who says so."""

    name: str
    role: str
    t_ns: TimeArray
    volume_ul: FloatArray
    recorded: int

    def since(self, origin_ns: int) -> "VolumeCurve":
        """Return the same with 0 µL at `origin_ns`."""
        zero = np.interp(origin_ns - self.t_ns[0], self.t_ns - self.t_ns[0], self.volume_ul)
        return VolumeCurve(self.name, self.role, self.t_ns, self.volume_ul - zero, self.recorded)


def delivery_begins(plan: Plan) -> int:
    """Return when the plan's first delivery was commanded, else when the plan began (UTC ns)."""
    return next((one.t_ns for one in plan.told if one.verb in DELIVERS and one.result == "ok"), plan.begin_ns)


def volume_charts(
    reader: RecordReader, plan: Plan, end_ns: int, weighed: Weighed | None, orders: Sequence[PumpOrder] | None = None
) -> tuple[Chart, ...]:
    """Return the graph of delivered volume and, for a plan without boluses, that of its deviation; () without data.

    `orders` are those of the plan's case, where an alarm that is expected and power taken away are a stop; without
    them the record's commands alone are the programme.
    """
    origin_ns = delivery_begins(plan)
    programmed = programmed_volume(told(reader) if orders is None else orders, plan.begin_ns, end_ns)
    below = _flow_below_range(reader, programmed, origin_ns)
    curves = [
        curve.since(origin_ns)
        for curve in _curves(reader, plan.begin_ns, end_ns, weighed)
        if not (below and curve.role == "flow")
    ]
    if not curves:
        return ()
    regions = tuple(
        Region(span.name, _hours(span.from_ns, origin_ns), _hours(span.to_ns, origin_ns)) for span in plan.spans
    )
    x = Axis("time since delivery began", "h")
    drawn = [_drawn(curve, origin_ns) for curve in curves]
    if programmed is not None:
        drawn.append(_drawn(programmed, origin_ns))
    volume = Chart(
        name="volume",
        title="Delivered volume",
        caption=_caption(curves, weighed, below),
        x=x,
        y=Axis("volume", "µL"),
        curves=tuple(drawn),
        regions=regions,
        origin_ns=origin_ns,
        group=f"volume-{plan.begin_ns}",
    )
    if programmed is None or any(one.verb in (*ON_TOP, PRIME) for one in plan.told):
        return (volume,)
    return volume, _deviation(volume, curves, programmed, origin_ns)


def programmed_volume(orders: Sequence[PumpOrder], from_ns: int, to_ns: int) -> VolumeCurve | None:
    """Return the volume that the orders of a span ask for, from corner to corner; None when they ask for none.

    A bolus whose rate is not recorded is a step: how fast the pump gives it is the pump's own affair.
    """
    inside = [one for one in orders if from_ns <= one.sent_ns < to_ns]
    if not any(one.verb in DELIVERS for one in inside):
        return None
    programme = Programme(inside, to_ns)
    corners = {from_ns, to_ns}
    corners.update(ns for one in programme.stretches for ns in (one.from_ns, min(one.to_ns, to_ns)))
    # Two points of its own, so that the step is drawn upright.
    corners.update(ns for given_ns in programme.given_at_once_ns for ns in (given_ns - 1, given_ns + _STEP_NS))
    t_ns = np.array(sorted(ns for ns in corners if from_ns <= ns <= to_ns), np.int64)
    return VolumeCurve("programmed", "programmed", t_ns, programme.volume_ul(t_ns), len(t_ns))


def flow_volume_at(reader: RecordReader, times_ns: TimeArray, from_ns: int, to_ns: int) -> FloatArray | None:
    """Return the flow sensor's volume (µL) since `from_ns` at each time (n,), NaN beyond its samples; None without."""
    found = np.full(len(times_ns), np.nan)
    some = False
    for t_ns, volume in _integrated(reader, from_ns, to_ns):
        some = True
        first, last = np.searchsorted(times_ns, (t_ns[0], t_ns[-1]), side="left")
        inside = slice(int(first), int(last) + int(last < len(times_ns) and times_ns[last] == t_ns[-1]))
        found[inside] = np.interp(times_ns[inside] - t_ns[0], t_ns - t_ns[0], volume)
    return found if some else None


def _curves(reader: RecordReader, from_ns: int, to_ns: int, weighed: Weighed | None) -> Iterator[VolumeCurve]:
    for _ in _streams_with(reader, "balance", "mass"):
        if weighed is not None:
            yield from _by_weight(reader, from_ns, to_ns, weighed)
    whole = list(_integrated(reader, from_ns, to_ns))
    if whole:
        kept = [(t, v, thin(v, MOST_POINTS // len(whole))) for t, v in whole]
        t_ns = np.concatenate([t[chosen] for t, _, chosen in kept])
        volume = np.concatenate([v[chosen] for _, v, chosen in kept])
        yield VolumeCurve("flow sensor", "flow", t_ns, volume, sum(len(t) for t, _ in whole))
    for stream in _streams_with(reader, "pump", "delivered"):
        trace = traces(reader, stream, ["delivered"], from_ns, to_ns).get("delivered")
        if trace is not None:
            yield VolumeCurve("pump's own count", "pump", trace.t_ns, trace.values, trace.recorded)


def _flow_below_range(reader: RecordReader, programmed: VolumeCurve | None, origin_ns: int) -> str:
    """Return why the flow sensor's sum is not worth showing; "" where it is, and where there is no sensor."""
    sensor = flow_range(reader)
    if sensor is None:
        return ""
    mean_ul_h = 0.0
    if programmed is not None and programmed.t_ns[-1] > origin_ns:
        mean_ul_h = float(programmed.volume_ul[-1]) / _hours(int(programmed.t_ns[-1]), origin_ns)
    return sensor.said(mean_ul_h) if sensor.below(mean_ul_h) else ""


def _by_weight(reader: RecordReader, from_ns: int, to_ns: int, weighed: Weighed) -> Iterator[VolumeCurve]:
    """Yield the balance's curve, each reading taken in the air of its own time as the results take it."""
    readings = inputs.weighing(reader, from_ns, to_ns)
    if not len(readings.t_s):
        return
    here = replace(weighed, ambient=weigh_roughly(reader, from_ns, to_ns).ambient)
    volume = here.volume_ul(readings.t_s, readings.mass_mg)
    kept = thin(volume)
    t_ns = from_ns + np.rint(readings.t_s * NS_PER_S).astype(np.int64)
    yield VolumeCurve("balance", "balance", t_ns[kept], volume[kept], len(volume))


def _integrated(reader: RecordReader, from_ns: int, to_ns: int) -> Iterator[tuple[TimeArray, FloatArray]]:
    """Yield pieces of the flow sensor's volume since its first sample, by the trapezoidal rule."""
    total, last_ns, last_flow = 0.0, 0, 0.0
    for stream in _streams_with(reader, "flow", "flow"):
        for series in pieces(reader, stream, ["flow"], from_ns, to_ns):
            flow = series.columns["flow"]
            before_ns = np.concatenate([[last_ns or series.t_ns[0]], series.t_ns[:-1]])
            before_flow = np.concatenate([[last_flow if last_ns else flow[0]], flow[:-1]])
            steps = 0.5 * (flow + before_flow) * ((series.t_ns - before_ns) / NS_PER_H)
            volume = total + np.cumsum(steps)
            total, last_ns, last_flow = float(volume[-1]), int(series.t_ns[-1]), float(flow[-1])
            yield series.t_ns, volume


def _streams_with(reader: RecordReader, capability: str, column: str) -> list[str]:
    """Return the stream of a capability if it has the column: another maker's pump need not count what it delivers."""
    streams = streams_of(reader, capability)[:1]
    return [stream for stream in streams if column in {channel.name for channel in reader.channels(stream)}]


def _deviation(volume: Chart, curves: Sequence[VolumeCurve], programmed: VolumeCurve, origin_ns: int) -> Chart:
    away = []
    for curve in curves:
        wanted = np.interp(curve.t_ns - origin_ns, programmed.t_ns - origin_ns, programmed.volume_ul)
        moved = VolumeCurve(curve.name, curve.role, curve.t_ns, curve.volume_ul - wanted, curve.recorded)
        away.append(_drawn(moved.since(origin_ns), origin_ns))
    return Chart(
        name="deviation",
        title="Delivered less programmed volume",
        caption="The same volumes less what was programmed: a line that stays level delivers at the set rate.",
        x=volume.x,
        y=Axis("difference", "µL"),
        curves=tuple(away),
        regions=volume.regions,
        origin_ns=origin_ns,
        group=volume.group,
        less=programmed.name,
    )


def _drawn(curve: VolumeCurve, origin_ns: int) -> Curve:
    return Curve(curve.name, curve.role, hours_since(curve.t_ns, origin_ns), curve.volume_ul)


def _hours(t_ns: int, origin_ns: int) -> float:
    return (t_ns - origin_ns) / NS_PER_H


def _caption(curves: Sequence[VolumeCurve], weighed: Weighed | None, flow_below: str) -> str:
    said = []
    if any(curve.role == "balance" for curve in curves) and weighed is not None:
        corrected = "buoyancy, density and evaporation"
        if weighed.evaporation is None:
            corrected = "buoyancy and density, not for evaporation, which is not known here"
        said.append(f"Balance: mass corrected for {corrected}; the dose reference.")
    if any(curve.role == "flow" for curve in curves):
        said.append("Flow sensor: its flow summed up; it shows timing, and may be off by what its maker states.")
    if flow_below:
        said.append(f"Flow sensor: {flow_below}. Its sum would be that error's and is not drawn.")
    thinned = [f"{curve.name} {len(curve.t_ns)} of {curve.recorded}" for curve in curves if _is_thinned(curve)]
    if thinned:
        said.append(f"Points shown, highest and lowest kept: {', '.join(thinned)}.")
    return " ".join(said)


def _is_thinned(curve: VolumeCurve) -> bool:
    return len(curve.t_ns) < curve.recorded
