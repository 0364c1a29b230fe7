"""Round numbers along an axis, with as many decimals as tell them apart."""

import math
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A number on an axis: its value and its text."""

    at: float
    text: str


def ticks_between(low: float, high: float, about: int) -> tuple[Tick, ...]:
    """Return round numbers in [low, high], about so many; raises ValueError unless low < high, both finite."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"an axis from {low} to {high} has no ticks")
    least = (high - low) / about
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * one for one in _STEPS if power * one >= least * (1.0 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(tick_at(step * number, step) for number in range(first, last + 1))


def tick_at(value: float, step: float) -> Tick:
    """Return a tick whose text has the decimals that a step of this size needs."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    text = f"{value:.{decimals}f}"
    return Tick(value, text.lstrip("-") if float(text) == 0.0 else text.replace("-", "−"))
