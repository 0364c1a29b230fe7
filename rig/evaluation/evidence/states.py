"""The pump's status: its state against what it was told, and alarms that nobody expects."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from rig.evaluation.case import Case
from rig.evaluation.challenged import dark_spans
from rig.evaluation.log_words import RESET
from rig.evaluation.orders import SINGLE, STOP
from rig.evaluation.paces import pace_s
from rig.evaluation.programme import Stretch
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.others import Command
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.words import Stamped

_RUNS = ("infusing", "bolus")
_RESTS = ("stopped",)
_ALARM = "alarm"
_SILENCE = "acknowledge_alarms"
# A state is seen at the pump's pace, and where it is read more often than that by those readings: so many may pass
# before it shows what was told.
_PACES = 3
# And so long may an order take over the wire, its tries included, until the pump has it.
_ORDER_NS = 10_000_000_000


def testify(case: Case) -> Testimony:
    """Hold each state that the status showed to the programme, and each alarm to what the plan provokes."""
    if not case.states:
        return Testimony(not_asked="the pump's status was not followed")
    against = [*_alarms(case), *_contradicted(case), *_silent(case), *_gone_by_itself(case)]
    several = "s" if len(case.states) > 1 else ""
    return Testimony(f"{len(case.states)} state{several} of the pump", tuple(dict.fromkeys(against)), of_the_pump=True)


def _alarms(case: Case) -> list[str]:
    found = []
    for one in case.states:
        unexpected = [alarm for alarm in one.alarms if not _provoked(case, alarm, one.at_ns)]
        if unexpected:
            found.append(f"the pump showed the alarm {' and '.join(unexpected)} at {case.hour(one.at_ns):.2f} h")
        elif one.state == _ALARM and not one.alarms:
            found.append(f"the pump was in alarm, without saying which, at {case.hour(one.at_ns):.2f} h")
    return found[:1]


def _silent(case: Case) -> list[str]:
    """Return the alarm that came anew and was not signalled, although nobody had silenced it."""
    silenced_ns = [entry.body.sent_ns or entry.t_ns for entry in _acknowledged(case)]
    every_s = pace_s(case.reader, case.pump, case.from_ns, case.to_ns)
    read_ns = case.counted[0]
    for before, one in pairwise(case.states):
        # What was silenced before an alarm came is no silence of this one: it came between two looks at the status.
        looked_ns = [int(ns) for ns in read_ns[read_ns < one.at_ns][-_PACES : -_PACES + 1]]
        if every_s is not None:
            looked_ns.append(one.at_ns - round(_PACES * every_s * 1e9))
        since_ns = max([before.at_ns, *(ns - _ORDER_NS for ns in looked_ns)])
        if one.sounding is None or any(since_ns <= at_ns <= one.at_ns for at_ns in silenced_ns):
            continue
        mute = sorted(set(one.alarms) - set(before.alarms) - set(one.sounding))
        if mute:
            at = case.hour(one.at_ns)
            said = f"the alarm {' and '.join(mute)} came at {at:.2f} h"
            return [f"{said} and did not sound, though nobody had silenced it"]
    return []


def _gone_by_itself(case: Case) -> list[str]:
    """Return the alarm that had ended delivery and was gone, although nobody stopped the pump or took its power."""
    stops_ns = [(one.body.sent_ns or one.t_ns) for one in case.reader.commands(case.pump) if one.body.verb == STOP]
    for before, one in pairwise(case.states):
        left = before.state == _ALARM and one.state != _ALARM
        if not left or case.power_taken_before(one.at_ns):
            continue
        # What stopped it may have been sent just before the status that showed the alarm was read.
        if not any(before.at_ns - _ORDER_NS <= at_ns <= one.at_ns for at_ns in stops_ns):
            named = f" {' and '.join(before.alarms)}" if before.alarms else ""
            return [
                f"the pump was in alarm{named}, and at {case.hour(one.at_ns):.2f} h {one.state!r} by itself: nobody "
                "had stopped it"
            ]
    return []


def _acknowledged(case: Case) -> Iterator[Stamped[Command]]:
    """Yield the commands that silenced alarms."""
    return (entry for entry in case.reader.commands(case.pump) if entry.body.verb == _SILENCE)


def _provoked(case: Case, alarm: str, at_ns: int) -> bool:
    """Tell whether the plan provokes an alarm; a pump that has lost its power by it may say so unasked."""
    return alarm in case.expected_alarms or (alarm == RESET and case.power_taken_before(at_ns))


def _contradicted(case: Case) -> list[str]:
    every_s = pace_s(case.reader, case.pump, case.from_ns, case.to_ns)
    if every_s is None:
        return []  # a pump that is not polled shows its state now and then: between two looks nothing is known
    slack_ns = round(_PACES * every_s * 1e9) + _ORDER_NS
    read_ns = case.counted[0]
    found = []
    dark = dark_spans(case.reader, case.to_ns)
    changes = [*case.states, PumpStateChanged(case.pump, "", case.to_ns)]
    for one, following in pairwise(changes):
        begin_ns = max(one.at_ns, case.from_ns)
        for from_ns, to_ns, rate in _spells(case, begin_ns, _seen_until_ns(case, following.at_ns)):
            since_ns = _heard_since(dark, max(from_ns, begin_ns))
            runs_right = one.state in (_RUNS if rate > 0 else _RESTS)
            known = one.state in (*_RUNS, *_RESTS)
            read = np.count_nonzero((read_ns > since_ns + _ORDER_NS) & (read_ns < to_ns))
            # Where a pump tells numbers it is known when it was read: of what nobody read in it a span tells nothing.
            lasts = (to_ns - since_ns > slack_ns and (read or not len(read_ns))) or read > _PACES
            # An alarm is told as such; an expected one is the plan's own affair.
            pauses = rate <= 0 and one.state in _RUNS and _runs_ns(case, from_ns, to_ns) >= to_ns - from_ns - slack_ns
            if known and not runs_right and not pauses and lasts:
                told = f"told to deliver {rate:g} µL/h" if rate > 0 else "told to deliver nothing"
                found.append(
                    f"the pump said {one.state!r} from {case.hour(since_ns):.2f} to "
                    f"{case.hour(to_ns):.2f} h, when it was {told}"
                )
    return found[:1]


def _seen_until_ns(case: Case, changed_ns: int) -> int:
    """Return until when a state was seen before it changed: a pump that could not be read says nothing meanwhile."""
    t_ns = case.counted[0]
    before = t_ns[t_ns < changed_ns]
    return int(before[-1]) if len(before) else changed_ns


def _heard_since(dark: tuple[tuple[int, int], ...], at_ns: int) -> int:
    """Return from when on a pump can have said anything: not while a challenge keeps it from answering."""
    for from_ns, to_ns in dark:
        if from_ns <= at_ns < to_ns:
            at_ns = to_ns
    return at_ns


def _spells(case: Case, from_ns: int, to_ns: int) -> list[tuple[int, int, float]]:
    """Return the parts of a span by what was asked for in them: (from, to, µL/h), 0 where nothing was."""
    asked: list[Stretch] = [
        one for one in case.programme.stretches if one.rate_ul_h > 0 and one.to_ns > from_ns and one.from_ns < to_ns
    ]
    parts: list[tuple[int, int, float]] = []
    at_ns = from_ns
    for one in asked:
        if one.from_ns > at_ns:
            parts.append((at_ns, one.from_ns, 0.0))
        parts.append((max(one.from_ns, from_ns), min(one.to_ns, to_ns), one.rate_ul_h))
        at_ns = one.to_ns
    if at_ns < to_ns and not _bolus_of_unknown_length(case):
        parts.append((at_ns, to_ns, 0.0))
    return parts


def _runs_ns(case: Case, from_ns: int, to_ns: int) -> int:
    """Return for how much of a span an infusion was under way, though it asked for nothing just then."""
    return sum(max(0, min(end, to_ns) - max(begin, from_ns)) for begin, end in case.programme.runs)


def _bolus_of_unknown_length(case: Case) -> bool:
    """Tell whether some bolus may be under way at any time: its rate is not in the record."""
    return any(order.verb in SINGLE and order.rate_ul_h <= 0 for order in case.orders)


WITNESS = Witness("pump's states and alarms", testify)
