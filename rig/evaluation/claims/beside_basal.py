"""What is given beside an infusion: the volume of a prime, and whether a bolus leaves the basal rate as it was."""

from rig.errors import MisfitError, NotShownError, PlanError, SeriesError
from rig.evaluation import inputs
from rig.evaluation.commanded import rate_in
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.infusions import NS_PER_MIN
from rig.evaluation.orders import COMBINATION, ON_TOP, PRIME, SQUARE, PumpOrder
from rig.evaluation.outcome import Evaluation
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.weighed_window import WeighedWindow, weighed_window
from rig.metrology.dosing.steady import Steady, rate_change, steady, step_between
from rig.metrology.readings.checked import check_series
from rig.metrology.uncertainty.budget import Component
from rig.quantities import S_PER_H
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

_SETTLING_MINUTES = 10.0


def prime_volume(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the volume (µL) of the one prime of a window: from the line before it to the line behind its end.

    An infusion waits while the pump primes: what it would have given meanwhile is none of the prime. Raises SeriesError
    unless the window holds one prime and nothing else that changes the rate.
    """
    window = weighed_window(recipe, reader)
    order = _the_one(window, recipe, frozenset({PRIME}), "prime")
    before, after, over_s = _around(window, order, recipe)
    begun_s = window.seconds(order.sent_ns)
    step = step_between(before, after, begun_s, u_level_ul=window.level_ul, u_relative=window.u_relative)
    hours = (over_s - begun_s) / S_PER_H
    waited = Component("rate behind the prime", "A", after.rate_h, after.u_rate_h, "µL/h", hours, after.line.dof)
    details = {"programmed_ul": order.amount, "rate_behind_ul_h": after.rate_h}
    return Evaluation(step.scaled(1.0, after.rate_h * hours, "µL", [waited]), window.invalid, details)


def basal_change(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by how much (%) the flow behind the one bolus of a window differs from that before it.

    Raises SeriesError unless the window holds one bolus, of whatever kind, over an infusion of one rate.
    """
    window = weighed_window(recipe, reader)
    order = _the_one(window, recipe, ON_TOP, "bolus")
    before, after, _ = _around(window, order, recipe)
    try:
        programmed_ul_h = rate_in(reader, recipe.from_ns, recipe.to_ns)
    except PlanError as error:
        raise SeriesError(f"a bolus beside a basal infusion: {error}") from error
    if not programmed_ul_h:
        raise MisfitError("no infusion was under way before the bolus: it has no basal rate to leave alone")
    if before.rate_h <= 0.0:
        raise NotShownError(f"nothing came before the bolus, where {programmed_ul_h:g} µL/h were asked for")
    percent_h = 100.0 / before.rate_h
    # A loss that changed from before to behind looks like a rate that did; a steady one is in both rates. The weighings
    # around say how far it may stray: what the readings show is the very thing that is asked for.
    c = inputs.corrections(reader, recipe)
    changed = Component("change of evaporation", "B", 0.0, c.evaporation.u_between_mg_h, "mg/h", percent_h * c.per_mg)
    change = rate_change(before, after).scaled(percent_h, 0.0, "%", [changed])
    details = {
        "before_ul_h": before.rate_h,
        "behind_ul_h": after.rate_h,
        "programmed_ul_h": programmed_ul_h,
        "hours_behind": (after.to_s - after.from_s) / S_PER_H,
    }
    return Evaluation(change, window.invalid, details)


def _the_one(window: WeighedWindow, recipe: Recipe, verbs: frozenset[str], what: str) -> PumpOrder:
    """Return the one order of such verbs in a window; raise SeriesError for none, several, or another beside it."""
    given = [
        one
        for one in window.programme.orders
        if one.verb in (*ON_TOP, PRIME) and recipe.from_ns <= one.sent_ns < recipe.to_ns - 1
    ]
    if len(given) != 1 or given[0].verb not in verbs:
        said = ", ".join(one.verb for one in given) or "nothing"
        raise MisfitError(f"let the window hold one {what} and no other; {said} was given in it")
    return given[0]


def _around(window: WeighedWindow, order: PumpOrder, recipe: Recipe) -> tuple[Steady, Steady, float]:
    """Return the delivery before an order and behind it, once it has settled, and when (s) the order was over."""
    t_s, volume_ul = window.t_s, window.volume_ul
    check_series(t_s, window.readings.mass_mg, max_gap_s=window.readings.max_gap_s)
    over_s = window.seconds(_over_ns(order))
    settled_s = over_s + float(recipe.parameters.get("settling_minutes") or _SETTLING_MINUTES) * 60.0
    last_s = float(t_s[-1])
    if settled_s >= last_s:
        raise MisfitError(f"the window ends {last_s / 60.0:.4g} min after its begin, before the delivery has settled")
    before = steady(t_s, volume_ul, float(t_s[0]), window.seconds(order.sent_ns), "delivery before")
    return before, steady(t_s, volume_ul, settled_s, last_s, "delivery behind"), over_s


def _over_ns(order: PumpOrder) -> int:
    """Return when a bolus or a prime is over by its order; one whose rate is not recorded at its begin."""
    at_once = order.amount / order.rate_ul_h if order.rate_ul_h > 0.0 and order.verb != SQUARE else 0.0
    spread_ns = round(order.number("over_minutes") * NS_PER_MIN) if order.verb in (SQUARE, COMBINATION) else 0
    return order.sent_ns + round(at_once * NS_PER_H) + spread_ns


_PARAMETERS = {"settling_minutes": "from when on behind its end the flow counts as steady; 10 where left out"}

KINDS = (
    ClaimKind(
        name="prime volume",
        unit="µL",
        question="the volume that priming delivered, in µL",
        compute=prime_volume,
        parameters=_PARAMETERS,
        graph=GraphKind.PROGRAMME,
        panel=ResultPanel("Volume of a prime", 1),
    ),
    ClaimKind(
        name="basal change by a bolus",
        unit="%",
        question="by how much the flow behind a bolus differs from that before it, in percent",
        compute=basal_change,
        parameters=_PARAMETERS,
        graph=GraphKind.PROGRAMME,
        panel=ResultPanel("Basal rate changed by a bolus"),
    ),
)
