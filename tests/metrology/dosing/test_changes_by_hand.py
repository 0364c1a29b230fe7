"""Budgets of a closed line and of a change of rate, line by line."""

import math

import numpy as np
import pytest

from rig.metrology.dosing.occlusion import occlusion
from rig.metrology.dosing.transition import transition
from rig.quantities import Measured

# A line of 0.25 µL/kPa that 40 µL/h fill: 160 kPa/h from 2 kPa on, up to an alarm at 82 kPa, half an hour later.
CLOSED_S, ALARM_S = 1200.0, 3000.0
T_S = np.arange(0.0, ALARM_S + 1.0, 2.0)


def closed_line(**uncertainties):
    pressure_kpa = 2.0 + 160.0 * np.maximum(T_S - CLOSED_S, 0.0) / 3600.0
    flow = Measured(40.0, 0.8, "µL/h")
    return occlusion(T_S, pressure_kpa, closed_s=CLOSED_S, alarm_s=ALARM_S, flow=flow, **uncertainties)


def contribution(budget, name):
    (line,) = [one for one in budget.components if one.name == name]
    return line.contribution


def test_a_compliance_is_as_uncertain_as_its_flow():
    # 2 % of 0.25 µL/kPa.
    assert contribution(closed_line().compliance, "flow") == pytest.approx(0.005, rel=1e-6)


def test_a_released_volume_is_as_uncertain_as_its_flow():
    # 2 % of 0.25 µL/kPa · 80 kPa.
    assert contribution(closed_line().released, "flow") == pytest.approx(0.4, rel=1e-6)


def test_a_pressure_at_an_alarm_rises_while_the_alarm_is_late():
    # 160 kPa/h for a second and a half, in the volume as 0.25 µL/kPa of it.
    found = closed_line(u_alarm_s=1.5)
    told = (found.pressure_at_alarm.u, found.pressure_rise.u, contribution(found.released, "pressure gained"))
    assert told == pytest.approx((1.0 / 15.0, 1.0 / 15.0, 1.0 / 60.0), rel=1e-3)


def test_the_scale_of_a_sensor_is_a_share_of_each_pressure():
    found = closed_line(u_pressure_relative=0.01)
    told = (found.pressure_before.u, found.pressure_at_alarm.u, found.pressure_rise.u)
    assert told == pytest.approx((0.02, 0.82, 0.8), rel=1e-3)


def changed(noise_ul=0.0, **uncertainties):
    """Evaluate a change from 36 to 72 µL/h that comes 50 s after its command at 1800 s."""
    t_s = np.arange(0.0, 3600.0, 2.0)
    volume_ul = 0.01 * t_s + 0.01 * np.maximum(t_s - 1850.0, 0.0)
    volume_ul += noise_ul * np.random.default_rng(2).normal(size=t_s.size)
    return transition(t_s, volume_ul, commanded_s=1800.0, settled_s=2400.0, **uncertainties)


def test_a_late_change_costs_its_step_for_as_long_as_it_is_late():
    # 36 µL/h for 50 s.
    found = changed()
    assert (found.rate_step.value, found.lag.value, found.volume_error.value) == pytest.approx((36.0, 50.0, -0.5))


def test_the_time_of_a_command_is_in_lag_and_volume():
    found = changed(u_commanded_s=2.0)
    told = [contribution(one, "time of the command") for one in (found.lag, found.volume_error)]
    # Two seconds, and 36 µL/h for as long.
    assert told == pytest.approx([2.0, 0.02], rel=1e-6)


def test_levels_and_scale_are_in_the_lag_as_seconds_of_the_step():
    found = changed(u_level_ul=0.03, u_relative=0.02)
    told = [contribution(found.lag, name) for name in ("level of each stretch", "scale")]
    # Two levels of 0.03 µL, and 2 % of 0.5 µL, at 0.01 µL/s.
    assert told == pytest.approx([3.0 * math.sqrt(2.0), 1.0], rel=1e-4)


def test_a_lag_is_as_uncertain_as_the_step_that_it_is_read_from():
    # Readings of 0.2 µL of noise: of the step, 36 µL/h, the lag of 50 s has the same share.
    found = changed(noise_ul=0.2)
    assert found.rate_step.u > 0.05
    expected_s = found.lag.value * found.rate_step.u / found.rate_step.value
    assert contribution(found.lag, "change of rate") == pytest.approx(expected_s)


def test_a_change_has_settled_where_nothing_is_left_of_its_error():
    # Off the new line by what is still missing: from 0.5 µL at the command down to 5 % of it, 2.5 s before it arrives.
    assert changed().settling.value == pytest.approx(47.5, abs=2.0)


def test_a_released_volume_and_a_compliance_are_as_uncertain_as_the_rate_of_the_pressure():
    # The middle of the rise, from 8 to 72 kPa above its foot, takes 1440 s. What scatters by 0.4 kPa there makes the
    # rate, of 160 kPa/h, uncertain by some share; both results are by the same share.
    pressure_kpa = 2.0 + 160.0 * np.maximum(T_S - CLOSED_S, 0.0) / 3600.0
    pressure_kpa += 0.4 * np.random.default_rng(3).normal(size=T_S.size)
    found = occlusion(T_S, pressure_kpa, closed_s=CLOSED_S, alarm_s=ALARM_S, flow=Measured(40.0, 0.8, "µL/h"))
    share = 0.4 * math.sqrt(12.0 / 720.0) / 0.4 / 160.0
    told = [contribution(of, "rate of pressure") / of.value for of in (found.compliance, found.released)]
    assert told[0] == pytest.approx(share, rel=0.3)
    assert told[1] == pytest.approx(told[0])
