"""When a plan fails, how the bench stands is read and recorded before anything is put back."""

import pytest

from rig.bench.capture import Capture
from rig.errors import NoReplyError, RigError
from rig.record.bodies.challenges import ChallengeEnds
from rig.record.bodies.safety import StateCaptured
from tests.core.bench_support import bench_text, opened


class OopsError(Exception):
    """What goes wrong in a plan."""


def captured(record):
    with record.reader() as reader:
        return reader.events(StateCaptured)


def test_a_challenge_is_still_on_when_an_error_leaves_its_block(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        bench.instruments.pump().run_continuous(rate_ul_h=40.0)
        with pytest.raises(OopsError), bench.challenge.leak(share_percent=50.0):
            bench.dwell(minutes=30)
            raise OopsError("half is gone")
        (state,) = captured(record)
        with record.reader() as reader:
            (ended,) = reader.events(ChallengeEnds)
    assert (state.body.error, state.body.challenges, state.body.silent) == ("OopsError: half is gone", ("leak",), ())
    assert state.seq < ended.seq


def test_what_the_pump_says_of_itself_is_in_words(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        bench.instruments.pump().run_continuous(rate_ul_h=40.0)
        bench.dwell(hours=1)
        bench.capture.state(OopsError())
        (state,) = captured(record)
    assert state.body.pumps == {"pump": "infusing, 40 µL counted, alarms: none"}


@pytest.mark.parametrize("stream", ["pump", "balance"])
def test_instruments_are_read_at_that_moment(tmp_path, stream):
    with opened(tmp_path, bench_text()) as (bench, record):
        bench.dwell(seconds=90)
        bench.end_delivery(OopsError())
        with record.reader() as reader:
            last_ns = reader.series(stream).t_ns[-1]
        assert last_ns == bench.clock.now_ns()


def test_an_error_is_captured_once_on_its_way_through_several_blocks(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        with pytest.raises(OopsError), bench.challenge.magnet(), bench.challenge.leak(share_percent=5.0):
            raise OopsError
        assert [one.body.challenges for one in captured(record)] == [("magnet", "leak")]


def test_each_error_is_captured(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        for _ in range(2):
            with pytest.raises(OopsError), bench.challenge.magnet():
                raise OopsError
        assert len(captured(record)) == 2


def test_a_pump_that_cannot_hear_is_not_asked(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        with pytest.raises(OopsError), bench.challenge.link_lost():
            raise OopsError
        (state,) = captured(record)
    assert (state.body.pumps, state.body.silent) == ({}, ("pump",))


def test_a_challenge_ends_though_nothing_can_be_recorded(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, _):

        def broken():
            raise RigError("no samplers")

        bench.challenge.on_failure = Capture(bench.instruments, bench.challenge, broken, bench.record).in_block
        with pytest.raises(OopsError), bench.challenge.leak(share_percent=5.0):
            raise OopsError
        assert bench.challenge.under_way == ()


def test_no_pump_and_nothing_that_failed_is_asked_after_an_instrument_that_failed(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        bench.capture.state(NoReplyError("balance", "no whole reply within 0.5 s", port="COM3", advice="look at it"))
        (state,) = captured(record)
    assert (state.body.pumps, state.body.silent) == ({}, ("balance", "pump"))
