"""What ends a delivery besides a stop: power that was taken away, and alarms that the plan provokes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rig.evaluation.challenged import power_cuts
from rig.evaluation.log_words import ENDS_DELIVERY
from rig.evaluation.orders import DELIVERS, STOP, told
from rig.evaluation.own_log import stamped_lines
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader

_DELIVERING = ("infusing", "bolus")


def power_taken_ns(reader: RecordReader, start: Start) -> Iterator[int]:
    """Yield when (UTC ns) the plan took the pump's power away: by a challenge, its supply or the interlock."""
    yield from power_cuts(reader)
    off = (("supply", "switch", "on"), ("daq", "set_interlock", "closed")) if start.fed_by_supply else ()
    for role, verb, key in off:
        name = start.in_role(role)
        for command in reader.commands(name) if name else ():
            if command.body.verb == verb and not command.body.arguments.get(key, True):
                yield command.body.sent_ns or command.t_ns


def ended_by_alarm_ns(
    reader: RecordReader, states: Sequence[PumpStateChanged], expected: frozenset[str], from_ns: int = 0
) -> Iterator[int]:
    """Yield when (UTC ns) an alarm that the plan expects ended a delivery.

    By the pump's log, its lines dated by comparisons of the clocks from `from_ns` (UTC ns) on, where it has a line of
    it between the two readings of the status; else when the status showed it. What came and was answered between two
    readings stands in the log alone. Of a pump that was told to deliver while its cause stood, an alarm ends that at
    once. A pump that warned and was stopped by command was not ended by it.
    """
    orders = told(reader)
    stopped_ns = [order.sent_ns for order in orders if order.verb == STOP]
    begun_ns = [order.sent_ns for order in orders if order.verb in DELIVERS]
    dated = [one for one in stamped_lines(reader, from_ns) if one.dated and one.line.event in expected]
    for before, one in pairwise(states):
        told_to_ns = max((ns for ns in begun_ns if before.at_ns <= ns <= one.at_ns), default=0)
        if before.state not in _DELIVERING and not told_to_ns:
            continue
        anew = one.state == "alarm" != before.state
        alarms = expected.intersection(one.alarms).difference(() if anew else before.alarms)
        between = [line for line in dated if max(before.at_ns, told_to_ns) <= line.at_ns <= one.at_ns]
        by_command = any(before.at_ns <= ns <= one.at_ns for ns in stopped_ns)
        by_itself = one.state == "alarm" or (one.state == "stopped" and not by_command)
        if alarms and by_itself:
            logged = [line.at_ns for line in between if line.line.event in alarms]
            yield logged[-1] if logged else one.at_ns
        yield from (line.at_ns for line in between if line.line.event in ENDS_DELIVERY.difference(one.alarms))
