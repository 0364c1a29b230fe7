"""Where a value with its uncertainty lies against its limits, as places in a small picture."""

from dataclasses import dataclass

from reports.facts.run_facts import Result

WIDTH = 320.0
_MARGIN = 0.08
_EDGE = 4.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the picture: left end and width, in its own units."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A limit in the picture, and what it is called."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A picture `WIDTH` wide: what is allowed, the guard bands around the limits, the value and its interval ±U."""

    allowed: Stretch
    guards: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    value: float
    interval: Stretch


def interval_of(result: Result) -> Interval | None:
    """Return the picture of a result, None when it has no number; a limit that does not exist is left open."""
    if result.number is None:
        return None
    number, limit = result.number, result.limit
    expanded = number.expanded
    guard = number.decision.guard_band
    limits = [side for side in (limit.lower, limit.upper) if side is not None]
    wanted = [number.value - expanded, number.value + expanded]
    wanted += [side + way * guard for side in limits for way in (-1, 1)]
    low, high = min(wanted), max(wanted)
    margin = _MARGIN * (high - low) or 1.0
    low, high = low - margin, high + margin

    def x(value: float) -> float:
        return round(_EDGE + (WIDTH - 2 * _EDGE) * (value - low) / (high - low), 2)

    def stretch(begin: float, end: float) -> Stretch:
        return Stretch(x(begin), round(max(x(end) - x(begin), 0.0), 2))

    return Interval(
        allowed=stretch(low if limit.lower is None else limit.lower, high if limit.upper is None else limit.upper),
        guards=tuple(stretch(side - guard, side + guard) for side in limits),
        marks=tuple(Mark(x(side), f"{side:g}".replace("-", "−")) for side in limits),
        value=x(number.value),
        interval=stretch(number.value - expanded, number.value + expanded),
    )
