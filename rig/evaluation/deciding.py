"""What would decide a result that is INCONCLUSIVE: by how much its uncertainty must fall, and how long that takes."""

import math

from rig.clock import NS_PER_S
from rig.errors import MetrologyError
from rig.evaluation import inputs
from rig.evaluation.looks import precision_of
from rig.metrology.planning.duration import decided_after_s
from rig.quantities import S_PER_H, Measured
from rig.record.bodies.result import Number, Result
from rig.record.reader import RecordReader

# The claim whose uncertainty is known as a function of time (rig.metrology.weighing.precision).
_OVER_TIME = "mean flow error"
_LONGEST_H = 24.0 * 366.0


def margin_of(result: Result) -> float:
    """Return how far a result with a number and a limit lies from the nearer bound, in its unit."""
    if result.number is None or result.limit is None:
        return math.inf
    bounds = (result.limit.lower, result.limit.upper)
    return min((abs(result.number.value - one) for one in bounds if one is not None), default=math.inf)


def what_decides(result: Result, reader: RecordReader) -> str:
    """Return in a sentence what would decide a result that is INCONCLUSIVE; pure in the record."""
    number, margin = result.number, margin_of(result)
    if number is None or not math.isfinite(margin):
        return "read what it rests on more often"
    smaller = f"U must fall from {number.expanded:.3g} to {margin:.3g} {result.unit}".rstrip()
    return f"{smaller}{_by_time(result, reader)}{_largest(number)}"


def _largest(number: Number) -> str:
    line = max(number.budget, key=lambda one: one.share_percent, default=None)
    return "" if line is None else f"; the largest part of u² ({line.share_percent:.0f} %) is {line.name}"


def _by_time(result: Result, reader: RecordReader) -> str:
    """Return how long to measure until the value that was found is decided; "" where nobody knows how U falls."""
    number, limit, recipe = result.number, result.limit, result.recipe
    rate_ul_h = recipe.parameters.get("programmed_ul_h")
    if recipe.function != _OVER_TIME or number is None or limit is None or not isinstance(rate_ul_h, int | float):
        return ""
    try:
        evaporation = inputs.evaporation_around(reader, recipe)
        precision = precision_of(reader, recipe.from_ns, recipe.to_ns, float(rate_ul_h), evaporation)
    except MetrologyError:
        return ""  # what the conditions are is not known
    elapsed_s = (recipe.to_ns - recipe.from_ns) / NS_PER_S
    measured = Measured(number.value, number.u, "%")
    try:
        hours = decided_after_s(measured, elapsed_s, precision, limit.lower, limit.upper, k=number.k) / S_PER_H
    except MetrologyError:
        hours = math.inf
    if hours > _LONGEST_H:
        return ": no longer window alone does that"
    return f": measure about {hours:.3g} h instead of {elapsed_s / S_PER_H:.3g} h"
