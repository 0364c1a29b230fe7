"""What a function demands of the numbers it is given; refused with the name and the value found."""

import math

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.checked import FloatArray


def positive(value: float, what: str) -> float:
    """Return a finite `value` above 0, or raise MetrologyError."""
    if not _number(value) or not value > 0:
        raise MetrologyError(f"{what} is {value!r}; a positive number is needed")
    return float(value)


def not_negative(value: float, what: str) -> float:
    """Return a finite `value` of at least 0, or raise MetrologyError."""
    if not _number(value) or not value >= 0:
        raise MetrologyError(f"{what} is {value!r}; a number ≥ 0 is needed")
    return float(value)


def fraction(value: float, what: str) -> float:
    """Return a `value` between 0 and 1, both excluded, or raise MetrologyError: 95 is no fraction."""
    if not _number(value) or not 0 < value < 1:
        raise MetrologyError(f"{what} is {value!r}; a fraction between 0 and 1 is needed")
    return float(value)


def limits(lower: float | None, upper: float | None) -> None:
    """Raise MetrologyError when both limits are missing, one is not finite, or lower is not below upper."""
    if lower is None and upper is None:
        raise MetrologyError("a lower or an upper limit is needed; there is neither")
    for name, limit in (("lower", lower), ("upper", upper)):
        if limit is not None and not _number(limit):
            raise MetrologyError(f"the {name} limit is {limit!r}; leave a limit out (None) where there is none")
    if lower is not None and upper is not None and lower >= upper:
        raise MetrologyError(f"the lower limit {lower:g} is not below the upper limit {upper:g}")


def finite_array(values: ArrayLike, what: str, *, ndim: int = 1, least: int = 1) -> FloatArray:
    """Return `values` as float64, or raise SeriesError.

    Refused are other than `ndim` dimensions, fewer than `least` along any of them, what is no number, NaN and
    infinities, each with `what` it is and where.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError(f"{what}: not an array of numbers: {error}") from error
    if array.ndim != ndim or min(array.shape) < least:
        wanted = "a row" if ndim == 1 else f"{ndim} dimensions"
        raise SeriesError(f"{what} of shape {array.shape}: {wanted} of at least {least} is needed")
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise SeriesError(f"{what}: number {place[0] if ndim == 1 else place} is {array[place]}, which is not finite")
    return array


def _number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and math.isfinite(value)
