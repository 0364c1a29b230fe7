"""What a daily proof asks of a known flow: that balance, flow sensor and motor's edges see it; and of known inputs."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.evaluation.claims.proof_of_bench import found_in
from rig.evaluation.claims.proof_while_flowing import kinked
from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.delivered import streams_of
from rig.evaluation.edges import counted_edges
from rig.evaluation.folded import folded_mean
from rig.evaluation.outcome import Evaluation
from rig.metrology.readings.regression import fit_line
from rig.metrology.uncertainty.budget import Component, combine
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.quantities import S_PER_H
from rig.record.bodies.proofs import InputKnown, ReferenceRuns
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import StatedAccuracy
from rig.record.reader import RecordReader

RECTANGULAR = math.sqrt(3.0)
# What a vessel may lose meanwhile, half of the range that is allowed to it: beside a known flow it is next to nothing.
LOSS = EvaporationRate(0.1, 0.1)
# A thermal sensor whose limits of error the bench file does not state.
_USUAL = StatedAccuracy(percent=10.0, absolute=10.0)
FEWEST = 8
# A reference whose stroke nobody declares makes none larger than this.
STROKE_UL = 0.5
# On the wall clock edges are counted a moment before a window begins, while the known flow is running already.
COUNTED_BEFORE_NS = 5_000_000_000
_PARTS = 16


@dataclass(frozen=True, slots=True)
class WeighedFlow:
    """The flow that was weighed in a window, µL/h, with the lines of its budget in that unit."""

    flow_ul_h: float
    lines: tuple[Component, ...]
    invalid: tuple[str, ...]
    hours: float

    @property
    def u_ul_h(self) -> float:
        """Return its standard uncertainty."""
        return math.hypot(*(one.contribution for one in self.lines))


def weighed_flow(recipe: Recipe, reader: RecordReader) -> WeighedFlow:
    """Return the flow that was weighed; raises SeriesError where nothing was, or air and liquid are not known."""
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    c = inputs.corrections_with(reader, recipe.from_ns, recipe.to_ns, LOSS)
    line = fit_line(readings.t_s, readings.mass_mg)
    hours = float(readings.t_s[-1] - readings.t_s[0]) / S_PER_H
    flow_ul_h = c.per_mg * (line.slope_h + LOSS.rate_mg_h)
    ambient = c.ambient
    relative = math.hypot(ambient.u_relative_density, c.tip.u_immersion, c.balance.calibration_relative_u)
    expansion = ambient.liquid_expansion_per_k * ambient.u_liquid_temperature_k
    lines = (
        Component("slope of the readings", "A", flow_ul_h, c.per_mg * line.u_slope_h, "µL/h", 1.0, line.dof),
        Component("loss of the vessel", "B", 0.0, c.per_mg * LOSS.u_mg_h, "µL/h", 1.0),
        Component("density, needle and calibration", "B", 0.0, abs(flow_ul_h) * relative, "µL/h", 1.0),
        Component("temperature of the liquid", "B", 0.0, abs(flow_ul_h) * expansion, "µL/h", 1.0),
    )
    return WeighedFlow(flow_ul_h, lines, readings.invalid, hours)


def known_flow(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the flow weighed is off the known flow of a reference, in % of that."""
    told = [entry.body for entry in reader.events(ReferenceRuns) if entry.t_ns < recipe.to_ns]
    if not told:
        raise SeriesError("no reference gave a known flow")
    reference = told[-1]
    weighed, known = weighed_flow(recipe, reader), reference.rate_ul_h
    per = 100.0 / known
    lines = [Component(one.name, one.kind, one.value, one.u, one.unit, per, one.dof) for one in weighed.lines]
    u_known = reference.percent / 100.0 * known / RECTANGULAR
    lines.append(Component("reference", "B", known, u_known, "µL/h", -per, shape="rectangular"))
    value = (weighed.flow_ul_h - known) * per
    words = [f"{weighed.flow_ul_h:.5g} µL/h were weighed, the reference gives {known:g} µL/h", *others(recipe, reader)]
    words[0] = "; ".join([words[0], *filter(None, (alarms_of(reference, recipe, reader), kinked(recipe, reader)))])
    return Evaluation(combine(value, "%", lines, words), weighed.invalid, {"weighed_ul_h": weighed.flow_ul_h})


def alarms_of(reference: ReferenceRuns, recipe: Recipe, reader: RecordReader) -> str:
    """Return the alarms that the reference itself told of while it ran, "" for none."""
    named = {one for one in reader.streams() if reference.by in (one, reader.start().instruments[one].serves_as)}
    changes = [e.body for e in reader.events(PumpStateChanged) if recipe.from_ns <= e.t_ns <= recipe.to_ns]
    told = {alarm: one.instrument for one in changes if one.instrument in named for alarm in one.alarms}
    return f"{next(iter(told.values()))} told of {', '.join(told)} meanwhile" if told else ""


