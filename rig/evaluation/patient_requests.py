"""What became of a patient's requests for a bolus, from the commands and the log in the record."""

import math
from dataclasses import dataclass

from rig.clock import NS_PER_S
from rig.evaluation.buttons import ALLOW, pressed
from rig.evaluation.case import Case
from rig.evaluation.orders import PATIENT, STOP
from rig.metrology.dosing.patient_bolus import PatientBoluses, patient_boluses

# A pump refuses for other reasons too: those that speak of lockout or allotment are held to what was set.
_OF_TERMS = ("lock", "allot", "24")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a patient was allowed from a moment on (UTC ns): volume (µL), lockout (s) and number in any 24 h."""

    since_ns: int
    volume_ul: float
    lockout_s: float
    most_in_24_h: int


@dataclass(frozen=True, slots=True)
class Request:
    """One request at a moment (UTC ns), known to `u_s` (s): whether it was granted, and in the pump's words why not."""

    at_ns: int
    u_s: float
    granted: bool
    why: str = ""

    @property
    def of_terms(self) -> bool:
        """Tell whether the answer rests on lockout and allotment, as far as the pump says why."""
        return self.granted or not self.why or any(word in self.why for word in _OF_TERMS)


def requests_of(case: Case) -> tuple[Request, ...]:
    """Return every request of a case in order: those by command, and those by the patient's button with their answer.

    A press that the log does not answer is none.
    """
    found = []
    for entry in case.reader.commands(case.pump) if case.pump else ():
        command, at_ns = entry.body, entry.body.sent_ns or entry.t_ns
        granted = command.extra.get("granted")
        if command.verb == PATIENT and isinstance(granted, bool) and case.from_ns <= at_ns < case.to_ns:
            u_s = max(0, command.received_ns - at_ns) / NS_PER_S / math.sqrt(12.0)
            found.append(Request(at_ns, u_s, granted, str(command.extra.get("why", ""))))
    by_button = [one for one in pressed(case.reader) if case.from_ns <= one.at_ns < case.to_ns]
    found += [Request(one.at_ns, one.u_s, one.granted) for one in by_button]
    return tuple(sorted(found, key=lambda one: one.at_ns))


def terms_at(case: Case, at_ns: int) -> Terms | None:
    """Return what was allowed at a moment; None before it was set, and behind a stop, which ends it."""
    found = None
    for entry in case.reader.commands(case.pump) if case.pump else ():
        command, sent_ns = entry.body, entry.body.sent_ns or entry.t_ns
        if command.verb == ALLOW and command.result == "ok" and sent_ns <= at_ns:
            said = command.arguments
            lockout_s = 60.0 * float(said["lockout_minutes"])
            found = Terms(sent_ns, float(said["volume_ul"]), lockout_s, int(said["most_in_24_h"]))
    ended = found is not None and any(one.verb == STOP and found.since_ns < one.sent_ns <= at_ns for one in case.orders)
    return None if ended else found


def wrongly_answered(case: Case, requests: tuple[Request, ...], place: int) -> str:
    """Return how the answer to the request at a place breaks what was allowed, "" when it does not."""
    request = requests[place]
    terms = terms_at(case, request.at_ns)
    if terms is None:
        return "was granted although nothing was allowed" if request.granted else ""
    if not request.of_terms:
        return ""
    judged, last = _judged(case, requests[: place + 1], terms), place
    if last in judged.granted_too_soon:
        return f"was granted within the lockout of {terms.lockout_s / 60.0:g} min"
    if last in judged.granted_too_many:
        return f"was granted beyond the {terms.most_in_24_h} that any 24 h may hold"
    return "was refused although lockout and allotment allowed it" if last in judged.refused_wrongly else ""


def _judged(case: Case, requests: tuple[Request, ...], terms: Terms) -> PatientBoluses:
    t_s = [(one.at_ns - requests[0].at_ns) / NS_PER_S for one in requests]
    return patient_boluses(
        t_s,
        [one.granted for one in requests],
        lockout_s=terms.lockout_s,
        most_per_period=terms.most_in_24_h,
        u_time_s=u_between_s(case, requests, terms.lockout_s),
    )


def u_between_s(case: Case, requests: tuple[Request, ...], apart_s: float) -> float:
    """Return the standard uncertainty (s) of a time between two requests by the pump's clock: moments, and its rate."""
    of_moments_s = math.sqrt(2.0) * max((one.u_s for one in requests), default=0.0)
    return math.hypot(of_moments_s, of_rate_s(case, apart_s))


def of_rate_s(case: Case, apart_s: float) -> float:
    """Return by how much (s, standard) the pump's clock may gain or lose in a time, as far as it may stray at all."""
    return case.limits.agreement.clock_ppm * 1e-6 * apart_s / math.sqrt(3.0)
