"""How far the refill date that a pump foretells is from the one that its programme and its allotment come to, in h."""

import math

from rig.errors import MisfitError, NotShownError
from rig.evaluation import inputs
from rig.evaluation.case import Case, case_around
from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.orders import FLEX, INFUSIONS, STOP, PumpOrder
from rig.evaluation.outcome import Evaluation
from rig.evaluation.patient_requests import terms_at
from rig.evaluation.programme import NS_PER_H
from rig.metrology.uncertainty.budget import Component, combine
from rig.record.bodies.others import Command
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader
from rig.therapy import MINUTES_A_DAY, flex_of

OUTLOOK, LOW_MARK, REFILL_BY, CLOCK = "read_outlook", "set_low_reservoir", "refill_by_ns", "pump_clock_ns"
_OK = "ok"
_H_PER_DAY = 24.0


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the first date foretold in a window, less the time that the content takes down to the low mark.

    The content is the pump's own count; it is taken by the infusion, and by all boluses that a patient may ask for. A
    day pattern takes the mean of its days, a ramp and a bridge what they end at.
    Raises SeriesError when no date was read, the mark or the content is not in the record, or nothing takes of it.
    """
    case = case_around(reader, recipe)
    at_ns, said = _read(reader, recipe, case)
    told_h = (_number(said.extra, REFILL_BY) - _number(said.extra, CLOCK)) / NS_PER_H
    content_ul, u_content_ul = _content(reader, case, recipe, at_ns)
    mark_ul = _mark(reader, case, at_ns)
    terms = terms_at(case, at_ns)
    infused_ul_h = _infused_ul_h(case, at_ns)
    asked_ul_h = 0.0 if terms is None else terms.volume_ul * terms.most_in_24_h / _H_PER_DAY
    ul_h = infused_ul_h + asked_ul_h
    if ul_h <= 0.0:
        raise MisfitError("nothing was programmed when the date was read: the content lasts for ever")
    expected_h = max(0.0, content_ul - mark_ul) / ul_h
    lines = [Component("content by the pump's own count", "B", content_ul, u_content_ul, "µL", -1.0 / ul_h)]
    details = {
        "told_h": told_h,
        "expected_h": expected_h,
        "infused_ul_h": infused_ul_h,
        "asked_for_ul_h": asked_ul_h,
        "without_boluses_h": max(0.0, content_ul - mark_ul) / infused_ul_h if infused_ul_h > 0.0 else math.inf,
    }
    finite = {key: value for key, value in details.items() if math.isfinite(value)}
    return Evaluation(combine(told_h - expected_h, "h", lines), inputs.standing_invalid(reader, recipe.to_ns), finite)


def _read(reader: RecordReader, recipe: Recipe, case: Case) -> tuple[int, Command]:
    for entry in reader.commands(case.pump) if case.pump else ():
        at_ns = entry.body.sent_ns or entry.t_ns
        if entry.body.verb == OUTLOOK and entry.body.result == _OK and recipe.from_ns <= at_ns < recipe.to_ns:
            return at_ns, entry.body
    raise MisfitError(f"no date was read in this window: call pump.{OUTLOOK}() in it")


def _number(said: dict[str, object], key: str) -> float:
    value = said.get(key)
    if not isinstance(value, int | float) or value == 0:
        raise NotShownError("the pump foretold no refill")
    return float(value)


def _content(reader: RecordReader, case: Case, recipe: Recipe, at_ns: int) -> tuple[float, float]:
    """Return the content in µL halfway between the readings around a moment, and its standard uncertainty."""
    content_ul, series = read_column(reader, case.pump, "reservoir", case.from_ns, recipe.to_ns)
    before, behind = content_ul[series.t_ns <= at_ns], content_ul[series.t_ns >= at_ns]
    if not len(before) or not len(behind):
        raise MisfitError("the content was not read before and behind the date: let the pump be sampled around it")
    half_ul = abs(float(before[-1] - behind[0])) / 2
    stroke_ul = inputs.stroke_ul(reader) or 0.0
    return float(before[-1] + behind[0]) / 2, math.hypot(half_ul, stroke_ul) / math.sqrt(3.0)


def _mark(reader: RecordReader, case: Case, at_ns: int) -> float:
    marks = [
        float(entry.body.arguments["volume_ul"])
        for entry in (reader.commands(case.pump) if case.pump else ())
        if entry.body.verb == LOW_MARK and entry.body.result == _OK and (entry.body.sent_ns or entry.t_ns) <= at_ns
    ]
    if not marks:
        raise MisfitError(f"the low mark is not in the record: set it with pump.{LOW_MARK}(volume_ul=…)")
    return marks[-1]


def _infused_ul_h(case: Case, at_ns: int) -> float:
    """Return what the infusion under way at a moment takes on the average, in µL/h, 0 without one.

    Of a ramp and a bridge, which end, that is the rate that they end at.
    """
    told = [one for one in case.orders if one.verb in INFUSIONS | {STOP} and one.sent_ns <= at_ns]
    if not told or told[-1].verb == STOP:
        return 0.0
    return _mean_ul_h(told[-1]) if told[-1].verb == FLEX else told[-1].amount


def _mean_ul_h(order: PumpOrder) -> float:
    days = order.said.get("days")
    if not isinstance(days, dict):
        raise NotShownError("the record's flex infusion says no day patterns")
    patterns = flex_of(days).days
    ends = [(*(step.minute for step in day[1:]), MINUTES_A_DAY) for day in patterns]
    minutes_ul_h = [
        (end - step.minute) * step.rate_ul_h
        for day, until in zip(patterns, ends, strict=True)
        for step, end in zip(day, until, strict=True)
    ]
    return sum(minutes_ul_h) / (len(patterns) * MINUTES_A_DAY)


KINDS = (
    ClaimKind(
        name="refill date error",
        unit="h",
        question="how much too late the pump takes its refill to be due, all allotted boluses given, in h",
        compute=compute,
        graph=GraphKind.PROGRAMME,
        panel=ResultPanel("Error of the refill date", 1),
    ),
)
