"""Delivered volume: each witness gives the volume that was put in."""

import numpy as np
import pytest

from reports.facts.plans import read_plans
from reports.facts.run_reading import read_run
from reports.facts.volumes import flow_volume_at, programmed_volume, volume_charts
from reports.facts.weighings import Weighed
from rig.evaluation.orders import PumpOrder
from rig.metrology.weighing.conditions import Ambient, TipInVessel
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.record.bodies.events import PlanBegins, PlanEnds
from rig.record.bodies.pump_events import AlarmExpected, PumpStateChanged
from tests.reports.records import EPOCH_NS, HOUR_NS, MINUTE_NS, PLAN, Z_UL_MG, result_body
from tests.reports.written import measured


def told(hours, verb, amount=0.0):
    return PumpOrder(EPOCH_NS + round(hours * HOUR_NS), verb, amount)


def programmed_at(hours, *commands):
    curve = programmed_volume(commands, EPOCH_NS, EPOCH_NS + 10 * HOUR_NS)
    return float(np.interp(hours * HOUR_NS, curve.t_ns - EPOCH_NS, curve.volume_ul))


def test_a_rate_counts_from_its_command_to_the_stop():
    commands = told(1, "run_continuous", 2.0), told(4, "stop")
    assert programmed_at(9, *commands) == pytest.approx(6.0)


def test_a_new_rate_takes_the_place_of_the_old():
    commands = told(0, "run_continuous", 2.0), told(5, "run_continuous", 10.0)
    assert programmed_at(10, *commands) == pytest.approx(60.0)


def test_a_bolus_is_a_step_on_top():
    commands = told(0, "run_continuous", 2.0), told(5, "give_bolus", 50.0)
    assert [programmed_at(hours, *commands) for hours in (4.99, 5.01)] == pytest.approx([9.98, 60.02])


def test_a_stop_alone_programmes_nothing():
    assert programmed_volume([told(1, "stop")], EPOCH_NS, EPOCH_NS + 2 * HOUR_NS) is None


def test_an_alarm_that_is_expected_ends_what_is_programmed(write):
    """The graph says of the programme what the table of truths says: nothing was asked for behind the alarm."""
    scribe = write()
    t_ns = EPOCH_NS + np.arange(601) * MINUTE_NS
    delivered = 60.0 * np.clip((t_ns - EPOCH_NS) / HOUR_NS - 1, 0, 4)
    scribe.stream("balance", {"mass": "mg"}, t_ns, mass=500.0 + delivered / Z_UL_MG)
    scribe.stream("pump", {"delivered": "µL"}, t_ns, delivered=delivered)
    scribe.record.event(PlanBegins(PLAN))
    scribe.clock.wait_s(3600)
    scribe.tell_pump("run_continuous", rate_ul_h=60.0)
    scribe.record.event(PumpStateChanged("pump", "infusing", scribe.clock.now_ns(), (), 1))
    scribe.record.event(AlarmExpected("stall"))
    scribe.clock.wait_s(4 * 3600)
    scribe.record.event(PumpStateChanged("pump", "alarm", scribe.clock.now_ns(), ("stall",), 1))
    scribe.clock.wait_s(5 * 3600)
    scribe.record.event(PlanEnds(PLAN))
    with scribe.reader as reader:
        (plan,) = read_run(reader).plans
    volume = next(chart for chart in plan.graphs.charts if chart.name == "volume")
    drawn = next(curve for curve in volume.curves if curve.name == "programmed").y[-1]
    told = next(row for row in plan.graphs.truths.rows if row.name == "programme").volume_ul
    assert drawn == pytest.approx(told)
    assert drawn == pytest.approx(240.0, abs=1.0)


@pytest.fixture
def scribe(write):
    """Ten hours of 60 µL/h from hour 1 to hour 9, seen by all three witnesses."""
    scribe = write()
    t_ns = EPOCH_NS + np.arange(601) * MINUTE_NS
    hours = (t_ns - EPOCH_NS) / HOUR_NS
    delivered = 60.0 * np.clip(hours - 1, 0, 8)
    scribe.stream("balance", {"mass": "mg"}, t_ns, mass=500.0 + delivered / Z_UL_MG - 0.5 * hours)
    scribe.stream("flow", {"flow": "µL/h"}, t_ns, flow=np.where((hours >= 1) & (hours < 9), 60.0, 0.0))
    scribe.stream("pump", {"delivered": "µL"}, t_ns, delivered=12_000.0 + delivered)
    scribe.record.event(PlanBegins(PLAN))
    scribe.clock.wait_s(3600)
    scribe.tell_pump("run_continuous", rate_ul_h=60.0)
    scribe.clock.wait_s(8 * 3600)
    scribe.tell_pump("stop")
    scribe.clock.wait_s(3600)
    scribe.record.event(PlanEnds(PLAN))
    return scribe


