"""What came at once stands out from what flows."""

import numpy as np
import pytest

from rig.metrology.readings.sudden import sudden_steps

T_S = np.arange(0.0, 25.0 * 3600.0, 60.0)
NOISE = np.random.default_rng(1).normal(0.0, 0.05, T_S.size)


@pytest.mark.parametrize("size_mg", [-8.0, 3.0, 30.0])
def test_a_drop_on_the_pan_is_found_in_its_size(size_mg):
    mass = 300.0 * T_S / 3600.0 + NOISE + size_mg * (T_S >= 40_000.0)
    (found,) = sudden_steps(T_S, mass).size
    assert found == pytest.approx(size_mg, abs=0.5)


def test_a_steady_flow_has_none():
    assert sudden_steps(T_S, 300.0 * T_S / 3600.0 + NOISE).size.size == 0


def test_strokes_that_are_rarer_than_readings_are_the_pumps():
    assert sudden_steps(T_S, 0.5 * np.floor(2.0 * T_S / 3600.0 / 0.5) + 0.1 * NOISE).size.size == 0


def test_strokes_that_are_more_frequent_are_no_steps_either():
    assert sudden_steps(T_S, 0.5 * np.floor(300.0 * T_S / 3600.0 / 0.5) + NOISE).size.size == 0


def test_a_gust_leaves_nothing_behind():
    gust = 3.0 * ((T_S >= 40_000.0) & (T_S < 41_000.0))
    assert sudden_steps(T_S, 300.0 * T_S / 3600.0 + NOISE + gust).size.size == 0


def test_a_reading_that_came_late_is_no_step():
    late = np.delete(np.arange(T_S.size), slice(700, 760))
    assert sudden_steps(T_S[late], (300.0 * T_S / 3600.0 + NOISE)[late]).size.size == 0


def test_a_step_beyond_strokes_that_are_known_stands_out_of_readings_that_scatter_by_them():
    # A stroke of 0.5 between every other pair of readings: eight of their median deviations are 2.97, one and a half
    # strokes with eight of √2 of 0.01 are 0.86. What stands out is told less the stroke that half of the steps are.
    steps = np.resize([0.0, 0.5], 200)
    steps[100] = 2.0
    mass = np.concatenate([[0.0], np.cumsum(steps)])
    found = sudden_steps(np.arange(201.0), mass, stroke=0.5, noise=0.01).size
    assert found == pytest.approx([1.5], abs=0.02)


def test_only_steps_that_are_looked_at_count():
    mass = 300.0 * T_S / 3600.0 + NOISE + 30.0 * (T_S >= 40_000.0) + 8.0 * (T_S >= 60_000.0)
    found = sudden_steps(T_S, mass, steady=T_S[1:] > 50_000.0)
    assert found.place.tolist() == [999]
    assert found.size == pytest.approx([8.0], abs=0.5)


def test_a_step_belongs_to_the_part_that_it_lies_in():
    found = sudden_steps(T_S, 300.0 * T_S / 3600.0 + NOISE + 8.0 * (T_S >= 60_000.0))
    assert [found.between(*part).size for part in ((0, 999), (999, 1000), (1000, 1499))] == [0, 1, 0]


def test_few_readings_tell_nothing():
    assert sudden_steps(T_S[:5], np.array([0.0, 1.0, 2.0, 30.0, 31.0])).size.size == 0
