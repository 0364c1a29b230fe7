"""What the rig did to the pump's delivery: a pump that was stopped because of the bench has not failed by itself."""

from collections.abc import Iterator
from typing import TypeVar

from rig.clock import NS_PER_S
from rig.evaluation.case import Case
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.absences import DiskSpaceLow
from rig.record.bodies.event import Event
from rig.record.bodies.events import LeaseLapsed
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.safety import InterlockTripped, SupervisorActed
from rig.record.words import Stamped

E = TypeVar("E", bound=Event)

LINK_LOST = "link_lost"
# The pump counts from what it heard last, the record from what it answered last; both clocks may drift meanwhile.
_SHARE = 0.98


def testify(case: Case) -> Testimony:
    """Find whether the rig let the pump down: its supervisor ended delivery, or it was not heard for too long."""
    against = [*_acted(case), *_unheard(case)]
    return Testimony("the bench kept the pump delivering", tuple(against), undermines=True, of_the_bench=True)


def _acted(case: Case) -> list[str]:
    acted = [
        f"delivery was ended for the run at {case.hour(entry.t_ns):.2f} h: {entry.body.why}"
        for entry in _within(case, SupervisorActed)
    ]
    lapsed = [
        f"the plan showed no sign of life at {case.hour(entry.t_ns):.2f} h, so that the pump was no longer read"
        for entry in _within(case, LeaseLapsed)
        if entry.body.stream == case.pump
    ]
    tripped = [
        f"interlock {entry.body.interlock} tripped at {case.hour(entry.t_ns):.2f} h and ended delivery"
        for entry in _within(case, InterlockTripped)
    ]
    full = [
        f"only {entry.body.free_mb:.4g} MB were left on the disk at {case.hour(entry.t_ns):.2f} h, where "
        f"{entry.body.least_mb:g} MB are to stay free: the plan was ended"
        for entry in case.reader.events(DiskSpaceLow)
        if case.from_ns <= entry.t_ns <= case.to_ns  # on the virtual clock nothing comes behind it
    ]
    return [*acted, *lapsed, *tripped, *full]


def _within(case: Case, kind: type[E]) -> Iterator[Stamped[E]]:
    """Yield the events of a kind in the window."""
    return (entry for entry in case.reader.events(kind) if case.from_ns <= entry.t_ns < case.to_ns)


def _unheard(case: Case) -> list[str]:
    """Return a sentence for a pump that ended delivery by its link watchdog, and had not heard the rig for its time.

    One that was heard in time and says so all the same is a pump that is wrong: its states tell against it.
    """
    if LINK_LOST in case.expected_alarms:
        return []
    watchdog_s = _watchdog_s(case)
    for one in case.states:
        if LINK_LOST in one.alarms and one.at_ns > case.from_ns and watchdog_s is not None:
            silent_s = (one.at_ns - _heard_before(case, one)) / NS_PER_S
            if silent_s >= watchdog_s * _SHARE:
                return [
                    f"the pump had not heard the rig for up to {silent_s:.4g} s and ended delivery by its watchdog "
                    f"of {watchdog_s:g} s, seen at {case.hour(one.at_ns):.2f} h: the bench's fault, not the pump's"
                ]
    return []


def _watchdog_s(case: Case) -> float | None:
    """Return the link watchdog as it was set last, None for a pump that has none."""
    commands = (entry.body for entry in case.reader.commands(case.pump))
    told = [one.arguments for one in commands if one.verb == "set_link_watchdog"]
    seconds = told[-1].get("seconds") if told else None
    return float(seconds) if isinstance(seconds, int | float) else None


def _heard_before(case: Case, shown: PumpStateChanged) -> int:
    """Return when the pump last answered before a status (UTC ns): to a reading or to a command."""
    read_ns = case.counted[0]
    # What showed the alarm was read at about the same moment: it is no hearing before it.
    until_ns = shown.at_ns - NS_PER_S // 10
    heard = [int(t_ns) for t_ns in read_ns[read_ns < until_ns][-1:]]
    heard += [
        entry.body.received_ns
        for entry in case.reader.commands(case.pump)
        if entry.body.received_ns < until_ns and entry.body.result == "ok"
    ]
    return max(heard, default=case.from_ns)


WITNESS = Witness("the rig itself", testify)