def others(recipe: Recipe, reader: RecordReader) -> list[str]:
    """Return what the others saw meanwhile: who of them agrees with the reference tells where to look."""
    said = []
    streams = streams_of(reader, "flow")
    if streams:
        flow, _ = read_column(reader, streams[0], "flow", recipe.from_ns, recipe.to_ns)
        if np.any(np.isfinite(flow)):
            said.append(
                f"{streams[0]} saw {float(np.nanmean(flow)):.4g} µL/h: where that is the reference's, look for a leak "
                "between it and the needle, at [liquid] and at the balance; where it is the balance's, at the reference"
            )
    return said


def flow_sensor(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the flow sensor's mean is off the flow weighed, as a multiple of its limits of error."""
    streams = streams_of(reader, "flow")
    if not streams:
        raise SeriesError("the run recorded no flow sensor")
    flow, series = read_column(reader, streams[0], "flow", recipe.from_ns, recipe.to_ns)
    if len(flow) < FEWEST:
        raise SeriesError(f"{streams[0]} gave {len(flow)} samples, {FEWEST} are wanted")
    if saturated := int(np.sum(~np.isfinite(flow))):
        raise SeriesError(
            f"{streams[0]} was saturated in {saturated} of {len(flow)} samples: see that it is the sensor, with the "
            "range and the liquid, that the bench file names, and that its line holds no air"
        )
    weighed = weighed_flow(recipe, reader)
    stated = reader.start().instruments[streams[0]].accuracy or _USUAL
    limit = max(stated.percent / 100.0 * abs(weighed.flow_ul_h), stated.absolute)
    t_s = (series.t_ns - recipe.from_ns) / NS_PER_S
    mean, u_mean, dof = _mean_of(flow, t_s, _stroke_s(recipe, reader))
    per = 1.0 / limit
    budget = combine(
        (mean - weighed.flow_ul_h) * per,
        "1",
        [
            Component("scatter of the sensor", "A", mean, u_mean, "µL/h", per, dof),
            Component("flow weighed", "A", weighed.flow_ul_h, weighed.u_ul_h, "µL/h", -per),
        ],
        [
            f"{streams[0]} saw {mean:.4g} µL/h where {weighed.flow_ul_h:.5g} µL/h were weighed: is it the sensor, with "
            "the scale, that the bench file names?"
        ],
    )
    lost = (f"{series.lost} samples of {streams[0]} were lost",) if series.lost else ()
    return Evaluation(budget, (*weighed.invalid, *lost), {"seen_ul_h": mean})


def _mean_of(
    flow_ul_h: NDArray[np.float64], t_s: NDArray[np.float64], stroke_s: float | None
) -> tuple[float, float, float]:
    """Return the mean of a flow, µL/h, its standard uncertainty, and its degrees of freedom.

    Samples rise and fall with each stroke, of which their mean takes all phases alike: that is no noise. What the means
    of equal parts, of some strokes each, scatter by is. Where there are few they are laid over one another by the time
    between two strokes, s, where that is known.
    """
    n, mean = flow_ul_h.size, float(flow_ul_h.mean())
    if n < 4 * _PARTS:
        folded = None if stroke_s is None else folded_mean(t_s, flow_ul_h, stroke_s)
        return folded or (mean, float(flow_ul_h.std(ddof=1)) / math.sqrt(n), n - 1.0)
    means = np.array([part.mean() for part in np.array_split(flow_ul_h, _PARTS)])
    return mean, float(means.std(ddof=1)) / math.sqrt(_PARTS), _PARTS - 1.0


def _stroke_s(recipe: Recipe, reader: RecordReader) -> float | None:
    """Return the time between two strokes of the reference in a window, s; None where none is told."""
    told = [entry.body for entry in reader.events(ReferenceRuns) if entry.t_ns < recipe.to_ns - 1]
    stroke_ul = stated_stroke_ul(told[-1], reader) if told else None
    return S_PER_H * stroke_ul / told[-1].rate_ul_h if stroke_ul else None


def stated_stroke_ul(reference: ReferenceRuns, reader: RecordReader) -> float | None:
    """Return the stroke of a reference as [dut] states it, µL; None where it is another than the pump under test."""
    pump, stroke_ul = reader.start().in_role("pump"), reader.start().dut.stroke_ul
    return stroke_ul if stroke_ul and reference.by in ("pump", pump) else None


def motor_edges(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the volume of the motor's edges, as the DAQ counts them, is off the volume weighed, in %."""
    dut = reader.start().dut
    counts = counted_edges(reader, recipe.from_ns - COUNTED_BEFORE_NS, recipe.to_ns)
    if len(counts) < 2 or not (dut.motor_edges_per_stroke and dut.stroke_ul):
        raise SeriesError("nothing counted the motor's edges, or [dut] does not say what they stand for")
    hours = (counts[-1].at_ns - counts[0].at_ns) / 1e9 / S_PER_H
    edges = counts[-1].edges - counts[0].edges
    at_h = np.asarray([one.at_ns - counts[0].at_ns for one in counts], np.float64) / 1e9 / S_PER_H
    # Each count may miss the part of a stroke that is under way: a line through all tells more than both ends.
    per_h = float(np.polyfit(at_h, [one.edges - counts[0].edges for one in counts], 1)[0])
    moved = per_h * hours * dut.stroke_ul / dut.motor_edges_per_stroke
    weighed = weighed_flow(recipe, reader)
    per = 100.0 / (weighed.flow_ul_h * hours)
    u_strokes = dut.stroke_ul * u_of_strokes(len(counts))
    budget = combine(
        (moved - weighed.flow_ul_h * hours) * per,
        "%",
        [
            Component("strokes under way", "B", moved, u_strokes, "µL", per),
            Component("flow weighed", "A", weighed.flow_ul_h, weighed.u_ul_h, "µL/h", -per * hours),
        ],
        [
            f"{counts[0].instrument} counted {edges} edges of the motor, {moved:.4g} µL, as "
            f"{weighed.flow_ul_h * hours:.4g} µL were weighed"
        ],
    )
    return Evaluation(budget, weighed.invalid, {"edges": edges})


def u_of_strokes(counts: int) -> float:
    """Return what strokes under way leave open of how much so many counts in a row went on, in strokes."""
    return math.sqrt((2.0 if counts < FEWEST else 12.0 / counts) / 12.0)


def known_inputs(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what a channel of the DAQ is off its known input, in multiples of what is allowed: the farthest."""
    daq = reader.start().in_role("daq")
    found = []
    for one in found_in(recipe, reader, InputKnown):
        series = reader.series(daq, recipe.from_ns, recipe.to_ns, [one.channel])
        values = series.columns[one.channel]
        if len(values) < 2:
            raise SeriesError(f"{daq} gave {len(values)} samples of {one.channel}")
        mean, u = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
        words = f"{one.channel} of {daq} reads {mean:.5g} {series.units[one.channel]} at {one.known:.5g} ({one.by})"
        found.append(((mean - one.known) / one.within, u / one.within, words))
    off, u, _ = max(found, key=lambda each: abs(each[0]))
    scatter = Component("scatter of the samples", "A", off, u, "1", 1.0)
    return Evaluation(combine(off, "1", [scatter], [words for _, _, words in found]))


def supply_voltage(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the supply, by its own reading, is off the voltage that it was set to, in ppm of that."""
    supply = reader.start().in_role("supply")
    told = [e.body.arguments for e in reader.commands(supply) if e.body.verb == "set_output" and e.t_ns < recipe.to_ns]
    if not told:
        raise SeriesError("the supply was told no voltage")
    wanted = float(told[-1]["voltage_v"])
    series = reader.series(supply, recipe.from_ns, recipe.to_ns, ["voltage"])
    values = series.columns["voltage"]
    if len(values) < 2:
        raise SeriesError(f"{supply} gave {len(values)} readings of its voltage")
    mean, u = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
    per = 1e6 / wanted
    budget = combine(
        (mean - wanted) * per,
        "ppm",
        [Component("scatter of the readings", "A", mean, u, "V", per)],
        [f"{supply} reads {mean:.5g} V, and is set to {wanted:g} V"],
    )
    return Evaluation(budget)


KINDS = (
    ClaimKind(
        name="known flow error",
        unit="%",
        question="by what the flow weighed is off a reference's known flow, in %; of proofs",
        compute=known_flow,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="flow sensor error",
        unit="1",
        question="by what the flow sensor is off the flow weighed, as a multiple of its limits of error; of proofs",
        compute=flow_sensor,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="motor edges error",
        unit="%",
        question="by what the volume of the motor's edges is off the volume weighed, in %; of proofs",
        compute=motor_edges,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="known inputs error",
        unit="1",
        question="by what a channel of the DAQ is off its known input, in multiples of what is allowed; of proofs",
        compute=known_inputs,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="supply voltage error",
        unit="ppm",
        question="by what the supply is off the voltage that it is set to, by its own reading, in ppm; of proofs",
        compute=supply_voltage,
        graph=GraphKind.EVENTS,
    ),
)
