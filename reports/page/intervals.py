"""Where a value with its uncertainty lies against its limits, as places in a small picture."""

from dataclasses import dataclass

from reports.facts.run_facts import ShownResult

WIDTH = 320.0
_MARGIN = 0.08
_EDGE = 4.0


@dataclass(frozen=True, slots=True)
class DrawnSpan:
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

    allowed: DrawnSpan
    guards: tuple[DrawnSpan, ...]
    marks: tuple[Mark, ...]
    value: float
    interval: DrawnSpan


def interval_of(result: ShownResult) -> Interval | None:
    """Return the picture of a result, None when it has no number; a limit that does not exist is left open."""
    number, limit = result.number, result.limit
    if number is None or limit is None:
        return None
    expanded = number.expanded
    guard = number.judgement.guard_band
    limits = [side for side in (limit.lower, limit.upper) if side is not None]
    wanted = [number.value - expanded, number.value + expanded]
    wanted += [side + way * guard for side in limits for way in (-1, 1)]
    low, high = min(wanted), max(wanted)
    margin = _MARGIN * (high - low) or 1.0
    low, high = low - margin, high + margin

    def x(value: float) -> float:
        return round(_EDGE + (WIDTH - 2 * _EDGE) * (value - low) / (high - low), 2)

    def stretch(begin: float, end: float) -> DrawnSpan:
        return DrawnSpan(x(begin), round(max(x(end) - x(begin), 0.0), 2))

    return Interval(
        allowed=stretch(low if limit.lower is None else limit.lower, high if limit.upper is None else limit.upper),
        guards=tuple(stretch(side - guard, side + guard) for side in limits),
        marks=tuple(Mark(x(side), f"{side:g}".replace("-", "−")) for side in limits),
        value=x(number.value),
        interval=stretch(number.value - expanded, number.value + expanded),
    )
