"""What became of a patient's requests for a bolus, from the commands and the log in the record."""

import math
from bisect import bisect_right
from dataclasses import dataclass

from rig.clock import NS_PER_S
from rig.evaluation.buttons import pressed
from rig.evaluation.case import Case
from rig.evaluation.orders import ALLOW, PATIENT, STOP, sent_ns
from rig.record.bodies.others import Command
from rig.record.reader import RecordReader
from rig.record.words import Stamped

_OK = "ok"
# A pump refuses for other reasons too: those that speak of lockout or allotment are held to what was set.
_OF_TERMS = ("lock", "allot", "24", "allowed")


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
        return self.granted or self.may_mean(*_OF_TERMS)

    def may_mean(self, *words: str) -> bool:
        """Tell whether one of some words is in the reason that the pump gave, or may be: it gave none."""
        return not self.why or any(word in self.why for word in words)


def requests_of(case: Case) -> tuple[Request, ...]:
    """Return every request of a case in order: those by command, and those by the patient's button with their answer.

    A press that the log does not answer is none.
    """
    return requests_between(case.reader, case.pump, case.from_ns, case.to_ns)


def requests_between(reader: RecordReader, pump: str, from_ns: int, to_ns: int) -> tuple[Request, ...]:
    """Return every request to a pump in [from_ns, to_ns), UTC ns, as `requests_of` does."""
    found = []
    for entry in reader.commands(pump) if pump else ():
        command, at_ns = entry.body, sent_ns(entry)
        granted = command.extra.get("granted")
        if command.verb == PATIENT and isinstance(granted, bool) and from_ns <= at_ns < to_ns:
            u_s = max(0, command.received_ns - at_ns) / NS_PER_S / math.sqrt(12.0)
            found.append(Request(at_ns, u_s, granted, str(command.extra.get("why", ""))))
    by_button = [one for one in pressed(reader) if from_ns <= one.at_ns < to_ns]
    found += [Request(one.at_ns, one.u_s, one.granted) for one in by_button]
    return tuple(sorted(found, key=lambda one: one.at_ns))


class TermsInForce:
    """What a patient was allowed at each moment of a case: as it was set last, up to a stop, which ends it."""

    def __init__(self, case: Case) -> None:
        commands = [one for one in (case.reader.commands(case.pump) if case.pump else ()) if one.body.result == _OK]
        # Of two orders of one moment the record knows which came first; what else ends a delivery is no command.
        told = [(sent_ns(one), _terms(one)) for one in commands if one.body.verb in (ALLOW, STOP)]
        stops_ns = {at_ns for at_ns, terms in told if terms is None}
        ended = [(one.sent_ns, None) for one in case.orders if one.verb == STOP and one.sent_ns not in stops_ns]
        self._set: list[tuple[int, Terms | None]] = sorted([*told, *ended], key=lambda one: one[0])

    def at(self, at_ns: int) -> Terms | None:
        """Return what was allowed at a moment (UTC ns); None before it was set, and behind a stop."""
        place = bisect_right(self._set, at_ns, key=lambda one: one[0])
        return self._set[place - 1][1] if place else None


def _terms(one: Stamped[Command]) -> Terms | None:
    """Return what a command allows, None for one that ends what was allowed."""
    said = one.body.arguments
    if one.body.verb != ALLOW:
        return None
    lockout_s = 60.0 * float(said["lockout_minutes"])
    return Terms(sent_ns(one), float(said["volume_ul"]), lockout_s, int(said["most_in_24_h"]))


def terms_at(case: Case, at_ns: int) -> Terms | None:
    """Return what was allowed at one moment of a case, as `TermsInForce` does."""
    return TermsInForce(case).at(at_ns)


def u_between_s(case: Case, requests: tuple[Request, ...], apart_s: float) -> float:
    """Return the standard uncertainty (s) of a time between two requests by the pump's clock: moments, and its rate."""
    of_moments_s = math.sqrt(2.0) * max((one.u_s for one in requests), default=0.0)
    return math.hypot(of_moments_s, of_rate_s(case, apart_s))


def of_rate_s(case: Case, apart_s: float) -> float:
    """Return by how much (s, standard) the pump's clock may gain or lose in a time, as far as it may stray at all."""
    return case.limits.agreement.clock_ppm * 1e-6 * apart_s / math.sqrt(3.0)
