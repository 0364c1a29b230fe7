"""Layouts, counts and codes."""

import numpy as np
import pytest
from nidaqmx.error_codes import DAQmxErrors

from instruments.ni_daq import dialect


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
