"""What the cable tells of lost samples, over a real port: whatever it is, no stamp leaves what the clock holds."""

from dataclasses import replace

import numpy as np
import pytest

from instruments.hosting.faults import Altered
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.sensirion_scc1 import dialect
from instruments.sensirion_scc1.dialect import CableCommand
from instruments.sensirion_scc1.driver import Driver
from instruments.sensirion_scc1.losses import Missing, Told
from instruments.sensirion_scc1.twin import Twin
from rig.clock import VirtualClock, ns_from_s
from rig.errors import ConnectionLostError, GarbledReplyError

BUFFER = 8192 // 6
EVERY_S = 0.2
SLACK_NS = 250_000_000


def telling(change):
    """Return a wire on which each read of the buffer answers what `change` makes of it, its check byte right."""

    def spoil(answer):
        content = dialect.unstuff(answer.strip(b"\x7e"))
        if not content or content[1] != CableCommand.READ_BUFFER:
            return answer
        buffered = change(dialect.parse_buffer(content[4:-1]))
        return dialect.reply(content[0], content[1], content[2], dialect.pack_buffer(buffered))

    return Altered(spoil)


def counting_samples(buffered):
    return replace(buffered, lost=buffered.lost // 6)


@pytest.mark.parametrize("cable", [lambda buffered: buffered, counting_samples], ids=["bytes", "samples"])
def test_eight_overflows_leave_each_stamp_where_it_belongs(sampling, clock, wire, cable):
    wire.fail(telling(cable))
    t0_ns = clock.now_ns()
    for overflow in range(1, 9):
        clock.wait_s(400)
        block = sampling.read_block()
        assert (block.lost, len(block.t_ns)) == (2000 - BUFFER, BUFFER)
        assert block.t_ns[-1] - t0_ns == ns_from_s(400 * overflow)


@pytest.mark.parametrize("bit", range(32))
@pytest.mark.parametrize("seconds", [1, 600])
def test_a_count_that_the_time_cannot_hold_is_a_typed_error(sampling, clock, wire, bit, seconds):
    clock.wait_s(10)
    sampling.read_block()
    clock.wait_s(seconds)
    wire.fail(telling(lambda buffered: replace(buffered, lost=buffered.lost ^ (1 << bit) if buffered.lost else 0)))
    if seconds == 1:
        wire.fail(telling(lambda buffered: replace(buffered, lost=1 << bit)))
    try:
        block = sampling.read_block()
    except GarbledReplyError as error:
        wire.heal()
        said = str(error)
        clock.wait_s(1)
        block = sampling.read_block()
        assert "bytes were lost (" in said
    assert abs(int(block.t_ns[-1]) - clock.now_ns()) <= SLACK_NS
    assert block.lost <= (seconds + 2) / EVERY_S


def test_one_absurd_count_leaves_no_stamp_behind_it_in_another_year(sampling, clock, wire):
    clock.wait_s(60)
    wire.fail(telling(lambda buffered: replace(buffered, lost=0xFFFF_FFFF)))
    with pytest.raises(GarbledReplyError, match=r"the buffer told that \d+ bytes were lost") as caught:
        sampling.read_block()
    assert caught.value.received
    wire.heal()
    clock.wait_s(60)
    block = sampling.read_block()
    assert (block.lost, len(block.t_ns), block.t_ns[-1]) == (300, 300, clock.now_ns())


def test_samples_that_nobody_had_time_to_take_are_a_typed_error(sampling, clock, wire):
    clock.wait_s(1)
    sampling.read_block()
    clock.wait_s(1)
    wire.fail(telling(lambda buffered: replace(buffered, raw=np.concatenate([buffered.raw] * 8))))
    with pytest.raises(GarbledReplyError, match="40 samples came; 1 s after the last reading none can be missing"):
        sampling.read_block()


def test_samples_that_nobody_counted_are_counted_by_the_clock(sampling, clock, wire):
    wire.fail(telling(lambda buffered: replace(buffered, lost=0)))
    clock.wait_s(600)
    block = sampling.read_block()
    assert (block.lost, len(block.t_ns), block.t_ns[-1]) == (3000 - BUFFER, BUFFER, clock.now_ns())


def test_a_cable_that_measures_no_more_is_lost_and_not_silent(sampling, clock, twin):
    clock.wait_s(10)
    sampling.read_block()
    twin.receive(dialect.request(0, CableCommand.STOP))
    clock.wait_s(10)
    with pytest.raises(ConnectionLostError, match="measures no more"):
        sampling.read_block()
    sampling.start_sampling()
    clock.wait_s(1)
    assert sampling.read_block().t_ns[-1] == clock.now_ns()


@pytest.mark.parametrize("percent", [-3, 3])
def test_a_cable_whose_clock_runs_off_is_still_read(serve, context, clock, closing, percent):
    its_clock = VirtualClock(clock.now_ns())
    twin = Twin("flow", Twin.Parameters(), Laboratory(Parameters(), its_clock, seed=7))
    driver = Driver("flow", Driver.Settings(port=serve(twin)), context)
    closing.callback(driver.close)
    driver.start_sampling()
    for _ in range(10):
        clock.wait_s(60)
        its_clock.wait_s(60 * (1 + percent / 100))
        block = driver.read_block()
        assert abs(int(block.t_ns[-1]) - clock.now_ns()) <= SLACK_NS
        assert block.lost == 0


@pytest.mark.parametrize(
    "told, most, meant",
    [
        (60, 100, 10),  # as bytes ten samples, as samples sixty: both fit, and bytes is what the maker calls it
        (60, 8, None),  # neither fits
        (66, 70, 11),
        (7, 100, 7),  # no whole number of samples as bytes
        (0, 100, 0),
    ],
)
def test_a_count_of_lost_is_one_of_bytes_wherever_that_fits(told, most, meant):
    missing = Missing(likely=5, least=0, most=most, given=20, lasted_ns=10**9)
    assert missing.when_told(Told(told), in_doubt=False) == meant


def test_a_count_that_only_as_samples_fits_the_time_is_one_of_samples():
    # Of 55 to 65 that are missing by the clock 60 are told, which as bytes were 10.
    missing = Missing(likely=60, least=55, most=65, given=20, lasted_ns=10**9)
    assert missing.when_told(Told(60), in_doubt=False) == 60
