"""How long a battery still serves after its warning, at the programmed rate, in days: by the charge that went between.

Nobody waits for three months: a battery is drained past the pump, and what it gave between its two alarms is turned
into the days in which the pump by itself would have used it.
"""

import math

from rig.errors import NotShownError
from rig.evaluation.claims.supply_current import mean_current, place_of_most_readings
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.outcome import Evaluation
from rig.evaluation.pump_alarms import AlarmShown, first_shown, shown_before
from rig.metrology.uncertainty.budget import Component, combine
from rig.record.bodies.challenges import ChallengeBegins, ChallengeKind
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_H_PER_DAY = 24.0
_NS_PER_H = 3.6e12


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the days from one alarm of the battery to another at the mean current between them.

    Raises SeriesError for an alarm that does not rise in the window, or the second before the first, and as the supply
    current does.
    """
    warned = _shown(recipe, reader, recipe.parameters.get("warning", "elective_replacement"))
    ended = _shown(recipe, reader, recipe.parameters.get("end", "end_of_service"))
    if ended.earliest_ns < warned.latest_ns:
        raise NotShownError("the battery's end showed before or with its warning: there was no time between them")
    current = mean_current(
        Recipe(recipe.function, recipe.parameters, warned.latest_ns, ended.earliest_ns),
        reader,
        place_of_most_readings(reader, warned.latest_ns, ended.earliest_ns),
    )
    current_ma = current.budget.value
    if current_ma <= 0.0:
        raise NotShownError(f"the mean current is {current_ma:.4g} mA: no battery is used up by that")
    # Neither is known to better than a reading of the status: what was drained meanwhile may count or not.
    surely_mah = _drained_mah(reader, warned.latest_ns, ended.earliest_ns)
    perhaps_mah = _drained_mah(reader, warned.earliest_ns, ended.latest_ns)
    drained_mah, half_mah = (surely_mah + perhaps_mah) / 2, (perhaps_mah - surely_mah) / 2
    passed = (_hours(warned.latest_ns, ended.earliest_ns), _hours(warned.earliest_ns, ended.latest_ns))
    mah_per_day = current_ma * _H_PER_DAY
    by_drain_days = drained_mah / mah_per_day
    days = by_drain_days + sum(passed) / 2 / _H_PER_DAY
    half_h = (passed[1] - passed[0]) / 2
    lines = [
        Component(
            "mean current",
            "A",
            current_ma,
            current.budget.u,
            "mA",
            -by_drain_days / current_ma,
            current.budget.effective_dof,
        ),
        Component(
            "charge at both alarms",
            "B",
            drained_mah,
            half_mah / math.sqrt(3.0),
            "mAh",
            1.0 / mah_per_day,
            shape="rectangular",
        ),
        Component(
            "pace of the status",
            "B",
            sum(passed) / 2,
            half_h / math.sqrt(3.0),
            "h",
            1.0 / _H_PER_DAY,
            shape="rectangular",
        ),
    ]
    details = {**current.details, "current_ma": current_ma, "drained_mah": drained_mah}
    return Evaluation(combine(days, "day", lines), current.invalid, details)


def _shown(recipe: Recipe, reader: RecordReader, alarm: str) -> AlarmShown:
    if shown_before(reader, alarm, recipe.from_ns):
        raise NotShownError(f"the alarm {alarm} stood already when the window began")
    shown = first_shown(reader, alarm, recipe.from_ns, recipe.to_ns)
    if shown is None:
        raise NotShownError(f"the alarm {alarm} did not show in this window: how long the battery serves is not known")
    return shown


def _drained_mah(reader: RecordReader, from_ns: int, to_ns: int) -> float:
    events = [entry.body for entry in reader.events(ChallengeBegins)]
    drains = [one for one in events if one.challenge is ChallengeKind.BATTERY_DRAINED and from_ns <= one.at_ns < to_ns]
    return math.fsum(float(one.said["mah"]) for one in drains if isinstance(one.said["mah"], int | float))


def _hours(from_ns: int, to_ns: int) -> float:
    return (to_ns - from_ns) / _NS_PER_H


KINDS = (
    ClaimKind(
        name="service after warning",
        unit="day",
        question="how long the battery still serves after its warning, at the current that flows meanwhile, in days",
        compute=compute,
        parameters={
            "warning": "the warning, in the pump's own words; left out: elective_replacement",
            "end": "the end, in the pump's own words; left out: end_of_service",
            "accuracy_ma": "how far off the instrument may be, ± mA; left out, as the bench file says of the meter",
        },
        graph=GraphKind.EVENTS,
        panel=ResultPanel("Service after the battery's warning", 0),
    ),
)
