"""The flow sensor in the line: within its own limits of error it must tell the flow that was weighed."""

import math
from dataclasses import dataclass

import numpy as np

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.absences import away_in
from rig.evaluation.case import Case
from rig.evaluation.columns import read_column
from rig.evaluation.delivered import streams_of
from rig.evaluation.inputs import widening
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.testimony import Testimony, Witness
from rig.quantities import S_PER_H
from rig.record.bodies.start import Start, StatedAccuracy

# What is supposed of a sensor whose limits the bench file does not state: a thermal sensor of a larger range.
USUAL = StatedAccuracy(percent=10.0, absolute=10.0)
_BLOCKS = 24
_INTERLEAVED = (2, 3, 5, 7)
# Samples that come each so many strokes, within this share, keep to one phase of them for an hour.
_OUT_OF_STEP = 0.01


@dataclass(frozen=True, slots=True)
class FlowSeen:
    """The mean of the flow sensor and that of what was weighed over the same hours, µL/h.

    `limit_ul_h` are the sensor's own limits of error, `u_ul_h` the standard uncertainty of comparing the two.
    """

    mean_ul_h: float
    weighed_ul_h: float
    hours: float
    limit_ul_h: float
    u_ul_h: float


def accuracy_of(start: Start, stream: str) -> StatedAccuracy:
    """Return a flow sensor's limits of error, as the bench file states them or as they are supposed."""
    return start.instruments[stream].accuracy or USUAL


def flow_seen(case: Case) -> FlowSeen:
    """Return the mean flow while something was delivered; raises SeriesError when the two cannot be compared."""
    streams = streams_of(case.reader, "flow")
    begin_ns, end_ns = case.delivers_ns
    weighed = case.weighed
    if not streams or weighed is None or end_ns <= begin_ns:
        raise SeriesError("no flow sensor was recorded, or nothing was weighed")
    flow_ul_h, series = read_column(case.reader, streams[0], "flow", begin_ns, end_ns)
    if len(flow_ul_h) < 2 * _BLOCKS or series.lost or away_in(case.reader, begin_ns, end_ns, streams[0]):
        raise SeriesError("the flow sensor lost samples or gave too few")
    together = max(series.t_ns[0], weighed.t_ns[0]), min(series.t_ns[-1], weighed.t_ns[-1])
    clear = case.clear(int(together[0]), int(together[1]))
    if not clear:
        raise SeriesError("flow sensor and balance did not measure together")
    span_ns = np.asarray(max(clear, key=lambda part: part[1] - part[0]))
    hours = float(np.diff(span_ns)[0]) / NS_PER_H
    if hours <= 0.0:
        raise SeriesError("flow sensor and balance did not measure together")
    weighed_ul = float(np.diff(weighed.at(span_ns))[0])
    mean_ul_h, u_ul_h = _mean(series.t_ns, flow_ul_h, span_ns)
    stated = accuracy_of(case.start, streams[0])
    limit_ul_h = max(stated.percent / 100.0 * abs(weighed_ul / hours), stated.absolute)
    u_weighed = float(weighed.u_ul(hours, weighed_ul)) / hours
    return FlowSeen(mean_ul_h, weighed_ul / hours, hours, limit_ul_h, math.hypot(u_ul_h, u_weighed))


def testify(case: Case) -> Testimony:
    """Hold the mean of the flow sensor while something was delivered to the mean flow that was weighed."""
    seen = flow_seen(case)
    allowed_ul_h = seen.limit_ul_h + widening(np.inf) * seen.u_ul_h
    said = (
        f"the flow sensor saw {seen.mean_ul_h:.4g} µL/h on the mean, {seen.weighed_ul_h:.4g} µL/h were weighed, "
        f"{allowed_ul_h:.3g} µL/h apart are allowed"
    )
    off = abs(seen.mean_ul_h - seen.weighed_ul_h) > allowed_ul_h
    words = f"{said}: {_in_step(case, seen) or 'one of the two is wrong'}"
    return Testimony(said, (words,) if off else (), undermines=off)


def _in_step(case: Case, seen: FlowSeen) -> str:
    """Return that the sensor's samples fall on the same phase of each stroke, "" where they do not."""
    stroke_ul, stream = case.start.dut.stroke_ul, streams_of(case.reader, "flow")[0]
    t_ns = case.reader.series(stream, *case.delivers_ns, []).t_ns
    if stroke_ul <= 0.0 or seen.weighed_ul_h <= 0.0 or len(t_ns) < 2:
        return ""
    every_s, stroke_s = float(np.median(np.diff(t_ns))) / NS_PER_S, stroke_ul / seen.weighed_ul_h * S_PER_H
    strokes = every_s / stroke_s
    if round(strokes) < 1 or abs(strokes - round(strokes)) > _OUT_OF_STEP * round(strokes):
        return ""
    return (
        f"{stream} takes a sample each {every_s:.3g} s, in step with a stroke each {stroke_s:.3g} s: it sees one phase "
        "of them alone; let it sample at another interval"
    )


def _mean(t_ns: np.ndarray, flow_ul_h: np.ndarray, span_ns: np.ndarray) -> tuple[float, float]:
    """Return the mean over a span and its standard uncertainty, from the scatter of the means of equal parts.

    Trapezoids, because a gap between blocks must not weigh less than a burst of samples. A sensor that is read in step
    with the pump's strokes sees some phases of them only: then every second, third, fifth or seventh sample has another
    mean than the rest, and what the phases between would have shown is not known.
    """
    edges = np.linspace(float(span_ns[0]), float(span_ns[1]), _BLOCKS + 1)
    steps = np.diff(t_ns) * 0.5 * (flow_ul_h[1:] + flow_ul_h[:-1])
    volume = np.concatenate([[0.0], np.cumsum(steps)])
    zero = t_ns[0]
    at = np.interp(edges - float(zero), (t_ns - zero).astype(np.float64), volume)
    means = np.diff(at) / np.diff(edges)
    u_phase = max(_of_phases(flow_ul_h, every) for every in _INTERLEAVED)
    u = math.hypot(float(means.std(ddof=1)) / math.sqrt(_BLOCKS), u_phase)
    return float((at[-1] - at[0]) / (edges[-1] - edges[0])), u


def _of_phases(flow_ul_h: np.ndarray, every: int) -> float:
    """Return the standard uncertainty of a mean from `every` phases alone, µL/h: the scatter of their own means."""
    phases = flow_ul_h[: len(flow_ul_h) // every * every].reshape(-1, every).mean(axis=0)
    return float(phases.std(ddof=1)) / math.sqrt(every)


WITNESS = Witness("flow sensor", testify)
