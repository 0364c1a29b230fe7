"""Liquid that goes its own way: a pump that siphons, always or at a standstill, and a line that leaks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.plant.line import Line, Stroke
from instruments.plant.seepage import NEVER_NS, Seepage
from tests.plant.worlds import change_mg, moments, pump, quiet

R, C = 0.0025, 0.26
HOUR = 3_600_000_000_000
MINUTE = 60_000_000_000


def line(siphon_ul_h=0.0, from_h=0.0, until_ns=NEVER_NS, stopped_ul_h=0.0, resistance=R):
    seepage = Seepage(siphon_ul_h, round(from_h * HOUR), until_ns, stopped_ul_h)
    return Line(0, resistance_kpa_h_ul=resistance, compliance_ul_kpa=C, seepage=seepage)


def hours(*values):
    return np.asarray([round(value * HOUR) for value in values], np.int64)


def test_a_siphon_flows_at_the_tip_without_a_stroke():
    assert line(siphon_ul_h=2.0).flow_ul_h(hours(5))[0] == pytest.approx(2.0)


def test_a_siphon_needs_its_pressure():
    assert line(siphon_ul_h=2.0).excess_kpa(hours(5))[0] == pytest.approx(2.0 * R)


def test_a_siphon_adds_up():
    # What came in is out but for what its own pressure holds back: R·C·q = 0.0013 µL.
    assert line(siphon_ul_h=2.0).tip_ul(hours(5))[0] == pytest.approx(10.0 - R * C * 2.0)


@pytest.mark.parametrize("hour, came_ul", [(1, 0), (2, 0), (3, 2), (6, 8), (100, 8)])
def test_a_siphon_keeps_to_its_span(hour, came_ul):
    siphoning = line(siphon_ul_h=2.0, from_h=2, until_ns=6 * HOUR)
    held_ul = siphoning.excess_kpa(hours(hour))[0] * C
    assert siphoning.tip_ul(hours(hour))[0] + held_ul == pytest.approx(came_ul, abs=1e-9)


def test_strokes_do_not_disturb_a_siphon():
    siphoning, tight = line(siphon_ul_h=2.0), line()
    for minute in range(0, 600, 7):
        for one in (siphoning, tight):
            one.stroke(Stroke(minute * MINUTE, 0.5, 8))
    more_ul = siphoning.tip_ul(hours(10)) - tight.tip_ul(hours(10))
    assert more_ul[0] == pytest.approx(20.0 - R * C * 2.0)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 2)), max_size=20), st.floats(0, 12))
def test_no_siphoned_liquid_is_made_or_lost(strokes, when_h):
    siphoning = line(siphon_ul_h=3.0, from_h=1, until_ns=7 * HOUR)
    for at_h, volume_ul in sorted(strokes):
        siphoning.stroke(Stroke(round(at_h * HOUR), volume_ul, 1))
    moment = hours(when_h)
    pumped_ul = sum(volume_ul for at_h, volume_ul in strokes if round(at_h * HOUR) <= moment[0])
    held_ul = siphoning.excess_kpa(moment)[0] * C
    came_ul = pumped_ul + 3.0 * min(max(moment[0] / HOUR - 1.0, 0.0), 6.0)
    assert siphoning.tip_ul(moment)[0] + held_ul == pytest.approx(came_ul, abs=1e-9)


def test_an_occluded_line_swells_with_what_siphons():
    occluded = line(siphon_ul_h=2.0, resistance=np.inf)
    assert occluded.excess_kpa(hours(5))[0] == pytest.approx(10.0 / C)


def test_out_of_an_occluded_line_nothing_siphons():
    assert line(siphon_ul_h=2.0, resistance=np.inf).tip_ul(hours(5))[0] == 0.0


def test_an_occlusion_that_opens_lets_go_what_siphoned():
    changing = line(siphon_ul_h=2.0, resistance=np.inf)
    changing.change(5 * HOUR, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    assert changing.tip_ul(hours(6))[0] == pytest.approx(12.0 - R * C * 2.0)


def test_flow_is_the_slope_of_what_siphons():
    starting = line(siphon_ul_h=2.0)
    before, after = starting.tip_ul(hours(1 / 3600, 1.001 / 3600))
    assert starting.flow_ul_h(hours(1.0005 / 3600))[0] == pytest.approx((after - before) / 0.001 * 3600, rel=1e-4)


@pytest.mark.parametrize(
    "minute, came_ul",
    [
        (0, 0.0),  # a pump that has never stroked stands still
        (60, 6.0),
        (65, 6.0),  # strokes every four minutes from the first hour to the second
        (120, 6.0),
        (125, 6.0),  # five minutes after the last stroke it is taken for stopped
        (135, 7.0),
    ],
)
def test_at_a_standstill_a_pump_may_siphon(minute, came_ul):
    siphoning, tight = line(stopped_ul_h=6.0), line()
    for stroke in range(60, 121, 4):
        for one in (siphoning, tight):
            one.stroke(Stroke(stroke * MINUTE, 0.5, 8))
    at = np.asarray([minute * MINUTE], np.int64)
    more_ul = siphoning.tip_ul(at) - tight.tip_ul(at) + C * (siphoning.excess_kpa(at) - tight.excess_kpa(at))
    assert more_ul[0] == pytest.approx(came_ul, abs=1e-9)


def test_the_past_of_a_siphon_answers_the_same_after_the_future_has_come():
    siphoning = line(siphon_ul_h=2.0, stopped_ul_h=1.0, from_h=0.3)
    siphoning.stroke(Stroke(0, 0.5, 8))
    before = siphoning.tip_ul(hours(0.4))[0]
    for stroke in range(1, 1000):
        siphoning.stroke(Stroke(stroke * HOUR // 2, 0.5, 8))
    assert siphoning.tip_ul(hours(0.4))[0] == before


def test_what_siphons_is_weighed():
    assert change_mg(quiet(siphon_ul_h=1.0, siphon_from_h=2, siphon_hours=10), 0, 24) == pytest.approx(9.967, abs=0.005)


def test_what_siphons_is_no_motors():
    assert quiet(siphon_ul_h=1.0).line.motor_edges(moments(10)).tolist() == [0]


def test_what_siphons_at_a_standstill_is_weighed():
    assert change_mg(quiet(siphon_stopped_ul_h=1.0), 0, 10) == pytest.approx(9.967, abs=0.005)


def test_a_leak_in_the_line_takes_its_share_from_then_on():
    lab = quiet(line_leak_percent=20, line_leak_from_h=2)
    pump(lab, 100.0, 1, 3)
    assert lab.beaker.arrived_ul(moments(2, 4)).tolist() == pytest.approx([100.0, 180.0])


def test_what_the_line_loses_is_not_weighed():
    lab = quiet(line_leak_percent=20)
    pump(lab, 100.0, 1)
    assert change_mg(lab, 0, 2) == pytest.approx(80 * 0.9967, abs=0.005)


def test_a_leak_behind_the_sensor_leaves_the_lines_flow_whole():
    lab = quiet(line_leak_percent=20)
    pump(lab, 100.0, 1)
    assert lab.line.tip_ul(moments(2))[0] == pytest.approx(100.0)
