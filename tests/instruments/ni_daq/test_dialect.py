"""Sample instants, layouts and counts against exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nidaqmx.error_codes import DAQmxErrors

from instruments.ni_daq import dialect
from instruments.ni_daq.dialect import SampleClock

T0_NS = 1_767_600_000_000_000_000
# A device divides its 100 MHz timebase by a whole number.
divisors = st.integers(200, 1_000_000)
numbers = st.integers(0, 10**9)
NINETY_DAYS_NS = 90 * 86_400 * 10**9


def test_ten_hertz_is_a_sample_each_100_ms():
    assert SampleClock(T0_NS, 10.0).instants_ns(599, 2).tolist() == [T0_NS + 59_900_000_000, T0_NS + 60_000_000_000]


def test_a_third_of_a_hertz_is_rounded_down_and_never_drifts():
    third = SampleClock(0, 3.0).instants_ns(0, 4)
    assert third.tolist() == [0, 333_333_333, 666_666_666, 1_000_000_000]


@given(divisors, numbers)
def test_every_clock_divided_from_a_timebase_is_exact(divisor, number):
    assume(number * divisor * 10 < NINETY_DAYS_NS)
    clock = SampleClock(T0_NS, 100e6 / divisor)
    assert clock.instants_ns(number, 1).tolist() == [T0_NS + number * divisor * 10]


@given(divisors, numbers, st.integers(0, 50), st.integers(0, 50))
def test_how_reads_cut_an_acquisition_changes_no_instant(divisor, first, one, other):
    assume((first + one + other) * divisor * 10 < NINETY_DAYS_NS)
    clock = SampleClock(T0_NS, 100e6 / divisor)
    cut = np.concatenate([clock.instants_ns(first, one), clock.instants_ns(first + one, other)])
    assert cut.tolist() == clock.instants_ns(first, one + other).tolist()


@given(st.integers(200, 10_000_000), st.integers(1, 10**6))
def test_as_many_samples_fall_before_an_instant_as_its_number_says(divisor, number):
    clock = SampleClock(T0_NS, 100e6 / divisor)
    t_ns = int(clock.instants_ns(number, 1)[0])
    assert (clock.samples_before(t_ns), clock.samples_before(t_ns + 1)) == (number, number + 1)


def test_no_sample_falls_before_the_start():
    assert SampleClock(T0_NS, 10.0).samples_before(T0_NS - 1) == 0


def test_instants_are_whole_64_bit_nanoseconds():
    assert SampleClock(T0_NS, 10.0).instants_ns(0, 1).dtype == np.int64


def test_the_period_is_a_small_exact_fraction():
    assert SampleClock(0, 100e6 / 33_333).period_ns == Fraction(333_330)


def test_a_short_read_lies_squashed_at_the_beginning_of_its_buffer():
    buffer = np.full((2, 4), np.nan)
    buffer.reshape(-1)[:6] = [1, 2, 3, 10, 20, 30]
    assert dialect.unpack_by_channel(buffer, 2, 3).tolist() == [[1, 2, 3], [10, 20, 30]]


@pytest.mark.parametrize("before, after, gain", [(0, 0, 0), (5, 7, 2), (2**32 - 3, 4, 7)])
def test_a_counter_that_wraps_has_still_counted_up(before, after, gain):
    assert dialect.wrapped_count_gain(before, after) == gain


@pytest.mark.parametrize(
    "code, name",
    [
        (dialect.SAMPLES_NOT_YET_AVAILABLE, "SAMPLES_NOT_YET_AVAILABLE"),
        (dialect.SAMPLES_NO_LONGER_AVAILABLE, "SAMPLES_NO_LONGER_AVAILABLE"),
        (dialect.ONBOARD_MEMORY_OVERFLOW, "INPUT_FIFO_OVERFLOW_2"),
        (dialect.INVALID_DEVICE, "INVALID_DEVICE_ID"),
        (dialect.PHYSICAL_CHANNEL_DOES_NOT_EXIST, "PHYSICAL_CHAN_DOES_NOT_EXIST"),
        (dialect.RESOURCE_RESERVED, "PAL_RESOURCE_RESERVED"),
        (dialect.INVALID_TASK, "INVALID_TASK"),
        (dialect.SAMPLE_RATE_TOO_HIGH, "SAMP_RATE_TOO_HIGH"),
    ],
)
def test_the_codes_are_those_of_the_maker(code, name):
    assert DAQmxErrors(code).name == name
