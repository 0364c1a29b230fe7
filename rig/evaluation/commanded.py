"""What the pump was programmed to, from the commands in the record: a plan does not say it twice."""

from dataclasses import replace

from rig.errors import PlanError
from rig.evaluation.orders import INFUSIONS, SINGLE, STOP, told
from rig.evaluation.programme import Programme
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# Both are decimal numbers that went through the same text: they differ by rounding at most.
_SAME = 1e-9


def rate_in(reader: RecordReader, from_ns: int, to_ns: int) -> float | None:
    """Return the rate (µL/h) of the infusion that was programmed all through [from_ns, to_ns), boluses apart.

    None when the record does not say. Raises PlanError when it changed on the way.
    """
    orders = told(reader)
    if not any(one.verb in (*INFUSIONS, STOP) and one.sent_ns <= from_ns for one in orders):
        return None
    # A window holds the reading of its last moment; what was commanded at that moment comes behind it.
    last_ns = max(from_ns + 1, to_ns - 1)
    parts = Programme([one for one in orders if one.sent_ns < last_ns], last_ns).infusion
    inside = [one for one in parts if one.to_ns > from_ns and one.from_ns < last_ns]
    covered_ns = sum(min(one.to_ns, last_ns) - max(one.from_ns, from_ns) for one in inside)
    rates = sorted({one.rate_ul_h for one in inside} | ({0.0} if covered_ns < last_ns - from_ns else set()))
    if len(rates) > 1:
        said = ", ".join(f"{rate:g}" for rate in rates)
        raise PlanError(f"the programme changes inside the window ({said} µL/h): a mean flow has one programmed rate")
    return rates[0]


def steady_since(reader: RecordReader, at_ns: int) -> int | None:
    """Return since when (UTC ns) the rate in force at `at_ns` had been undisturbed; None when nothing was commanded."""
    before = [one for one in told(reader) if one.sent_ns <= at_ns]
    if not before:
        return None
    changes = [one.from_ns for one in Programme(before, at_ns + 1).infusion if one.from_ns <= at_ns]
    return max([before[-1].sent_ns, *changes])


def with_rate(recipe: Recipe, reader: RecordReader) -> Recipe:
    """Return a recipe with the programmed rate from the record.

    Raises PlanError when the plan says another one, or when neither says any.
    """
    return _with(recipe, "programmed_ul_h", rate_in(reader, recipe.from_ns, recipe.to_ns), "µL/h")


def with_dose(recipe: Recipe, reader: RecordReader) -> Recipe:
    """Return a recipe of doses with the programmed volume of each (µL) from the record; raises as `with_rate` does."""
    doses = [one for one in told(reader) if one.verb in SINGLE]
    spans = recipe.parameters.get("doses", ())
    volumes = {one.amount for begin, end in spans for one in doses if begin <= one.sent_ns < end - 1}
    if len(volumes) > 1:
        said = ", ".join(f"{amount:g}" for amount in sorted(volumes))
        raise PlanError(f"the doses of the window are of {said} µL: a series has one programmed volume")
    return _with(recipe, "programmed_ul", next(iter(volumes), None), "µL")


def _with(recipe: Recipe, key: str, recorded: float | None, unit: str) -> Recipe:
    said = recipe.parameters.get(key)
    if said is None and recorded is None:
        raise PlanError(f"what the pump was programmed to is not in the record: tell {recipe.function!r} {key}=…")
    if said is not None and recorded is not None and abs(said - recorded) > _SAME * abs(recorded):
        raise PlanError(
            f"the plan says {key}={said:g}, the pump was programmed to {recorded:g} {unit}: leave it to the record"
        )
    programmed = said if said is not None else recorded
    return replace(recipe, parameters={**recipe.parameters, key: programmed})
