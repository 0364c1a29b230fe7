"""Readings brought to the times a schedule asks for, whatever their own times are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import SeriesError, WindowError
from rig.metrology.readings.checked import BLOCK
from rig.metrology.readings.sampling_grid import at_intervals


def test_readings_on_the_grid_come_back_bit_for_bit():
    values = np.random.default_rng(1).normal(size=101)
    assert np.array_equal(at_intervals(900.0 * np.arange(101.0), values, interval_s=900.0, samples=101), values)


def test_a_grid_longer_than_a_block_comes_back_bit_for_bit():
    values = np.random.default_rng(1).normal(size=3 * BLOCK + 5)
    found = at_intervals(0.1 * np.arange(values.size), values, interval_s=0.1, samples=values.size)
    assert np.array_equal(found, values)


def test_the_result_is_no_window_into_the_readings():
    values = np.zeros(10)
    at_intervals(np.arange(10.0), values, interval_s=1.0, samples=10)[:] = 7.0
    assert not values.any()


@given(st.floats(-1e6, 1e6), st.floats(0.5, 100.0), st.integers(0, 1000))
def test_a_line_is_interpolated_exactly_through_jitter(start_s, interval_s, seed):
    stamps = np.sort(start_s + interval_s * np.random.default_rng(seed).uniform(-1.0, 21.0, 400))
    stamps = np.concatenate([[start_s - interval_s], stamps, [start_s + 21.0 * interval_s]])
    found = at_intervals(stamps, 3.0 * (stamps - start_s), interval_s=interval_s, samples=20, start_s=start_s)
    assert found == pytest.approx(3.0 * interval_s * np.arange(20.0), abs=1e-6 * interval_s + 1e-9 * abs(start_s))


def test_readings_of_one_burst_count_as_their_mean():
    stamps = np.array([0.0, 0.0, 0.0, 10.0, 10.0, 20.0])
    values = np.array([1.0, 2.0, 3.0, 5.0, 7.0, 9.0])
    assert at_intervals(stamps, values, interval_s=10.0, samples=3) == pytest.approx([2.0, 6.0, 9.0])


def test_averaging_lowers_noise_and_leaves_a_slope_alone():
    stamps = np.arange(0.0, 3600.0, 0.1)
    values = 0.5 * stamps + np.random.default_rng(3).normal(0.0, 1.0, stamps.size)
    found = at_intervals(stamps, values, interval_s=60.0, samples=59, average_s=20.0)
    assert np.std(found[1:] - 30.0 * np.arange(1.0, 59.0)) == pytest.approx(1.0 / np.sqrt(200.0), rel=0.3)


@pytest.mark.parametrize("gap", [(4.0, 6.1), (0.9, 3.0)])
def test_a_missing_sample_is_refused(gap):
    stamps = np.arange(0.0, 10.5, 0.1)
    stamps = stamps[(stamps < gap[0] + 0.05) | (stamps > gap[1] - 0.05)]
    with pytest.raises(SeriesError, match="no reading for sample"):
        at_intervals(stamps, stamps, interval_s=1.0, samples=10)


def test_readings_that_begin_late_are_refused():
    with pytest.raises(SeriesError, match=r"begin at 0\.5"):
        at_intervals(0.5 + np.arange(20.0), np.zeros(20), interval_s=1.0, samples=10)


def test_readings_that_end_early_are_refused():
    with pytest.raises(SeriesError, match="before sample 8"):
        at_intervals(np.arange(0.0, 7.6, 0.5), np.zeros(16), interval_s=1.0, samples=10)


@pytest.mark.parametrize(
    "interval_s, samples, average_s", [(0.0, 5, 0.0), (-1.0, 5, 0.0), (1.0, 0, 0.0), (1.0, 5, 1.1)]
)
def test_a_grid_that_is_not_possible_is_refused(interval_s, samples, average_s):
    with pytest.raises(WindowError):
        at_intervals(np.arange(10.0), np.zeros(10), interval_s=interval_s, samples=samples, average_s=average_s)


def test_readings_beside_their_time_are_moved_to_it_along_the_line():
    # Two readings within ± 2 s of each time, both late: their mean is 1 s behind it.
    wanted_s = 10.0 * np.arange(20.0)
    stamps = np.sort(np.concatenate([wanted_s + 0.5, wanted_s + 1.5, wanted_s - 4.0, wanted_s + 5.0]))
    found = at_intervals(stamps, 3.0 * stamps + 7.0, interval_s=10.0, samples=20, average_s=4.0)
    assert found == pytest.approx(3.0 * wanted_s + 7.0)
