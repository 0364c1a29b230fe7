"""What flows although nothing should, and what flows back."""

import math
from dataclasses import replace

import numpy as np

from rig.clock import NS_PER_S
from rig.errors import MisfitError
from rig.evaluation import inputs
from rig.evaluation.case import Case
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.weighed_window import WeighedWindow, weighed_window
from rig.metrology.dosing.steady import largest_of_noise
from rig.metrology.readings.checked import check_series
from rig.metrology.uncertainty.budget import Component
from rig.metrology.weighing.flow import Surroundings, mean_flow
from rig.metrology.weighing.flow_budget import Gain, volume_budget
from rig.quantities import S_PER_H
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_RESTING = frozenset({"stopped", "alarm"})
# Any rate will do: an error in percent of it is turned back into a flow.
_UNIT_UL_H = 1.0


def zero_flow(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the mean flow (µL/h) of a window in which nothing should flow, corrected for evaporation.

    Raises SeriesError when the pump was to deliver something, and as the mean flow does.
    """
    _refuse_delivery(recipe, reader)
    readings = inputs.weighing(reader, recipe.from_ns, recipe.to_ns)
    before, after = inputs.weighings_around(reader, recipe)
    flow = mean_flow(
        readings.t_s,
        readings.mass_mg,
        programmed_ul_h=_UNIT_UL_H,
        corrections=inputs.corrections(reader, recipe),
        around=Surroundings(
            lead_h=max(0.0, (recipe.from_ns - before.to_ns) / NS_PER_S / S_PER_H),
            lag_h=max(0.0, (after.from_ns - recipe.to_ns) / NS_PER_S / S_PER_H),
        ),
        max_gap_s=readings.max_gap_s,
    )
    invalid = (*inputs.standing_invalid(reader, recipe.to_ns), *readings.invalid)
    details = {"evaporation_mg_h": flow.evaporation.rate_mg_h, "regression_ul_h": flow.regression_ul_h}
    return Evaluation(flow.flow, invalid, details)


def _refuse_delivery(recipe: Recipe, reader: RecordReader) -> None:
    """Raise SeriesError when something was programmed in a window, unless the pump rested by its own status."""
    last_ns = recipe.to_ns - 1
    asked = [
        one
        for one in Case(reader, recipe.from_ns, recipe.to_ns).programme.stretches
        if one.rate_ul_h > 0.0 and one.from_ns < last_ns and one.to_ns > recipe.from_ns
    ]
    if not asked:
        return
    pump = reader.start().in_role("pump")
    states = [entry.body for entry in reader.events(PumpStateChanged) if entry.body.instrument == pump]
    before = [one for one in states if one.at_ns <= recipe.from_ns]
    shown = {one.state for one in (*before[-1:], *(one for one in states if recipe.from_ns < one.at_ns < last_ns))}
    if not (before and shown <= _RESTING):
        raise MisfitError(
            f"the pump was to deliver {asked[0].rate_ul_h:g} µL/h in this window, and its status shows "
            f"{', '.join(sorted(shown)) or 'nothing'}: zero flow is asked of a time behind a stop, or in an alarm"
        )


def reverse_flow(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the largest fall (µL) of the delivered volume in a window, from any reading to any later one.

    Noise alone makes a fall of the expected range of so many readings: the truth lies between what was seen and that
    much less of it (rectangular). What tares and fresh vessels shifted is taken out. Raises SeriesError as
    `check_series` does.
    """
    window = weighed_window(recipe, reader, through_tares=True)
    # What varies is the very thing that is asked for, and is not taken for a loss that changes.
    window = replace(window, corrections=inputs.corrections(reader, recipe))
    check_series(window.t_s, window.readings.mass_mg, max_gap_s=window.readings.max_gap_s)
    volume, c = window.volume_ul, window.corrections
    low = int(np.argmax(np.maximum.accumulate(volume) - volume))
    high = int(np.argmax(volume[: low + 1]))
    fell_ul, hours = float(volume[high] - volume[low]), float(window.t_s[low] - window.t_s[high]) / S_PER_H
    single_ul = _single_ul(window)
    noise_ul = min(fell_ul, 2.0 * largest_of_noise(len(volume)) * single_ul)
    gained = volume_budget(Gain(-fell_ul / c.per_mg, hours, math.sqrt(2.0) * single_ul / c.per_mg), c)
    largest = Component(
        "range of the readings' noise", "B", 0.0, noise_ul / math.sqrt(12.0), "µL", 1.0, shape="rectangular"
    )
    details = {
        "fell_ul": fell_ul,
        "of_noise_ul": noise_ul,
        "begins_s": float(window.t_s[high]),
        "ends_s": float(window.t_s[low]),
    }
    return Evaluation(gained.scaled(-1.0, -noise_ul / 2.0, "µL", [largest]), window.invalid, details)


def _single_ul(window: WeighedWindow) -> float:
    """Return the standard uncertainty of one reading, µL: the balance's own, or what it did at zero flow."""
    c, t_s = window.corrections, window.t_s
    every_s = float(t_s[-1] - t_s[0]) / (len(t_s) - 1)
    return c.per_mg * math.sqrt(max(c.balance.single_mg**2, c.evaporation.white_mg2_s / every_s))


KINDS = (
    ClaimKind(
        name="zero flow",
        unit="µL/h",
        question="the flow while nothing should flow, in µL/h",
        compute=zero_flow,
        graph=GraphKind.REST,
        panel=ResultPanel("Flow at rest", 3),
    ),
    ClaimKind(
        name="reverse flow",
        unit="µL",
        question="the largest volume that flowed back, in µL",
        compute=reverse_flow,
        graph=GraphKind.REST,
        panel=ResultPanel("Volume that flowed back", 2),
    ),
)
