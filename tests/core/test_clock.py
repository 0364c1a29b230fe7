"""Virtual time passes only while its owner waits, in one order; wall time runs calls on their own threads."""

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.clock import NS_PER_S, Deadline, VirtualClock, WallClock, iso_utc, ns_from_s
from tests.patience import patient

EPOCH_NS = 1_767_600_000 * NS_PER_S


def test_virtual_time_stands_still_until_somebody_waits():
    clock = VirtualClock(EPOCH_NS)
    assert clock.now_ns() == EPOCH_NS
    clock.wait_s(0.25)
    assert clock.now_ns() == EPOCH_NS + 250_000_000


def test_calls_due_at_one_instant_run_in_order_of_name():
    clock = VirtualClock(0)
    seen = []
    for name in ("flow", "balance", "daq"):
        clock.call_every(name, 10, lambda due, name=name: seen.append((due, name)), 10)
    clock.wait_until(20)
    assert seen == [(10, "balance"), (10, "daq"), (10, "flow"), (20, "balance"), (20, "daq"), (20, "flow")]


def test_a_call_sees_its_own_due_time_as_the_present():
    clock = VirtualClock(0)
    seen = []
    clock.call_every("a", 7, lambda due: seen.append((due, clock.now_ns())), 3)
    clock.wait_until(20)
    assert seen == [(3, 3), (10, 10), (17, 17)]


def test_a_cancelled_call_runs_no_more():
    clock = VirtualClock(0)
    seen = []
    call = clock.call_every("a", 5, seen.append, 5)
    clock.wait_until(7)
    call.cancel()
    clock.wait_until(100)
    assert seen == [5]


def test_waiting_within_a_scheduled_call_is_refused():
    clock = VirtualClock(0)
    clock.call_every("a", 5, lambda _due: clock.wait_s(1), 5)
    with pytest.raises(RuntimeError, match="may not wait"):
        clock.wait_until(10)


def test_waiting_for_the_past_moves_nothing():
    clock = VirtualClock(100)
    clock.wait_until(50)
    assert clock.now_ns() == 100


@given(st.lists(st.tuples(st.text(min_size=1, max_size=3), st.integers(1, 50), st.integers(0, 50)), max_size=8))
def test_virtual_calls_run_in_order_of_due_time_and_then_of_name(calls):
    clock = VirtualClock(0)
    seen = []
    for name, period, first in calls:
        clock.call_every(name, period, lambda due, name=name: seen.append((due, name)), first)
    clock.wait_until(200)
    assert seen == sorted(seen)
    assert len(seen) == sum((200 - first) // period + 1 for _, period, first in calls)


def test_a_period_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        VirtualClock(0).call_every("a", 0, lambda _: None, 0)


def test_wall_calls_run_on_a_thread_of_their_own_and_end_when_cancelled():
    clock = WallClock()
    ran = threading.Event()
    threads = set()

    def call(_due_ns):
        threads.add(threading.current_thread())
        ran.set()

    scheduled = clock.call_every("a", 1_000_000, call, clock.now_ns())
    assert ran.wait(patient(5))
    scheduled.cancel()
    assert threading.current_thread() not in threads
    assert not any(thread.is_alive() for thread in threads)


def test_a_slow_wall_call_skips_the_due_times_it_missed():
    clock = WallClock()
    dues = []
    enough = threading.Event()

    def slow(due_ns):
        dues.append(due_ns)
        clock.wait_s(0.025)
        if len(dues) == 3:
            enough.set()

    first_ns = clock.now_ns()
    scheduled = clock.call_every("a", 10_000_000, slow, first_ns)
    assert enough.wait(patient(5))
    scheduled.cancel()
    assert all((due - first_ns) % 10_000_000 == 0 for due in dues)
    assert all(later - earlier >= 20_000_000 for earlier, later in pairwise(dues))


def test_wall_time_is_accelerated_by_its_speed():
    clock = WallClock(speed=1000.0, epoch_ns=EPOCH_NS)
    clock.wait_s(20.0)
    assert clock.now_ns() >= EPOCH_NS + 20 * NS_PER_S


def test_a_deadline_passes():
    deadline = Deadline(0.0)
    assert deadline.passed()
    assert deadline.left_s() == 0.0


def test_nanoseconds_are_shown_as_iso_utc():
    assert iso_utc(EPOCH_NS + 1_500) == "2026-01-05T08:00:00.000001Z"
    assert ns_from_s(1.5) == 1_500_000_000
