"""The three truths of a delivery, programme, the pump's own books and what was weighed, and what stands beside them.

Every figure is the one that its witness compares.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from rig.errors import MetrologyError
from rig.evaluation.case import Case
from rig.evaluation.directions import moved
from rig.evaluation.evidence import books, flow_sensor, log, motor, programme
from rig.evaluation.inputs import widening
from rig.evaluation.order_times import u_times_ul
from rig.evaluation.orders import refilled_ns
from rig.evaluation.paths_of_a_case import findings_of
from rig.evaluation.testimony import Testimony
from rig.evaluation.together import Together, together_of

PROGRAMME, BOOKS, WEIGHED, BESIDE = "programme", "the pump's own books", "weighed", "beside them"
_WITH_PARTED = "with what a challenge kept from the balance"


@dataclass(frozen=True, slots=True)
class Truth:
    """What one of them says was delivered: volume and its standard uncertainty, µL, None for what tells in words.

    `of` is the truth that it belongs to, `said` what it says besides; `not_told` is why it says nothing.
    """

    name: str
    of: str
    volume_ul: float | None = None
    u_ul: float = 0.0
    said: str = ""
    not_told: str = ""


@dataclass(frozen=True, slots=True)
class Truths:
    """All of them over one plan's delivery, each thing that does not go together, and what fits that in words.

    `together` is what all paths that measured it come to; None where there is one alone.
    """

    rows: tuple[Truth, ...]
    against: tuple[str, ...]
    findings: tuple[str, ...]
    together: Together | None

    def volume_ul(self, name: str) -> float | None:
        """Return what one of them says was delivered, in µL; None where it does not say."""
        return next((one.volume_ul for one in self.rows if one.name == name), None)


def truths_of(case: Case) -> Truths:
    """Return the three truths of a case with what stands beside them; pure in the record."""
    asked, weighed = _programme_and_weighed(case)
    rows = (
        asked,
        _row("count", BOOKS, lambda: _count(case)),
        _row("reservoir", BOOKS, lambda: _reservoir(case)),
        _row("log", BOOKS, lambda: _log(case)),
        weighed,
        _row("motor edges", BESIDE, lambda: _motor(case)),
        _row("flow sensor", BESIDE, lambda: _flow(case)),
    )
    heard = (
        programme.WITNESS.testify,
        books.testify_books,
        books.testify_reservoir,
        log.testify,
        motor.testify,
        flow_sensor.testify,
    )
    against = [sentence for testify in heard for sentence in _against(testify, case)]
    return Truths(rows, (*against, *_joint(case, rows)), findings_of(case), together_of(case))


def _against(testify: Callable[[Case], Testimony], case: Case) -> tuple[str, ...]:
    try:
        return testify(case).against
    except MetrologyError:
        return ()  # its own row says why it cannot speak


def _row(name: str, of: str, ask: Callable[[], tuple[float | None, float, str]]) -> Truth:
    try:
        volume_ul, u_ul, said = ask()
    except MetrologyError as error:
        return Truth(name, of, not_told=str(error))
    return Truth(name, of, volume_ul, u_ul, said)


def _programme_and_weighed(case: Case) -> tuple[Truth, Truth]:
    weighed = case.weighed
    begin_ns, end_ns = case.delivers_ns
    whole = programme.whole_of(case, weighed) if weighed is not None and end_ns > begin_ns else None
    if whole is None or not len(whole.from_ns):
        why = "nothing was ordered, or the balance did not weigh from the first order to the last stop"
        return Truth(PROGRAMME, PROGRAMME, not_told=why), Truth(WEIGHED, WEIGHED, not_told=why)
    parted = "without what a challenge kept from the balance" if case.parted else ""
    u_ul = u_times_ul(case, begin_ns, case.to_ns)
    asked = Truth(PROGRAMME, PROGRAMME, float(whole.programmed_ul.sum()), u_ul, parted)
    # Parts of one course err together: their uncertainties add up as they are.
    return asked, Truth(WEIGHED, WEIGHED, float(whole.weighed_ul.sum()), float(whole.u_ul.sum()), parted)


def _count(case: Case) -> tuple[float, float, str]:
    return books.counted_of(case).gained_ul, _u_strokes_ul(case), ""


def _reservoir(case: Case) -> tuple[float | None, float, str]:
    fallen_ul = books.fallen_of(case)[-1].fallen_ul
    if any(case.from_ns <= one < case.to_ns for one in refilled_ns(case.reader)):
        return None, 0.0, f"its content {moved(-fallen_ul, 'µL')} since it was refilled"
    if case.parted:
        return None, 0.0, f"its content {moved(-fallen_ul, 'µL')}, {_WITH_PARTED}"
    said = "what its content fell by" if fallen_ul >= 0.0 else f"its content {moved(-fallen_ul, 'µL')}"
    return fallen_ul, _u_strokes_ul(case), said


def _log(case: Case) -> tuple[None, float, str]:
    found = log.testify(case)
    return None, 0.0, found.not_asked or f"{found.said}{', and it contradicts' if found.against else ''}"


def _motor(case: Case) -> tuple[float | None, float, str]:
    counts = motor.edges_of(case)
    moved = motor.moved_of(case, counts) if len(counts) > 1 else None
    if moved is None:
        return None, 0.0, motor.testify(case).said or "nothing counts the motor's edges"
    if case.parted:
        return None, 0.0, f"its edges stand for {moved.moved_ul:.5g} µL where no challenge parted line and balance"
    return moved.moved_ul, _u_strokes_ul(case), ""


def _flow(case: Case) -> tuple[float, float, str]:
    seen = flow_sensor.flow_seen(case)
    u_ul = math.hypot(seen.limit_ul_h / math.sqrt(3.0), seen.u_ul_h) * seen.hours
    return seen.mean_ul_h * seen.hours, u_ul, f"its mean over {seen.hours:.4g} h"


def _u_strokes_ul(case: Case) -> float:
    """Return the standard uncertainty of whole strokes at both ends, µL: each is rectangular over one stroke."""
    return case.start.dut.stroke_ul / math.sqrt(6.0)


def _joint(case: Case, rows: tuple[Truth, ...]) -> list[str]:
    """Return how the pump's count and its programme differ, beyond uncertainty and what was agreed for books.

    Each with what was weighed is for its own witness; together they may both be just within.
    """
    asked = next((one for one in rows if one.name == PROGRAMME), None)
    count = next((one for one in rows if one.name == "count"), None)
    if asked is None or count is None or asked.volume_ul is None or count.volume_ul is None:
        return []
    reach_ul = widening(math.inf) * math.hypot(asked.u_ul, count.u_ul)
    off_ul = count.volume_ul - asked.volume_ul
    if abs(off_ul) <= case.limits.agreement.books_percent / 100.0 * asked.volume_ul + reach_ul:
        return []
    return [f"the pump counted {count.volume_ul:.5g} µL, where its programme asks for {asked.volume_ul:.5g} µL"]
