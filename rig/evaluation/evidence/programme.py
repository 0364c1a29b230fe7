"""Every minute from the first order to the last stop: what was weighed against what the programme asks for."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from rig.evaluation.case import Case, WeighedCourse
from rig.evaluation.challenged import pushed_back
from rig.evaluation.inputs import FALSE_ALARM
from rig.evaluation.meanwhile import meanwhile
from rig.evaluation.orders import SINGLE, PumpOrder
from rig.evaluation.programme import NS_PER_H
from rig.evaluation.testimony import Testimony, Witness
from rig.evaluation.under_way import under_way

# Requirements on rates speak of a quarter of an hour (Generic Infusion Pump 1.2.2, 1.2.3): no stretch is shorter.
_SHORTEST_H = 0.25
# What is off for so long is no scatter of strokes: it is the rate.
_LONG_H = 2.0
_MOST_PER_SCALE = 400
# What leaves the pump reaches the balance, and shows there, within so many seconds.
_LAG_S = 15.0
# A running median of an hour passes over what lasts less than half of it.
_GUST_H = 1.0


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of the course: begins and ends (UTC ns), volumes weighed and programmed, and u, µL, (n,) each.

    `late_ul` is what was programmed in a stretch as long that begins earlier by what the line may hold back.
    """

    from_ns: NDArray[np.int64]
    to_ns: NDArray[np.int64]
    weighed_ul: NDArray[np.float64]
    programmed_ul: NDArray[np.float64]
    late_ul: NDArray[np.float64]
    u_ul: NDArray[np.float64]

    def farthest(self, allowed_ul: NDArray[np.float64], k: float) -> tuple[int, float]:
        """Return which stretch is farthest beyond `allowed_ul` (n,) and k·u, and by how many u (≤ 0: none is)."""
        low_ul, high_ul = np.minimum(self.programmed_ul, self.late_ul), np.maximum(self.programmed_ul, self.late_ul)
        off_ul = np.abs(self.weighed_ul - np.clip(self.weighed_ul, low_ul, high_ul))
        beyond = (off_ul - allowed_ul) / self.u_ul - k
        i = int(np.argmax(beyond))
        return i, float(beyond[i])


def testify(case: Case) -> Testimony:
    """Hold what was weighed to the programme: in all, and over stretches from a quarter of an hour to the whole."""
    begin_ns, end_ns = case.delivers_ns
    if not case.pump or end_ns <= begin_ns:
        return Testimony(not_asked="the record holds no order to deliver")
    weighed = case.weighed
    if weighed is None:
        return Testimony(not_asked="nothing was weighed")
    over_ns = min(end_ns + case.settle_ns, case.to_ns)
    whole = whole_of(case, weighed)
    if not len(whole.from_ns):
        return Testimony(not_asked="the balance did not weigh from the first order to the last stop")
    against = list(_total(case, whole, weighed.portion_ul))
    steadied = replace(weighed, volume_ul=_without_gusts(case, weighed, (over_ns - begin_ns) / NS_PER_H))
    scales = [_scale(case, steadied, begin_ns, over_ns, hours) for hours in _hours((over_ns - begin_ns) / NS_PER_H)]
    against += [*_course(case, scales, weighed.portion_ul), *_boluses(case, weighed)]
    weighed_ul, programmed_ul = float(whole.weighed_ul.sum()), float(whole.programmed_ul.sum())
    said = f"{weighed_ul:.5g} µL were weighed, {programmed_ul:.5g} µL programmed, from the first order to the last stop"
    if weighed.portion_ul:
        said += f", in portions of {weighed.portion_ul:.2g} µL"
    if case.parted:
        parted = ", ".join(f"{case.hour(low):.2f} to {case.hour(high):.2f} h" for low, high in case.parted)
        said += f"; not compared: {parted}, when a challenge kept what was delivered from the balance"
    return Testimony(said, tuple(against))


def whole_of(case: Case, weighed: WeighedCourse) -> Spans:
    """Return all from the first order to the last stop, in parts where a challenge kept some of it from the balance.

    From the last reading before until the first one behind it: what came between an order and a reading is part of it.
    """
    begin_ns, end_ns = case.delivers_ns
    over_ns = min(end_ns + case.settle_ns, case.to_ns)
    before = max(0, int(np.searchsorted(weighed.t_ns, begin_ns, side="right")) - 1)
    behind = min(int(np.searchsorted(weighed.t_ns, over_ns)), len(weighed.t_ns) - 1)
    clear = case.clear(min(begin_ns, int(weighed.t_ns[before])), max(over_ns, int(weighed.t_ns[behind])))
    return _spans(case, weighed, np.asarray([low for low, _ in clear]), np.asarray([high for _, high in clear]))


