"""What was under way in a span of a programme, in words: where to look when another volume was delivered in it."""

from rig.evaluation.orders import BRIDGE, COMBINATION, FLEX, INFUSIONS, MINIMUM, PRIME, RAMP, SQUARE, STOP, PumpOrder
from rig.evaluation.programme import Programme

_INFUSIONS = {
    FLEX: "the step of {rate:g} µL/h of a day's pattern",
    RAMP: "a ramp to {amount:g} µL/h",
    MINIMUM: "the minimum rate",
    BRIDGE: "a bridge",
}
_BESIDES = {
    SQUARE: "a square bolus of {amount:g} µL",
    COMBINATION: "a combination bolus",
    PRIME: "a prime of {amount:g} µL",
}


def under_way(programme: Programme, from_ns: int, to_ns: int) -> str:
    """Return what beside a constant rate was under way in [from_ns, to_ns) (UTC ns), in brackets; "" for nothing.

    Of steps the one that took the most of the span is named. A single bolus is told by its own order.
    """
    said = [*_of_the_infusion(programme, from_ns, to_ns), *_besides(programme, from_ns, to_ns)]
    return f" ({' and '.join(said)})" if said else ""


def _of_the_infusion(programme: Programme, from_ns: int, to_ns: int) -> list[str]:
    parts = [(min(one.to_ns, to_ns) - max(one.from_ns, from_ns), one) for one in programme.infusion]
    longest_ns, most = max(parts, key=lambda part: part[0], default=(0, None))
    if most is None or longest_ns <= 0:
        return []
    middle_ns = (max(most.from_ns, from_ns) + min(most.to_ns, to_ns)) // 2
    before = [one for one in programme.orders if one.sent_ns <= middle_ns and one.verb in (*INFUSIONS, STOP)]
    words = _INFUSIONS.get(before[-1].verb) if before else None
    return [words.format(rate=most.rate_ul_h, amount=before[-1].amount)] if words else []


def _besides(programme: Programme, from_ns: int, to_ns: int) -> list[str]:
    """Return the shaped boluses and primes that were ordered before the end of a span, and reach into it."""
    found = []
    for place, order in enumerate(programme.orders):
        words = _BESIDES.get(order.verb)
        stopped_ns = next((one.sent_ns for one in programme.orders[place + 1 :] if one.verb == STOP), to_ns)
        if words and order.sent_ns < to_ns and min(_over_ns(order), stopped_ns) > from_ns:
            found.append(words.format(amount=order.amount))
    return found[-1:]


def _over_ns(order: PumpOrder) -> int:
    """Return when an order is over at the soonest: what waits for another bolus ends later."""
    seconds = 60.0 * (order.number("over_minutes") or order.number("then_over_minutes"))
    if order.rate_ul_h > 0:
        seconds = max(seconds, order.amount / order.rate_ul_h * 3600.0)
    return order.sent_ns + round(seconds * 1e9)
