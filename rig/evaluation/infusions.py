"""What an infusion asks for as time goes on: a rate from each of its moments on, until something replaces it."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from rig.clock import NS_PER_S
from rig.errors import PlanError
from rig.evaluation.orders import BRIDGE, FLEX, RAMP, SET_CLOCK, PumpOrder
from rig.therapy import WEEK, Flex, flex_of

NS_PER_MIN = 60 * NS_PER_S
NS_PER_H = 60 * NS_PER_MIN
NS_PER_DAY = 24 * NS_PER_H
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# From this moment (UTC ns) on, this rate (µL/h).
Step = tuple[int, float]
# A span [from, to) UTC ns.
Span = tuple[int, int]


def steps_of(order: PumpOrder, orders: Sequence[PumpOrder], until_ns: int, primed: Sequence[Span] = ()) -> list[Step]:
    """Return an infusion's steps from its order up to `until_ns`; `orders` are all, for what sets the pump's clock.

    What it gives by volume waits for the spans that are `primed`; what it gives by time does not.
    """
    if order.verb == FLEX:
        return list(_flex(order, orders, until_ns))
    if order.verb == RAMP:
        return list(_ramp(order))
    if order.verb == BRIDGE:
        length_ns = round(order.number("volume_ul") / order.rate_ul_h * NS_PER_H) if order.rate_ul_h > 0 else 0
        given = with_waits(order.sent_ns, length_ns, until_ns, primed)
        whole = sum(end - begin for begin, end in given) >= length_ns
        over_ns = (given[-1][1] if given else order.sent_ns) if whole else until_ns
        return [(order.sent_ns, order.rate_ul_h), (over_ns, order.amount)]
    return [(order.sent_ns, order.amount)]


def with_waits(begin_ns: int, length_ns: int, until_ns: int, waits: Sequence[Span]) -> list[Span]:
    """Return the spans in which something that takes `length_ns` in all is given, when it rests during `waits`."""
    spans: list[Span] = []
    at_ns, left_ns = begin_ns, length_ns
    for wait_from, wait_to in waits:
        if wait_to <= at_ns or left_ns <= 0:
            continue
        if wait_from > at_ns:
            end_ns = min(wait_from, at_ns + left_ns)
            spans.append((at_ns, end_ns))
            left_ns -= end_ns - at_ns
        at_ns = max(at_ns, wait_to)
    if left_ns > 0:
        spans.append((at_ns, at_ns + left_ns))
    return [(begin, min(end, until_ns)) for begin, end in spans if begin < until_ns]


def highest_ul_h(order: PumpOrder) -> float:
    """Return the highest rate (µL/h) that an infusion asks for at any time."""
    if order.verb == FLEX:
        return max(step.rate_ul_h for day in _read(order).days for step in day)
    return max(order.amount, order.number("from_ul_h"), order.rate_ul_h)


def _ramp(order: PumpOrder) -> Iterator[Step]:
    """Yield a step a minute, each at the rate that the line between both rates has at its begin: the pump's staircase.

    It is what the link says of a ramp (docs/pump-link.md), but for the pump's rounding to its own step.
    """
    first, last, hours = order.number("from_ul_h"), order.number("to_ul_h"), order.number("over_hours")
    minutes = max(1, math.ceil(hours * 60.0))
    for minute in range(minutes):
        yield order.sent_ns + minute * NS_PER_MIN, first + (last - first) * minute / minutes
    yield order.sent_ns + minutes * NS_PER_MIN, last


def _flex(order: PumpOrder, orders: Sequence[PumpOrder], until_ns: int) -> Iterator[Step]:
    """Yield a flex infusion's steps by the pump's own clock, as it was at the order and as it was set since."""
    flex = _read(order)
    settings = [one for one in orders if one.verb == SET_CLOCK and order.sent_ns < one.sent_ns < until_ns]
    clocks = [
        (order.sent_ns, _clock_ns(order, orders) - order.sent_ns),
        *((one.sent_ns, int(one.number("t_ns")) - one.sent_ns) for one in settings),
    ]
    for number, (from_ns, ahead_ns) in enumerate(clocks):
        to_ns = clocks[number + 1][0] if number + 1 < len(clocks) else until_ns
        yield from _by_the_clock(flex, from_ns, to_ns, ahead_ns)


def _by_the_clock(flex: Flex, from_ns: int, to_ns: int, ahead_ns: int) -> Iterator[Step]:
    """Yield the steps of [from_ns, to_ns) of a pump whose clock is `ahead_ns` ahead of the rig's."""
    day = (from_ns + ahead_ns) // NS_PER_DAY
    minute = (from_ns + ahead_ns) % NS_PER_DAY // NS_PER_MIN
    yield from_ns, flex.rate_ul_h(_weekday(day), minute)
    while day * NS_PER_DAY - ahead_ns < to_ns:
        for step in flex.days[_weekday(day)]:
            at_ns = day * NS_PER_DAY + step.minute * NS_PER_MIN - ahead_ns
            if from_ns < at_ns < to_ns:
                yield at_ns, step.rate_ul_h
        day += 1


def _weekday(day: int) -> int:
    """Return the weekday of a day since 1970, 0 for Monday."""
    return (_EPOCH + timedelta(days=day)).weekday() % len(WEEK)


def _clock_ns(order: PumpOrder, orders: Sequence[PumpOrder]) -> int:
    """Return the pump's clock when it took a flex infusion; where the record does not say, as it was last set."""
    said = order.said.get("pump_clock_ns")
    if isinstance(said, int):
        return said
    settings = [one for one in orders if one.verb == SET_CLOCK and one.sent_ns <= order.sent_ns]
    ahead_ns = int(settings[-1].number("t_ns")) - settings[-1].sent_ns if settings else 0
    return order.sent_ns + ahead_ns


def _read(order: PumpOrder) -> Flex:
    days = order.said.get("days")
    if not isinstance(days, dict):
        raise PlanError("the record's flex infusion says no day patterns")
    return flex_of(days)