def _without_gusts(case: Case, weighed: WeighedCourse, whole_h: float) -> NDArray[np.float64]:
    """Return the volumes with what comes and goes within half an hour taken out, by a running median of the deviation.

    What a pump delivers too much stays in the vessel: a step of the deviation passes the median as it is. What lifts
    the reading and lets it fall again is a draught.
    """
    programmed = case.programme.volume_ul(weighed.t_ns)
    from scipy.ndimage import median_filter  # takes long to import: only what settles waits for it

    apart_h = float(weighed.t_ns[-1] - weighed.t_ns[0]) / NS_PER_H / (len(weighed.t_ns) - 1)
    readings = int(min(_GUST_H, whole_h / 8.0) / apart_h) if apart_h > 0 else 1
    away = weighed.volume_ul - programmed
    # Stamps that lie nonsensically close together ask for a window of more readings than there are. Of an even number
    # none is in the middle: the course would come a reading late, and a low rate show what a high one before it left.
    size = min(max(1, (readings - 1) | 1), 2 * len(away) + 1)
    return np.asarray(programmed + median_filter(away, size=size, mode="nearest"), np.float64)


def _hours(whole_h: float) -> list[float]:
    """Return the lengths of stretches, h: the whole halved again and again."""
    found = []
    while whole_h >= _SHORTEST_H:
        found.append(whole_h)
        whole_h /= 2.0
    return found


def _spans(case: Case, weighed: WeighedCourse, from_ns: NDArray[np.int64], to_ns: NDArray[np.int64]) -> Spans:
    """Return stretches with what was weighed in them, those between the balance's readings alone."""
    # At readings, not between them: a line drawn across a stroke or a jump would smear it.
    first = np.minimum(np.searchsorted(weighed.t_ns, from_ns), len(weighed.t_ns) - 1)
    last = np.searchsorted(weighed.t_ns, to_ns, side="right") - 1
    good = last > first
    for parted_from, parted_to in case.parted:
        good &= (weighed.t_ns[last] <= parted_from) | (weighed.t_ns[first] >= parted_to)
    begin_ns, end_ns = weighed.t_ns[first[good]], weighed.t_ns[last[good]]
    programmed = case.programme.volume_ul(end_ns) - case.programme.volume_ul(begin_ns)
    # Behind a high rate the line still lets go what it held of that: nobody programmed so much for the low one.
    held_ns = round(_LAG_S * 1e9)
    late = case.programme.volume_ul(end_ns - held_ns) - case.programme.volume_ul(begin_ns - held_ns)
    hours = (end_ns - begin_ns) / NS_PER_H
    gained = weighed.volume_ul[last[good]] - weighed.volume_ul[first[good]]
    return Spans(begin_ns, end_ns, gained, programmed, late, weighed.u_ul(hours, programmed))


