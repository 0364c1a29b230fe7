"""The date by which the pump asks to be replaced: what is left of its service lasts no longer than it did before."""

from itertools import pairwise

from rig.evaluation.case import Case
from rig.evaluation.orders import SET_CLOCK
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.testimony import Testimony, Witness

_OUTLOOK, _REPLACE_BY, _CLOCK, _OK = "read_outlook", "replace_by_ns", "pump_clock_ns", "ok"
_H_PER_DAY = 24.0
# At rest a battery lasts many times as long: only dates told at the same programme are compared.
_DAYS = 1.0


def testify(case: Case) -> Testimony:
    """Hold each date to the one before, where the pump was told nothing in between that changes what it uses."""
    told = [one for one in _told(case) if one[0] >= case.begun_ns]
    if len(told) < 2:
        return Testimony(not_asked="the pump was not asked twice for the date to replace it by")
    changes = [order.sent_ns for order in case.orders if order.verb != SET_CLOCK]
    against = []
    for (at_ns, left_h), (then_ns, then_left_h) in pairwise(told):
        passed_h = (then_ns - at_ns) / NS_PER_H
        gained_days = (then_left_h - left_h + passed_h) / _H_PER_DAY
        compared = not any(at_ns < one < then_ns for one in changes)
        if compared and gained_days > _DAYS + passed_h / _H_PER_DAY:
            against.append(
                f"at {case.hour(at_ns):.2f} h the pump foretold {left_h / _H_PER_DAY:.5g} days to its replacement, "
                f"and {then_left_h / _H_PER_DAY:.5g} days at {case.hour(then_ns):.2f} h: no battery gains by serving"
            )
    return Testimony(f"{len(told)} dates to replace the pump by", tuple(against))


def _told(case: Case) -> list[tuple[int, float]]:
    """Return when the pump told a date (UTC ns), and how long it was until then by its own clock, h."""
    found = []
    for entry in case.reader.commands(case.pump) if case.pump else ():
        date, clock = entry.body.extra.get(_REPLACE_BY), entry.body.extra.get(_CLOCK)
        asked = entry.body.verb == _OUTLOOK and entry.body.result == _OK and entry.t_ns < case.to_ns
        if asked and isinstance(date, int | float) and isinstance(clock, int | float):
            found.append((entry.body.sent_ns or entry.t_ns, (date - clock) / NS_PER_H))
    return found


WITNESS = Witness("date of replacement", testify)
