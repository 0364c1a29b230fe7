"""The voltage that the pump tells of its battery, beside that of what feeds it: by the DAQ, or the supply."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rig.evaluation.case import Case
from rig.evaluation.challenged import begun, with_ends
from rig.evaluation.columns import read_column
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.challenges import ChallengeKind

# Where the pump is fed, in the order in which they are asked: role, channel.
_FED = (("daq", "pump_voltage"), ("supply", "voltage"))
# Leads and a relay take some of it, and a cell's inside; nothing adds to it but the error of two voltmeters.
_LEAST, _MOST = 0.85, 1.1
# Below this nothing is fed; between two readings that differ by more it changed.
_OFF_V, _EVEN = 0.5, 0.02
# Of so many readings none is one that the pump had not caught up with.
_READINGS = 3
_CALLS = frozenset({"battery_low", "battery_depleted", "elective_replacement", "end_of_service"})
_VARIED = (ChallengeKind.SUPPLY_VOLTAGE, ChallengeKind.POWER_CUT)


def testify(case: Case) -> Testimony:
    """Hold each voltage that the pump told to what fed it just then, wherever that was even and left alone."""
    fed = _fed(case)
    t_ns, told = case.counted
    if fed is None or "battery" not in told:
        return Testimony(not_asked="the pump tells no voltage, or nothing measures what feeds it")
    stream, fed_ns, fed_v = fed
    disturbed = list(_disturbed(case))
    together = _together(t_ns, told["battery"], fed_ns, fed_v)
    compared = [one for one in together if not any(begin <= one[0] <= end for begin, end in disturbed)]
    high = [one for one in compared if one[1] > _MOST * one[2]]
    low = [one for one in compared if one[1] < _LEAST * one[2] and not _calls(case, one[0])]
    against = tuple(
        f"from {case.hour(wrong[0][0]):.2f} h on it told {wrong[0][1]:.4g} V, where {stream} fed it {wrong[0][2]:.4g} V"
        for wrong in (high, low)
        if len(wrong) >= _READINGS
    )
    return Testimony(f"{len(compared)} voltages that the pump told, and {stream}", against, of_the_pump=True)


def _fed(case: Case) -> tuple[str, NDArray[np.int64], NDArray[np.float64]] | None:
    """Return the stream that measures what feeds the pump, with its moments (UTC ns) and voltages (V).

    None without one, and for a pump that its own cell feeds: what a supply shows beside it is not its voltage.
    """
    for role, channel in _FED if case.start.fed_by_supply else ():
        stream = case.start.in_role(role)
        if stream in case.reader.streams() and channel in {one.name for one in case.reader.channels(stream)}:
            volts, series = read_column(case.reader, stream, channel, case.from_ns, case.to_ns)
            return stream, series.t_ns, volts
    return None


def _together(
    t_ns: NDArray[np.int64], told_v: NDArray[np.float64], fed_ns: NDArray[np.int64], fed_v: NDArray[np.float64]
) -> Iterator[tuple[int, float, float]]:
    """Yield each moment (UTC ns) between two even readings of what feeds the pump, with both voltages."""
    if len(fed_ns) < 2:
        return
    behind = np.searchsorted(fed_ns, t_ns)
    for at, volts, place in zip(t_ns, told_v, behind, strict=True):
        if 0 < place < len(fed_ns):
            before, after = fed_v[place - 1], fed_v[place]
            if min(before, after) > _OFF_V and abs(after - before) <= _EVEN * before:
                yield int(at), float(volts), float(before)


def _disturbed(case: Case) -> Iterator[tuple[int, int]]:
    """Yield the spans (UTC ns) in which a challenge varied what feeds the pump, and all behind one that drained it."""
    for one, end in with_ends(case.reader, *_VARIED):
        yield one.at_ns, case.to_ns if end is None else end.at_ns
    for drained in begun(case.reader, ChallengeKind.BATTERY_DRAINED):
        if drained.at_ns >= case.begun_ns:
            yield drained.at_ns, case.to_ns


def _calls(case: Case, at_ns: int) -> bool:
    """Tell whether the pump showed a warning of its battery: what is told low is low then."""
    shown = [one for one in case.states if one.at_ns <= at_ns]
    return bool(shown and _CALLS & set(shown[-1].alarms))


WITNESS = Witness("battery", testify)
