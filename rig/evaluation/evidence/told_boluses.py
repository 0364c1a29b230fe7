"""What the pump tells of single boluses: its counter against those that it took, its log against what each came to."""

import numpy as np

from rig.evaluation.case import Case
from rig.evaluation.directions import moved
from rig.evaluation.evidence.log import lines_within
from rig.evaluation.log_words import BOLUS_ENDED, BOLUS_STARTED
from rig.evaluation.orders import BOLUS, COMBINATION, PATIENT, PRIME, STOP, PumpOrder
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.testimony import Testimony, Witness

_SINGLE = frozenset({BOLUS, PATIENT, COMBINATION})
_OK = "ok"
_NL_PER_UL = 1000.0
# A stop takes its time over the wire, and a stroke is given whole or not at all.
_STOP_S = 5.0
_STROKES = 2.0
_SLACK_NS = 1_000_000_000


def testify(case: Case) -> Testimony:
    """Hold counter and log to the single boluses that the pump took."""
    if any(_failed(case)):
        return Testimony(not_asked="an order of a bolus failed on its way: whether the pump took it is not known")
    orders = [one for one in case.orders if one.verb in _SINGLE and one.sent_ns >= case.from_ns]
    return Testimony(
        f"{len(orders)} single boluses", (*_counted(case, orders), *_ended(case, orders)), of_the_pump=True
    )


def _failed(case: Case) -> list[bool]:
    return [
        entry.body.result != _OK
        for entry in (case.reader.commands(case.pump) if case.pump else ())
        if entry.body.verb in _SINGLE and case.from_ns <= entry.t_ns < case.to_ns
    ]


def _counted(case: Case, orders: list[PumpOrder]) -> list[str]:
    """Return how the pump's own counter differs from the boluses that it took."""
    t_ns, told = case.counted
    if "boluses" not in told or not len(t_ns):
        return []
    before = np.flatnonzero(t_ns <= min((one.sent_ns for one in orders), default=case.to_ns))
    after = np.flatnonzero(t_ns > max((one.sent_ns for one in orders), default=0) + _SLACK_NS)
    if not len(before) or not len(after):
        return []
    counted = round(float(told["boluses"][after[-1]] - told["boluses"][before[0]]))
    if counted == len(orders):
        return []
    return [f"its counter of boluses {moved(counted, '')}, where it took {len(orders)}"]


def _ended(case: Case, orders: list[PumpOrder]) -> list[str]:
    """Return the bolus whose last line tells another volume than was given by then."""
    lines = lines_within(case)
    begun = [line for line in lines if line.event == BOLUS_STARTED]
    ended = [line for line in lines if line.event == BOLUS_ENDED]
    whole = len(begun) == len(ended) == len(orders) and any(line.detail for line in ended)
    if not whole or any(one.verb == PRIME for one in case.orders):
        return []  # which belongs to which is not known, or how long each waited
    stroke_ul = case.start.dut.stroke_ul
    for line, order in zip(ended, orders, strict=True):
        asked_ul = order.number("now_ul") if order.verb == COMBINATION else order.amount
        stops = [one.sent_ns for one in case.orders if one.verb == STOP and one.sent_ns > order.sent_ns]
        given_ul, reach_ul = asked_ul, _STROKES * stroke_ul
        if stops and order.rate_ul_h > 0 and (stops[0] - order.sent_ns) / NS_PER_H * order.rate_ul_h < asked_ul:
            given_ul = (stops[0] - order.sent_ns) / NS_PER_H * order.rate_ul_h
            reach_ul += order.rate_ul_h * _STOP_S / 3600.0
        if abs(line.detail / _NL_PER_UL - given_ul) > reach_ul:
            return [
                f"line {line.number} of its log says that {line.detail / _NL_PER_UL:g} of {asked_ul:g} µL of a bolus "
                f"were given, where {given_ul:.4g} µL were by the time that it ended"
            ]
    return []


WITNESS = Witness("boluses that the pump tells of", testify)
