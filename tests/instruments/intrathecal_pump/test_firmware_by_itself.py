"""The built-in firmware, without a wire: what it does by itself when link, liquid or power runs out; clock and log."""

import pytest

from instruments.intrathecal_pump.messages import (
    Alarm,
    DeliveryState,
    DoneReply,
    LogEvent,
    ReadLog,
    RefusalReply,
    ReplyResult,
    SetClock,
    SetWatchdog,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import Bolus, Continuous

EPOCH_MS = 1_767_600_000_000
SMALL_BOLUS = Bolus(5_000, 600_000)  # 30 s


def test_the_watchdog_ends_delivery_at_its_very_time(bare):
    bare.do(SetWatchdog(90_000))
    bare.start(Continuous(1_000_000))
    bare.wait(3600)
    assert (bare.log[-1], len(bare.strokes)) == ((LogEvent.LINK_LOST, 90_000, 90_000), 50)


def test_the_watchdog_cuts_a_bolus_short(bare):
    bare.do(SetWatchdog(12_000))
    bare.start(SMALL_BOLUS)
    bare.wait(3600)
    assert bare.log[-2:] == [(LogEvent.BOLUS_ENDED, 2_000, 12_000), (LogEvent.LINK_LOST, 12_000, 12_000)]


def test_every_frame_heard_keeps_the_watchdog_quiet(bare):
    bare.do(SetWatchdog(31_000))
    bare.start(Continuous(2_000))
    bare.wait(24 * 3600, talking=True)
    assert bare.status.state is DeliveryState.INFUSING


def test_a_stopped_pump_does_not_mind_silence(bare):
    bare.wait(24 * 3600)
    assert (bare.status.state, bare.status.alarms) == (DeliveryState.STOPPED, Alarm(0))


def test_a_bolus_that_is_over_before_the_watchdog_is_no_alarm(bare):
    bare.do(SetWatchdog(30_000))
    bare.start(SMALL_BOLUS)  # ends at 30 s, as the watchdog would
    bare.wait(3600)
    assert bare.status.state is DeliveryState.STOPPED


def test_a_lost_link_is_an_alarm_until_stop(bare):
    bare.start(Continuous(2_000))
    bare.wait(3600)
    before = (bare.status.state, bare.status.alarms, bare.start(Continuous(2_000)))
    bare.do(StopDelivery())
    assert before == (DeliveryState.ALARM, Alarm.LINK_LOST, RefusalReply(ReplyResult.ALARM_ACTIVE))
    after = (bare.status.state, bare.status.alarms, bare.start(Continuous(2_000)))
    assert after == (DeliveryState.STOPPED, Alarm(0), DoneReply())


def test_a_watchdog_of_two_days_ends_delivery_after_them(bare):
    bare.do(SetWatchdog(172_800_000))
    bare.start(Continuous(10_000))
    bare.wait(200_000)
    assert bare.log[-1] == (LogEvent.LINK_LOST, 172_800_000, 172_800_000)


@pytest.mark.parametrize("watchdog_ms, reply", [(99, False), (100, True), (172_800_000, True), (172_800_001, False)])
def test_the_watchdog_takes_a_tenth_of_a_second_to_two_days(bare, watchdog_ms, reply):
    assert bare.do(SetWatchdog(watchdog_ms)) == (DoneReply() if reply else RefusalReply(ReplyResult.OUT_OF_RANGE))


def test_the_reservoir_warns_at_its_mark_and_empties_at_its_last_stroke(build_bare):
    bare = build_bare(reservoir_ul=10.2, low_reservoir_ul=4.0)
    bare.start(Continuous(1_000_000))
    bare.wait(60)
    # 13 strokes of 1.8 s leave 3.7 µL, 20 leave 0.2 µL, less than one.
    assert bare.log[2:] == [(LogEvent.RESERVOIR_LOW, 3_700, 23_400), (LogEvent.RESERVOIR_EMPTY, 200, 36_000)]
    assert (len(bare.strokes), bare.status.state) == (20, DeliveryState.ALARM)


def test_an_empty_reservoir_stays_an_alarm_after_stop_and_refuses_programmes(build_bare):
    bare = build_bare(reservoir_ul=1.0, low_reservoir_ul=0.0)
    bare.start(Continuous(1_000_000))
    bare.wait(60)
    bare.do(StopDelivery())
    assert bare.status.alarms == Alarm.RESERVOIR_LOW | Alarm.RESERVOIR_EMPTY
    assert bare.start(Continuous(2_000)) == RefusalReply(ReplyResult.RESERVOIR_EMPTY)


def test_a_weak_cell_warns_first_and_then_ends_delivery(bare):
    bare.start(Continuous(2_000))
    bare.feed(2.5)
    warned = bare.status
    bare.feed(2.3)
    assert (warned.state, warned.alarms, warned.battery_mv) == (DeliveryState.INFUSING, Alarm.BATTERY_LOW, 2_500)
    assert (bare.status.state, bare.log[2:]) == (
        DeliveryState.ALARM,
        [(LogEvent.BATTERY_LOW, 2_500, 0), (LogEvent.BATTERY_DEPLETED, 2_300, 0)],
    )


def test_a_depleted_cell_refuses_programmes(bare):
    bare.feed(2.3)
    assert bare.start(Continuous(2_000)) == RefusalReply(ReplyResult.BATTERY_DEPLETED)


def test_a_draining_cell_ends_in_an_alarm(build_bare):
    bare = build_bare(cell_drop_v_per_ah=10.0)  # 0.25 mA and 2000 strokes/h of 9 mA for 0.25 s: 0.6 V in 40 h
    bare.start(Continuous(1_000_000))
    bare.wait(45 * 3600, talking=True)
    assert (bare.status.state, Alarm.BATTERY_DEPLETED in bare.status.alarms) == (DeliveryState.ALARM, True)


def test_without_power_nothing_is_delivered_and_nobody_listens(bare):
    bare.start(Continuous(1_000_000))
    bare.wait(9)
    bare.feed(0.0)
    bare.wait(3600)
    assert (len(bare.strokes), bare.firmware.listening) == (5, False)


def test_power_that_returns_boots_a_stopped_pump_that_logs_what_was_lost(build_bare):
    bare = build_bare(boot_s=0.3)
    bare.start(Continuous(1_000_000))
    bare.feed(0.0)
    bare.wait(10)
    bare.feed(3.0)
    bare.wait(0.299)
    booting = bare.firmware.listening
    bare.wait(5)
    assert (booting, bare.firmware.listening, bare.status.state) == (False, True, DeliveryState.STOPPED)
    assert bare.log[2:] == [(LogEvent.POWER_ON, 1, 10_300), (LogEvent.RESET, 0, 10_300)]


def test_a_power_cut_while_stopped_lost_nothing(build_bare):
    bare = build_bare(boot_s=0)
    bare.feed(0.0)
    bare.feed(3.0)
    assert bare.log[1:] == [(LogEvent.POWER_ON, 0, 0)]


def test_settings_counts_and_log_survive_a_power_cut(build_bare):
    bare = build_bare(boot_s=0)
    bare.do(SetWatchdog(150_000))
    bare.start(Continuous(1_000_000))
    bare.wait(18)
    before = bare.status
    bare.feed(0.0)
    bare.wait(5)
    bare.feed(3.0)
    after = bare.status
    assert (after.delivered_nl, after.reservoir_nl, after.watchdog_ms, after.log_entries) == (
        before.delivered_nl,
        before.reservoir_nl,
        150_000,
        before.log_entries + 2,
    )


def test_setting_the_clock_is_logged_with_the_change(bare):
    bare.wait(5)
    bare.do(SetClock(EPOCH_MS + 65_000))
    assert (bare.status.clock_ms, bare.log[-1]) == (EPOCH_MS + 65_000, (LogEvent.CLOCK_SET, 60, 65_000))


@pytest.mark.parametrize("clock_ms", [0, 946_684_799_999, 4_102_444_800_000, 2**64 - 1])
def test_a_clock_beyond_this_century_is_refused(bare, clock_ms):
    assert bare.do(SetClock(clock_ms)) == RefusalReply(ReplyResult.OUT_OF_RANGE)


def test_the_log_keeps_its_newest_entries_and_their_numbers(bare):
    for _ in range(2_100):
        bare.start(Continuous(2_000))
        bare.do(StopDelivery())
    page = bare.do(ReadLog(0))
    numbers = [record.number for record in page.records]
    assert (page.total, page.oldest, numbers) == (4_201, 105, list(range(105, 118)))
