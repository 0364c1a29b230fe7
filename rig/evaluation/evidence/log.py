"""The pump's log: no gap, never backwards, and a line for each thing that the pump was told."""

from collections import Counter
from typing import TypeVar

from rig.clock import NS_PER_S
from rig.evaluation.case import Case
from rig.evaluation.claims.pump_account import out_of_order
from rig.evaluation.ends_of_orders import ends_of
from rig.evaluation.log_words import (
    BOLUS_ENDED,
    BOLUS_STARTED,
    CLOCK_SET,
    FIRST_WORDS,
    POWER_ON,
    STOPPED,
    alarm_of,
    orders_by_words,
    tells_of_trouble,
)
from rig.evaluation.orders import BOLUS, DELIVERS, PRIME, STOP, told
from rig.evaluation.own_log import StampedLine
from rig.evaluation.testimony import Testimony, Witness
from rig.evaluation.told_starts import wrong_details
from rig.record.bodies.pump_events import LogLine, PumpLogRead, PumpLogUnreadable

# Two stamps of the pump's clock, and a command that takes its time.
_STAMPS_S = 3.0
# A line may bear the stamp of a moment before the order was complete.
_SLACK_NS = 1_000_000_000
_K = 2.0

_BOLUS = "bolus"


def testify(case: Case) -> Testimony:
    """Hold the lines that the log gained to their own order and to what the pump was told."""
    if not any(one.log_entries for one in case.states) and not _lines(case, PumpLogRead):
        return Testimony(not_asked="the pump keeps no log, or it was not followed")
    lines = [line for one in _lines(case, PumpLogRead) for line in one.lines]
    unread = [f"it could not be read: {one.error.splitlines()[0]}" for one in _lines(case, PumpLogUnreadable)]
    within = dated_within(case)
    own = [one.line for one in within]
    # A log with none of the first words speaks another language: what it should say to an order is not known.
    speaks = not lines or bool(FIRST_WORDS & {line.event for line in lines})
    missing = _missing(case, own) if speaks else []
    wrong = wrong_details(case, own) if speaks else []
    dated = [one for one in case.log_lines if one.read_ns <= case.to_ns]
    told = [
        *missing,
        *_trouble(case, within),
        *_durations(case, within),
        *_ends_at(case, dated),
        *_dates(case, dated),
        *wrong,
    ]
    against = [*unread[:1], *out_of_order(lines), *told]
    return Testimony(f"{len(lines)} lines of the pump's log", tuple(against), of_the_pump=True)


E = TypeVar("E", PumpLogRead, PumpLogUnreadable)


def _lines(case: Case, kind: type[E]) -> list[E]:
    found = [entry for entry in case.reader.events(kind) if case.from_ns <= entry.t_ns <= case.to_ns]
    return [entry.body for entry in found if entry.body.instrument == case.pump]


def _missing(case: Case, own: list[LogLine]) -> list[str]:
    """Return which words of the log do not stand as often as the pump was told so.

    What only later pumps of the family write is demanded of those that have written such a word.
    """
    found = Counter(line.event for line in own)
    orders = Counter(one.verb for one in case.orders if case.from_ns <= one.sent_ns)
    against = []
    for words, verbs in orders_by_words(DELIVERS):
        if not words & (FIRST_WORDS | found.keys()):
            continue
        wanted, has = sum(orders[verb] for verb in verbs), sum(found[word] for word in words)
        if has != wanted:
            named = " or ".join(sorted(words & (FIRST_WORDS | found.keys())))
            against.append(f"it has {has} lines of {named}, where the pump was told so {wanted} times")
    return [*against, *_ends(case, found)]


def _ends(case: Case, found: Counter[str]) -> list[str]:
    """Return what ended without a line: a bolus, unless it may have ended with the power, and what was stopped."""
    against = []
    heard_ns = int(case.counted[0][-1]) if len(case.counted[0]) else 0  # what came later is in no log that was read
    begun, ended = found[BOLUS_STARTED], found[BOLUS_ENDED]
    goes_on = begun == ended + 1 and bool(case.states) and case.states[-1].state == _BOLUS
    if begun != ended and not goes_on and not case.power_taken_before(case.to_ns):
        against.append(f"it has {begun} lines of {BOLUS_STARTED} and {ended} of {BOLUS_ENDED}")
    # Told twice at one moment, as when a plan breaks, a pump stops once.
    stops = {one.sent_ns for one in told(case.reader) if one.verb == STOP and case.from_ns <= one.sent_ns < heard_ns}
    ran = sum(case.programme.rate_ul_h(sent_ns - 1) > 0.0 for sent_ns in stops)
    if found[STOPPED] < ran:
        against.append(f"it has {found[STOPPED]} lines of {STOPPED}, where the pump ran and was told so {ran} times")
    return against


def _trouble(case: Case, own: list[StampedLine]) -> list[str]:
    """Return what the log tells of that nobody provoked: alarms that came and went between two looks, restarts."""
    against = []
    for one in own:
        event = one.line.event
        if event == POWER_ON:
            provoked = case.power_taken_before(one.at_ns + _reach_ns(one))
        else:
            provoked = not tells_of_trouble(event) or alarm_of(event) in case.expected_alarms
        if not provoked:
            against.append(f"it tells of {event} at {case.hour(one.at_ns):.2f} h, which nobody provoked")
    return against[:1]


