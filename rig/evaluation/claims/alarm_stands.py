"""Whether an alarm that showed goes on standing: through whatever a plan does to the pump meanwhile."""

from rig.clock import NS_PER_S
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import FactFound
from rig.record.bodies.events import WindowEnds
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader


def alarm_stands(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether an alarm stood from when it showed first in a window, or its begin, to the window's end.

    Only what a status showed counts: a pump that cannot be read meanwhile, for want of power, is asked again behind it.
    """
    alarm: str = recipe.parameters["alarm"]
    states = _states(recipe, reader)
    if not states:
        unknown = f"the pump's status was not followed: whether {alarm} stood is not known"
        return FactFound(holds=False, text=f"{alarm}: not known", invalid=(unknown,))
    before = [one for one in states if one.at_ns < recipe.from_ns][-1:]
    seen = [*before, *(one for one in states if one.at_ns >= recipe.from_ns)]
    shown = next((place for place, one in enumerate(seen) if alarm in one.alarms), None)
    if shown is None:
        return FactFound(holds=False, text=f"{alarm} did not stand", against=(f"{alarm} did not show in the window",))
    gone = next((one for one in seen[shown:] if alarm not in one.alarms), None)
    since_s = _after_s(recipe, seen[shown])
    details = {"since_s": since_s}
    if gone is None:
        text = f"{alarm} stood from {since_s:.4g} s after the window's begin to its end"
        return FactFound(holds=True, text=text, details=details)
    said = f"{alarm} stood {since_s:.4g} s after the window's begin, and at {_after_s(recipe, gone):.4g} s no more"
    return FactFound(holds=False, text=said, against=(said,), details=details)


def _states(recipe: Recipe, reader: RecordReader) -> list[PumpStateChanged]:
    """Return what the status showed up to the window's end: in virtual time a stop behind it may bear the same time."""
    pump = reader.start().in_role("pump")
    span = (recipe.from_ns, recipe.to_ns)
    ends = [one.seq for one in reader.events(WindowEnds) if (one.body.from_ns, one.body.to_ns) == span]
    found = [one for one in reader.events(PumpStateChanged) if one.body.instrument == pump]
    return [one.body for one in found if one.body.at_ns < recipe.to_ns and not (ends and one.seq > ends[-1])]


def _after_s(recipe: Recipe, status: PumpStateChanged) -> float:
    return max(0.0, (status.at_ns - recipe.from_ns) / NS_PER_S)


KINDS = (
    ClaimKind(
        name="an alarm stands",
        unit="",
        question="whether an alarm that showed stood to the window's end",
        compute=alarm_stands,
        parameters={"alarm": "the alarm that must stand, in the pump's own words"},
        graph=GraphKind.EVENTS,
        panel=ResultPanel("Alarms that had to stand"),
    ),
)
