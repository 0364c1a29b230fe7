"""What the pump says is left of what is under way, and was given up to now: held to orders, answers and count."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rig.clock import NS_PER_S
from rig.evaluation.case import Case
from rig.evaluation.dose_bounds import (
    BEGIN,
    END,
    LIMIT,
    Trial,
    counted_within,
    slack_ul,
    strayed_ns,
    trials_of,
    windows_of,
)
from rig.evaluation.infusions import NS_PER_DAY, NS_PER_H, steps_of
from rig.evaluation.openings import set_up_ns
from rig.evaluation.orders import ALLOW, BRIDGE, INFUSIONS, PATIENT, PRIME, STOP, sent_ns
from rig.evaluation.patient_requests import requests_of, terms_at
from rig.evaluation.programme import Given, Programme
from rig.evaluation.testimony import Testimony, Witness

_OUTLOOK, _OK = "read_outlook", "ok"
# Farther than whatever is given in one piece.
_FAR_NS = 100 * NS_PER_DAY
# What changes a number that is told, beside the orders.
_CHANGES = frozenset({ALLOW, PATIENT, LIMIT, BEGIN, END})
# Within this of what changes it the pump may have been asked before or behind that.
_ANSWERED_NS = 5 * NS_PER_S

# A span [from, to) UTC ns, and its rate in µL/h.
Rated = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Range:
    """Where a number lies that the pump tells."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Number:
    """What the driver notes of a look ahead under `key`, in a report's words, and where it lies if it is right.

    `range_of` takes a case and the moment of the look (UTC ns); it returns None where the record does not say.
    """

    key: str
    name: str
    unit: str
    range_of: Callable[[Case, int], Range | None]


def testify(case: Case) -> Testimony:
    """Hold each look ahead that the pump was asked for to what it was told, answered and counted up to then."""
    compared, against = 0, []
    told_ns = [sent_ns(one) for one in case.reader.commands(case.pump) if one.body.verb in _CHANGES]
    told_ns += [one.sent_ns for one in case.orders]
    for at_ns, notes in _looks(case):
        # So near to what the pump was told, either may have come first.
        if any(abs(one_ns - at_ns) < _ANSWERED_NS for one_ns in told_ns):
            continue
        for number in NUMBERS:
            right = number.range_of(case, at_ns) if number.key in notes else None
            compared += right is not None
            if right is not None and not right.least <= notes[number.key] <= right.most:
                said = f"{notes[number.key]:.5g}{number.unit} {number.name}"
                lies = f"{right.least:.5g} to {right.most:.5g}{number.unit}"
                against.append(f"at {case.hour(at_ns):.2f} h it told {said}, where that is {lies}")
    if not compared:
        return Testimony(not_asked="nothing that the pump told of what is left can be compared")
    return Testimony(f"{compared} numbers of what is left and was given", tuple(against), of_the_pump=True)


def _looks(case: Case) -> Iterator[tuple[int, dict[str, float]]]:
    """Yield when the pump was asked to look ahead in a plan (UTC ns), and the numbers that the driver noted."""
    for entry in case.reader.commands(case.pump) if case.pump else ():
        if entry.body.verb == _OUTLOOK and entry.body.result == _OK and case.begun_ns <= entry.t_ns < case.to_ns:
            numbers = {key: float(one) for key, one in entry.body.extra.items() if isinstance(one, int | float)}
            yield sent_ns(entry), numbers


def _is_prime(one: Given) -> bool:
    return one.order.verb == PRIME


def _is_single(one: Given) -> bool:
    return not (one.square or _is_prime(one))


def _is_square(one: Given) -> bool:
    return one.square


def _given_now(case: Case, at_ns: int) -> Range | None:
    """Return what is left of the one thing that is given now: a prime before a single bolus, and a square one last."""
    for of_kind in (_is_prime, _is_single, _is_square):
        spans = _given(case, at_ns, of_kind)
        found = _left(case, at_ns, spans)
        if found.least > 0:
            return found
        # About to end, or just ended: what comes next may be told as well.
        if any(end > at_ns - strayed_ns(case, NS_PER_DAY) for _, end, _ in spans):
            return None
    return Range(0.0, 0.0)


def _square(case: Case, at_ns: int) -> Range:
    return _left(case, at_ns, _given(case, at_ns, _is_square))


def _prime(case: Case, at_ns: int) -> Range:
    return _left(case, at_ns, _given(case, at_ns, _is_prime))


def _bridge(case: Case, at_ns: int) -> Range:
    """Return what is left of the bridge under way, nothing where there is none."""
    programme = _programme_at(case, at_ns)
    infusions = [one for one in programme.orders if one.verb in INFUSIONS | {STOP}]
    if not infusions or infusions[-1].verb != BRIDGE:
        return _left(case, at_ns, ())
    (begin, rate_ul_h), (end, _) = steps_of(infusions[-1], programme.orders, at_ns + _FAR_NS, programme.primed)
    # A prime holds a bridge up: nothing of it is given meanwhile.
    primed = [(low, high, -rate_ul_h) for low, high in programme.primed if begin <= low < end]
    return _left(case, at_ns, [(begin, end, rate_ul_h), *primed])


