"""What a legend says is of an interval that was measured from end to end."""

import numpy as np
import pytest

from reports.dashboards import health, signals
from reports.dashboards.appearance import UL_PER_MG
from rig.channels import Channel
from rig.clock import VirtualClock
from rig.record.bodies.others import Stop
from rig.samples import Block
from tests.dashboards.grafana import EVERYTHING, Span, substituted
from tests.dashboards.test_queries import FINE
from tests.streaming import records

FLOW_UL_H, DRIFT_PPM = 100.0, 5.0
# 2 h and 20 minutes, so that hours and quarters of them are left unfinished at both ends.
MINUTES = range(7, 147)


def steady(folder):
    """Write a run with a steady flow and a clock that gains, read once a minute."""
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(folder, "steady", clock) as record:
        record.descriptor("balance", [Channel("mass", "mg", "net")], {})
        record.descriptor("pump", [Channel("clock_offset", "s", "ahead")], {})
        record.descriptor("flow", [Channel("flow", "µL/h", "in the line")], {})
        for minute in MINUTES:
            t_ns = np.array([records.EPOCH_NS + minute * 60 * records.SECOND_NS])
            clock.wait_until(int(t_ns[0]))
            record.samples("balance", Block(t_ns, {"mass": np.array([minute * FLOW_UL_H / UL_PER_MG / 60.0])}))
            record.samples("pump", Block(t_ns, {"clock_offset": np.array([minute * 60e-6 * DRIFT_PPM])}))
            record.samples("flow", Block(t_ns, {"flow": np.array([FLOW_UL_H])}))
        record.stop(Stop("FINISHED"))
    return record.path


@pytest.fixture(scope="module")
def world(streamed):
    return streamed(steady)


def flow(number, *, fine):
    """Return the query of the sensor's flow (0) or of the weighed one (1), by seconds or by minutes."""
    return [query for query in signals.FLOW.queries[1:] if (FINE in query.text) == fine][number]


def told(world, query, hours, least=""):
    """Return the values of the only series of a query, in a span that is so long."""
    begun_ms = records.EPOCH_NS // 1_000_000
    values = {"run": "steady", "source": "mocked", "bench": EVERYTHING, "dut": EVERYTHING}
    (found,) = world.server.query(
        substituted(query.text, values, Span(begun_ms, begun_ms + hours * 3_600_000), least), world.database
    )
    return [value for _, value in found["values"]]


@pytest.mark.parametrize("hours", [2, 24, 240], ids=["10 s", "5 min", "15 min"])
@pytest.mark.parametrize("number", [0, 1], ids=["sensor", "balance"])
def test_a_flow_is_right_in_every_interval_that_is_shown(world, hours, number):
    query = flow(number, fine=hours == 2)
    assert told(world, query, hours) == pytest.approx([FLOW_UL_H] * len(told(world, query, hours)), rel=1e-3)


@pytest.mark.parametrize("hours, minutes", [(2, 120 - MINUTES[0]), (24, len(MINUTES) - 1), (240, len(MINUTES) - 1)])
@pytest.mark.parametrize("number", [0, 1], ids=["weighed", "sensor"])
def test_a_volume_is_right_although_intervals_are_not_finished(world, hours, minutes, number):
    by_pace = [query for query in signals.VOLUME.queries if (FINE in query.text) == (hours == 2)]
    volume_ul = told(world, by_pace[2 * number], hours)[-1]
    assert volume_ul == pytest.approx(FLOW_UL_H * minutes / 60.0, rel=1e-3)


def test_intervals_that_are_not_finished_are_not_shown(world):
    assert len(told(world, flow(1, fine=False), 240)) == len(MINUTES) // 15 - 1


def test_the_drift_of_a_clock_is_of_whole_hours(world):
    (query,) = health.CLOCK_DRIFT.queries
    assert told(world, query, 24, "1h") == pytest.approx([DRIFT_PPM], rel=1e-3)
