"""What bounds the dose: the pump's count, its alarms and its refusals against the windows and trials it was set to.

What a pump counts against its own bound needs no balance: a window that holds more by its own books was not kept, and a
dose that was refused where there was room for it is a dose that its patient lacks.
"""

from collections.abc import Iterator

import numpy as np

from rig.clock import NS_PER_S
from rig.evaluation.case import Case
from rig.evaluation.dose_bounds import (
    SlidingWindow,
    Trial,
    counted_within,
    no_trial_since,
    slack_ul,
    strayed_ns,
    trials_of,
    windows_of,
)
from rig.evaluation.infusions import highest_ul_h
from rig.evaluation.orders import INFUSIONS, STOP, PumpOrder
from rig.evaluation.patient_requests import Request, requests_of, terms_at
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.testimony import Testimony, Witness

_LIMIT_REACHED, _TRIAL_OVER = "dose_limit", "trial_over"
# The words of a refusal that rests on a window, and on a trial.
_FOR_A_WINDOW, _FOR_A_TRIAL = "dose_limit", "trial"


def testify(case: Case) -> Testimony:
    """Hold count, alarms and refusals to each window and each trial that was in force."""
    windows, trials = windows_of(case), trials_of(case)
    if "delivered" not in case.counted[1] or not len(case.counted[0]):
        return Testimony(not_asked="the pump tells no count of what it delivered")
    against = [
        *(said for one in windows for said in (*_passed(case, one), *_full_too_early(case, one))),
        *(said for one in trials for said in (*_beyond(case, one), *_over_too_early(case, one))),
        *_refused(case, windows, trials),
    ]
    return Testimony(
        f"{len(windows)} sliding windows and {len(trials)} trials beside its count", tuple(against), of_the_pump=True
    )


def _passed(case: Case, window: SlidingWindow) -> Iterator[str]:
    """Yield the fullest window that held more than was allowed, where that was given while it was not."""
    t_ns, told = case.counted
    count = told["delivered"]
    at = np.flatnonzero((t_ns > window.from_ns) & (t_ns <= window.to_ns))
    if not len(at):
        return
    first = np.searchsorted(t_ns, t_ns[at] - window.span_ns)
    held_ul = count[at] - count[first]
    # What was given before a window was set counts in it, and cannot be taken back.
    since_ul = count[at] - count[np.maximum(first, np.searchsorted(t_ns, window.from_ns))]
    slack = slack_ul(case, window.volume_ul)
    held_ul = np.where(since_ul > slack, held_ul, 0.0)
    worst = int(np.argmax(held_ul))
    if held_ul[worst] > window.volume_ul + slack:
        yield (
            f"its count rose by {held_ul[worst]:.4g} µL in the sliding window of {window.span_ns / NS_PER_H:g} h up to "
            f"{case.hour(int(t_ns[at[worst]])):.2f} h, where the dose limit is {window.volume_ul:g} µL"
        )


def _full_too_early(case: Case, window: SlidingWindow) -> Iterator[str]:
    """Yield when the pump said that a window was full, where neither this one nor its own of an hour can have been."""
    for shown_ns, before_ns in _risen(case, _LIMIT_REACHED, window.from_ns, window.to_ns):
        held_ul = _at_most(case, before_ns - window.span_ns, shown_ns)
        hour_ul = _at_most(case, before_ns - NS_PER_H, shown_ns)
        full = held_ul >= window.volume_ul - slack_ul(case, window.volume_ul)
        if not full and hour_ul < window.own_ul - slack_ul(case, window.own_ul):
            yield (
                f"it said {_LIMIT_REACHED} at {case.hour(shown_ns):.2f} h, where by its count {held_ul:.4g} of the "
                f"{window.volume_ul:g} µL that it was set to were given in {window.span_ns / NS_PER_H:g} h"
            )
            return


def _beyond(case: Case, trial: Trial) -> Iterator[str]:
    """Yield what was given beyond a trial's dose, or behind its time."""
    slack = slack_ul(case, trial.volume_ul)
    given_ul = _at_least(case, trial.from_ns, trial.to_ns)
    if given_ul > trial.volume_ul + slack:
        yield f"its count rose by {given_ul:.4g} µL in a trial of {trial.volume_ul:g} µL"
    # Without power some pumps have no time that passes.
    if case.power_taken_before(trial.over_ns):
        return
    late_ns = trial.over_ns + strayed_ns(case, trial.over_ns - trial.from_ns)
    late_ul = _at_least(case, late_ns, trial.to_ns) if late_ns < trial.to_ns else 0.0
    if late_ul > slack_ul(case, 0.0):
        yield f"its count rose by {late_ul:.4g} µL behind the end of a trial, at {case.hour(trial.over_ns):.2f} h"


def _over_too_early(case: Case, trial: Trial) -> Iterator[str]:
    for shown_ns, _ in _risen(case, _TRIAL_OVER, trial.from_ns, trial.to_ns):
        if _goes_on(case, trial, shown_ns):
            yield f"it said {_TRIAL_OVER} at {case.hour(shown_ns):.2f} h, {_left(case, trial, shown_ns)}"
            return


