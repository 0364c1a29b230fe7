"""Two counts of the same strokes: the pump's own books, and its motor's edges that the DAQ counts. Both are exact."""

import numpy as np

from rig.evaluation.case import Case
from rig.evaluation.evidence.motor import edges_of
from rig.evaluation.testimony import Testimony, Witness

# A stroke under way at either end, and an edge in a thousand that a counter may miss or see twice.
_STROKES, _SHARE = 2.0, 1e-3


def testify(case: Case) -> Testimony:
    """Hold the strokes of the books to those of the motor, between two moments at which the pump was at rest.

    A balance compares volumes, and knows them to some percent of a limit; a stroke that one of two counters leaves out
    is none that it could not count. Where they differ, the one that is farther from what was weighed is wrong.
    """
    counts, dut = edges_of(case), case.start.dut
    t_ns, told = case.counted
    begin_ns, end_ns = case.delivers_ns
    before = [one for one in counts if one.at_ns <= begin_ns]
    after = [one for one in counts if one.at_ns >= end_ns]
    earlier, later = np.flatnonzero(t_ns <= begin_ns), np.flatnonzero(t_ns > end_ns)
    seen = "delivered" in told and bool(before and after and len(earlier) and len(later)) and end_ns > begin_ns
    if not (seen and dut.motor_edges_per_stroke and dut.stroke_ul):
        return Testimony(not_asked="books and motor were not both counted at rest before and after")
    booked_ul = float(told["delivered"][later[0]]) - float(told["delivered"][earlier[-1]])
    booked_strokes = booked_ul / dut.stroke_ul
    turned = (after[0].edges - before[-1].edges) / dut.motor_edges_per_stroke
    said = f"the pump counted {booked_strokes:.6g} strokes, its motor's edges stand for {turned:.6g}"
    if abs(booked_strokes - turned) <= _STROKES + _SHARE * max(booked_strokes, turned):
        return Testimony(said)
    wrong = _edges_are_wrong(case, before[-1].at_ns, after[0].at_ns, booked_ul, turned * dut.stroke_ul)
    who = "the counter of edges loses some" if wrong else "its books are not what its motor did"
    return Testimony(said, (f"{said}: {who}",), of_the_bench=wrong, of_the_pump=not wrong)


def _edges_are_wrong(case: Case, from_ns: int, to_ns: int, booked_ul: float, turned_ul: float) -> bool:
    """Tell whether the books are nearer than the edges to what was weighed between two moments."""
    if case.weighed is None:
        return False
    weighed_ul = float(np.diff(case.weighed.at(np.asarray([from_ns, to_ns], np.int64)))[0])
    return abs(booked_ul - weighed_ul) < abs(turned_ul - weighed_ul)


WITNESS = Witness("strokes counted twice", testify)
