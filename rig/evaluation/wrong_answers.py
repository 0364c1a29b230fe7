"""Which of a patient's requests a pump answered against what was allowed: granted too soon or too often, or refused."""

import math

from rig.clock import NS_PER_S
from rig.evaluation.buttons import pressed
from rig.evaluation.case import Case
from rig.evaluation.challenged import begun
from rig.evaluation.openings import set_up_ns
from rig.evaluation.orders import COMBINATION, PATIENT, PRIME, SINGLE
from rig.evaluation.patient_requests import Request, Terms, TermsInForce, requests_between, requests_of, u_between_s
from rig.evaluation.programme import NS_PER_H
from rig.metrology.dosing.patient_bolus import PatientBoluses, patient_boluses
from rig.quantities import S_PER_H
from rig.record.bodies.challenges import ChallengeKind

_DAY_S = 24.0 * S_PER_H
# What bounds a dose besides the patient's own terms: a refusal without a reason may rest on it.
_BOUNDS = ("set_dose_limit", "begin_trial")
_AT_ONCE = SINGLE | {COMBINATION, PRIME}
_ALARM = "alarm"


def wrong_answers(case: Case) -> tuple[tuple[Request, str], ...]:
    """Return each request of a case, in order, with how its answer breaks what was allowed; "" where it does not.

    A pump counts lockout and allotment on from what it gave before: so do they here, since its bench was set up. What
    may rest on something that the record does not hold is not held against it.
    """
    own = requests_of(case)
    if not own:
        return ()
    new_ns = set_up_ns(case.reader, case.begun_ns)
    known = (*requests_between(case.reader, case.pump, new_ns, case.from_ns), *own)
    first = len(known) - len(own)
    in_force, whole = TermsInForce(case), _all_answered(case)
    allowed = [in_force.at(one.at_ns) for one in own]
    last = {terms: first + place for place, terms in enumerate(allowed) if terms is not None}
    judged = {terms: _judged(case, known[: place + 1], terms) for terms, place in last.items()}
    found = []
    for place, (one, terms) in enumerate(zip(own, allowed, strict=True), first):
        said = _wrong(one, place, terms, None if terms is None else judged[terms])
        excused = not one.granted and not (whole and _of_terms_alone(case, known[:place], one, terms, new_ns))
        found.append((one, "" if excused else said))
    return tuple(found)


def _wrong(one: Request, place: int, terms: Terms | None, judged: PatientBoluses | None) -> str:
    if terms is None or judged is None:
        return "was granted although nothing was allowed" if one.granted else ""
    if not one.of_terms:
        return ""
    if place in judged.granted_too_soon:
        return f"was granted within the lockout of {terms.lockout_s / 60.0:g} min"
    if place in judged.granted_too_many:
        return f"was granted beyond the {terms.most_in_24_h} that any 24 h may hold"
    return "was refused although lockout and allotment allowed it" if place in judged.refused_wrongly else ""


def _judged(case: Case, requests: tuple[Request, ...], terms: Terms) -> PatientBoluses:
    t_s = [(one.at_ns - requests[0].at_ns) / NS_PER_S for one in requests]
    return patient_boluses(
        t_s,
        [one.granted for one in requests],
        lockout_s=terms.lockout_s,
        most_per_period=terms.most_in_24_h,
        u_time_s=u_between_s(case, requests, terms.lockout_s),
    )


def _all_answered(case: Case) -> bool:
    """Tell whether every request up to the case's end was answered: one that was not may have been granted."""
    commands = case.reader.commands(case.pump) if case.pump else ()
    asked = [one.body for one in commands if one.body.verb == PATIENT and one.t_ns < case.to_ns]
    presses = [one for one in begun(case.reader, ChallengeKind.BUTTON) if one.at_ns < case.to_ns]
    answered = [one for one in pressed(case.reader) if one.at_ns < case.to_ns] if presses else []
    return len(answered) == len(presses) and all(isinstance(one.extra.get("granted"), bool) for one in asked)


def _of_terms_alone(case: Case, before: tuple[Request, ...], one: Request, terms: Terms | None, new_ns: int) -> bool:
    """Tell whether a refusal can rest on nothing but the terms, and on what the record holds of them."""
    if not one.why and _else_in_the_way(case, one.at_ns):
        return False
    if new_ns or terms is None:
        return True
    # A pump that is no new one remembers what it gave before the record began.
    since_s = (one.at_ns - next(case.reader.entries()).t_ns) / NS_PER_S
    locks = one.may_mean("lock") and since_s <= terms.lockout_s and not any(request.granted for request in before)
    return not locks and not (one.may_mean("allot", "24") and since_s <= _DAY_S)


def _else_in_the_way(case: Case, at_ns: int) -> bool:
    """Tell whether something else than lockout and allotment may have stood in the way of a request at a moment."""
    shown = [state for state in case.states if state.at_ns <= at_ns][-1:]
    if any(state.state == _ALARM for state in shown):
        return True
    commands = case.reader.commands(case.pump) if case.pump else ()
    if any(entry.body.verb in _BOUNDS and entry.t_ns <= at_ns for entry in commands):
        return True
    given = [order for order in case.orders if order.verb in _AT_ONCE and order.sent_ns < at_ns]
    ends_h = [order.amount / order.rate_ul_h if order.rate_ul_h > 0.0 else math.inf for order in given]
    return any(at_ns <= order.sent_ns + hours * NS_PER_H for order, hours in zip(given, ends_h, strict=True))
