"""When what an order began is over by itself, and by which word the pump's log tells so."""

from collections.abc import Iterator
from dataclasses import dataclass

from rig.evaluation.infusions import steps_of
from rig.evaluation.log_words import BOLUS_ENDED, BRIDGE_ENDED, PRIMED, RAMP_ENDED, SQUARE_ENDED
from rig.evaluation.orders import BRIDGE, INFUSIONS, PRIME, RAMP, STOP, PumpOrder
from rig.evaluation.programme import Programme

# Two stamps of the pump's clock, and a command that takes its time.
_STAMPS_NS = 3_000_000_000
_OF_INFUSIONS = {RAMP: RAMP_ENDED, BRIDGE: BRIDGE_ENDED}
_DISTURBS = INFUSIONS | {STOP, PRIME}


@dataclass(frozen=True, slots=True)
class End:
    """The end of what an order began: the log's word for it, and when it is due, UTC ns, give or take `off_ns`."""

    order: PumpOrder
    word: str
    at_ns: int
    off_ns: int


def ends_of(programme: Programme, course_percent: float, until_ns: int) -> tuple[End, ...]:
    """Return the ends that are due before `until_ns` (UTC ns), in order of time, of what nothing cut short.

    What takes long may be off by more: `course_percent` of the time since its order.
    """
    due = [one for one in (*_of_given(programme), *_of_infusions(programme, until_ns)) if one[2] < until_ns]
    found = (
        End(order, word, at_ns, round(course_percent / 100.0 * (at_ns - order.sent_ns)) + _STAMPS_NS)
        for order, word, at_ns in due
    )
    return tuple(sorted(found, key=lambda one: one.at_ns))


def _of_given(programme: Programme) -> Iterator[tuple[PumpOrder, str, int]]:
    for one in programme.given:
        if one.whole and one.spans:
            word = PRIMED if one.order.verb == PRIME else SQUARE_ENDED if one.square else BOLUS_ENDED
            yield one.order, word, one.spans[-1][1]


def _of_infusions(programme: Programme, until_ns: int) -> Iterator[tuple[PumpOrder, str, int]]:
    """Yield when a ramp or a bridge is over: its last step begins, unless something came before or made it wait."""
    for order in programme.orders:
        if order.verb not in _OF_INFUSIONS:
            continue
        at_ns = steps_of(order, programme.orders, until_ns, programme.primed)[-1][0]
        if not any(one.verb in _DISTURBS and order.sent_ns < one.sent_ns <= at_ns for one in programme.orders):
            yield order, _OF_INFUSIONS[order.verb], at_ns
