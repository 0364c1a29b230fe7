"""Lines that several graphs have: a result over a span with its interval, and its limits."""

import numpy as np

from reports.facts.charts import Band, Curve, FloatArray
from reports.facts.run_facts import ShownResult

U_NAME = "±U of the result"


def level(result: ShownResult, x: FloatArray) -> tuple[Curve, ...]:
    """Return a result's number along `x` (n,) between both ends of its interval ±U; () for one without a number."""
    return sloped(result, x, np.ones(len(x)))


def sloped(
    result: ShownResult, x: FloatArray, factor: FloatArray, shift: FloatArray | float = 0.0
) -> tuple[Curve, ...]:
    """Return a result's number times `factor` (n,) plus `shift` along `x` (n,), between both ends of its interval."""
    number = result.number
    if number is None:
        return ()
    middle, reach = number.value * factor + shift, number.expanded * np.abs(factor)
    upper = Curve(f"{U_NAME}, upper", "envelope", x, middle + reach)
    lower = Curve(f"{U_NAME}, lower", "envelope", x, middle - reach)
    return (upper, lower, Curve(result.name, "result", x, middle))


def limits_along(
    result: ShownResult, x: FloatArray, factor: FloatArray, shift: FloatArray | float = 0.0
) -> tuple[Curve, ...]:
    """Return a result's limits times `factor` (n,) plus `shift` along `x` (n,)."""
    if result.limit is None:
        return ()
    sides = (("upper limit", result.limit.upper), ("lower limit", result.limit.lower))
    return tuple(Curve(name, "limit", x, side * factor + shift) for name, side in sides if side is not None)


def band_of(curves: tuple[Curve, ...]) -> tuple[Band, ...]:
    """Return the band between the ends of intervals among curves."""
    places = [place for place, curve in enumerate(curves) if curve.name.startswith(U_NAME)]
    return tuple(Band(U_NAME, upper, lower) for upper, lower in zip(places[::2], places[1::2], strict=True))
