"""What a stretch of steady delivery is worth: scatter, distance from its readings, and step with the pump's strokes."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rig.metrology.dosing.steady import steady


def test_scatter_is_that_of_readings_less_what_a_line_takes():
    # Eight readings a microlitre beside a level, in an order that has no slope: 8 over 6 degrees of freedom.
    volume_ul = 5.0 + np.array([1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0])
    assert steady(np.arange(8.0), volume_ul, 0.0, 7.0, "delivery").scatter == pytest.approx(math.sqrt(8.0 / 6.0))


@pytest.mark.parametrize("t_s, distance_h", [(1800.0, 0.0), (5400.0, 1.0), (-9000.0, 3.0)])
def test_a_line_away_from_its_readings_is_worth_level_slope_and_walk(t_s, distance_h):
    t = np.arange(0.0, 3601.0, 60.0)
    found = steady(t, t / 100.0, 0.0, 3600.0, "delivery")
    # 36 µL²·s over an hour, 0.3 µL/h and 0.04 µL²/h.
    known = replace(found, line=replace(found.line, white_s=36.0, u_slope_h=0.3, walk_h=0.04))
    expected = math.sqrt(0.01 + (0.3 * distance_h) ** 2 + 0.04 * distance_h)
    assert known.u_at(t_s) == pytest.approx(expected)


def test_strokes_that_noise_nearly_hides_may_keep_step_with_readings():
    # 1 µL each ten readings: a saw-tooth of 1/√12 µL beside 0.27 µL of noise.
    t = np.arange(0.0, 3600.0)
    volume_ul = np.floor(t / 10.0) + np.random.default_rng(4).normal(0.0, 0.27, t.size)
    found = steady(t, volume_ul, 0.0, 3599.0, "delivery")
    # From one reading to the next come 0.1 µL, early or late.
    assert found.u_phase == pytest.approx(0.1 / math.sqrt(12.0), rel=0.01)
