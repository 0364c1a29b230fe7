"""A flow sensor below its range says so, and its own offset is not drawn as a volume that was delivered."""

import numpy as np
import pytest

from reports.facts.plans import read_plans
from reports.facts.volumes import volume_charts
from rig.record.bodies.events import PlanBegins, PlanEnds
from tests.reports.records import EPOCH_NS, HOUR_NS, MINUTE_NS, PLAN, start_body
from tests.reports.test_flow_graphs import graphs, pulsed_run

HOURS = 30
OFFSET_UL_H = 1.8


def stated(percent, absolute):
    instruments = start_body()["instruments"]
    return instruments | {"flow": instruments["flow"] | {"accuracy": {"percent": percent, "absolute": absolute}}}


@pytest.fixture
def volume(write):
    """What is drawn of 30 hours at a rate, by the bench's flow sensor."""

    def drawn(rate_ul_h, first_h=0, **changes):
        scribe = write(**changes)
        t_ns = EPOCH_NS + np.arange(60 * HOURS) * MINUTE_NS
        delivered = rate_ul_h * np.arange(60 * HOURS) / 60
        scribe.stream("pump", {"delivered": "µL"}, t_ns, delivered=delivered)
        scribe.stream("flow", {"flow": "µL/h"}, t_ns, flow=np.full(60 * HOURS, rate_ul_h + OFFSET_UL_H))
        scribe.record.event(PlanBegins(PLAN))
        scribe.clock.wait_s(first_h * 3600)
        scribe.tell_pump("run_continuous", rate_ul_h=rate_ul_h)
        scribe.clock.wait_s((HOURS - first_h) * 3600)
        scribe.record.event(PlanEnds(PLAN))
        with scribe.reader as reader:
            (plan,) = read_plans(reader, ())
            return volume_charts(reader, plan, plan.end_ns + 1, None)

    return drawn


def lines(charts):
    return {curve.name for chart in charts for curve in chart.curves}


def test_below_its_range_no_volume_is_drawn(volume):
    assert lines(volume(2.0, instruments=stated(5.0, 7.2))) == {"pump's own count", "programmed"}


def test_the_caption_says_so_with_what_it_may_be_off_by(volume):
    caption = volume(2.0, instruments=stated(5.0, 7.2))[0].caption
    assert "Flow sensor: below its range: it may be off by 7.2 µL/h (stated), and 2 µL/h were programmed" in caption


def test_within_its_range_it_is_drawn(volume):
    assert "flow sensor" in lines(volume(41.7, instruments=stated(5.0, 7.2)))


def test_a_weighing_before_the_delivery_counts_for_nothing_of_its_rate(volume):
    """40 µL/h for 6 of 30 h are 8 µL/h of all of them, which the sensor cannot tell."""
    assert "below" not in volume(40.0, first_h=24, instruments=stated(5.0, 7.2))[0].caption


def test_within_its_range_nothing_is_said_of_it(volume):
    assert "below" not in volume(41.7, instruments=stated(5.0, 7.2))[0].caption


def test_a_sensor_made_for_such_a_flow_is_drawn(volume):
    assert "flow sensor" in lines(volume(2.0, instruments=stated(5.0, 0.1)))


def test_limits_that_nobody_stated_are_called_supposed(volume):
    assert "10 µL/h (supposed, the bench file states none)" in volume(2.0)[0].caption


def test_the_start_up_graph_says_so_too(write):
    scribe = pulsed_run(write, instruments=stated(5.0, 20.0))
    scribe.stream("flow", {"flow": "µL/h"}, [EPOCH_NS, EPOCH_NS + HOUR_NS], flow=[40.0, 40.0])
    start_up = next(chart for chart in graphs(scribe).charts if chart.name == "start-up")
    assert "it is below its range: it may be off by 20 µL/h (stated)" in start_up.caption
