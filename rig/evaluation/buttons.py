"""What a pump answered when its patient's button was pressed: no command tells it, its log does."""

from dataclasses import dataclass

from rig.clock import NS_PER_S
from rig.evaluation.challenged import begun
from rig.evaluation.log_words import BOLUS_ENDED, BOLUS_STARTED, PATIENT_GIVEN, PATIENT_REFUSED
from rig.evaluation.orders import ALLOW, PATIENT, PumpOrder
from rig.evaluation.own_log import stamped_lines
from rig.record.bodies.challenges import ChallengeKind
from rig.record.reader import RecordReader

# How near to the button the log's answer is looked for, beyond the uncertainty of both clocks.
_BUTTON_S = 1.0
_NS_PER_H = 3600 * NS_PER_S
_ANSWERS = frozenset({PATIENT_GIVEN, PATIENT_REFUSED})
_OF_A_BOLUS = frozenset({BOLUS_STARTED, BOLUS_ENDED})


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press that the log answers: when (UTC ns), known to `u_s` (s), and whether a bolus was given."""

    at_ns: int
    u_s: float
    granted: bool


def pressed(reader: RecordReader) -> tuple[Pressed, ...]:
    """Return the presses of the patient's button that were answered, in order, but for those sent as a command."""
    return reader.once(("pressed",), lambda: _pressed(reader))


def _pressed(reader: RecordReader) -> tuple[Pressed, ...]:
    presses = begun(reader, ChallengeKind.BUTTON)
    if not presses:
        return ()
    pump = reader.start().in_role("pump")
    sent_ns = [one.body.sent_ns or one.t_ns for one in reader.commands(pump) if one.body.verb == PATIENT]
    answers = [one for one in stamped_lines(reader, only=_ANSWERS) if one.dated]
    found = []
    for press in presses:
        reach_ns = round((2.0 * press.u_s + _BUTTON_S) * NS_PER_S)
        near = [one for one in answers if abs(one.at_ns - press.at_ns) <= reach_ns + round(2.0 * one.u_s * NS_PER_S)]
        if near and all(abs(one - press.at_ns) > reach_ns for one in sent_ns):
            answers.remove(near[0])
            found.append(Pressed(press.at_ns, press.u_s, near[0].line.event == PATIENT_GIVEN))
    return tuple(found)


def ordered_by_button(reader: RecordReader) -> tuple[PumpOrder, ...]:
    """Return the boluses that were given for a button as orders: of the volume and at the rate that were allowed.

    Of terms without a rate the log's two lines of the bolus tell it; it is not known where these are not there.
    """
    given = [one for one in pressed(reader) if one.granted]
    if not given:
        return ()
    pump = reader.start().in_role("pump")
    terms = [
        (entry.body.sent_ns or entry.t_ns, entry.body.arguments)
        for entry in reader.commands(pump)
        if entry.body.verb == ALLOW and entry.body.result == "ok"
    ]
    found = []
    for one in given:
        allowed = next((said for ns, said in reversed(terms) if ns <= one.at_ns), {})
        volume_ul, rate_ul_h = (float(allowed.get(key, 0.0)) for key in ("volume_ul", "rate_ul_h"))
        found.append(PumpOrder(one.at_ns, PATIENT, volume_ul, rate_ul_h or _rate_ul_h(one, volume_ul, reader)))
    return tuple(found)


def _rate_ul_h(one: Pressed, volume_ul: float, reader: RecordReader) -> float:
    """Return how fast a bolus was given by the log, µL/h, 0 where it does not say."""
    about_ns = one.at_ns - round((2.0 * one.u_s + _BUTTON_S) * NS_PER_S)
    lines = stamped_lines(reader, only=_OF_A_BOLUS)
    behind = [line for line in lines if line.dated and line.at_ns >= about_ns]
    first = next((line for line in behind if line.line.event == BOLUS_STARTED), None)
    last = next((line for line in behind if line.line.event == BOLUS_ENDED), None)
    took_ns = last.line.pump_clock_ns - first.line.pump_clock_ns if first is not None and last is not None else 0
    return volume_ul / (took_ns / _NS_PER_H) if took_ns > 0 else 0.0