def _reach_ns(one: StampedLine) -> int:
    return round(_K * one.u_s * NS_PER_S) if one.dated else 0


def _durations(case: Case, own: list[StampedLine]) -> list[str]:
    """Return the bolus whose two lines lie farther apart, or closer together, than its volume takes at its rate."""
    begun = [one for one in own if one.line.event == BOLUS_STARTED]
    ended = [one for one in own if one.line.event == BOLUS_ENDED]
    orders = [one for one in case.orders if one.verb == BOLUS and one.sent_ns >= case.from_ns]
    if not len(begun) == len(ended) == len(orders):
        return []  # which belongs to which is not known; that lines are missing is said elsewhere
    for first, last, order in zip(begun, ended, orders, strict=True):
        ended_ns = last.at_ns + _SLACK_NS
        cut_short = any(one.verb == STOP and order.sent_ns < one.sent_ns <= ended_ns for one in case.orders)
        waited = any(one.verb == PRIME and one.sent_ns < ended_ns for one in case.orders)
        if order.rate_ul_h <= 0 or cut_short or waited or _set_between(own, first, last):
            continue
        took_s = (last.line.pump_clock_ns - first.line.pump_clock_ns) / 1e9
        asked_s = order.amount / order.rate_ul_h * 3600.0
        if abs(took_s - asked_s) > case.limits.agreement.course_percent / 100.0 * asked_s + _STAMPS_S:
            took = f"a bolus of {order.amount:g} µL took {took_s:.4g} s by it"
            return [f"{took}, where the programme asks for {asked_s:.4g} s"]
    return []


def _set_between(own: list[StampedLine], first: StampedLine, last: StampedLine) -> bool:
    """Tell whether the pump's clock was set between two lines: their stamps are by two clocks."""
    return any(one.line.event == CLOCK_SET and first.line.number < one.line.number < last.line.number for one in own)


def _ends_at(case: Case, read: list[StampedLine]) -> list[str]:
    """Return the end of an order, no clinician's bolus, that is farthest from any line of the log that tells of one.

    Of what was over when the log was read last, and in words that this log has.
    """
    heard_ns = max((one.read_ns for one in read), default=0)
    worst, found = 0.0, ""
    for end in ends_of(case.programme, case.limits.agreement.course_percent, case.to_ns):
        lines = [one for one in read if one.line.event == end.word and one.dated]
        if (
            end.order.verb == BOLUS
            or end.order.sent_ns < case.from_ns
            or end.at_ns + end.off_ns > heard_ns
            or not lines
        ):
            continue
        # Of what is dated badly, by a clock that was set meanwhile, one may be it although another's date is nearer.
        beyond_s, nearest = min(
            (((abs(one.at_ns - end.at_ns) - end.off_ns) / NS_PER_S - _K * one.u_s, one) for one in lines),
            key=lambda told: told[0],
        )
        if beyond_s > worst:
            worst = beyond_s
            found = (
                f"it tells of no {end.word} at {case.hour(end.at_ns):.3f} h, when {end.order.verb} of "
                f"{case.hour(end.order.sent_ns):.3f} h was over: the nearest is of {case.hour(nearest.at_ns):.3f} h"
            )
    return [found] if found else []


def _dates(case: Case, read: list[StampedLine]) -> list[str]:
    """Return the line whose stamp is farthest from what the pump's clock showed when it was written."""
    worst = max(read, key=lambda one: abs(one.off_s), default=None)
    if worst is None or not worst.off_s:
        return []
    return [
        f"its line {worst.line.number} ({worst.line.event}), of {case.hour(worst.at_ns):.2f} h, bears a time that is "
        f"{worst.off_s:+.4g} s off what the pump's clock showed then"
    ]


def dated_within(case: Case) -> list[StampedLine]:
    """Return the lines from the case's first order on: what was read at its beginning may be of the plan before.

    Stamps tell them apart, unless the pump's clock was set on the way; what was read before the first order is none.
    """
    # An order that asks for nothing at first, as a pattern in its hours of none, is in the log from its moment on.
    ordered_ns = (one.sent_ns for one in case.orders if one.verb in DELIVERS and one.sent_ns >= case.from_ns)
    first_ns = min((case.delivers_ns[0], *ordered_ns))
    read = [one for one in case.log_lines if first_ns <= one.read_ns <= case.to_ns]
    if any(one.line.event == CLOCK_SET for one in read):
        return read
    # A pump whose clock nobody compared is taken to have the rig's.
    written_ns = [one.at_ns + _reach_ns(one) if one.dated else one.line.pump_clock_ns for one in read]
    return [one for one, at_ns in zip(read, written_ns, strict=True) if at_ns >= first_ns - _SLACK_NS]


def lines_within(case: Case) -> list[LogLine]:
    """Return the lines of `dated_within` as the pump told them."""
    return [one.line for one in dated_within(case)]


WITNESS = Witness("pump's log", testify)
