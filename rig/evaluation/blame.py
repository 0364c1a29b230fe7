"""Which of pump and bench a contradiction speaks against: what agrees with what, among all that stood by.

The pump's log, status, clock and reservoir are its own word against itself. Where volumes disagree, balance and flow
sensor are the two that see the liquid: where they agree, the pump's word and its motor are wrong; where they do not,
one of the bench's instruments is. What both see leave a pump at rest came out of it, whatever its motor did. The motor
tells a pump's books from its mechanism, not an empty stroke from a balance that reads low: without a flow sensor that
could tell, a healthy balance is believed, because a bench is tried again and a pump is not. What came on the pan in one
piece, with no stroke of the motor behind it, is not from the pump.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rig.errors import MetrologyError
from rig.evaluation.absences import away_in
from rig.evaluation.case import Case
from rig.evaluation.columns import read_column
from rig.evaluation.delivered import streams_of
from rig.evaluation.evidence import sampling, the_rig
from rig.evaluation.evidence.flow_sensor import accuracy_of
from rig.evaluation.evidence.motor import edges_of
from rig.evaluation.evidence.zero_flow import turned_edges
from rig.evaluation.inputs import widening
from rig.evaluation.paths_of_a_case import odd_path
from rig.evaluation.testimony import Testimony
from rig.evaluation.witnesses import Evidence
from rig.faults import Fault
from rig.record.bodies.events import ZeroFlow

_EXPLAINS = frozenset({the_rig.WITNESS.name, sampling.WITNESS.name})
FLOW, MOTOR, REST = "flow sensor", "motor", "weighing at zero flow"
# So much of how far the course strays must have come between two readings, to have come in one piece.
_ONE_PIECE = 0.7
# A step of fewer strokes than this may be strokes.
_STROKES = 4.0


@dataclass(frozen=True, slots=True)
class Blamed:
    """Whose fault a contradiction is, the sentence that says so with its witness before it, and what it is about.

    `why` is what happened to the bench, as far as what stood by tells: "" where it does not.
    """

    fault: Fault
    said: str
    about: str
    why: str = ""


def blamed(case: Case, evidence: Evidence) -> Blamed | None:
    """Return whom the contradictions of a case speak against, None where nothing contradicts.

    What the rig did to the pump explains the rest: a pump whose delivery was ended for it shows a state that nobody
    ordered, and delivers too little. So does a machine that read it too late.
    """
    against = {name: said for name, said in evidence.testimonies.items() if said.against}
    if not against:
        return None
    bench, own = _first(against, lambda said: said.of_the_bench), _first(against, lambda said: said.of_the_pump)
    if own and not (_EXPLAINS & against.keys()):
        return _of(Fault.PUMP, against, own, "the pump")
    if bench and _ran_over(case, against):
        return _of(Fault.PUMP, against, _first(against, lambda said: not said.of_the_bench), "the pump")
    if bench:
        return _of(Fault.BENCH, against, bench, "the rig")
    if REST in against:
        moved = any(_moved_at_rest(case, one) or _seen_at_rest(case, one) for one in case.zero_flows)
        fault, about = (Fault.PUMP, "the pump") if moved else (Fault.BENCH, "the balance, or the line to it")
        return _of(fault, against, REST, about)
    return _by_volumes(case, against)


def _by_volumes(case: Case, against: dict[str, Testimony]) -> Blamed:
    """Return whom volumes that disagree speak against: the paths that the rig has itself are compared first."""
    first = next(iter(against))
    if FLOW in against:
        if MOTOR not in against:
            return _of(Fault.BENCH, against, FLOW, "the flow sensor, or the line between it and the balance")
        return _of(Fault.BENCH, against, FLOW, "the balance, or the line between it and the flow sensor")
    away = {one.stream for one in away_in(case.reader, case.from_ns, case.to_ns)}
    if away & set(streams_of(case.reader, "balance")):
        return _of(Fault.BENCH, against, first, "the balance", "the balance gave no readings for a while")
    if _touched(case):
        return _of(Fault.BENCH, against, first, "the balance", "the weighing was disturbed: something touched the pan")
    if odd_path(case) == "balance":
        why = "motor and flow sensor agree without the balance"
        return _of(Fault.BENCH, against, first, "the balance, or the line to it", why)
    return _of(Fault.PUMP, against, first, "the pump")


def _touched(case: Case) -> bool:
    """Tell whether the pan was touched: one step is most of all that the course strays, and the pump did not make it.

    What fell did not flow back into the pump; what rose without a turn of the motor did not come out of it.
    """
    weighed = case.weighed
    if weighed is None or case.parted:  # what a challenge held back comes in one piece too
        return False
    begin_ns, end_ns = case.delivers_ns
    at_rest = end_ns <= begin_ns
    if at_rest:
        begin_ns, end_ns = case.from_ns, case.to_ns
    inside = (weighed.t_ns >= begin_ns) & (weighed.t_ns <= end_ns + case.settle_ns)
    if np.count_nonzero(inside) < 2:
        return False
    volume_ul = weighed.volume_ul[inside]
    away_ul = volume_ul - case.programme.volume_ul(weighed.t_ns[inside])
    steps_ul = np.diff(away_ul)
    largest = int(np.argmax(np.abs(steps_ul)))
    if abs(steps_ul[largest]) < max(_ONE_PIECE * float(np.ptp(away_ul)), _STROKES * weighed.stroke_ul):
        return False
    if volume_ul[largest + 1] < volume_ul[largest]:
        return True
    if at_rest:
        begin_ns, end_ns = (int(ns) for ns in weighed.t_ns[inside][largest : largest + 2])
    told = _turned_as_told(case, begin_ns, end_ns, abs(float(steps_ul[largest])))
    return told and odd_path(case) != "motor counts"


def _turned_as_told(case: Case, begin_ns: int, end_ns: int, step_ul: float) -> bool:
    """Tell whether the motor made the programme's strokes around a span, so that no such step is made of them."""
    stroke_ul, per_stroke = case.start.dut.stroke_ul, case.start.dut.motor_edges_per_stroke
    counts = edges_of(case)
    around = [one for one in counts if one.at_ns <= begin_ns][-1:], [one for one in counts if one.at_ns >= end_ns][:1]
    if not (stroke_ul and per_stroke and all(around)):
        return False
    before, behind = around[0][0], around[1][0]
    moved_ul = (behind.edges - before.edges) / per_stroke * stroke_ul
    asked_ul = np.diff(case.programme.volume_ul(np.asarray([before.at_ns, behind.at_ns], np.int64)))
    return abs(moved_ul - float(asked_ul[0])) < (1.0 - _ONE_PIECE) * step_ul


