"""The line: strokes in, pressure and tip volume out, as closed forms of time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.plant.line import Line, Stroke

SECOND = 1_000_000_000
R, C = 0.0025, 0.26
TAU_S = R * C * 3600


def at(*seconds):
    return np.asarray([round(s * SECOND) for s in seconds], np.int64)


def test_a_stroke_leaves_with_the_time_constant_of_resistance_and_compliance():
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    line.stroke(Stroke(0, 0.5, 12))
    assert line.excess_kpa(at(0))[0] == pytest.approx(0.5 / C)
    assert line.tip_ul(at(TAU_S))[0] == pytest.approx(0.5 * (1 - np.exp(-1)))
    assert line.tip_ul(at(1000))[0] == pytest.approx(0.5)


def test_flow_is_the_slope_of_the_tip_volume():
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    line.stroke(Stroke(0, 0.5, 12))
    before, after = line.tip_ul(at(1.0, 1.001))
    assert line.flow_ul_h(at(1.0005))[0] == pytest.approx((after - before) / 0.001 * 3600, rel=1e-5)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 2)), max_size=30), st.floats(0, 200))
def test_no_liquid_is_made_or_lost(strokes, when_s):
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    for t_s, volume_ul in sorted(strokes):
        line.stroke(Stroke(round(t_s * SECOND), volume_ul, 1))
    moment = at(when_s)
    pumped = sum(volume for t_s, volume in strokes if round(t_s * SECOND) <= moment[0])
    stored = line.excess_kpa(moment)[0] * C
    assert line.tip_ul(moment)[0] + stored == pytest.approx(pumped, abs=1e-9)


def test_the_past_answers_the_same_after_the_future_has_come():
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    line.stroke(Stroke(0, 0.5, 12))
    before = line.tip_ul(at(1.0))[0]
    for second in range(2, 5000):
        line.stroke(Stroke(second * SECOND, 0.5, 12))
    assert line.tip_ul(at(1.0))[0] == before


def test_an_occluded_line_holds_its_pressure_and_releases_the_volume_when_opened():
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    line.change(0, resistance_kpa_h_ul=np.inf, compliance_ul_kpa=C)
    for second in range(52):
        line.stroke(Stroke(second * SECOND, 0.5, 12))
    # 26 µL into 0.26 µL/kPa is 100 kPa (reference: released volume C·Δp).
    assert line.excess_kpa(at(60))[0] == pytest.approx(100.0)
    assert line.tip_ul(at(60))[0] == 0.0
    line.change(60 * SECOND, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    assert line.tip_ul(at(2000))[0] == pytest.approx(26.0)


def test_motor_edges_and_time_since_the_stroke():
    line = Line(0, resistance_kpa_h_ul=R, compliance_ul_kpa=C)
    assert line.since_stroke_s(at(1))[0] == np.inf
    line.stroke(Stroke(2 * SECOND, 0.5, 12))
    line.stroke(Stroke(5 * SECOND, 0.5, 12))
    assert line.motor_edges(at(1, 2, 6)).tolist() == [0, 12, 24]
    assert line.since_stroke_s(at(1, 4, 6)).tolist() == [np.inf, 2.0, 1.0]
