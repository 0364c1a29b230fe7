"""Layouts, counts and codes."""

import numpy as np
import pytest
from nidaqmx.error_codes import DAQmxErrors

from instruments.ni_daq import dialect
from instruments.ni_daq.dialect import NiCode


def test_a_short_read_lies_squashed_at_the_beginning_of_its_buffer():
    buffer = np.full((2, 4), np.nan)
    buffer.reshape(-1)[:6] = [1, 2, 3, 10, 20, 30]
    assert dialect.unpack_by_channel(buffer, 2, 3).tolist() == [[1, 2, 3], [10, 20, 30]]


@pytest.mark.parametrize("before, after, gain", [(0, 0, 0), (5, 7, 2), (2**32 - 3, 4, 7)])
def test_a_counter_that_wraps_has_still_counted_up(before, after, gain):
    assert dialect.wrapped_count_gain(before, after) == gain


@pytest.mark.parametrize("code", NiCode)
def test_the_codes_are_those_of_the_maker(code):
    assert DAQmxErrors(code).name == code.name