AMBIENT = Ambient(
    liquid_temperature_c=20.0,
    air_temperature_c=20.0,
    air_pressure_hpa=1013.25,
    relative_humidity_percent=50.0,
    u_liquid_temperature_k=0.2,
    u_air_temperature_k=0.2,
    u_air_pressure_hpa=1.0,
    u_relative_humidity_percent=3.0,
)
WEIGHED = Weighed(AMBIENT, TipInVessel(), EvaporationRate(0.5, 0.01))


def charts_of(scribe, weighed=WEIGHED):
    with scribe.reader as reader:
        (plan,) = read_plans(reader, ())
        return volume_charts(reader, plan, plan.end_ns + 1, weighed)


@pytest.mark.parametrize("name", ["balance", "flow sensor", "pump's own count", "programmed"])
def test_every_witness_ends_at_what_was_delivered(scribe, name):
    curve = next(curve for curve in charts_of(scribe)[0].curves if curve.name == name)
    assert curve.y[-1] == pytest.approx(480.0, abs=1.0)


def test_hours_count_from_the_first_delivery(scribe):
    volume = charts_of(scribe)[0]
    assert (volume.origin_ns, volume.curves[0].x[0]) == (EPOCH_NS + HOUR_NS, -1.0)


def test_what_is_delivered_as_programmed_stays_level(scribe):
    balance = charts_of(scribe)[1].curves[0]
    assert np.abs(balance.y).max() < 0.01


def test_evaporation_that_is_not_known_is_said(scribe):
    assert "not for evaporation" in charts_of(scribe, Weighed(AMBIENT, TipInVessel(), None))[0].caption


def test_without_a_conversion_the_balance_is_left_out(scribe):
    assert "balance" not in [curve.name for curve in charts_of(scribe, None)[0].curves]


def test_a_bolus_has_no_deviation_graph(write):
    scribe = write()
    scribe.stream("pump", {"delivered": "µL"}, [EPOCH_NS, EPOCH_NS + 1], delivered=[0, 5])
    scribe.record.event(PlanBegins(PLAN))
    scribe.tell_pump("give_bolus", volume_ul=5.0)
    scribe.record.event(PlanEnds(PLAN))
    assert [chart.name for chart in charts_of(scribe)] == ["volume"]


def test_a_pump_that_does_not_count_is_left_out(write):
    scribe = write()
    scribe.stream("pump", {"battery": "V"}, [EPOCH_NS, EPOCH_NS + 1], battery=[3, 3])
    scribe.plan()
    assert charts_of(scribe) == ()


def test_the_flow_sensor_is_summed_up_across_pieces(scribe):
    times_ns = EPOCH_NS + np.array([2, 5, 9]) * HOUR_NS
    with scribe.reader as reader:
        volume = flow_volume_at(reader, times_ns, EPOCH_NS, EPOCH_NS + 10 * HOUR_NS)
    assert np.diff(volume) == pytest.approx([180.0, 239.5], abs=1e-6)


def test_what_flowed_between_two_pieces_is_summed_up_from_both(write):
    # Sixty and a hundred and twenty µL/h by turns, an hour each: 90 µL in every hour, wherever a piece ends.
    scribe = write()
    t_ns = EPOCH_NS + np.arange(41) * HOUR_NS
    scribe.stream("flow", {"flow": "µL/h"}, t_ns, flow=np.where(np.arange(41) % 2, 120.0, 60.0))
    with scribe.reader as reader:
        volume = flow_volume_at(reader, t_ns, EPOCH_NS, EPOCH_NS + 41 * HOUR_NS)
    assert np.diff(volume) == pytest.approx(np.full(40, 90.0))


def test_beyond_its_samples_the_flow_sensor_says_nothing(scribe):
    times_ns = EPOCH_NS + np.array([5, 12]) * HOUR_NS
    with scribe.reader as reader:
        volume = flow_volume_at(reader, times_ns, EPOCH_NS, EPOCH_NS + 20 * HOUR_NS)
    assert np.isnan(volume).tolist() == [False, True]


def test_the_graph_of_differences_follows_the_one_that_it_is_made_of(write):
    # The page carries the numbers of both once: its script takes them from the graph before.
    scribe = measured(write, result_body())
    with scribe.reader as reader:
        (plan,) = read_run(reader).plans
    names = [chart.name for chart in plan.graphs.charts]
    deviation = plan.graphs.charts[names.index("deviation")]
    volume = plan.graphs.charts[names.index("deviation") - 1]
    lines = {curve.name: curve for curve in volume.curves}
    less = lines[deviation.less]
    for curve in deviation.curves:
        whole = lines[curve.name]
        assert curve.y == pytest.approx(whole.y - np.interp(whole.x, less.x, less.y), abs=1e-9)
