"""A pump's clock and a cycle's flow: each line of their uncertainty, worked out by hand."""

import math

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.metrology.dosing.periodic import flow_over_periods
from rig.metrology.dosing.pump_clock import clock_drift

# Two days, looked at each hour.
RIG_S = np.arange(0.0, 2 * 86_400.0 + 1.0, 3600.0)


def test_a_clock_of_whole_seconds_is_worth_a_second_over_its_span():
    drift = clock_drift(RIG_S, RIG_S * (1.0 + 20e-6), resolution_s=1.0).drift
    # A second either way, rectangular.
    assert (drift.value, drift.u) == pytest.approx((20.0, 1e6 / 172_800.0 / math.sqrt(3.0)), rel=1e-6)


def test_moments_that_are_not_known_widen_what_agrees_by_three_of_them_on_either_side():
    drift = clock_drift(RIG_S, RIG_S, resolution_s=1.0, u_read_s=0.5).drift
    # A second, and three times half a second before and behind: 4 s either way, rectangular.
    assert drift.u == pytest.approx(1e6 * 4.0 / 172_800.0 / math.sqrt(3.0), rel=1e-6)


def test_a_span_is_counted_from_its_first_reading():
    later = clock_drift(RIG_S + 1e6, RIG_S + 1e6 + 20e-6 * RIG_S, resolution_s=1.0)
    assert (later.span_s, later.drift.u) == pytest.approx((172_800.0, 1e6 / 172_800.0 / math.sqrt(3.0)), rel=1e-4)


def test_what_a_clock_gains_in_a_day_is_as_uncertain_as_its_drift():
    found = clock_drift(RIG_S, RIG_S * (1.0 + 20e-6), resolution_s=0.0, u_rig_ppm=2.0)
    # 20 ± 2 millionths of 86 400 s.
    assert (found.per_day.value, found.per_day.u) == pytest.approx((1.728, 0.1728), rel=1e-3)


@pytest.mark.parametrize(
    "resolution_s, u_read_s, u_s", [(0.0, 0.0, 0.0), (0.3, 0.0, 0.3 / math.sqrt(3.0)), (0.0, 0.2, 0.2)]
)
def test_an_offset_is_worth_a_step_and_its_reading(resolution_s, u_read_s, u_s):
    offset = clock_drift(RIG_S, RIG_S + 7.0, resolution_s=resolution_s, u_read_s=u_read_s).offset
    assert (offset.value, offset.u) == pytest.approx((7.0, u_s), abs=1e-9)


def test_scatter_without_steps_is_that_of_a_line():
    jitter_s = np.where(np.arange(RIG_S.size) % 2, 0.01, -0.01)
    (line,) = [
        one
        for one in clock_drift(RIG_S, RIG_S + jitter_s, resolution_s=0.0).drift.components
        if one.name == "scatter of the readings"
    ]
    # 0.01 s about a line through n readings over T: σ·√12/(T·√n).
    n = RIG_S.size
    assert line.contribution == pytest.approx(1e6 * 0.01 * math.sqrt(12.0 / n) / 172_800.0, rel=0.05)


def test_clocks_of_which_one_was_read_more_often_are_no_pairs():
    with pytest.raises(SeriesError, match="not pairs"):
        clock_drift(RIG_S, RIG_S[:-1], resolution_s=1.0)


def test_a_flow_over_periods_is_worth_a_stroke_cut_by_the_readings():
    # A period of a minute with ten readings, 60 µL/h: a microlitre, of which a tenth may be cut at both ends.
    t_s = np.arange(0.0, 3600.0, 6.0)
    budget = flow_over_periods(t_s, t_s / 60.0, 60.0)
    (line,) = [one for one in budget.components if one.name == "period cut by the readings"]
    hours = (3600.0 - 60.0) / 3600.0
    assert (budget.value, line.contribution) == pytest.approx((60.0, 0.1 / math.sqrt(6.0) / hours), rel=1e-6)
