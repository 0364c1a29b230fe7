"""How soon a pump notices that its line is closed, and what pressure stands in the line by then."""

import math
from dataclasses import dataclass

from rig.clock import NS_PER_S
from rig.errors import MisfitError, NotShownError
from rig.evaluation import inputs
from rig.evaluation.challenged import occlusions_in
from rig.evaluation.claims.occlusions import ACCURACY, line_pressure, sensor_within_kpa
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.own_log import stamped_lines
from rig.evaluation.pump_alarms import AlarmShown, first_shown, shown_before, states_of
from rig.metrology.dosing.occlusion import occlusion
from rig.metrology.uncertainty.budget import Component, combine
from rig.quantities import Measured
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# The log's line goes with the status when both are this near to each other, in standard uncertainties of its stamp.
_NEAR_K = 2.0
# The pressure does not depend on the flow that fills the line.
_ANY_FLOW = Measured(1.0, 0.0, "µL/h")


@dataclass(frozen=True, slots=True)
class Noticed:
    """When the line was closed and when the pump's alarm rose: UTC ns, and the standard uncertainty of each in s."""

    closed_ns: int
    rose_ns: int
    u_closed_s: float
    rose: Component


def time_to_alarm(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the time (s) from the closing of the line to the pump's occlusion alarm.

    The status is polled: the alarm rose somewhere between two readings (rectangular), or when the pump's log says so.
    Raises SeriesError unless the window holds one occlusion, and when no such alarm rose behind it: of a pump that has
    none, too.
    """
    noticed = _noticed(recipe, reader)
    took_s = (noticed.rose_ns - noticed.closed_ns) / NS_PER_S
    closing = Component("time of the closing", "B", 0.0, noticed.u_closed_s, "s", -1.0)
    return Evaluation(combine(took_s, "s", [noticed.rose, closing]), details={"by": noticed.rose.name})


def pressure_at_alarm(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the line's pressure (kPa) when the pump's occlusion alarm rose.

    Raises SeriesError as `time_to_alarm` does and where the DAQ did not record the line's pressure; MetrologyError as
    `occlusion` does.
    """
    noticed = _noticed(recipe, reader)
    pressure = line_pressure(recipe, reader, recipe.to_ns)
    found = occlusion(
        pressure.t_s,
        pressure.kpa,
        closed_s=(noticed.closed_ns - recipe.from_ns) / NS_PER_S,
        alarm_s=(noticed.rose_ns - recipe.from_ns) / NS_PER_S,
        flow=_ANY_FLOW,
        u_closed_s=noticed.u_closed_s,
        u_alarm_s=noticed.rose.u,
    )
    at = found.pressure_at_alarm
    lines = [
        Component("readings at the alarm, and its time", "A", at.value, at.u, "kPa", 1.0),
        Component(
            "line pressure sensor",
            "B",
            0.0,
            sensor_within_kpa(recipe) / math.sqrt(3.0),
            "kPa",
            1.0,
            shape="rectangular",
        ),
    ]
    invalid = (*inputs.standing_invalid(reader, recipe.to_ns), *pressure.invalid)
    details = {"time_to_alarm_s": found.time_to_alarm.value, "pressure_before_kpa": found.pressure_before.value}
    return Evaluation(combine(at.value, "kPa", lines), invalid, details)


def _noticed(recipe: Recipe, reader: RecordReader) -> Noticed:
    closed = [begins for begins, _ in occlusions_in(reader, recipe.from_ns, recipe.to_ns)]
    if len(closed) != 1:
        raise MisfitError(f"{len(closed)} occlusions begin in this window: let it hold one")
    alarm, closed_ns, u_s = recipe.parameters["alarm"], closed[0].at_ns, closed[0].u_s
    if shown_before(reader, alarm, closed_ns):
        raise NotShownError(f"the alarm {alarm} stood already when the line was closed")
    shown = first_shown(reader, alarm, closed_ns, recipe.to_ns)
    if shown is None:
        known = sorted({name for one in states_of(reader) for name in one.alarms})
        raise NotShownError(
            f"no alarm {alarm} rose behind the closing of the line: a pump without an occlusion alarm has no time to "
            "it, and one whose alarm has another name is asked with alarm=…; this run shows "
            f"{', '.join(known) or 'none'}"
        )
    rose_ns, rose = _rose(shown, alarm, closed_ns, reader)
    return Noticed(closed_ns, rose_ns, u_s, rose)


def _rose(shown: AlarmShown, alarm: str, closed_ns: int, reader: RecordReader) -> tuple[int, Component]:
    """Return when an alarm rose, UTC ns, and the line that this is in a budget."""
    for one in stamped_lines(reader, closed_ns):
        reach_ns = round(_NEAR_K * one.u_s * NS_PER_S) if one.dated else -1
        near = shown.earliest_ns - reach_ns <= one.at_ns <= shown.latest_ns + reach_ns
        if one.dated and near and one.line.event == alarm:
            return one.at_ns, Component("stamp of the pump's log", "B", 0.0, one.u_s, "s", 1.0)
    earliest_ns = max(shown.earliest_ns, closed_ns)
    width_s = (shown.latest_ns - earliest_ns) / NS_PER_S
    poll = Component(
        "pace of the status", "B", -width_s / 2.0, width_s / math.sqrt(12.0), "s", 1.0, shape="rectangular"
    )
    return (earliest_ns + shown.latest_ns) // 2, poll


_NAME = {"alarm": "the alarm, in the pump's own words"}

KINDS = (
    ClaimKind(
        name="time to alarm",
        unit="s",
        question="the time from the closing of the line to the pump's occlusion alarm, in s",
        compute=time_to_alarm,
        parameters=_NAME,
        graph=GraphKind.PRESSURE,
        panel=ResultPanel("Time to the occlusion alarm", 1),
    ),
    ClaimKind(
        name="pressure at alarm",
        unit="kPa",
        question="the line's pressure when the pump's occlusion alarm rose, in kPa",
        compute=pressure_at_alarm,
        parameters=_NAME | ACCURACY,
        graph=GraphKind.PRESSURE,
        panel=ResultPanel("Pressure at the occlusion alarm", 1),
    ),
)