def _scale(case: Case, weighed: WeighedCourse, begin_ns: int, end_ns: int, hours: float) -> Spans:
    """Return stretches of one length, each half over the one before."""
    length_ns = round(hours * NS_PER_H)
    step_ns = max(length_ns // 2, (end_ns - begin_ns) // _MOST_PER_SCALE, 1)
    starts = np.arange(begin_ns, max(end_ns - length_ns, begin_ns) + 1, step_ns, dtype=np.int64)
    return _spans(case, weighed, starts, starts + length_ns)


def _total(case: Case, whole: Spans, portion_ul: float) -> list[str]:
    weighed_ul, programmed_ul = float(whole.weighed_ul.sum()), float(whole.programmed_ul.sum())
    # Parts of one course err together: their uncertainties add up as they are.
    reach_ul = _k(1) * float(whole.u_ul.sum()) + portion_ul
    allowed_percent = case.limits.total_percent
    off_ul = weighed_ul - programmed_ul
    if abs(off_ul) <= allowed_percent / 100.0 * programmed_ul + reach_ul:
        return []
    percent = f" ({100.0 * off_ul / programmed_ul:+.2f} %, {allowed_percent:g} % are allowed)" if programmed_ul else ""
    return [
        f"from the first order to the last stop {weighed_ul:.4g} ± {reach_ul:.2g} µL were delivered, where the "
        f"programme asks for {programmed_ul:.4g} µL{percent}"
    ]


def _course(case: Case, scales: list[Spans], portion_ul: float) -> list[str]:
    """Return the stretch that is farthest beyond what is allowed, if any is: all are one comparison.

    One of less than two hours tells best where to look: a longer one is told where no short one is beyond. A portion
    may lie on either side of a stretch's ends, and so may what a line held back against a challenge: they are allowed
    besides, and are no uncertainty.
    """
    count = sum(len(one.from_ns) for one in scales)
    k = _k(max(1, count))
    short, long = case.limits.agreement.course_percent / 100.0, case.limits.hours_percent / 100.0
    worst: dict[bool, tuple[float, str]] = {}
    for spans in scales:
        if not len(spans.from_ns):
            continue  # every stretch of this length lies across a challenge
        is_long = spans.to_ns - spans.from_ns >= _LONG_H * NS_PER_H
        allowed = np.where(is_long, long, short)
        i, beyond = spans.farthest(allowed * spans.programmed_ul + portion_ul + _held_back_ul(case, spans), k)
        if beyond > worst.get(bool(is_long[i]), (0.0, ""))[0]:
            worst[bool(is_long[i])] = beyond, _told(case, spans, i, k)
    return [worst[is_long][1] for is_long in sorted(worst)][:1]


def _held_back_ul(case: Case, spans: Spans) -> NDArray[np.float64]:
    """Return what a challenge of a pressure may have moved in each stretch (n,), µL, besides what the pump delivers.

    A pressure that changes moves it once, and the line takes its time for that.
    """
    held_ul = np.zeros(len(spans.from_ns))
    for at_ns, moved_ul in pushed_back(case.reader):
        touched = (spans.from_ns - case.settle_ns <= at_ns) & (at_ns <= spans.to_ns)
        held_ul[touched] += moved_ul
    return held_ul


def _told(case: Case, spans: Spans, i: int, k: float) -> str:
    from_ns, to_ns = int(spans.from_ns[i]), int(spans.to_ns[i])
    return (
        f"between {case.hour(from_ns):.2f} and {case.hour(to_ns):.2f} h {spans.weighed_ul[i]:.4g} ± "
        f"{k * spans.u_ul[i]:.2g} µL were delivered, where the programme asks for {spans.programmed_ul[i]:.4g} µL"
        f"{under_way(case.programme, from_ns, to_ns)}{meanwhile(case, from_ns, to_ns)}"
    )


def _boluses(case: Case, weighed: WeighedCourse) -> list[str]:
    """Return the bolus that came farthest too fast or too slowly: each reading while it is given and just behind it.

    Here every reading counts as it is: a bolus may be over before a running median would notice it.
    """
    given = [one for one in case.orders if one.verb in SINGLE and one.rate_ul_h > 0 and one.sent_ns >= case.from_ns]
    worst, found = 0.0, ""
    for order in given:
        spans = _while_given(case, weighed, order)
        if not len(spans.from_ns):
            continue
        k = _k(len(given) * len(spans.from_ns))
        # What infuses beside it may be off as well: beside a high rate a slow bolus is the smallest part of what comes.
        may_be_off_ul = np.maximum(order.amount, spans.programmed_ul)
        allowed = case.limits.agreement.course_percent / 100.0 * may_be_off_ul + order.rate_ul_h * _LAG_S / 3600.0
        allowed = allowed + weighed.portion_ul
        i, beyond = spans.farthest(allowed + _held_back_ul(case, spans), k)
        if beyond > worst:
            worst = beyond
            found = (
                f"{(spans.to_ns[i] - order.sent_ns) / 1e9:.0f} s after the order of a bolus of {order.amount:g} µL at "
                f"{order.rate_ul_h:g} µL/h, at {case.hour(order.sent_ns):.2f} h, {spans.weighed_ul[i]:.4g} ± "
                f"{k * spans.u_ul[i]:.2g} µL had come, where the programme asks for {spans.programmed_ul[i]:.4g} µL"
            )
    return [found] if found else []


def _while_given(case: Case, weighed: WeighedCourse, order: PumpOrder) -> Spans:
    """Return stretches from the last reading before a bolus to each reading until just behind its end."""
    over_ns = order.sent_ns + round(order.amount / order.rate_ul_h * NS_PER_H)
    before = int(np.searchsorted(weighed.t_ns, order.sent_ns, side="right")) - 1
    first = before + 1
    last = int(np.searchsorted(weighed.t_ns, over_ns + round(_LAG_S * 1e9), side="right")) + 1
    at = np.arange(first, min(last, len(weighed.t_ns)))
    begin = np.full(at.size, max(before, 0))
    spans = _spans(case, weighed, weighed.t_ns[begin], weighed.t_ns[at])
    return replace(spans, late_ul=spans.programmed_ul)  # how late a bolus may be is allowed by its own rate


def _k(count: int) -> float:
    """Return the coverage factor that `count` comparisons together exceed once in a thousand times (Bonferroni)."""
    return float(-ndtri(FALSE_ALARM / 2.0 / count))


WITNESS = Witness("programme", testify)
