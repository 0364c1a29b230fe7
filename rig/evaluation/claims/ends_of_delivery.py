"""Whether delivery ended when it should, and what was delivered behind an interruption that nobody asked for."""

import math
from dataclasses import replace

import numpy as np

from rig.clock import NS_PER_S
from rig.errors import MisfitError, SeriesError
from rig.evaluation.case import Case, case_around
from rig.evaluation.causes import AFTER, cause_of
from rig.evaluation.claims.delivered_volume import weighed_volume
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.edges import counted_edges
from rig.evaluation.inputs import widening
from rig.evaluation.order_times import u_times_ul
from rig.evaluation.outcome import Evaluation, FactFound
from rig.evaluation.programme import NS_PER_H
from rig.metrology.uncertainty.budget import Component
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# Both are multiples of a stroke, as decimal numbers.
_ROUNDING_UL = 1e-6


def delivery_ended(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether nothing beyond a stroke was delivered from a time after its cause to the window's end.

    By the pump's count, by the motor's edges where they were counted, and by the balance from when the line has
    emptied itself. Raises SeriesError when none of them can tell, or the window is too short.
    """
    cause, within_s = cause_of(recipe, reader), recipe.parameters["within_s"]
    from_ns = cause.latest_ns + round(within_s * NS_PER_S)
    if from_ns >= recipe.to_ns:
        raise MisfitError(f"the window ends before {within_s:g} s after {cause.said} are over: let it last longer")
    case = case_around(reader, recipe)
    found = [_by_count(case, from_ns, recipe.to_ns), _by_edges(case, from_ns, recipe.to_ns)]
    found.append(_by_weight(case, from_ns + case.settle_ns, recipe.to_ns))
    told = [one for one in found if one is not None]
    if not told:
        raise SeriesError("neither the pump's count nor motor nor balance tell of this window's end")
    since = f"from {within_s:g} s after {cause.said} on"
    against = tuple(f"{since} {said}" for said, goes_on in told if goes_on)
    text = f"{since} {', '.join(said for said, _ in told)}"
    return FactFound(holds=not against, text=text, against=against)


# What was found in words, and whether it says that delivery went on.
_Found = tuple[str, bool] | None


def _by_count(case: Case, from_ns: int, to_ns: int) -> _Found:
    t_ns, told = case.counted
    inside = (t_ns >= from_ns) & (t_ns < to_ns)
    if "delivered" not in told or np.count_nonzero(inside) < 2:
        return None
    count_ul = told["delivered"][inside]
    gained_ul = float(count_ul[-1] - count_ul[0])
    return f"the pump counted {gained_ul:.4g} µL", gained_ul > case.start.dut.stroke_ul + _ROUNDING_UL


def _by_edges(case: Case, from_ns: int, to_ns: int) -> _Found:
    counts = counted_edges(case.reader, from_ns, to_ns)
    if len(counts) < 2:
        return None
    turned = counts[-1].edges - counts[0].edges
    return f"the motor made {turned} edges", turned > (case.start.dut.motor_edges_per_stroke or 1.0)


def _by_weight(case: Case, from_ns: int, to_ns: int) -> _Found:
    weighed = case.weighed
    if weighed is None:
        return None
    come_ul = reach_ul = 0.0
    parts = 0
    for low, high in case.clear(from_ns, to_ns - 1) if from_ns < to_ns else ():
        of_part_ul = float(np.diff(weighed.at(np.asarray([low, high])))[0])
        if math.isfinite(of_part_ul):
            parts += 1
            come_ul += of_part_ul
            reach_ul += widening(np.inf) * float(weighed.u_ul((high - low) / NS_PER_H, of_part_ul))
    if not parts:
        return None
    return f"{come_ul:.2f} ± {reach_ul:.2f} µL were weighed", come_ul > case.start.dut.stroke_ul + reach_ul


def made_up(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate what was delivered beyond the programme from a cause to the window's end, in µL.

    An interruption that the record tells of (a stop, power taken away, an alarm that is expected) asks for nothing
    until the next order: what is given for it afterwards is made up. Raises SeriesError when the data allow no number.
    """
    cause = cause_of(recipe, reader)
    span = replace(recipe, from_ns=cause.latest_ns)
    case = case_around(reader, span)
    found = weighed_volume(span, reader, case.programme)
    weighed, invalid = found.volume, found.invalid
    ends_ns = np.asarray([span.from_ns, span.to_ns - 1], np.int64)
    asked_ul = float(np.diff(case.programme.volume_ul(ends_ns))[0])
    if case.clear(span.from_ns, span.to_ns) != [(span.from_ns, span.to_ns)]:
        parted = "a challenge kept line and balance apart in this window: begin it behind that, when the line is empty"
        invalid = (*invalid, parted)
    times = Component("times of orders and alarms", "B", 0.0, u_times_ul(case, span.from_ns, span.to_ns), "µL", 1.0)
    budget = weighed.scaled(1.0, -asked_ul, "µL", [times])
    return Evaluation(budget, invalid, {"weighed_ul": weighed.value, "programmed_ul": asked_ul, "after": cause.said})


KINDS = (
    ClaimKind(
        name="delivery ended",
        unit="",
        question="whether nothing beyond a stroke was delivered any more from a time after its cause on",
        compute=delivery_ended,
        parameters={"within_s": "how long after its cause delivery may go on, in s", "after": AFTER},
        graph=GraphKind.REST,
        panel=ResultPanel("Ends of delivery"),
    ),
    ClaimKind(
        name="nothing made up",
        unit="µL",
        question="what was delivered beyond the programme behind an interruption, in µL",
        compute=made_up,
        parameters={"after": AFTER},
        graph=GraphKind.REST,
        panel=ResultPanel("Made up behind an interruption", 2),
    ),
)
