"""Stamps of an instrument's own clock: exact while it agrees with the rig's, bent back while it does not."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rig.stamping import SLACK_NS, SampleClock

T0_NS = 1_767_600_000_000_000_000
NINETY_DAYS_NS = 90 * 86_400 * 10**9
MS = 1_000_000
# A device divides its 100 MHz timebase by a whole number.
divisors = st.integers(200, 1_000_000)
numbers = st.integers(0, 10**9)


def test_ten_hertz_is_a_sample_each_100_ms():
    clock = SampleClock.of_rate(T0_NS, 10.0)
    assert clock.instants_ns(599, 2).tolist() == [T0_NS + 59_900_000_000, T0_NS + 60_000_000_000]


def test_thirds_of_a_second_are_rounded_down_and_never_drift():
    assert SampleClock.of_rate(0, 3.0).instants_ns(0, 4).tolist() == [0, 333_333_333, 666_666_666, 1_000_000_000]


@given(divisors, numbers)
def test_every_clock_divided_from_a_timebase_is_exact(divisor, number):
    assume(number * divisor * 10 < NINETY_DAYS_NS)
    clock = SampleClock.of_rate(T0_NS, 100e6 / divisor)
    assert clock.instants_ns(number, 1).tolist() == [T0_NS + number * divisor * 10]


@given(divisors, numbers, st.integers(0, 50), st.integers(0, 50))
def test_how_reads_cut_an_acquisition_changes_no_instant(divisor, first, one, other):
    assume((first + one + other) * divisor * 10 < NINETY_DAYS_NS)
    clock = SampleClock.of_rate(T0_NS, 100e6 / divisor)
    cut = np.concatenate([clock.instants_ns(first, one), clock.instants_ns(first + one, other)])
    assert cut.tolist() == clock.instants_ns(first, one + other).tolist()


@given(divisors, st.integers(1, 10**6))
def test_as_many_samples_fall_before_an_instant_as_its_number_says(divisor, number):
    clock = SampleClock.of_rate(T0_NS, 100e6 / divisor)
    t_ns = int(clock.instants_ns(number, 1)[0])
    assert (clock.samples_before(t_ns), clock.samples_before(t_ns + 1)) == (number, number + 1)


def test_no_sample_falls_before_the_start():
    assert SampleClock.of_rate(T0_NS, 10.0).samples_before(T0_NS - 1) == 0


def test_instants_are_64_bit_integers():
    assert SampleClock.of_rate(T0_NS, 10.0).instants_ns(0, 1).dtype == np.int64


def test_the_period_is_a_small_exact_fraction():
    assert SampleClock.of_rate(0, 100e6 / 33_333).period_ns == Fraction(333_330)


def stamped(clock, first, count, now_ns):
    return clock.stamp(first, count, asked_ns=now_ns, answered_ns=now_ns)


@pytest.mark.parametrize("late_ms", [-50, 0, 50, 150])
def test_a_grid_that_agrees_with_the_clock_is_left_alone(late_ms):
    # At 10 Hz the newest of 100 samples was taken at 9.9 s, within one period and the slack before the question.
    clock = SampleClock.of_rate(T0_NS, 10.0)
    stamps, after = stamped(clock, 0, 100, T0_NS + 9_900 * MS + late_ms * MS)
    assert (stamps.tolist(), after) == (clock.instants_ns(0, 100).tolist(), clock)


@pytest.mark.parametrize("off_ms", [-70, 400])
def test_a_grid_that_has_walked_away_is_bent_to_its_nearest_possible_place(off_ms):
    now_ns = T0_NS + 9_900 * MS + off_ms * MS
    stamps, _ = stamped(SampleClock.of_rate(T0_NS, 10.0), 0, 100, now_ns)
    nearest_ns = now_ns + SLACK_NS if off_ms < 0 else now_ns - 100 * MS - SLACK_NS
    assert stamps[-1] == nearest_ns


def test_a_bent_grid_changes_every_interval_alike():
    stamps, _ = stamped(SampleClock.of_rate(T0_NS, 10.0), 0, 100, T0_NS + 10_450 * MS)
    assert set(np.diff(stamps).tolist()) == {104 * MS}


def test_time_goes_on_where_a_grid_is_far_ahead_of_the_clock():
    # Five seconds by the clock, and the grid says 9.9 s: half of all it spans is taken back, not more.
    stamps, _ = stamped(SampleClock.of_rate(T0_NS, 10.0), 0, 100, T0_NS - 5_000 * MS)
    assert set(np.diff(stamps).tolist()) == {50 * MS}


def test_the_next_samples_follow_the_bent_ones_in_step():
    stamps, after = stamped(SampleClock.of_rate(T0_NS, 10.0), 0, 100, T0_NS + 10_450 * MS)
    assert after.instants_ns(100, 1)[0] - stamps[-1] == 100 * MS


def test_a_gap_that_nobody_counted_shows_as_a_gap():
    stamps, _ = stamped(SampleClock.of_rate(T0_NS, 10.0), 10, 10, T0_NS + 3_600_000 * MS)
    assert (stamps[-1] - stamps[0], stamps[0] > T0_NS + 3_598_000 * MS) == (900 * MS, True)


def test_no_samples_teach_nothing():
    clock = SampleClock.of_rate(T0_NS, 10.0)
    stamps, after = stamped(clock, 5, 0, T0_NS + NINETY_DAYS_NS)
    assert (len(stamps), after) == (0, clock)


@given(st.floats(-300, 300), st.integers(20, 200))
def test_a_clock_that_runs_wrong_for_a_day_stays_within_a_period_and_in_order(ppm, reads):
    period_ns = 100 * MS
    true_ns = round(period_ns * (1 + ppm * 1e-6))
    clock = SampleClock.of_rate(T0_NS, 10.0)
    every_ns = 86_400 * 10**9 // reads
    last_ns, first = T0_NS - period_ns, 0
    for read in range(1, reads + 1):
        now_ns = T0_NS + read * every_ns
        newest = (now_ns - T0_NS) // true_ns
        stamps, clock = stamped(clock, first, newest + 1 - first, now_ns)
        assert stamps[0] > last_ns
        assert np.diff(stamps).min(initial=1) > 0
        assert abs(int(stamps[-1]) - (T0_NS + newest * true_ns)) <= period_ns + SLACK_NS
        last_ns, first = int(stamps[-1]), newest + 1
