"""No two points of a series share a stamp, and a record gives the same stamps however it is cut into blocks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rig.streaming.stamps import MAX_STEPS, Tail, after, place

T = 1_767_600_000_000_000_000
HOUR = 3_600_000_000_000
STEPS = st.lists(st.sampled_from([0, 1, 2, -1, 1_000_000, -999_999, -1_000_000, HOUR, -HOUR]), min_size=1, max_size=80)


def stamped(*blocks: list[int]) -> list[tuple[int, int]]:
    tail, found = Tail(), []
    for block in blocks:
        stretches, tail = place(np.array(block, np.int64), tail)
        found.extend((int(t_ns), stretch.step) for stretch in stretches for t_ns in stretch.t_ns)
    return found


def test_rising_stamps_stay_as_they_are():
    assert stamped([T, T + 1, T + 5]) == [(T, 0), (T + 1, 0), (T + 5, 0)]


def test_a_burst_is_moved_by_nanoseconds():
    assert stamped([T, T, T], [T, T + 2]) == [(T, 0), (T + 1, 0), (T + 2, 0), (T + 3, 0), (T + 4, 0)]


def test_a_stepped_clock_keeps_its_stamps_under_a_tag():
    assert stamped([T, T + 5], [T - HOUR, T], [T + 9]) == [(T, 0), (T + 5, 0), (T - HOUR, 1), (T, 1), (T + 9, 1)]


def test_a_clock_that_steps_for_ever_is_refused():
    stretches, _ = place(T - np.arange(100) * HOUR, Tail())
    assert (stretches[-1].step, stretches[-1].start, stretches[-1].stop) == (MAX_STEPS + 1, MAX_STEPS + 1, 100)


@given(STEPS, st.integers(0, 80), st.integers(0, 80))
def test_stamps_are_unique_and_do_not_depend_on_the_blocks(steps, first, second):
    t_ns = (T + np.cumsum(steps)).tolist()
    first, second = sorted((first, second))
    whole = stamped(t_ns)
    held = [one for one in whole if one[1] <= MAX_STEPS]
    assert len(set(held)) == len(held)
    assert stamped(t_ns[:first], t_ns[first:second], t_ns[second:]) == whole


def test_entries_follow_one_another():
    assert [after(T, None), after(T, T), after(T + 1, T + 5)] == [T, T + 1, T + 6]