def _moved_at_rest(case: Case, one: ZeroFlow) -> bool:
    """Tell whether the pump moved while the bench weighed at zero flow: by its motor, or by its own count."""
    if turned_edges(case, one):
        return True
    t_ns, told = case.counted
    inside = (t_ns >= one.from_ns + case.settle_ns) & (t_ns <= one.to_ns)
    counted = told["delivered"][inside] if "delivered" in told else np.empty(0)
    return len(counted) > 1 and float(counted[-1] - counted[0]) > 2.0 * case.start.dut.stroke_ul


def _seen_at_rest(case: Case, one: ZeroFlow) -> bool:
    """Tell whether the flow sensor saw liquid leave a pump that the bench weighed at zero flow: a valve that leaks.

    Beyond what its zero may be off by, as `rig.bench.rest_watch` has it while the bench weighs.
    """
    streams = streams_of(case.reader, "flow")
    if not streams:
        return False
    try:
        flow_ul_h, _ = read_column(case.reader, streams[0], "flow", one.from_ns + case.settle_ns, one.to_ns)
    except MetrologyError:
        return False
    return len(flow_ul_h) > 1 and float(flow_ul_h.mean()) > accuracy_of(case.start, streams[0]).absolute


def _ran_over(case: Case, against: dict[str, Testimony]) -> bool:
    """Tell whether more was delivered than the programme asks for, which nothing that ends delivery explains."""
    from rig.evaluation.evidence.programme import whole_of  # takes long to import: only what contradicts waits for it

    try:
        if case.weighed is None or not ({"programme", MOTOR, "pump's books"} & against.keys()):
            return False
        whole = whole_of(case, case.weighed)
    except MetrologyError:
        return False
    if not len(whole.from_ns):
        return False
    asked_ul = float(whole.programmed_ul.sum())
    allowed_ul = case.limits.total_percent / 100.0 * asked_ul + widening(np.inf) * float(whole.u_ul.sum())
    return float(whole.weighed_ul.sum()) - asked_ul > allowed_ul


def _first(against: dict[str, Testimony], wanted: Callable[[Testimony], bool]) -> str:
    return next((name for name, said in against.items() if wanted(said)), "")


def _of(fault: Fault, against: dict[str, Testimony], name: str, about: str, why: str = "") -> Blamed:
    said = f"{name}: {against[name].against[0]}"
    return Blamed(fault, f"{said}; {why}" if why else said, about, why)
