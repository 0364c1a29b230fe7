"""A run of an infusion with a bolus, and what is found against a log of it that must tell all."""

import contextlib

from rig.record.bodies.events import PlanBegins
from tests.evaluation.happenings import clock_ahead, judged, log, status, tell
from tests.evaluation.records import weighed

# A pump's clock that is 40 s ahead of the rig's.
AHEAD_S = 40.0
RUN, BOLUS, BOLUS_ENDS, STOP = (100, "infusion_started"), (200, "bolus_started"), (560, "bolus_ended"), (900, "stopped")
ALL = (RUN, BOLUS, BOLUS_ENDS, STOP)


@contextlib.contextmanager
def a_run(tmp_path):
    """An infusion at 100 s, a bolus of 10 µL at 100 µL/h at 200 s, a stop at 900 s."""
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        record.event(PlanBegins("plan"))
        clock_ahead(record, AHEAD_S)
        status(record, (-100, "stopped", ()))
        tell(record, 100, "run_continuous", rate_ul_h=40.0)
        tell(record, 200, "give_bolus", volume_ul=10.0, rate_ul_h=100.0)
        tell(record, 900, "stop")
        yield record


def against(record, *lines):
    """Let the log gain lines and return what the claim finds against it."""
    if lines:
        log(record, *lines, ahead_s=AHEAD_S, read_at_s=1000)
    found = judged(record, "log tells all")
    # What all witnesses say besides is none of this claim's own.
    return [one for one in found.reasons if not one.startswith(("pump's", "patient's", "programme"))]
