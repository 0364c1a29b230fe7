"""How evenly a square bolus is given: the farthest deviation of the delivered volume from a straight line."""

import math

import numpy as np
from numpy.typing import NDArray

from rig.errors import MisfitError, SeriesError
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.infusions import NS_PER_MIN
from rig.evaluation.orders import SQUARE, PumpOrder
from rig.evaluation.outcome import Evaluation
from rig.evaluation.programme import Programme
from rig.evaluation.weighed_window import WeighedWindow, weighed_window
from rig.metrology.readings.checked import check_series
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.quantities import S_PER_H
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# The bolus is looked at behind each twentieth of its time; as many readings are the fewest.
_PARTS = 20
_END_NS = 2


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the deviation (% of the bolus) farthest from the straight line between its begin and its end.

    The line is through what was delivered at both ends: how much came is another claim. An infusion of one rate may go
    on under the bolus. Raises SeriesError unless one square bolus begins and ends in the window, undisturbed, and
    unless there are readings enough.
    """
    window = weighed_window(recipe, reader)
    bolus = _bolus(window.programme, recipe)
    end_ns = bolus.sent_ns + round(bolus.number("over_minutes") * NS_PER_MIN)
    _refuse_disturbed(window.programme, bolus.sent_ns, end_ns, recipe.to_ns)
    inside = np.flatnonzero((window.t_ns >= bolus.sent_ns) & (window.t_ns <= end_ns))
    if inside.size <= _PARTS:
        raise SeriesError(
            f"{inside.size} balance readings during the square bolus: {_PARTS + 1} are needed to see it come evenly"
        )
    t_s, mass_mg = window.t_s[inside], window.readings.mass_mg[inside]
    fall_mg = window.corrections.balance.fall_mg
    check_series(t_s, mass_mg, max_gap_s=window.readings.max_gap_s, fall_mg=fall_mg)
    volume_ul = window.volume_ul[inside]
    share = (t_s - t_s[0]) / float(t_s[-1] - t_s[0])
    off_ul = volume_ul - volume_ul[0] - share * (volume_ul[-1] - volume_ul[0])
    at = np.unique(np.searchsorted(share, np.arange(1, _PARTS) / _PARTS))
    budgets = [_budget(window, bolus.amount, float(off_ul[i]), float(share[i]), _hours(t_s)) for i in at]
    worst = max(range(len(budgets)), key=lambda place: abs(budgets[place].value))
    details = {
        "bolus_ul": bolus.amount,
        "off_percent": [one.value for one in budgets],
        "farthest_at_share": float(share[at[worst]]),
    }
    each, spreads = tuple(one.measured() for one in budgets), tuple(one.spread for one in budgets)
    return Evaluation(budgets[worst], window.invalid, details, each=each, spreads=spreads)


def _hours(t_s: NDArray[np.float64]) -> float:
    return float(t_s[-1] - t_s[0]) / S_PER_H


def _bolus(programme: Programme, recipe: Recipe) -> PumpOrder:
    """Return the one square bolus that was ordered in a window; raise SeriesError for none or several."""
    found = [one for one in programme.orders if one.verb == SQUARE and recipe.from_ns <= one.sent_ns < recipe.to_ns - 1]
    if len(found) != 1:
        raise MisfitError(f"{len(found)} square boluses were ordered in this window: let it hold one")
    if found[0].amount <= 0.0 or found[0].number("over_minutes") <= 0.0:
        raise MisfitError("the record's square bolus says no volume, or not over how many minutes")
    return found[0]


def _refuse_disturbed(programme: Programme, from_ns: int, to_ns: int, last_ns: int) -> None:
    """Raise SeriesError when the window ends before the bolus, or anything else changes the rate during it."""
    if to_ns > last_ns:
        minutes = (to_ns - from_ns) / NS_PER_MIN
        raise MisfitError(f"the window ends before the square bolus of {minutes:g} min: let it go on to its end")
    # At both of its ends the rate changes, give or take the rounding of a nanosecond.
    rates = {one.rate_ul_h for one in programme.stretches if one.from_ns < to_ns - _END_NS and one.to_ns > from_ns}
    if len(rates) != 1 or any(from_ns <= ns < to_ns for ns in programme.given_at_once_ns):
        said = ", ".join(f"{rate:g}" for rate in sorted(rates))
        raise MisfitError(f"the programme changes during the square bolus ({said} µL/h): there is no one line it keeps")


def _budget(window: WeighedWindow, bolus_ul: float, off_ul: float, share: float, hours: float) -> Budget:
    """Return a deviation in percent of the bolus: of one reading from the line between two others.

    A steady loss, and whatever else is in proportion to time, is in the line.
    """
    c = window.corrections
    per_ul = 100.0 / bolus_ul
    of_three = math.sqrt(1.0 + share**2 + (1.0 - share) ** 2)
    # A walk between two ends that are known has the variance t·(T − t)/T (Brownian bridge).
    walk_ul = c.per_mg * math.sqrt(c.evaporation.wander_mg2_h * hours * share * (1.0 - share))
    return combine(
        per_ul * off_ul,
        "%",
        [
            Component("readings", "B", 0.0, window.reading_ul, "µL", per_ul * of_three),
            Component("level of each reading", "B", 0.0, window.level_ul, "µL", per_ul * of_three),
            Component(
                "strokes cut by the readings", "B", 0.0, window.declared_ul / math.sqrt(12.0), "µL", per_ul * of_three
            ),
            Component("wander of the balance", "A", 0.0, walk_ul, "µL", per_ul, c.evaporation.dof),
            Component("scale", "B", 1.0, window.u_relative, "1", per_ul * off_ul),
        ],
    )


KINDS = (
    ClaimKind(
        name="square bolus evenness",
        unit="%",
        question="the farthest deviation of a square bolus from a straight line, in percent of its volume",
        compute=compute,
        graph=GraphKind.EVENNESS,
        panel=ResultPanel("Evenness of square boluses"),
    ),
)
