"""What bounds the dose of a case: windows that slide, and trials, each with the time in which it was in force."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rig.clock import NS_PER_S
from rig.evaluation.case import Case
from rig.evaluation.openings import set_up_ns
from rig.evaluation.orders import sent_ns, taken_ns
from rig.evaluation.programme import NS_PER_H
from rig.record.bodies.others import Command
from rig.record.words import Stamped

LIMIT, BEGIN, END = "set_dose_limit", "begin_trial", "end_trial"
_OK = "ok"
# What the driver notes of a limit: the pump's own, of any hour, that holds beside it.
OWN_LIMIT = "own_limit_ul"
_STROKES, _SHARE = 2.0, 0.01


@dataclass(frozen=True, slots=True)
class SlidingWindow:
    """No `span_ns` may hold more than `volume_ul`, in force in [from_ns, to_ns), UTC ns; `own_ul` is of any hour.

    `own_ul` is 0 where the record does not say it.
    """

    volume_ul: float
    span_ns: int
    from_ns: int
    to_ns: int
    own_ul: float


@dataclass(frozen=True, slots=True)
class Trial:
    """At most `volume_ul` may be given from `from_ns` on, and nothing behind `over_ns`; it bounds up to `to_ns`."""

    volume_ul: float
    from_ns: int
    over_ns: int
    to_ns: int


def windows_of(case: Case) -> tuple[SlidingWindow, ...]:
    """Return the sliding windows that the pump was set to, in order, since its bench was set up."""
    told = list(_told(case, (LIMIT,)))
    found = []
    for place, one in enumerate(told):
        to_ns = sent_ns(told[place + 1]) if place + 1 < len(told) else case.to_ns
        volume_ul, span_ns = _number(one, "volume_ul"), round(_number(one, "window_hours") * NS_PER_H)
        own = one.body.extra.get(OWN_LIMIT)
        found.append(
            SlidingWindow(volume_ul, span_ns, taken_ns(one), to_ns, float(own) if isinstance(own, int | float) else 0)
        )
    return tuple(found)


def trials_of(case: Case) -> tuple[Trial, ...]:
    """Return the trials that the pump was told to begin, in order, since its bench was set up."""
    told = list(_told(case, (BEGIN, END)))
    found = []
    for place, one in enumerate(told):
        if one.body.verb == BEGIN:
            to_ns = sent_ns(told[place + 1]) if place + 1 < len(told) else case.to_ns
            over_ns = taken_ns(one) + round(_number(one, "over_hours") * NS_PER_H)
            found.append(Trial(_number(one, "total_ul"), taken_ns(one), over_ns, to_ns))
    return tuple(found)


def no_trial_since(case: Case) -> int | None:
    """Return when (UTC ns) the pump was told to end its trial, None where none was ended or another has begun since."""
    told = list(_told(case, (BEGIN, END)))
    return taken_ns(told[-1]) if told and told[-1].body.verb == END else None


def slack_ul(case: Case, volume_ul: float) -> float:
    """Return by how much (µL) a count may pass a bound that its pump keeps: strokes under way, and its own rounding."""
    return max(_STROKES * case.start.dut.stroke_ul, _SHARE * volume_ul)


def strayed_ns(case: Case, passed_ns: int) -> int:
    """Return how far (ns) the pump's own clock may have strayed in a time, and some seconds that its replies take."""
    return round(passed_ns * case.limits.agreement.clock_ppm * 1e-6) + 5 * NS_PER_S


def counted_within(case: Case, from_ns: int, to_ns: int) -> tuple[float, float]:
    """Return what the pump counted between two moments (UTC ns), µL: at least, and at most.

    The pump is read at its own pace: what was counted between the readings within is the least, and what between those
    around them the most. Where none is around them the most is not known, but that a new pump has given nothing before.
    """
    t_ns, count = case.counted[0], case.counted[1]["delivered"]
    first, last = int(np.searchsorted(t_ns, from_ns)), int(np.searchsorted(t_ns, to_ns, side="right")) - 1
    least_ul = float(count[last] - count[first]) if last > first else 0.0
    before = first if first < len(t_ns) and t_ns[first] == from_ns else first - 1
    new = set_up_ns(case.reader, case.begun_ns) > 0
    if (before < 0 and not new) or last + 1 >= len(t_ns):
        return least_ul, np.inf
    return least_ul, float(count[last + 1] - count[max(0, before)])


def _told(case: Case, verbs: tuple[str, ...]) -> Iterator[Stamped[Command]]:
    new_ns = set_up_ns(case.reader, case.begun_ns)
    for one in case.reader.commands(case.pump) if case.pump else ():
        if one.body.verb in verbs and one.body.result == _OK and new_ns <= one.t_ns < case.to_ns:
            yield one


def _number(one: Stamped[Command], key: str) -> float:
    return float(one.body.arguments[key])
