"""Edges from a counter that wraps, is reset or runs away."""

from dataclasses import replace

import pytest

from instruments.plant.line import Stroke
from rig.errors import ConnectionLostError, GarbledReplyError
from rig.record.bodies.absences import SamplingGap

TOP = 2**32


@pytest.fixture
def counter(sampling, twin, clock):
    """Say what the counter shows from now on, and let a minute pass."""

    def shows(count):
        twin.malfunction = replace(twin.malfunction, alter_count=lambda _: count)
        clock.wait_s(60)

    return shows


def test_a_count_that_falls_is_no_wrap_but_a_reset_that_names_both(sampling, counter):
    counter(500)
    assert sampling.count_edges() == 500
    counter(5)
    with pytest.raises(ConnectionLostError, match="fell from 500 to 5 within 60 s: the device was reset") as caught:
        sampling.count_edges()
    assert "ReadCounterScalarU32" in caught.value.sent.decode("latin-1")


def test_after_a_reset_no_count_is_guessed_until_sampling_starts_anew(sampling, counter):
    counter(500)
    sampling.count_edges()
    for raw in (5, 700):
        counter(raw)
        with pytest.raises(ConnectionLostError, match="from 500 to 5"):
            sampling.count_edges()
    sampling.start_sampling()
    counter(712)
    assert sampling.count_edges() == 12


def test_a_reset_ends_the_samples_too_so_that_the_device_is_opened_anew(sampling, counter):
    counter(500)
    sampling.count_edges()
    counter(0)
    with pytest.raises(ConnectionLostError):
        sampling.count_edges()
    with pytest.raises(ConnectionLostError, match="from 500 to 0"):
        sampling.read_block()


def test_a_count_near_its_top_wraps(driver, counter):
    counter(TOP - 100)
    driver.start_sampling()
    counter(50)
    assert driver.count_edges() == 150


def test_a_count_near_its_top_does_not_wrap_farther_than_edges_can_come(driver, counter):
    counter(TOP - 100)
    driver.start_sampling()
    counter(700_000)  # 61 s at 10 kHz are 610,000
    with pytest.raises(ConnectionLostError, match="fell from 4294967196 to 700000"):
        driver.count_edges()


def test_edges_faster_than_they_can_come_are_refused_by_the_key_that_allows_them(sampling, counter):
    counter(3_000_000_000)
    with pytest.raises(GarbledReplyError, match="rose from 0 to 3000000000 within 60 s, more than 10000") as caught:
        sampling.count_edges()
    assert "most_edge_rate_hz" in caught.value.advice
    assert len(sampling.read_block().t_ns)  # the inputs are as good as before


def test_a_faster_counter_is_allowed_by_the_bench_file(open_driver, twin, clock, counter):
    driver = open_driver(most_edge_rate_hz=1e6)
    driver.start_sampling()
    counter(40_000_000)
    assert driver.count_edges() == 40_000_000


def test_a_whole_stroke_in_the_moment_of_the_start_is_no_runaway(sampling, clock, laboratory):
    laboratory.line.stroke(Stroke(clock.now_ns(), 1.0, 12))
    assert sampling.count_edges() == 12


def test_after_a_reset_the_device_is_opened_anew_and_the_time_until_then_is_a_gap(
    sampler, driver, counter, twin, clock
):
    _, record = sampler
    counter(500)
    driver.count_edges()
    counter(5)
    with pytest.raises(ConnectionLostError):
        driver.count_edges()
    counter(20)
    clock.wait_s(180)
    with record.reader() as reader:
        (gap,) = [entry.body for entry in reader.events(SamplingGap)]
    assert (gap.stream, gap.back, "fell from 500 to 5" in gap.cause) == ("daq", True, True)
    assert driver.count_edges() == 0
