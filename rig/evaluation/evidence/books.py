"""The pump's own count and its reservoir: against what was weighed, and against each other."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rig.errors import SeriesError
from rig.evaluation.case import Case, WeighedCourse
from rig.evaluation.directions import moved
from rig.evaluation.inputs import widening
from rig.evaluation.orders import refilled_ns
from rig.evaluation.paths_of_a_case import findings_of
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.testimony import Testimony, Witness

# Both numbers come from one processor: they may differ by rounding to whole strokes, and by how it shows them.
_RESERVOIR_PERCENT = 1.0
_RESERVOIR_UL = 1.0


@dataclass(frozen=True, slots=True)
class Counted:
    """What the pump counted over a delivery and what was weighed between the same readings, µL, with the latter's u."""

    gained_ul: float
    weighed_ul: float
    u_ul: float


def counted_of(case: Case) -> Counted:
    """Return what the pump counted over all of the delivery; raises SeriesError when it cannot be compared."""
    counted = _counted(case, "delivered")
    begin_ns, end_ns = case.delivers_ns
    weighed = case.weighed
    if counted is None or weighed is None or end_ns <= begin_ns:
        raise SeriesError("the pump's count or the balance was not recorded, or nothing was ordered")
    t_ns, count_ul = counted
    inside = _weighed_meanwhile(case, weighed, t_ns)
    first = np.flatnonzero(inside & (t_ns <= begin_ns))
    last = np.flatnonzero(inside & (t_ns >= end_ns))
    if not len(first) or not len(last):
        raise SeriesError("the pump's count was not read before and after the delivery")
    parts = _parts(case, t_ns, t_ns[first[-1]], t_ns[last[-1]])
    if not parts:
        raise SeriesError("a challenge kept what was delivered from the balance between all readings")
    gained_ul = weighed_ul = u_ul = 0.0
    for a, b in parts:
        of_part_ul = float(np.diff(weighed.at(t_ns[[a, b]]))[0])
        gained_ul += float(count_ul[b] - count_ul[a])
        weighed_ul += of_part_ul
        u_ul += float(weighed.u_ul(float(t_ns[b] - t_ns[a]) / NS_PER_H, of_part_ul))
    return Counted(gained_ul, weighed_ul, u_ul)


def testify_books(case: Case) -> Testimony:
    """Hold the pump's count to the balance: over all of the delivery, and standing still where nothing flows."""
    found = counted_of(case)
    reach_ul = widening(np.inf) * found.u_ul
    said = f"the pump counted {found.gained_ul:.5g} µL, {found.weighed_ul:.5g} ± {reach_ul:.2g} µL were weighed"
    allowed_ul = case.limits.agreement.books_percent / 100.0 * abs(found.weighed_ul) + reach_ul
    against = []
    if abs(found.gained_ul - found.weighed_ul) > allowed_ul:
        # Who reads it asks what the patient got, and not how the books err.
        of = 100.0 * (found.weighed_ul / found.gained_ul - 1.0) if found.gained_ul > reach_ul else 0.0
        off = f" ({abs(of):.1f} % {'more' if of > 0.0 else 'less'} than it counted)" if of else ""
        fits = "".join(f"; {one}" for one in findings_of(case)[:1] if one.startswith("fits"))
        against.append(f"{said}{off}: its books are not what was delivered{fits}")
    counted, weighed = _counted(case, "delivered"), case.weighed
    if counted is not None and weighed is not None:
        inside = _weighed_meanwhile(case, weighed, counted[0])
        against += _backwards(counted[0][inside], counted[1][inside], case)
    return Testimony(said, tuple(against))


