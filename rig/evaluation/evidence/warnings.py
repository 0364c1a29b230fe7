"""The pump's warnings against its own readings: by the mark where one is known, else wherever it was as bad.

A call that nothing but another pump can answer stays, whatever the readings are.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rig.evaluation.case import Case
from rig.evaluation.openings import set_up_ns
from rig.evaluation.pump_alarms import states_of
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.pump_events import PumpStateChanged

_LOW_MARK, _OK, _ALARM = "set_low_reservoir", "ok", "alarm"
RESERVOIR_LOW, RESERVOIR_EMPTY, BATTERY_LOW, BATTERY_DEPLETED = (
    "reservoir_low",
    "reservoir_empty",
    "battery_low",
    "battery_depleted",
)
# No charge comes back to a cell: once asked for, a replacement is asked for until the end.
_FOR_GOOD = ("elective_replacement", "end_of_service")
# Of so many readings in a row none is one that the status had not caught up with.
_READINGS = 3
# What readings may wander by from one to the next: a sagging cell, a stroke.
_HYSTERESIS = {"battery": 0.03, "reservoir": 5.0}
_UNITS = {"battery": "V", "reservoir": "µL"}


def testify(case: Case) -> Testimony:
    """Hold the warnings of battery and reservoir to the readings that the status told with them."""
    t_ns, told = case.counted
    if not case.states or len(t_ns) < _READINGS:
        return Testimony(not_asked="the pump's status was not followed")
    against = [
        *_comes_and_goes(case, "battery", (BATTERY_LOW, BATTERY_DEPLETED)),
        *_comes_and_goes(case, "reservoir", (RESERVOIR_LOW, RESERVOIR_EMPTY)),
        *_marked(case),
        *_taken_back(case),
    ]
    names = [name for name in _UNITS if name in told]
    return Testimony(
        f"{' and '.join(names)} of {len(t_ns)} readings, beside their warnings", tuple(against), of_the_pump=True
    )


def _taken_back(case: Case) -> Iterator[str]:
    """Yield a sentence for a call that was shown, and no longer is, though nothing can have answered it."""
    for alarm in _FOR_GOOD:
        for before, after in pairwise(case.states):
            if alarm in before.alarms and not set(_FOR_GOOD) & set(after.alarms):
                yield (
                    f"the status showed {alarm} until {case.hour(after.at_ns):.2f} h, and then no longer: a battery "
                    "that has asked for its replacement asks until its end"
                )
                return


def _shown(case: Case, t_ns: NDArray[np.int64], alarms: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell whether the status showed any of some alarms at each of `t_ns` (n,)."""
    return _told(case, t_ns, lambda one: bool(set(alarms) & set(one.alarms)))


def _in_alarm(case: Case, t_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell whether an alarm had ended delivery by the status at each of `t_ns` (n,)."""
    return _told(case, t_ns, lambda one: one.state == _ALARM)


def _told(case: Case, t_ns: NDArray[np.int64], what: Callable[[PumpStateChanged], bool]) -> NDArray[np.bool_]:
    states = [one for one in states_of(case.reader) if one.at_ns < case.to_ns]
    at_ns = np.asarray([one.at_ns for one in states], np.int64)
    shows = np.asarray([False, *(what(one) for one in states)])
    # A status that is new to the rig is read at once behind the sample that said so.
    return np.asarray(shows[np.searchsorted(at_ns, t_ns + 1_000_000_000, side="right")])


def _comes_and_goes(case: Case, name: str, alarms: tuple[str, ...]) -> Iterator[str]:
    """Yield a sentence where a warning is missing although its reading is as bad as where it was shown.

    Which of the two readings is wrong only a mark would tell; while one is known, `_marked` judges by that alone.
    """
    t_ns, told = case.counted
    if name not in told:
        return
    value, shown = told[name], _shown(case, t_ns, alarms)
    part = (t_ns >= case.from_ns) & (t_ns < _marked_from_ns(case, name))
    # What has ended delivery stays until somebody stops the pump, whatever its readings are by then.
    at, with_it = _steadily(part & ~shown), np.flatnonzero(part & shown & ~_in_alarm(case, t_ns))
    if not len(with_it) or not len(at):
        return
    # Once shown it stays until the reading is better; not shown yet, it is shown at the latest at that reading.
    behind = at[at > with_it[0]]
    lowest, highest = with_it[np.argmin(value[with_it])], with_it[np.argmax(value[with_it])]
    gone = behind[value[behind] <= value[lowest]]
    late = at[value[at] < value[highest] - _HYSTERESIS[name]]
    for without, seen in ((gone, lowest), (late, highest)):
        if len(without):
            yield (
                f"the status showed {' or '.join(alarms)} at {_reading(case, name, seen)}, and did not at "
                f"{_reading(case, name, without[0])}: they cannot both be right"
            )
            return


def _reading(case: Case, name: str, place: np.intp) -> str:
    t_ns, told = case.counted
    return f"{told[name][place]:.4g} {_UNITS[name]} ({case.hour(int(t_ns[place])):.2f} h)"


def _marked_from_ns(case: Case, name: str) -> int:
    """Return from when on (UTC ns) a mark says at which reading a warning is due; the case's end for none."""
    return next((at_ns for at_ns, _ in _marks(case)), case.to_ns) if name == "reservoir" else case.to_ns


def _marked(case: Case) -> Iterator[str]:
    """Yield a sentence where the content is at or below the mark that was set, and the status does not say so."""
    t_ns, told = case.counted
    if "reservoir" not in told:
        return
    content_ul = told["reservoir"]
    shown = _shown(case, t_ns, (RESERVOIR_LOW, RESERVOIR_EMPTY))
    stays = _in_alarm(case, t_ns)
    marks = _marks(case)
    for (set_ns, mark_ul), (until_ns, _) in pairwise([*marks, (case.to_ns, 0.0)]):
        since = (t_ns > set_ns) & (t_ns < until_ns)
        missing = _steadily(since & ~shown & (content_ul <= mark_ul))
        early = _steadily(since & shown & ~stays & (content_ul > mark_ul + _HYSTERESIS["reservoir"]))
        for at, what in ((missing, "did not show"), (early, "showed")):
            if len(at):
                yield (
                    f"the status told a content of {content_ul[at[0]]:.6g} µL at {case.hour(int(t_ns[at[0]])):.2f} h "
                    f"and {what} {RESERVOIR_LOW}, where the low mark was set to {mark_ul:g} µL"
                )
                return


def _marks(case: Case) -> list[tuple[int, float]]:
    """Return when the low mark was set (UTC ns), and to what (µL), since this pump stands on the bench: it is kept."""
    since_ns = set_up_ns(case.reader, case.begun_ns)
    return [
        (entry.body.received_ns or entry.t_ns, float(entry.body.arguments["volume_ul"]))
        for entry in (case.reader.commands(case.pump) if case.pump else ())
        if entry.body.verb == _LOW_MARK and entry.body.result == _OK and since_ns <= entry.t_ns < case.to_ns
    ]


def _steadily(where: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the places that hold at so many readings in a row, each the last of them."""
    if len(where) < _READINGS:
        return np.empty(0, np.intp)
    rows = np.lib.stride_tricks.sliding_window_view(where, _READINGS).all(axis=1)
    return np.flatnonzero(rows) + _READINGS - 1


WITNESS = Witness("warnings beside their readings", testify)
