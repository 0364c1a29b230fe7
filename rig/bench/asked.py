"""Numbers that a plan gives: what is none is refused in the plan's own words, before anything rests on it."""

import math

from rig.errors import PlanError


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number; `True` is none, nor is the text of one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def above_zero(name: str, value: float) -> float:
    """Return a plan's number; raise PlanError, with its name, unless it is finite and above zero."""
    if not (is_number(value) and value > 0):
        raise PlanError(f"found {name}={value!r}; a number above zero is wanted")
    return value


def seconds_asked(*, hours: float, minutes: float, seconds: float) -> float:
    """Return a dwell's time in s; raise PlanError for what is no number, or no time above zero in all."""
    for name, value in (("hours", hours), ("minutes", minutes), ("seconds", seconds)):
        if not is_number(value):
            raise PlanError(f"a dwell was given {name}={value!r}; a number is wanted, such as {name}=1.5")
    total_s = hours * 3600.0 + minutes * 60.0 + seconds
    if total_s <= 0:
        raise PlanError(
            f"a dwell needs a positive time, not {total_s:g} s: say it with hours=…, minutes=… or seconds=…"
        )
    return total_s
