"""The built-in firmware, without a wire: what it makes of programmes, boluses and stops."""

import pytest

from instruments.intrathecal_pump.messages import (
    Commit,
    DeliveryState,
    DoneReply,
    LogEvent,
    ReadStaged,
    RefusalReply,
    ReplyResult,
    Stage,
    Staged,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import Bolus, Continuous, programme_crc

EPOCH_NS = 1_767_600_000_000_000_000
SMALL_BOLUS = Bolus(5_000, 600_000)  # 30 s


def test_a_fed_pump_is_stopped_and_has_logged_power_on(bare):
    assert (bare.status.state, bare.log) == (DeliveryState.STOPPED, [(LogEvent.POWER_ON, 0, 0)])


def test_an_infusion_strokes_at_its_rate(bare):
    bare.start(Continuous(1_000_000))
    bare.wait(18, talking=True)
    assert [stroke.t_ns - EPOCH_NS for stroke in bare.strokes] == [n * 1_800_000_000 for n in range(1, 11)]


def test_each_stroke_takes_the_motor_edges_of_the_parameters(build_bare):
    bare = build_bare(motor_edges_per_stroke=12)
    bare.start(Continuous(1_000_000))
    bare.wait(2)
    assert [stroke.motor_edges for stroke in bare.strokes] == [12]


def test_the_true_mean_rate_is_the_programmed_one_with_the_rate_error(build_bare):
    bare = build_bare(rate_error_percent=2.5)
    bare.start(Continuous(41_700))
    bare.wait(100 * 3600, talking=True)
    assert sum(stroke.volume_ul for stroke in bare.strokes) == pytest.approx(4170 * 1.025, abs=0.5 * 1.025)


def test_the_pump_does_not_know_its_rate_error(build_bare):
    bare = build_bare(rate_error_percent=2.5)
    bare.start(Continuous(41_700))
    bare.wait(100 * 3600, talking=True)
    assert (bare.status.delivered_nl, bare.status.reservoir_nl) == (4_170_000, 120_000_000 - 4_170_000)


def test_a_staged_programme_moves_nothing(bare):
    bare.do(Stage(Continuous(1_000_000)))
    bare.wait(30)
    assert (bare.strokes, bare.status.state) == ([], DeliveryState.STOPPED)


def test_a_staged_programme_can_be_read_back(bare):
    bare.do(Stage(SMALL_BOLUS))
    assert bare.do(ReadStaged()) == Staged(SMALL_BOLUS)


def test_a_wrong_crc_starts_nothing_and_uses_the_programme_up(bare):
    bare.do(Stage(Continuous(2_000)))
    results = [bare.do(Commit(0)), bare.do(Commit(programme_crc(Continuous(2_000))))]
    assert results == [RefusalReply(ReplyResult.CRC_MISMATCH), RefusalReply(ReplyResult.NOTHING_STAGED)]


def test_stop_drops_a_staged_programme(bare):
    bare.do(Stage(Continuous(2_000)))
    bare.do(StopDelivery())
    assert bare.do(ReadStaged()) == RefusalReply(ReplyResult.NOTHING_STAGED)


@pytest.mark.parametrize(
    "programme, result",
    [
        (Continuous(1_999), ReplyResult.OUT_OF_RANGE),
        (Continuous(0), ReplyResult.OUT_OF_RANGE),
        (Continuous(1_000_001), ReplyResult.OUT_OF_RANGE),
        (Bolus(4_900, 600_000), ReplyResult.OUT_OF_RANGE),
        (Bolus(500_100, 600_000), ReplyResult.OUT_OF_RANGE),
        (Bolus(5_050, 600_000), ReplyResult.NOT_A_STEP),
        (Bolus(5_000, 1_999), ReplyResult.OUT_OF_RANGE),
        (Bolus(5_000, 1_600_001), ReplyResult.OUT_OF_RANGE),
    ],
)
def test_what_the_pump_cannot_be_set_to_is_refused_when_staged(bare, programme, result):
    assert bare.do(Stage(programme)) == RefusalReply(result)


@pytest.mark.parametrize(
    "programme", [Continuous(2_000), Continuous(1_000_000), Bolus(5_000, 2_000), Bolus(500_000, 1_600_000)]
)
def test_the_limits_themselves_are_allowed(bare, programme):
    assert bare.start(programme) == DoneReply()


def test_a_bolus_lasts_its_volume_over_its_rate(bare):
    bare.start(SMALL_BOLUS)
    bare.wait(60)
    assert bare.log[1:] == [(LogEvent.BOLUS_STARTED, 5_000, 0), (LogEvent.BOLUS_ENDED, 5_000, 30_000)]


def test_a_bolus_on_a_stopped_pump_leaves_it_stopped(bare):
    bare.start(SMALL_BOLUS)
    bare.wait(60)
    assert (bare.status.state, len(bare.strokes)) == (DeliveryState.STOPPED, 10)


def test_the_infusion_goes_on_unchanged_during_and_after_a_bolus(build_bare):
    with_bolus, without = build_bare(), build_bare()
    for bare in (with_bolus, without):
        bare.start(Continuous(41_700))
        bare.wait(3600, talking=True)
    with_bolus.start(SMALL_BOLUS)
    for bare in (with_bolus, without):
        bare.wait(3600, talking=True)
    extra = with_bolus.status.delivered_nl - without.status.delivered_nl
    assert (extra, with_bolus.status.basal_nl_h, with_bolus.status.state) == (5_000, 41_700, DeliveryState.INFUSING)


def test_during_a_bolus_the_status_tells_infusion_and_bolus_apart(bare):
    bare.start(Continuous(41_700))
    bare.start(SMALL_BOLUS)
    bare.wait(15)
    status = bare.status
    assert (status.state, status.basal_nl_h, status.bolus_nl_h, status.bolus_left_nl, status.boluses) == (
        DeliveryState.BOLUS,
        41_700,
        600_000,
        2_500,
        1,
    )


def test_a_second_bolus_waits_for_the_first(bare):
    bare.start(SMALL_BOLUS)
    assert bare.start(SMALL_BOLUS) == RefusalReply(ReplyResult.BOLUS_RUNNING)


@pytest.mark.parametrize(
    "first, second", [(Continuous(1_000_000), Bolus(5_000, 600_001)), (Bolus(5_000, 1_500_000), Continuous(100_001))]
)
def test_infusion_and_bolus_together_stay_below_the_total_rate(bare, first, second):
    bare.start(first)
    assert bare.start(second) == RefusalReply(ReplyResult.ABOVE_TOTAL_RATE)


def test_stop_ends_infusion_and_bolus_and_says_what_was_given(bare):
    bare.start(Continuous(41_700))
    bare.start(SMALL_BOLUS)
    bare.wait(12)
    bare.do(StopDelivery())
    assert bare.log[3:] == [(LogEvent.BOLUS_ENDED, 2_000, 12_000), (LogEvent.STOPPED, DeliveryState.BOLUS, 12_000)]


def test_after_stop_the_motor_stands(bare):
    bare.start(Continuous(1_000_000))
    bare.wait(10)
    bare.do(StopDelivery())
    strokes = len(bare.strokes)
    bare.wait(3600)
    assert len(bare.strokes) == strokes


def test_a_stop_that_ends_nothing_is_done_and_not_logged(bare):
    assert ([bare.do(StopDelivery()) for _ in range(3)], bare.log) == ([DoneReply()] * 3, [(LogEvent.POWER_ON, 0, 0)])