def _goes_on(case: Case, trial: Trial, at_ns: int) -> bool:
    """Tell whether neither dose nor time of a trial can have been over at a moment."""
    given_ul = _at_most(case, trial.from_ns, at_ns)
    in_time = at_ns < trial.over_ns - strayed_ns(case, trial.over_ns - trial.from_ns)
    return in_time and given_ul < trial.volume_ul - slack_ul(case, trial.volume_ul)


def _left(case: Case, trial: Trial, at_ns: int) -> str:
    given_ul, minutes = _at_most(case, trial.from_ns, at_ns), (trial.over_ns - at_ns) / NS_PER_S / 60.0
    return (
        f"where by its count {given_ul:.4g} of the trial's {trial.volume_ul:g} µL were given, {minutes:.4g} min before "
        "its end"
    )


def _refused(case: Case, windows: tuple[SlidingWindow, ...], trials: tuple[Trial, ...]) -> Iterator[str]:
    """Yield the first request of each kind that was refused for a bound that left room for it."""
    ended_ns = no_trial_since(case)
    refused = [one for one in requests_of(case) if one.at_ns >= case.begun_ns and not one.granted]
    for_windows = (_for_a_window(case, windows, one) for one in refused if _FOR_A_WINDOW in one.why)
    for_trials = (_for_a_trial(case, trials, ended_ns, one) for one in refused if _FOR_A_TRIAL in one.why)
    for of_a_kind in (for_windows, for_trials):
        if said := next((said for said in of_a_kind if said), ""):
            yield said


def _for_a_window(case: Case, windows: tuple[SlidingWindow, ...], one: Request) -> str:
    terms = terms_at(case, one.at_ns)
    in_force = next((window for window in windows if window.from_ns <= one.at_ns < window.to_ns), None)
    if terms is None or in_force is None or _else_is_given(case, one.at_ns):
        return ""
    infused_ul_h = max((highest_ul_h(order) for order in _infusion_at(case, one.at_ns)), default=0.0)
    for volume_ul, span_ns in ((in_force.volume_ul, in_force.span_ns), (in_force.own_ul, NS_PER_H)):
        # A window that slides on holds what runs beside the dose, too.
        beside_ul = terms.volume_ul + infused_ul_h * span_ns / NS_PER_H
        would_hold_ul = _at_most(case, one.at_ns - span_ns, one.at_ns) + beside_ul
        if would_hold_ul >= volume_ul - slack_ul(case, volume_ul):
            return ""
    held_ul = _at_most(case, one.at_ns - in_force.span_ns, one.at_ns)
    return (
        f"the request at {case.hour(one.at_ns):.3f} h for {terms.volume_ul:g} µL was refused for the dose limit, where "
        f"by its count {held_ul:.4g} of {in_force.volume_ul:g} µL were given in {in_force.span_ns / NS_PER_H:g} h"
    )


def _for_a_trial(case: Case, trials: tuple[Trial, ...], ended_ns: int | None, one: Request) -> str:
    said = f"the request at {case.hour(one.at_ns):.3f} h was refused for a trial, "
    if ended_ns is not None and one.at_ns > ended_ns:
        return f"{said}which was ended at {case.hour(ended_ns):.3f} h"
    in_force = next((trial for trial in trials if trial.from_ns <= one.at_ns < trial.to_ns), None)
    return f"{said}{_left(case, in_force, one.at_ns)}" if in_force and _goes_on(case, in_force, one.at_ns) else ""


def _infusion_at(case: Case, at_ns: int) -> list[PumpOrder]:
    begun = [one for one in case.orders if one.verb in INFUSIONS | {STOP} and one.sent_ns <= at_ns]
    return [one for one in begun[-1:] if one.verb in INFUSIONS]


def _else_is_given(case: Case, at_ns: int) -> bool:
    """Tell whether something beside the infusion is under way: what is left of it takes room in a window, too."""
    return any(begin <= at_ns < end for given in case.programme.given for begin, end in given.spans)


def _risen(case: Case, alarm: str, from_ns: int, to_ns: int) -> Iterator[tuple[int, int]]:
    """Yield when (UTC ns) the status first showed an alarm, and when the pump was read before that."""
    t_ns, before = case.counted[0], None
    for one in case.states:
        if before is not None and alarm in one.alarms and alarm not in before.alarms and from_ns < one.at_ns < to_ns:
            read = t_ns[: int(np.searchsorted(t_ns, one.at_ns))]
            yield one.at_ns, max(before.at_ns, int(read[-1]) if len(read) else 0)
        before = one


def _at_least(case: Case, from_ns: int, to_ns: int) -> float:
    return counted_within(case, from_ns, to_ns)[0]


def _at_most(case: Case, from_ns: int, to_ns: int) -> float:
    return counted_within(case, from_ns, to_ns)[1]


WITNESS = Witness(
    "bounds of the dose",
    testify,
    concerns=lambda case: bool(windows_of(case) or trials_of(case)),
)
