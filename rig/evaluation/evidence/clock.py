"""The pump's clock against the rig's: its rate, that it goes where it is set, and that nobody else moved it."""

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.evaluation.case import Case
from rig.evaluation.log_words import CLOCK_SET
from rig.evaluation.orders import SET_CLOCK
from rig.evaluation.own_log import U_STAMP_S
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.pump_events import PumpLogRead

_SHORTEST_S = 3600.0
_K = 3.0
# How far the moments of an order and of a comparison may be from those at which the pump heard them.
_ANSWER_NS = 10 * NS_PER_S


def testify(case: Case) -> Testimony:
    """Hold the rate of the pump's clock to the rig's, and look for a step that no order explains."""
    t_ns, told = case.counted
    if "clock_offset" not in told:
        return Testimony(not_asked="the pump tells no clock")
    offset_s = told["clock_offset"]
    seconds = (t_ns - t_ns[0]) / 1e9 if len(t_ns) else np.empty(0)
    if len(seconds) < 2 or seconds[-1] < _SHORTEST_S:
        return Testimony(not_asked="the pump's clock was not compared for an hour")
    allowed_ppm = case.limits.agreement.clock_ppm
    steps, gaps = np.diff(offset_s), np.diff(seconds)
    leaps = np.abs(steps) > 2.0 * _K * U_STAMP_S + 10.0 * allowed_ppm * 1e-6 * gaps
    # A step is no rate: what the clock gained otherwise is.
    ppm = 1e6 * float(steps[~leaps].sum()) / float(seconds[-1])
    u_ppm = 1e6 * np.sqrt(2.0) * U_STAMP_S / float(seconds[-1])
    said = f"the pump's clock gains {ppm:+.3g} ± {_K * u_ppm:.2g} ppm"
    against = [f"{said}; {allowed_ppm:g} ppm are allowed"] if abs(ppm) > allowed_ppm + _K * u_ppm else []
    if unset := _not_set(case, t_ns, np.flatnonzero(leaps).tolist()):
        i = max(unset, key=lambda leap: abs(float(steps[leap])))
        at = case.hour(int(t_ns[i + 1]))
        against.append(f"the pump's clock leapt by {steps[i]:+.4g} s at {at:.2f} h, and its log tells of no setting")
    against += _set_otherwise(case, t_ns, offset_s)[:1]
    return Testimony(said, tuple(against), of_the_pump=True)


def _set_otherwise(case: Case, t_ns: NDArray[np.int64], offset_s: NDArray[np.float64]) -> list[str]:
    """Return the orders to set the clock behind which the next comparison shows it elsewhere."""
    orders = [
        (order.body.sent_ns or order.t_ns, order.body.received_ns or order.t_ns, order.body.arguments.get("t_ns"))
        for order in case.reader.commands(case.pump)
        if order.body.verb == SET_CLOCK and order.body.result == "ok" and case.from_ns <= order.t_ns <= case.to_ns
    ]
    found = []
    for number, (sent_ns, done_ns, to_ns) in enumerate(orders):
        behind = int(np.searchsorted(t_ns, done_ns, side="right"))
        until_ns = orders[number + 1][0] if number + 1 < len(orders) else case.to_ns
        if behind == len(t_ns) or t_ns[behind] >= until_ns or not isinstance(to_ns, int):
            continue
        set_s, is_s = (to_ns - sent_ns) / NS_PER_S, float(offset_s[behind])
        gained_s = 10.0 * case.limits.agreement.clock_ppm * 1e-6 * (int(t_ns[behind]) - sent_ns) / NS_PER_S
        if abs(is_s - set_s) > _ANSWER_NS / NS_PER_S + gained_s:
            at = case.hour(sent_ns)
            found.append(f"the pump's clock was set to be {set_s:+.4g} s ahead at {at:.2f} h, and is {is_s:+.4g} s")
    return found


def _not_set(case: Case, t_ns: NDArray[np.int64], leaps: list[int]) -> list[int]:
    """Return the leaps, of those behind these readings, that nobody brought about; none where all may be settings.

    An order to set the clock explains a leap between the two comparisons around it alone. What the pump's log has of
    settings beyond those orders was done by somebody else, or twice by a link that repeats: it explains as many leaps.
    """
    reads = [entry.body for entry in case.reader.events(PumpLogRead) if case.from_ns <= entry.t_ns <= case.to_ns]
    logged = {line.number for one in reads for line in one.lines if line.event == CLOCK_SET}
    told_ns = [
        command.body.sent_ns or command.t_ns
        for command in case.reader.commands(case.pump)
        if command.body.verb == SET_CLOCK and case.from_ns <= command.t_ns <= case.to_ns
    ]
    unset = [i for i in leaps if not any(t_ns[i] - _ANSWER_NS <= one <= t_ns[i + 1] + _ANSWER_NS for one in told_ns)]
    return unset if len(unset) > max(0, len(logged) - len(told_ns)) else []


WITNESS = Witness("pump's clock", testify)
