"""The result of a window as it looks before its end: for the status line, and as events for those who follow a run.

Evaporation is that of the zero-flow run before, because the one behind is yet to come. No verdict comes of it.
"""

from rig.clock import NS_PER_S
from rig.errors import MetrologyError
from rig.evaluation import inputs, looks
from rig.evaluation.delivered import streams_of
from rig.evaluation.openings import zero_flows
from rig.metrology.planning.duration import project
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow import mean_flow, volume_delivered
from rig.quantities import S_PER_H
from rig.record.bodies.events import ProjectionSeen
from rig.record.bodies.judging import Limit
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord

# Evaporation that is not known yet is taken for nothing, give or take this much.
_UNKNOWN_EVAPORATION = EvaporationRate(0.0, 0.1)
# How often a window is looked at: each ten minutes, and no more than so often in one dwell. On the virtual clock a day
# is over before anybody could look twice.
_PACE_NS = 600 * NS_PER_S
_MOST_LOOKS = 24
_MOST_LOOKS_VIRTUAL = 6


class Projection:
    """Reads the newest samples of a live record."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record

    def text(self, begin_ns: int, now_ns: int) -> str:
        """Return what balance and pump say about the span since `begin_ns`, "" while the data allow no number."""
        with self._record.reader() as reader:
            if not streams_of(reader, "balance"):
                return ""
            try:
                rate_ul_h = _constant_rate(reader, begin_ns, now_ns + 1)
                if rate_ul_h > 0:
                    error = _flow_error(reader, begin_ns, now_ns + 1, rate_ul_h, _evaporation(reader, begin_ns))
                    return f"so far {error.value:+.2f} ± {error.expanded():.2g} %"
                volume = _volume(reader, begin_ns, now_ns + 1)
                return f"so far {volume.value:.2f} ± {volume.expanded():.2g} µL"
            except MetrologyError:
                return ""  # too early, or nothing flows: the result itself will say so if it stays that way


class ProjectedVerdict:
    """Records, at a steady pace while a window is open, what verdict on the mean flow is to be expected at its end."""

    def __init__(self, record: RunRecord, plan: str, limit: Limit, *, virtual: bool) -> None:
        self._record = record
        self._plan = plan
        self._limit = limit
        self._most_looks = _MOST_LOOKS_VIRTUAL if virtual else _MOST_LOOKS
        self._from_ns = self._next_ns = -1
        self._evaporation_before: EvaporationRate | None = None

    def look(self, from_ns: int, now_ns: int, end_ns: int) -> None:
        """Look at the window since `from_ns` when it is time to; the dwell under way ends at `end_ns`."""
        pace_ns = max(_PACE_NS, (end_ns - from_ns) // self._most_looks)
        if from_ns != self._from_ns:
            self._from_ns, self._next_ns = from_ns, from_ns + pace_ns
            self._evaporation_before = None
        if now_ns < self._next_ns:
            return
        self._next_ns += pace_ns
        with self._record.reader() as reader:
            try:
                seen = self._projected(reader, from_ns, now_ns, end_ns)
            except MetrologyError:
                return  # as above
        if seen is not None:
            self._record.event(seen)

    def _projected(self, reader: RecordReader, from_ns: int, now_ns: int, end_ns: int) -> ProjectionSeen | None:
        """Return the event; None only when the pump has no constant rate."""
        rate_ul_h = _constant_rate(reader, from_ns, now_ns + 1)
        if rate_ul_h <= 0:
            return None
        if self._evaporation_before is None:  # a weighing that was over when the window began stays what it was
            self._evaporation_before = _evaporation(reader, from_ns)
        evaporation = self._evaporation_before
        error = _flow_error(reader, from_ns, now_ns + 1, rate_ul_h, evaporation)
        elapsed_s, end_s = (now_ns - from_ns) / NS_PER_S, (end_ns - from_ns) / NS_PER_S
        precision = looks.precision_of(reader, from_ns, now_ns + 1, rate_ul_h, evaporation)
        limit = self._limit
        expected = project(error.measured(), elapsed_s, end_s, precision, limit.lower, limit.upper, k=limit.coverage_k)
        decided_s = expected.decided_after_s
        return ProjectionSeen(
            plan=self._plan,
            result="mean flow error",
            value_percent=error.value,
            u_percent=error.u,
            lower_percent=limit.lower,
            upper_percent=limit.upper,
            verdict=expected.verdict.value,
            pass_probability=expected.pass_probability,
            hours_to_verdict=None if decided_s is None else max(0.0, decided_s - elapsed_s) / S_PER_H,
        )


def _constant_rate(reader: RecordReader, from_ns: int, to_ns: int) -> float:
    """Return the pump's rate in µL/h, 0 when it is stopped, does not tell it or has changed meanwhile."""
    pumps = streams_of(reader, "pump")
    if not pumps or all(channel.name != "rate" for channel in reader.channels(pumps[0])):
        return 0.0
    rates = reader.series(pumps[0], from_ns + 1, to_ns, ["rate"]).columns["rate"]
    return float(rates[0]) if len(rates) and rates.min() == rates.max() else 0.0


def _flow_error(
    reader: RecordReader, from_ns: int, to_ns: int, programmed_ul_h: float, evaporation: EvaporationRate
) -> Budget:
    readings = inputs.weighing(reader, from_ns, to_ns)
    return mean_flow(
        readings.t_s,
        readings.mass_mg,
        programmed_ul_h=programmed_ul_h,
        corrections=inputs.corrections_with(reader, from_ns, to_ns, evaporation),
        stroke_ul=inputs.stroke_ul(reader),
    ).error


def _volume(reader: RecordReader, from_ns: int, to_ns: int) -> Budget:
    readings = inputs.weighing(reader, from_ns, to_ns)
    last_s = float(readings.t_s[-1]) if len(readings.t_s) else 0.0
    return volume_delivered(
        readings.t_s,
        readings.mass_mg,
        before_s=(0.0, 0.0),
        after_s=(last_s, last_s),
        corrections=inputs.corrections_with(reader, from_ns, to_ns, _evaporation(reader, from_ns)),
    )


def _evaporation(reader: RecordReader, from_ns: int) -> EvaporationRate:
    known = zero_flows(reader, from_ns)
    return inputs.evaporation_so_far(reader, known[-1]) if known else _UNKNOWN_EVAPORATION
