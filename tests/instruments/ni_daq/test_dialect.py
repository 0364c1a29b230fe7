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


@pytest.mark.parametrize("before, after, gain", [(0, 0, 0), (5, 7, 2), (2**32 - 3, 4, 7), (2**32 - 1, 0, 1)])
def test_a_counter_that_rises_or_wraps_has_counted_up(before, after, gain):
    assert dialect.counted_gain(before, after, 1.0, 1000.0) == gain


@pytest.mark.parametrize(
    "before, after, elapsed_s",
    [
        (500, 0, 60.0),  # a reset
        (500, 499, 86_400.0),
        (2**31, 5, 1e6),  # far from the top, however long it took
        (2**32 - 2**28 - 1, 0, 1e6),  # a sixteenth of the range from it
        (2**32 - 1_000_000, 5, 1.0),  # near the top, and not so near
        (5, 2**32 - 5, 1.0),
        (0, 2001 + 60_000, 60.0),  # faster than edges can come
        (500, 5, -1.0),
    ],
)
def test_a_count_that_cannot_be_has_no_gain(before, after, elapsed_s):
    assert dialect.counted_gain(before, after, elapsed_s, 1000.0) is None


def test_a_sixteenth_of_the_range_may_be_a_wrap_where_edges_come_so_fast():
    # In a million seconds 1,000 edges a second are four times as many.
    assert dialect.counted_gain(2**32 - 2**28, 0, 1e6, 1000.0) == 2**28


@pytest.mark.parametrize("code", NiCode)
def test_the_codes_are_those_of_the_maker(code):
    assert DAQmxErrors(code).name == code.name
