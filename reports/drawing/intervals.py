"""Where a value with its uncertainty lies against its limits, as places in a small picture."""

import math
from dataclasses import dataclass

from reports.facts.run_facts import ShownResult, TruthRow, TruthTable

WIDTH = 320.0
TRUTH_WIDTH = 160
# What a picture of truths shows at least to either side of the programme, in percent.
_LEAST_PERCENT = 1.0
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
    """Return the picture of a result, None when it has no number that can be drawn; no limit is left open."""
    number, limit = result.number, result.limit
    if number is None or limit is None:
        return None
    expanded = number.expanded
    guard = number.judgement.guard_band
    limits = [side for side in (limit.lower, limit.upper) if side is not None]
    wanted = [number.value - expanded, number.value + expanded]
    wanted += [side + way * guard for side in limits for way in (-1, 1)]
    low, high = min(wanted), max(wanted)
    margin = _MARGIN * (high - low) or max(1.0, abs(high) * _MARGIN)
    low, high = low - margin, high + margin
    if not math.isfinite(high - low):
        return None

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


@dataclass(frozen=True, slots=True)
class DrawnTruth:
    """A truth in a picture `TRUTH_WIDTH` wide: programme, its volume and its interval ±U; `beyond` is -1, 0 or 1.

    What lies beyond the picture is drawn at its edge.
    """

    programme: float
    value: float
    interval: DrawnSpan
    beyond: int


def truth_of(row: TruthRow, truths: TruthTable) -> DrawnTruth | None:
    """Return the picture of a truth against the programme; None for one without a volume that can be drawn.

    All truths of a table have one scale: that of the pump's own books and what was weighed. A flow sensor may be off
    by many times as much, and is then drawn at the edge.
    """
    if row.off_percent is None or row.volume_ul is None:
        return None
    reach = _reach_percent(truths)
    u = _expanded_percent(row)
    if not math.isfinite(reach + row.off_percent + u):
        return None

    def x(percent: float) -> float:
        inside = min(max(percent, -reach), reach)
        return round(TRUTH_WIDTH / 2.0 + (TRUTH_WIDTH / 2.0 - _EDGE) * inside / reach, 2)

    off = row.off_percent
    span = DrawnSpan(x(off - u), round(x(off + u) - x(off - u), 2))
    return DrawnTruth(x(0.0), x(off), span, (off > reach) - (off < -reach))


def _reach_percent(truths: TruthTable) -> float:
    main = [row for row in truths.rows if row.off_percent is not None and row.of != "beside them"]
    shown = [abs(row.off_percent or 0.0) + _expanded_percent(row) for row in main]
    return 1.1 * max([_LEAST_PERCENT, *shown])


def _expanded_percent(row: TruthRow) -> float:
    """Return U in percent of the programme."""
    if row.off_percent is None or row.volume_ul is None or row.off_percent <= -100.0:
        return 0.0
    return row.expanded_ul / (row.volume_ul / (1.0 + row.off_percent / 100.0)) * 100.0
