"""How well the moments are known at which a programme changes, and what that makes of its volume."""

import math

from rig.evaluation.case import Case
from rig.evaluation.orders import PumpOrder
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.pump_alarms import first_shown


def u_times_ul(case: Case, from_ns: int, to_ns: int) -> float:
    """Return the standard uncertainty (µL) that the programme of a span has from the moments of its changes.

    An order is known to its exchange; an alarm that ends the programme rose since the reading of the status before.
    """
    inside = [one for one in case.orders if from_ns < one.sent_ns < to_ns]
    return math.hypot(0.0, *(_of_change_ul(case, one) for one in inside))


def _of_change_ul(case: Case, order: PumpOrder) -> float:
    before, after = (case.programme.rate_ul_h(ns) for ns in (order.sent_ns - 1, order.sent_ns))
    return abs(after - before) * _width_ns(case, order.sent_ns) / NS_PER_H / math.sqrt(3.0)


def _width_ns(case: Case, at_ns: int) -> int:
    """Return how far to one side of the moment that the programme has it a change may have been."""
    for entry in case.reader.commands(case.pump):
        if entry.body.sent_ns == at_ns:
            return max(0, entry.body.received_ns - at_ns)
    shown = [first_shown(case.reader, alarm, at_ns, at_ns + 1) for alarm in sorted(case.expected_alarms)]
    return max((one.latest_ns - one.earliest_ns for one in shown if one is not None), default=0)
