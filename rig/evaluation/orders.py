"""What the pump was told about delivery, from the commands in the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rig.record.bodies.codec import Json
from rig.record.bodies.others import Command
from rig.record.reader import RecordReader
from rig.record.words import Stamped

RUN, BOLUS, STOP = "run_continuous", "give_bolus", "stop"
FLEX, RAMP, MINIMUM, BRIDGE = "run_flex", "run_ramp", "run_at_minimum", "run_bridge"
SQUARE, COMBINATION, PATIENT = "give_square_bolus", "give_combination_bolus", "request_patient_bolus"
PRIME, SET_CLOCK, REFILLED = "prime", "set_clock", "refilled"
ALLOW = "allow_patient_boluses"
# Each replaces the infusion under way by another.
INFUSIONS = frozenset({RUN, FLEX, RAMP, MINIMUM, BRIDGE})
# Each is given on top of the infusion.
ON_TOP = frozenset({BOLUS, SQUARE, COMBINATION, PATIENT})
# Given at once and at one rate: `amount` µL at `rate_ul_h`.
SINGLE = frozenset({BOLUS, PATIENT})
DELIVERS = INFUSIONS | ON_TOP | {PRIME}
_KNOWN = DELIVERS | {STOP, SET_CLOCK}
# The argument that is an order's one number.
_AMOUNT = {
    RUN: "rate_ul_h",
    MINIMUM: "rate_ul_h",
    RAMP: "to_ul_h",
    BRIDGE: "then_ul_h",
    BOLUS: "volume_ul",
    SQUARE: "volume_ul",
    COMBINATION: "now_ul",
    PATIENT: "volume_ul",
    PRIME: "volume_ul",
}
# What of the terms of a patient's boluses says what one of them is.
_TERMS = ("volume_ul", "rate_ul_h")
_OK = "ok"


@dataclass(frozen=True, slots=True)
class PumpOrder:
    """One command that the pump took: when it was sent (UTC ns), and the rate or the volume in it (0 for a stop).

    `rate_ul_h` is how fast a bolus or a prime was to be given, 0 where the record does not say. `said` are all
    arguments, with what the driver added to them.
    """

    sent_ns: int
    verb: str
    amount: float
    rate_ul_h: float = 0.0
    said: Mapping[str, Json] = field(default_factory=dict)

    def number(self, key: str) -> float:
        """Return a number that was said, 0 where it was not."""
        value = self.said.get(key)
        return float(value) if isinstance(value, int | float) else 0.0


def sent_ns(entry: Stamped[Command]) -> int:
    """Return when a command was sent, UTC ns; where the record does not say, when it was recorded."""
    return entry.body.sent_ns or entry.t_ns


def taken_ns(entry: Stamped[Command]) -> int:
    """Return when the answer to a command had come, UTC ns; where the record does not say, when it was recorded."""
    return entry.body.received_ns or entry.t_ns


class Telling:
    """Makes orders of commands, one behind another: what a patient is given is what was allowed before."""

    def __init__(self) -> None:
        self._allowed: Mapping[str, Json] = {}

    def order_of(self, entry: Stamped[Command]) -> PumpOrder | None:
        """Return the order that a command to the pump under test is, None for what is no order or was not taken."""
        command = entry.body
        if command.result != _OK:
            return None
        if command.verb == ALLOW:
            self._allowed = {key: command.arguments[key] for key in _TERMS if key in command.arguments}
        if command.verb not in _KNOWN or (command.verb == PATIENT and command.extra.get("granted") is not True):
            return None
        # What the pump said at the request what it would give is its own word, and nothing that it is held to.
        arguments = {**command.arguments, **self._allowed} if command.verb == PATIENT else command.arguments
        amount = float(arguments.get(_AMOUNT.get(command.verb, ""), 0.0))
        at_once = command.verb in ON_TOP or command.verb in (PRIME, BRIDGE)
        given_at = float(arguments.get("rate_ul_h", 0.0)) if at_once else 0.0
        said = {**arguments, **command.extra}
        return PumpOrder(sent_ns(entry), command.verb, amount, given_at, said)


def told(reader: RecordReader) -> tuple[PumpOrder, ...]:
    """Return the commands about delivery that the pump under test took, in order.

    A request for a bolus that the pump did not grant is none.
    """
    pump, telling = reader.start().in_role("pump"), Telling()
    orders = (telling.order_of(entry) for entry in (reader.commands(pump) if pump else ()))
    return tuple(order for order in orders if order is not None)


def refilled_ns(reader: RecordReader) -> tuple[int, ...]:
    """Return when (UTC ns) the pump under test had taken that its reservoir was refilled, in order."""
    pump = reader.start().in_role("pump")
    return tuple(
        taken_ns(entry)
        for entry in (reader.commands(pump) if pump else ())
        if entry.body.verb == REFILLED and entry.body.result == _OK
    )