def _weighed_meanwhile(case: Case, weighed: WeighedCourse, t_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray((t_ns >= max(case.from_ns, weighed.t_ns[0])) & (t_ns <= min(case.to_ns, weighed.t_ns[-1])))


def _parts(case: Case, t_ns: NDArray[np.int64], from_ns: int, to_ns: int) -> list[tuple[int, int]]:
    """Return first and last reading of each part of a span in which all that is delivered reaches the balance."""
    parts = []
    for low, high in case.clear(int(from_ns), int(to_ns) + 1):
        inside = np.flatnonzero((t_ns >= low) & (t_ns <= high))
        if len(inside) > 1:
            parts.append((int(inside[0]), int(inside[-1])))
    return parts


@dataclass(frozen=True, slots=True)
class Fallen:
    """By how much the reservoir's content fell between two refills, or since one, and what was counted, µL.

    `refilled_ns` is when it was refilled before, 0 where the case began with it as it was.
    """

    fallen_ul: float
    gained_ul: float
    refilled_ns: int


@dataclass(frozen=True, slots=True)
class _Filling:
    """What the pump told from a refill to the next, or since the case began: content and count, µL (n,) at UTC ns."""

    refilled_ns: int
    t_ns: NDArray[np.int64]
    left_ul: NDArray[np.float64]
    count_ul: NDArray[np.float64]


def _fillings(case: Case) -> tuple[_Filling, ...]:
    """Return the fillings of which two readings are there; raises SeriesError where none is."""
    counted, content = _counted(case, "delivered"), _counted(case, "reservoir")
    if counted is None or content is None or not len(counted[0]):
        raise SeriesError("the pump tells no content of its reservoir")
    # A pump that is told of a refill counts down from there.
    refills_ns = [one for one in refilled_ns(case.reader) if case.from_ns <= one < case.to_ns]
    found = []
    for begin_ns, end_ns in pairwise([0, *refills_ns, case.to_ns + 1]):
        inside = (counted[0] > max(begin_ns, case.from_ns)) & (counted[0] < end_ns)
        if np.count_nonzero(inside) > 1:
            found.append(_Filling(begin_ns, counted[0][inside], content[1][inside], counted[1][inside]))
    if not found:
        raise SeriesError("the content of the reservoir was not read twice")
    return tuple(found)


def fallen_of(case: Case) -> tuple[Fallen, ...]:
    """Return what became of each filling of the reservoir, in order; raises SeriesError where none was read twice."""
    return tuple(_fallen(one) for one in _fillings(case))


def _fallen(one: _Filling) -> Fallen:
    gained_ul = float(one.count_ul[-1] - one.count_ul[0])
    return Fallen(float(one.left_ul[0] - one.left_ul[-1]), gained_ul, one.refilled_ns)


def testify_reservoir(case: Case) -> Testimony:
    """Hold what the reservoir lost, of each filling and from reading to reading, to what the pump counted meanwhile."""
    fillings = _fillings(case)
    told = [(one, _said(case, one)) for one in map(_fallen, fillings)]
    against = [f"{said}: both cannot be true" for one, said in told if _is_off(case, one)]
    against += [said for one in fillings for said in _leapt(case, one)]
    return Testimony(told[-1][1], tuple(against[:1]), of_the_pump=True)


def _leapt(case: Case, one: _Filling) -> list[str]:
    """Return the step from reading to reading in which the reservoir lost most beyond what was counted in it."""
    lost_ul, gained_ul = -np.diff(one.left_ul), np.diff(one.count_ul)
    shown_ul = np.abs(lost_ul[lost_ul != 0.0]).min(initial=np.inf)
    # A content that is shown in large steps moves by such a step, when it does.
    allowed_ul = 2.0 * case.start.dut.stroke_ul + _RESERVOIR_UL + (shown_ul if np.isfinite(shown_ul) else 0.0)
    beyond_ul = np.abs(lost_ul - gained_ul) - _RESERVOIR_PERCENT / 100.0 * np.abs(gained_ul)
    worst = int(np.argmax(beyond_ul))
    if beyond_ul[worst] <= allowed_ul:
        return []
    from_h, to_h = (case.hour(int(one.t_ns[at])) for at in (worst, worst + 1))
    return [
        f"between {from_h:.2f} and {to_h:.2f} h the reservoir {moved(-float(lost_ul[worst]), 'µL')}, the pump counted "
        f"{gained_ul[worst]:.5g} µL: both cannot be true"
    ]


def _is_off(case: Case, one: Fallen) -> bool:
    allowed_ul = _RESERVOIR_PERCENT / 100.0 * abs(one.gained_ul) + 2.0 * case.start.dut.stroke_ul + _RESERVOIR_UL
    return abs(one.fallen_ul - one.gained_ul) > allowed_ul


def _said(case: Case, one: Fallen) -> str:
    since = f" since its refill at {case.hour(one.refilled_ns):.2f} h" if one.refilled_ns else ""
    counted = (
        f"counted {one.gained_ul:.5g} µL" if one.gained_ul >= 0.0 else f"took {-one.gained_ul:.5g} µL off its count"
    )
    return f"the reservoir {moved(-one.fallen_ul, 'µL')}{since}, the pump {counted}"


def _counted(case: Case, name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """Return times and values of one channel of the pump, None where it has none."""
    t_ns, told = case.counted
    return (t_ns, told[name]) if name in told else None


def _backwards(t_ns: NDArray[np.int64], count_ul: NDArray[np.float64], case: Case) -> list[str]:
    back = np.flatnonzero(np.diff(count_ul) < -1e-9)
    if not len(back):
        return []
    i = int(back[0])
    at = case.hour(int(t_ns[i + 1]))
    return [f"the pump's count fell from {count_ul[i]:.6g} to {count_ul[i + 1]:.6g} µL at {at:.2f} h"]


WITNESSES = (Witness("pump's books", testify_books), Witness("reservoir", testify_reservoir))
