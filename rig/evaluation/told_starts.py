"""What the pump's log tells with what was ordered or set: the rate or the volume that was asked for."""

from collections.abc import Callable, Mapping

from rig.evaluation.case import Case
from rig.evaluation.log_words import BOLUS_STARTED, INFUSION_STARTED, PATIENT_GIVEN, SQUARE_STARTED
from rig.evaluation.orders import (
    ALLOW,
    BOLUS,
    BRIDGE,
    COMBINATION,
    PATIENT,
    PRIME,
    RAMP,
    REFILLED,
    RUN,
    SQUARE,
    PumpOrder,
    sent_ns,
)
from rig.record.bodies.pump_events import LogLine

_NL_PER_UL = 1000.0
# A log keeps whole nL, or nL/h; an order may hold what its pump has no step for.
_ROUNDED_NL = 1.0
_SHARE = 1e-3


def _amount(order: PumpOrder) -> float:
    return order.amount


def _volume(order: PumpOrder) -> float:
    return order.number("volume_ul")


def _later_part(order: PumpOrder) -> float:
    return order.number("then_ul") if order.verb == COMBINATION else order.amount


# By the word of a log: the orders that it is written for, what each asked for (µL or µL/h), and its unit.
_TOLD: Mapping[str, tuple[frozenset[str], Callable[[PumpOrder], float], str]] = {
    INFUSION_STARTED: (frozenset({RUN}), _amount, "µL/h"),
    "ramp_started": (frozenset({RAMP}), _amount, "µL/h"),
    BOLUS_STARTED: (frozenset({BOLUS, COMBINATION, PATIENT}), _amount, "µL"),
    SQUARE_STARTED: (frozenset({SQUARE, COMBINATION}), _later_part, "µL"),
    "prime_started": (frozenset({PRIME}), _amount, "µL"),
    "bridge_started": (frozenset({BRIDGE}), _volume, "µL"),
    PATIENT_GIVEN: (frozenset({PATIENT}), _amount, "µL"),
    "refilled": (frozenset({REFILLED}), _amount, "µL"),
    "patient_set": (frozenset({ALLOW}), _amount, "µL"),
    "low_mark_set": (frozenset({"set_low_reservoir"}), _amount, "µL"),
    "dose_limit_set": (frozenset({"set_dose_limit"}), _amount, "µL"),
    "trial_set": (frozenset({"begin_trial", "end_trial"}), _amount, "µL"),
}
# What sets a volume and delivers nothing is no order: the argument of the command that holds it.
_SETS: Mapping[str, str] = {
    REFILLED: "volume_ul",
    ALLOW: "volume_ul",
    "set_low_reservoir": "volume_ul",
    "set_dose_limit": "volume_ul",
    "begin_trial": "total_ul",
    "end_trial": "",
}
_OK = "ok"


def wrong_details(case: Case, lines: list[LogLine]) -> list[str]:
    """Return the first line of the log that tells of a begin or a setting with another number than was asked for.

    Where lines and orders are not equally many it is not known which belongs to which; that some are missing is said
    elsewhere. A log that tells no details has none that are wrong.
    """
    told = [*(one for one in case.orders if one.sent_ns >= case.from_ns), *_settings(case)]
    for word, (verbs, asked_for, unit) in _TOLD.items():
        written = [line for line in lines if line.event == word]
        orders = [one for one in told if one.verb in verbs]
        if len(written) != len(orders) or not any(line.detail for line in written):
            continue
        for line, order in zip(written, orders, strict=True):
            asked, says = asked_for(order), line.detail / _NL_PER_UL
            if asked > 0 and abs(says - asked) > _ROUNDED_NL / _NL_PER_UL + _SHARE * asked:
                return [f"its line {line.number} ({word}) says {says:g} {unit}, where {asked:g} {unit} were ordered"]
    return []


def _settings(case: Case) -> list[PumpOrder]:
    """Return what the pump took in the case that sets a volume, as orders of that volume."""
    taken = [one for one in case.reader.commands(case.pump) if one.body.result == _OK and one.body.verb in _SETS]
    return [
        PumpOrder(sent_ns(one), one.body.verb, float(one.body.arguments.get(_SETS[one.body.verb], 0.0)))
        for one in taken
        if case.from_ns <= sent_ns(one) < case.to_ns
    ]
