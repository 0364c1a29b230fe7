"""A timeline as places in a picture: lanes one below the other, ticks, and the words of each thing in it."""

import math
from dataclasses import dataclass

from reports.facts.timelines import Lane, Moment, Stretch, Timeline
from reports.words.numbers import plain

WIDTH = 520.0
HEIGHT = 18.0
_EDGE = 8.0
# What lasts for less than can be seen is drawn this wide.
_LEAST_WIDTH = 2.0
_TICKS = 5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# More in one lane than this cannot be told from each other; how many there are is said beside it.
_MOST = 300


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick: its place in the picture, in percent of the picture's width, and its number."""

    x: float
    percent: float
    text: str


@dataclass(frozen=True, slots=True)
class DrawnStretch:
    """A stretch: its left end and width in the picture, and what it is."""

    x: float
    width: float
    what: Stretch


@dataclass(frozen=True, slots=True)
class DrawnMoment:
    """A moment: its place in the picture, and what it is."""

    x: float
    what: Moment


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """A lane: `words` say all that is in it, for those who do not see it."""

    lane: Lane
    words: str
    stretches: tuple[DrawnStretch, ...]
    moments: tuple[DrawnMoment, ...]


@dataclass(frozen=True, slots=True)
class DrawnTimeline:
    """A timeline `WIDTH` wide, each lane `HEIGHT` high."""

    of: Timeline
    ticks: tuple[Tick, ...]
    lanes: tuple[DrawnLane, ...]


def lanes_of(timeline: Timeline) -> DrawnTimeline:
    """Return the picture of a timeline."""
    span = timeline.end - timeline.begin or 1.0

    def x(at: float) -> float:
        inside = min(max(at, timeline.begin), timeline.end)
        return round(_EDGE + (WIDTH - 2.0 * _EDGE) * (inside - timeline.begin) / span, 2)

    def drawn(lane: Lane) -> DrawnLane:
        stretches = tuple(
            DrawnStretch(x(one.begin), round(max(x(one.end) - x(one.begin), _LEAST_WIDTH), 2), one)
            for one in lane.stretches[:_MOST]
        )
        moments = tuple(DrawnMoment(x(one.at), one) for one in lane.moments[:_MOST])
        return DrawnLane(lane, _words(lane), stretches, moments)

    ticks = tuple(Tick(x(at), round(100.0 * x(at) / WIDTH, 2), plain(at)) for at in _ticks(timeline))
    return DrawnTimeline(timeline, ticks, tuple(drawn(lane) for lane in timeline.lanes))


def _words(lane: Lane) -> str:
    told = [*(one.said for one in lane.stretches), *(one.said for one in lane.moments)]
    more = f", and {len(told) - _TICKS} more" if len(told) > _TICKS else ""
    return f"{lane.name}: {', '.join(told[:_TICKS]) or lane.said or 'nothing'}{more}"


def _ticks(timeline: Timeline) -> list[float]:
    """Return round numbers within a timeline's axis, about five of them."""
    span = timeline.end - timeline.begin or 1.0
    power = 10.0 ** math.floor(math.log10(span / _TICKS))
    step = next(power * one for one in _STEPS if power * one >= span / _TICKS)
    first = math.ceil(timeline.begin / step)
    return [round(step * number, 12) for number in range(first, math.floor(timeline.end / step) + 1)]
