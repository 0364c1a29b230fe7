"""The motor's edges, which the DAQ counts: still when the pump is stopped, and as many as were counted or weighed."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rig.evaluation.case import Case
from rig.evaluation.edges import counted_edges
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.pump_events import EdgesCounted

# A stroke under way at the moment of a reading, at either end.
_STROKES = 2.0


@dataclass(frozen=True, slots=True)
class Moved:
    """What the motor's edges stand for over a delivery and what was weighed meanwhile, µL, with the latter's u."""

    moved_ul: float
    weighed_ul: float
    u_ul: float


def edges_of(case: Case) -> list[EdgesCounted]:
    """Return the counts of the motor's edges in a case, in order."""
    return counted_edges(case.reader, case.from_ns, case.to_ns)


def moved_of(case: Case, counts: list[EdgesCounted]) -> Moved | None:
    """Return what the edges over all of the delivery stand for; None where they cannot be compared."""
    dut = case.start.dut
    begin_ns, end_ns = case.delivers_ns
    before = [one for one in counts if one.at_ns <= begin_ns]
    after = [one for one in counts if one.at_ns >= end_ns]
    weighed = case.weighed
    if not (dut.motor_edges_per_stroke and dut.stroke_ul and before and after and weighed is not None):
        return None
    compared = _pairs(case, before[-1], after[-1], counts)
    if not compared:
        return None
    moved_ul = weighed_ul = u_ul = 0.0
    for one, following in compared:
        span_ns = np.asarray([one.at_ns, following.at_ns])
        of_span_ul = float(np.diff(weighed.at(span_ns))[0])
        moved_ul += (following.edges - one.edges) / dut.motor_edges_per_stroke * dut.stroke_ul
        weighed_ul += of_span_ul
        u_ul += float(weighed.u_ul(float(np.diff(span_ns)[0]) / 3.6e12, of_span_ul))
    return Moved(moved_ul, weighed_ul, u_ul)


def testify(case: Case) -> Testimony:
    """Hold the motor's edges to rest and to the volume that was weighed."""
    counts = edges_of(case)
    if len(counts) < 2:
        return Testimony(not_asked="nothing counts the motor's edges")
    against = _turned_at_rest(case, counts)
    found = moved_of(case, counts)
    if found is None:
        said = f"the motor made {counts[-1].edges - counts[0].edges} edges"
        return Testimony(said, tuple(against), undermines=bool(against), of_the_pump=bool(against))
    strokes_ul = _STROKES * case.start.dut.stroke_ul
    allowed_ul = case.limits.agreement.books_percent / 100.0 * abs(found.weighed_ul) + 3.3 * found.u_ul + strokes_ul
    said = f"the motor's edges stand for {found.moved_ul:.5g} µL, {found.weighed_ul:.5g} µL were weighed"
    # Where the balance did not weigh from count to count, nothing compares: NaN is not beyond any limit.
    far = abs(found.moved_ul - found.weighed_ul) > allowed_ul
    disagree = [f"{said}: strokes were empty, or liquid came without them"] if far else []
    return Testimony(said, (*against, *disagree), undermines=bool(against), of_the_pump=bool(against))


def _pairs(
    case: Case, first: EdgesCounted, last: EdgesCounted, counts: list[EdgesCounted]
) -> list[tuple[EdgesCounted, EdgesCounted]]:
    """Return the counts to compare: the first and the last, or pairs between which nothing parted line and balance."""
    if case.clear(first.at_ns, last.at_ns) == [(first.at_ns, last.at_ns)]:
        return [(first, last)]
    inside = [one for one in counts if first.at_ns <= one.at_ns <= last.at_ns]
    return [(a, b) for a, b in pairwise(inside) if case.clear(a.at_ns, b.at_ns) == [(a.at_ns, b.at_ns)]]


def _turned_at_rest(case: Case, counts: list[EdgesCounted]) -> list[str]:
    """Return how far the motor turned between two looks with nothing asked for before, between and shortly before."""
    per_stroke = case.start.dut.motor_edges_per_stroke or 1.0
    for one, following in pairwise(counts):
        quiet_ns = np.asarray([one.at_ns - case.settle_ns, following.at_ns], np.int64)
        asked_ul = float(np.diff(case.programme.volume_ul(quiet_ns))[0])
        turned = following.edges - one.edges
        if asked_ul <= 0.0 and turned > per_stroke:
            return [
                f"the motor made {turned} edges between {case.hour(one.at_ns):.2f} and "
                f"{case.hour(following.at_ns):.2f} h, when the pump was told to deliver nothing"
            ]
    return []


WITNESS = Witness("motor", testify)
