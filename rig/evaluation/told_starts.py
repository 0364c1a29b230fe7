"""What the pump's log tells with the begin of an infusion, bolus or prime: the rate or the volume that was ordered."""

from collections.abc import Callable, Mapping

from rig.evaluation.case import Case
from rig.evaluation.log_words import BOLUS_STARTED, INFUSION_STARTED, SQUARE_STARTED
from rig.evaluation.orders import BOLUS, COMBINATION, PATIENT, PRIME, RAMP, RUN, SQUARE, PumpOrder
from rig.record.bodies.pump_events import LogLine

_NL_PER_UL = 1000.0
# A log keeps whole nL, or nL/h; an order may hold what its pump has no step for.
_ROUNDED_NL = 1.0
_SHARE = 1e-3


def _amount(order: PumpOrder) -> float:
    return order.amount


def _later_part(order: PumpOrder) -> float:
    return order.number("then_ul") if order.verb == COMBINATION else order.amount


# By the word of a log: the orders that it is written for, what each asked for (µL or µL/h), and its unit.
_TOLD: Mapping[str, tuple[frozenset[str], Callable[[PumpOrder], float], str]] = {
    INFUSION_STARTED: (frozenset({RUN}), _amount, "µL/h"),
    "ramp_started": (frozenset({RAMP}), _amount, "µL/h"),
    BOLUS_STARTED: (frozenset({BOLUS, COMBINATION, PATIENT}), _amount, "µL"),
    SQUARE_STARTED: (frozenset({SQUARE, COMBINATION}), _later_part, "µL"),
    "prime_started": (frozenset({PRIME}), _amount, "µL"),
}


def wrong_details(case: Case, lines: list[LogLine]) -> list[str]:
    """Return the first line of the log that tells of a begin with another rate or volume than was ordered.

    Where lines and orders are not equally many it is not known which belongs to which; that some are missing is said
    elsewhere. A log that tells no details has none that are wrong.
    """
    for word, (verbs, asked_for, unit) in _TOLD.items():
        written = [line for line in lines if line.event == word]
        orders = [one for one in case.orders if one.verb in verbs and one.sent_ns >= case.from_ns]
        if len(written) != len(orders) or not any(line.detail for line in written):
            continue
        for line, order in zip(written, orders, strict=True):
            asked, told = asked_for(order), line.detail / _NL_PER_UL
            if asked > 0 and abs(told - asked) > _ROUNDED_NL / _NL_PER_UL + _SHARE * asked:
                return [f"its line {line.number} ({word}) says {told:g} {unit}, where {asked:g} {unit} were ordered"]
    return []