def _programme_at(case: Case, at_ns: int) -> Programme:
    """Return what the orders up to a moment ask for, as if no other came behind it."""
    return Programme([one for one in case.orders if one.sent_ns <= at_ns], at_ns + _FAR_NS)


def _given(case: Case, at_ns: int, of_kind: Callable[[Given], bool]) -> list[Rated]:
    given = _programme_at(case, at_ns).given
    return [(*span, one.rate_ul_h) for one in given if of_kind(one) for span in one.spans]


def _left(case: Case, at_ns: int, spans: Sequence[Rated]) -> Range:
    """Return what spans hold behind a moment."""
    near_ns = strayed_ns(case, NS_PER_DAY)
    least, now, most = (
        sum(rate * max(0, end - max(begin, t_ns)) / NS_PER_H for begin, end, rate in spans)
        for t_ns in (at_ns + near_ns, at_ns, at_ns - near_ns)
    )
    slack = slack_ul(case, now) if most > 0 else 0.0
    return Range(max(0.0, least - slack), most + slack)


def _in_span(case: Case, at_ns: int, span_ns: int) -> Range:
    """Return what a span up to a moment holds by the pump's count, or what was wanted: a motor may have stalled."""
    least, most = counted_within(case, at_ns - span_ns, at_ns)
    wanted_ul = float(np.diff(case.programme.volume_ul(np.array([at_ns - span_ns, at_ns])))[0])
    slack = slack_ul(case, most if np.isfinite(most) else least)
    return Range(max(0.0, least - slack), max(most, wanted_ul) + slack)


def _last_hour(case: Case, at_ns: int) -> Range:
    return _in_span(case, at_ns, NS_PER_H)


def _in_window(case: Case, at_ns: int) -> Range | None:
    window = next((one for one in windows_of(case) if one.from_ns <= at_ns < one.to_ns), None)
    return None if window is None else _in_span(case, at_ns, window.span_ns)


def _trial_at(case: Case, at_ns: int) -> Trial | None:
    return next((one for one in trials_of(case) if one.from_ns <= at_ns < one.to_ns), None)


def _trial_volume(case: Case, at_ns: int) -> Range | None:
    trial = _trial_at(case, at_ns)
    if trial is None:
        return None
    given = _in_span(case, at_ns, at_ns - trial.from_ns)
    return Range(max(0.0, trial.volume_ul - given.most), max(0.0, trial.volume_ul - given.least))


def _trial_time(case: Case, at_ns: int) -> Range | None:
    trial = _trial_at(case, at_ns)
    # Without power some pumps have no time that passes.
    if trial is None or case.power_taken_before(at_ns):
        return None
    return _about(case, trial.over_ns - at_ns, at_ns - trial.from_ns)


def _lockout(case: Case, at_ns: int) -> Range | None:
    terms = terms_at(case, at_ns)
    granted = [one for one in requests_of(case) if one.granted and one.at_ns <= at_ns]
    if terms is None or not granted or case.power_taken_before(at_ns):
        return None
    since_ns = at_ns - granted[-1].at_ns
    return _about(case, round(terms.lockout_s * NS_PER_S) - since_ns, since_ns, 2.0 * granted[-1].u_s)


def _about(case: Case, left_ns: int, passed_ns: int, u_s: float = 0.0) -> Range:
    """Return a time that is left, s, by a clock that may have strayed since a moment that is known to `u_s`."""
    near_ns = strayed_ns(case, passed_ns) + round(u_s * NS_PER_S)
    return Range(max(0.0, (left_ns - near_ns) / NS_PER_S), max(0.0, (left_ns + near_ns) / NS_PER_S))


def _boluses_in_a_day(case: Case, at_ns: int) -> Range | None:
    """Return how many boluses were granted in the day up to a moment; of a pump that is not new, so many at least."""
    if terms_at(case, at_ns) is None:
        return None
    since_ns, near_ns = at_ns - NS_PER_DAY, strayed_ns(case, NS_PER_DAY)
    granted_ns = [one.at_ns for one in requests_of(case) if one.granted and one.at_ns <= at_ns]
    known = since_ns >= case.from_ns or set_up_ns(case.reader, case.begun_ns) > 0
    most = sum(one > since_ns - near_ns for one in granted_ns) if known else np.inf
    return Range(sum(one > since_ns + near_ns for one in granted_ns), most)


NUMBERS = (
    Number("given_now_left_ul", "left of what it gives now", " µL", _given_now),
    Number("square_left_ul", "left of its square bolus", " µL", _square),
    Number("prime_left_ul", "left of its prime", " µL", _prime),
    Number("bridge_left_ul", "left of its bridge", " µL", _bridge),
    Number("last_hour_ul", "given in the last hour", " µL", _last_hour),
    Number("window_ul", "given in its window", " µL", _in_window),
    Number("trial_left_ul", "left of its trial", " µL", _trial_volume),
    Number("trial_left_s", "left of its trial", " s", _trial_time),
    Number("lockout_left_s", "left of the lockout", " s", _lockout),
    Number("given_in_24_h", "boluses given in 24 h", "", _boluses_in_a_day),
)
"""What a driver may note of a look ahead; what it does not note is not compared."""

WITNESS = Witness("what is left", testify, concerns=lambda case: any(True for _ in _looks(case)))
