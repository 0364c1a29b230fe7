"""How soon an alarm shows: from the window's begin, which a plan sets at the cause, to the pump's status."""

import math

from rig.errors import NotShownError
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.paces import pace_s
from rig.metrology.uncertainty.budget import Budget, Component
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def alarm_delay(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the time in s from the window's begin to the first status that shows the alarm.

    The status is polled: the alarm rose somewhere between two readings, and not before the window (rectangular).
    Raises SeriesError when the alarm does not show in the window, or stood before it.
    """
    wanted = recipe.parameters["alarm"]
    pump = reader.start().in_role("pump")
    changes = [entry.body for entry in reader.events(PumpStateChanged) if entry.body.instrument == pump]
    before = [one for one in changes if one.at_ns < recipe.from_ns]
    if before and wanted in before[-1].alarms:
        raise NotShownError(f"the alarm {wanted} stood already when the window began")
    shown = [one for one in changes if recipe.from_ns <= one.at_ns < recipe.to_ns and wanted in one.alarms]
    if not shown:
        seen = ", ".join(sorted({alarm for one in changes for alarm in one.alarms}))
        raise NotShownError(f"the alarm {wanted} did not show in this window; the run shows {seen or 'none'}")
    every_s = pace_s(reader, pump, recipe.from_ns, recipe.to_ns) or 0.0
    latest_s = (shown[0].at_ns - recipe.from_ns) / 1e9
    earliest_s = max(0.0, latest_s - every_s)
    width_s = latest_s - earliest_s
    poll = Component("pace of the status", "B", -width_s / 2, width_s / math.sqrt(12.0), "s", 1.0, shape="rectangular")
    return Evaluation(Budget((earliest_s + latest_s) / 2, "s", (poll,)))


KINDS = (
    ClaimKind(
        name="alarm delay",
        unit="s",
        question="the time from the window's begin to the first status that shows an alarm, in s",
        compute=alarm_delay,
        parameters={"alarm": "the alarm, in the pump's own words: battery_low, reservoir_empty …"},
        graph=GraphKind.ALARM,
        panel=ResultPanel("Delay of alarms", 1),
    ),
)
