"""How long a battery lasts at the current that was measured, in days."""

import math

from rig.errors import NotShownError
from rig.evaluation.claims.supply_current import compute as mean_current
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.budget import Component, combine
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_H_PER_DAY = 24.0


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the capacity of a battery over the mean current of a window, in days.

    Self-discharge and what the pump does at other times are no part of it. Raises SeriesError for a current that is not
    above zero, and as the supply current does.
    """
    found = mean_current(recipe, reader)
    current_ma = found.budget.value
    if current_ma <= 0.0:
        raise NotShownError(f"the mean current is {current_ma:.4g} mA: no battery is used up by that")
    capacity_mah = float(recipe.parameters["capacity_mah"])
    within_mah = capacity_mah * float(recipe.parameters["capacity_within_percent"]) / 100.0
    days = capacity_mah / current_ma / _H_PER_DAY
    lines = [
        Component(
            "mean current", "A", current_ma, found.budget.u, "mA", -days / current_ma, found.budget.effective_dof
        ),
        Component(
            "capacity", "B", capacity_mah, within_mah / math.sqrt(3.0), "mAh", days / capacity_mah, shape="rectangular"
        ),
    ]
    return Evaluation(combine(days, "day", lines), found.invalid, {**found.details, "current_ma": current_ma})


KINDS = (
    ClaimKind(
        name="projected longevity",
        unit="day",
        question="how long a battery lasts at the mean current into the pump, in days",
        compute=compute,
        parameters={
            "capacity_mah": "what the battery holds, mAh",
            "capacity_within_percent": "how far off its capacity may be, ± %",
            "accuracy_ma": "how far off the meter may be, ± mA; left out, as the bench file says",
        },
        graph=GraphKind.CURRENT,
        panel=ResultPanel("Projected longevity", 0),
    ),
)
