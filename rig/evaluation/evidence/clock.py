"""The pump's clock against the rig's: its rate, and that nobody moved it."""

import numpy as np

from rig.evaluation.case import Case
from rig.evaluation.log_words import CLOCK_SET
from rig.evaluation.own_log import U_STAMP_S
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.pump_events import PumpLogRead

_SHORTEST_S = 3600.0
_K = 3.0


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
    if leaps.any() and not _was_set(case):
        i = int(np.argmax(np.abs(steps)))
        at = case.hour(int(t_ns[i + 1]))
        against.append(f"the pump's clock leapt by {steps[i]:+.4g} s at {at:.2f} h, and its log tells of no setting")
    return Testimony(said, tuple(against), of_the_pump=True)


def _was_set(case: Case) -> bool:
    reads = [entry.body for entry in case.reader.events(PumpLogRead) if case.from_ns <= entry.t_ns <= case.to_ns]
    told = any(
        command.body.verb == "set_clock" and case.from_ns <= command.t_ns <= case.to_ns
        for command in case.reader.commands(case.pump)
    )
    return told or any(line.event == CLOCK_SET for one in reads for line in one.lines)


WITNESS = Witness("pump's clock", testify)
