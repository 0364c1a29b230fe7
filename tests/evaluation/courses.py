"""Synthetic courses of delivery: rates from hours on, as the balance shows them and as the pump is told."""

import numpy as np

from tests.evaluation.happenings import WINDOW, judged, tell
from tests.evaluation.records import HOUR_NS, Z_UL_MG, weighed

EVAPORATION_MG_H = 0.05


def given(*steps):
    """Return mass in mg at an hour of the record: (hour since its 4th, µL/h from then on), one after the other."""
    hours = np.array([4.0 + hour for hour, _ in steps])
    rates = np.array([rate for _, rate in steps])
    before_ul = np.concatenate([[0.0], np.cumsum(rates[:-1] * np.diff(hours))])

    def mass(hour):
        at = int(np.searchsorted(hours, hour, side="right")) - 1
        volume = before_ul[at] + rates[at] * (hour - hours[at]) if at >= 0 else 0.0
        return 30_000 + volume / Z_UL_MG - EVAPORATION_MG_H * hour

    return mass


def ordered(record, *rates):
    """Tell the pump rates (hour since the record's 4th, µL/h); 0 is a stop."""
    for hour, rate in rates:
        if rate:
            tell(record, hour * 3600.0, "run_continuous", rate_ul_h=rate)
        else:
            tell(record, hour * 3600.0, "stop")


def span(from_h, to_h):
    """Return a window between two hours since the record's 4th, UTC ns."""
    return WINDOW[0] + round(from_h * HOUR_NS), WINDOW[0] + round(to_h * HOUR_NS) + 1


def settled(folder, mass, programme, function, limit, window, hours=33, start=None, **parameters):
    """Settle a claim about a record of `mass` at hours, in which the pump was told a programme."""
    with weighed(folder, mass, hours=hours, start=start) as record:
        ordered(record, *programme)
        return judged(record, function, limit, window, **parameters)


def line(result, name):
    """Return a line of a result's budget."""
    return next(one for one in result.number.budget if one.name == name)
