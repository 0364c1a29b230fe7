"""A synthetic run of a thousand microlitres in 25 h, weighed without noise, and what else told of it."""

import numpy as np

from rig.channels import Channel
from rig.evaluation.case import Case
from rig.record.bodies.pump_events import EdgesCounted
from rig.samples import Block
from tests.evaluation.courses import given
from tests.evaluation.happenings import WINDOW, ns, put, tell
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, weighed

RATE_UL_H, HOURS, PROGRAMMED_UL = 40.0, 25, 1000.0
STROKE_UL, EDGES_PER_STROKE = 0.5, 64.0
AGREEMENT = {"total_percent": 2.0, "course_percent": 10.0, "books_percent": 5.0, "clock_ppm": 100.0}
# The quantile of the normal distribution that is exceeded, on either side, once in a thousand times.
ONCE_IN_A_THOUSAND = 3.2905
_MINUTES = np.arange(33 * 60 + 1)


def start(*, accuracy=None, **weighing):
    """Return what differs from the usual start of a synthetic run: a pump with strokes, a flow sensor, a counter."""
    flow = {"capability": "flow", "sample_every_s": 60.0} | ({} if accuracy is None else {"accuracy": accuracy})
    return {
        "dut": {"stroke_ul": STROKE_UL, "motor_edges_per_stroke": EDGES_PER_STROKE},
        "instruments": {**START["instruments"], "flow": flow, "daq": {"capability": "daq", "sample_every_s": 60.0}},
        "limits": {**START["limits"], "agreement": AGREEMENT},
        "weighing": {**START["weighing"], **weighing},
    }


def case_of(folder, testify, *, rate_ul_h=RATE_UL_H, tells=(), **different):
    """Return what `testify` says of the case of a run that delivered at a rate where 40 µL/h were programmed.

    `tells` are functions of the record that let others tell of it.
    """
    mass = given((0, rate_ul_h), (HOURS, 0.0))
    with weighed(folder, mass, hours=33, noise_mg=0.0, start=start(**different)) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=RATE_UL_H)
        for one in tells:
            one(record)
        tell(record, HOURS * 3600.0, "stop")
        with record.reader() as reader:
            return testify(Case(reader, *WINDOW))


def books(counted_ul=PROGRAMMED_UL, fallen_ul=PROGRAMMED_UL, clock_ahead_s=0.0, until_h=29.0):
    """Return what the pump tells each minute: its count, its reservoir, and how far its clock is ahead (s).

    It is not read any more from an hour since the delivery's begin on.
    """

    def record_them(record):
        share = np.clip((_MINUTES / 60.0 - 4.0) / HOURS, 0.0, 1.0)
        told = {
            "delivered": 7.0 + counted_ul * share,
            "reservoir": 20_000.0 - fallen_ul * share,
            "clock_offset": np.broadcast_to(np.asarray(clock_ahead_s, float), share.shape).copy(),
        }
        units = {"delivered": "µL", "reservoir": "µL", "clock_offset": "s"}
        record.descriptor("pump", tuple(Channel(name, units[name]) for name in told), {})
        read = until_h >= _MINUTES / 60.0 - 4.0
        told = {name: values[read] for name, values in told.items()}
        record.samples("pump", Block(EPOCH_NS + _MINUTES[read] * (HOUR_NS // 60), told))

    return record_them


def flow(flow_ul_h):
    """Return what the flow sensor reads each minute of the delivery: a number, or one for each minute (1501,)."""

    def record_it(record):
        minutes = np.arange(HOURS * 60 + 1)
        values = np.broadcast_to(np.asarray(flow_ul_h, float), minutes.shape).copy()
        record.descriptor("flow", (Channel("flow", "µL/h"),), {})
        record.samples("flow", Block(WINDOW[0] + minutes * (HOUR_NS // 60), {"flow": values}))

    return record_it


def edges(*counts):
    """Return counts of the motor's edges: (hour since the delivery's begin, edges)."""

    def record_them(record):
        for hour, count in counts:
            put(record, hour * 3600.0, EdgesCounted("daq", ns(hour * 3600.0), count))

    return record_them
