"""The built-in firmware, without a wire: what it does when, by its own account and by its strokes."""

import numpy as np
import pytest

from instruments.intrathecal_pump.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.firmware import PumpParameters
from instruments.intrathecal_pump.messages import (
    Alarm,
    Commit,
    Done,
    Event,
    GetStatus,
    ReadLog,
    ReadStaged,
    Refusal,
    Result,
    SetClock,
    SetWatchdog,
    Stage,
    Staged,
    State,
    Stop,
)
from instruments.intrathecal_pump.programme import Bolus, Continuous, programme_crc

S = 1_000_000_000
EPOCH_NS = 1_767_600_000 * S
EPOCH_MS = EPOCH_NS // 1_000_000
SMALL_BOLUS = Bolus(5_000, 600_000)  # 30 s


class Pump:
    """Firmware with a hand on its clock and its supply."""

    def __init__(self, **parameters):
        parameters = {"clock_drift_ppm": 0, "stroke_variation_percent": 0} | parameters
        self.firmware = BuiltInFirmware(PumpParameters(**parameters), np.random.default_rng(1), EPOCH_NS)
        self.now_ns = EPOCH_NS
        self.volts = 3.0
        self.strokes = []
        self.wait(0)

    def wait(self, seconds, *, talking=False):
        end_ns = self.now_ns + round(seconds * S)
        while talking and self.now_ns < end_ns:
            self.firmware.heard(self.now_ns)
            self._advance(min(self.now_ns + 30 * S, end_ns))
        self._advance(end_ns)

    def _advance(self, t_ns):
        self.strokes += self.firmware.advance(t_ns, supply_v=self.volts, line_kpa=0.0)
        self.now_ns = t_ns

    def do(self, command):
        self.firmware.heard(self.now_ns)
        return self.firmware.handle(command, self.now_ns)

    def start(self, programme):
        assert self.do(Stage(programme)) == Done()
        return self.do(Commit(programme_crc(programme)))

    @property
    def status(self):
        return self.firmware.handle(GetStatus(), self.now_ns)

    @property
    def log(self):
        records = []
        while page := self.firmware.handle(ReadLog(len(records)), self.now_ns).records:
            records += page
        return [(record.event, record.detail, record.clock_ms - EPOCH_MS) for record in records]

    def feed(self, volts):
        self._advance(self.now_ns)
        self.volts = volts
        self._advance(self.now_ns)


@pytest.fixture
def pump():
    return Pump()


def test_a_fed_pump_is_stopped_and_has_logged_power_on(pump):
    assert (pump.status.state, pump.log) == (State.STOPPED, [(Event.POWER_ON, 0, 0)])


def test_an_infusion_strokes_at_its_rate(pump):
    pump.start(Continuous(1_000_000))
    pump.wait(18, talking=True)
    assert [stroke.t_ns - EPOCH_NS for stroke in pump.strokes] == [n * 1_800_000_000 for n in range(1, 11)]


def test_each_stroke_takes_the_motor_edges_of_the_parameters():
    pump = Pump(motor_edges_per_stroke=12)
    pump.start(Continuous(1_000_000))
    pump.wait(2)
    assert [stroke.motor_edges for stroke in pump.strokes] == [12]


def test_the_true_mean_rate_is_the_programmed_one_with_the_rate_error():
    pump = Pump(rate_error_percent=2.5)
    pump.start(Continuous(41_700))
    pump.wait(100 * 3600, talking=True)
    assert sum(stroke.volume_ul for stroke in pump.strokes) == pytest.approx(4170 * 1.025, abs=0.5 * 1.025)


def test_the_pump_does_not_know_its_rate_error():
    pump = Pump(rate_error_percent=2.5)
    pump.start(Continuous(41_700))
    pump.wait(100 * 3600, talking=True)
    assert (pump.status.delivered_nl, pump.status.reservoir_nl) == (4_170_000, 120_000_000 - 4_170_000)


def test_a_staged_programme_moves_nothing(pump):
    pump.do(Stage(Continuous(1_000_000)))
    pump.wait(30)
    assert (pump.strokes, pump.status.state) == ([], State.STOPPED)


def test_a_staged_programme_can_be_read_back(pump):
    pump.do(Stage(SMALL_BOLUS))
    assert pump.do(ReadStaged()) == Staged(SMALL_BOLUS)


def test_a_wrong_crc_starts_nothing_and_uses_the_programme_up(pump):
    pump.do(Stage(Continuous(2_000)))
    results = [pump.do(Commit(0)), pump.do(Commit(programme_crc(Continuous(2_000))))]
    assert results == [Refusal(Result.CRC_MISMATCH), Refusal(Result.NOTHING_STAGED)]


def test_stop_drops_a_staged_programme(pump):
    pump.do(Stage(Continuous(2_000)))
    pump.do(Stop())
    assert pump.do(ReadStaged()) == Refusal(Result.NOTHING_STAGED)


@pytest.mark.parametrize(
    "programme, result",
    [
        (Continuous(1_999), Result.OUT_OF_RANGE),
        (Continuous(0), Result.OUT_OF_RANGE),
        (Continuous(1_000_001), Result.OUT_OF_RANGE),
        (Bolus(4_900, 600_000), Result.OUT_OF_RANGE),
        (Bolus(500_100, 600_000), Result.OUT_OF_RANGE),
        (Bolus(5_050, 600_000), Result.NOT_A_STEP),
        (Bolus(5_000, 1_999), Result.OUT_OF_RANGE),
        (Bolus(5_000, 1_600_001), Result.OUT_OF_RANGE),
    ],
)
def test_what_the_pump_cannot_be_set_to_is_refused_when_staged(pump, programme, result):
    assert pump.do(Stage(programme)) == Refusal(result)


@pytest.mark.parametrize(
    "programme", [Continuous(2_000), Continuous(1_000_000), Bolus(5_000, 2_000), Bolus(500_000, 1_600_000)]
)
def test_the_limits_themselves_are_allowed(pump, programme):
    assert pump.start(programme) == Done()


def test_a_bolus_lasts_its_volume_over_its_rate(pump):
    pump.start(SMALL_BOLUS)
    pump.wait(60)
    assert pump.log[1:] == [(Event.BOLUS_STARTED, 5_000, 0), (Event.BOLUS_ENDED, 5_000, 30_000)]


def test_a_bolus_on_a_stopped_pump_leaves_it_stopped(pump):
    pump.start(SMALL_BOLUS)
    pump.wait(60)
    assert (pump.status.state, len(pump.strokes)) == (State.STOPPED, 10)


def test_the_infusion_goes_on_unchanged_during_and_after_a_bolus():
    with_bolus, without = Pump(), Pump()
    for pump in (with_bolus, without):
        pump.start(Continuous(41_700))
        pump.wait(3600, talking=True)
    with_bolus.start(SMALL_BOLUS)
    for pump in (with_bolus, without):
        pump.wait(3600, talking=True)
    extra = with_bolus.status.delivered_nl - without.status.delivered_nl
    assert (extra, with_bolus.status.basal_nl_h, with_bolus.status.state) == (5_000, 41_700, State.INFUSING)


def test_during_a_bolus_the_status_tells_infusion_and_bolus_apart(pump):
    pump.start(Continuous(41_700))
    pump.start(SMALL_BOLUS)
    pump.wait(15)
    status = pump.status
    assert (status.state, status.basal_nl_h, status.bolus_nl_h, status.bolus_left_nl, status.boluses) == (
        State.BOLUS,
        41_700,
        600_000,
        2_500,
        1,
    )


def test_a_second_bolus_waits_for_the_first(pump):
    pump.start(SMALL_BOLUS)
    assert pump.start(SMALL_BOLUS) == Refusal(Result.BOLUS_RUNNING)


@pytest.mark.parametrize(
    "first, second", [(Continuous(1_000_000), Bolus(5_000, 600_001)), (Bolus(5_000, 1_500_000), Continuous(100_001))]
)
def test_infusion_and_bolus_together_stay_below_the_total_rate(pump, first, second):
    pump.start(first)
    assert pump.start(second) == Refusal(Result.ABOVE_TOTAL_RATE)


def test_stop_ends_infusion_and_bolus_and_says_what_was_given(pump):
    pump.start(Continuous(41_700))
    pump.start(SMALL_BOLUS)
    pump.wait(12)
    pump.do(Stop())
    assert pump.log[3:] == [(Event.BOLUS_ENDED, 2_000, 12_000), (Event.STOPPED, State.BOLUS, 12_000)]


def test_after_stop_the_motor_stands(pump):
    pump.start(Continuous(1_000_000))
    pump.wait(10)
    pump.do(Stop())
    strokes = len(pump.strokes)
    pump.wait(3600)
    assert len(pump.strokes) == strokes


def test_a_stop_that_ends_nothing_is_done_and_not_logged(pump):
    assert ([pump.do(Stop()) for _ in range(3)], pump.log) == ([Done()] * 3, [(Event.POWER_ON, 0, 0)])


def test_the_watchdog_ends_delivery_at_its_very_time(pump):
    pump.do(SetWatchdog(90_000))
    pump.start(Continuous(1_000_000))
    pump.wait(3600)
    assert (pump.log[-1], len(pump.strokes)) == ((Event.LINK_LOST, 90_000, 90_000), 50)


def test_the_watchdog_cuts_a_bolus_short(pump):
    pump.do(SetWatchdog(12_000))
    pump.start(SMALL_BOLUS)
    pump.wait(3600)
    assert pump.log[-2:] == [(Event.BOLUS_ENDED, 2_000, 12_000), (Event.LINK_LOST, 12_000, 12_000)]


def test_every_frame_heard_keeps_the_watchdog_quiet(pump):
    pump.do(SetWatchdog(31_000))
    pump.start(Continuous(2_000))
    pump.wait(24 * 3600, talking=True)
    assert pump.status.state is State.INFUSING


def test_a_stopped_pump_does_not_mind_silence(pump):
    pump.wait(24 * 3600)
    assert (pump.status.state, pump.status.alarms) == (State.STOPPED, Alarm(0))


def test_a_bolus_that_is_over_before_the_watchdog_is_no_alarm(pump):
    pump.do(SetWatchdog(30_000))
    pump.start(SMALL_BOLUS)  # ends at 30 s, as the watchdog would
    pump.wait(3600)
    assert pump.status.state is State.STOPPED


def test_a_lost_link_is_an_alarm_until_stop(pump):
    pump.start(Continuous(2_000))
    pump.wait(3600)
    before = (pump.status.state, pump.status.alarms, pump.start(Continuous(2_000)))
    pump.do(Stop())
    assert before == (State.ALARM, Alarm.LINK_LOST, Refusal(Result.ALARM_ACTIVE))
    assert (pump.status.state, pump.status.alarms, pump.start(Continuous(2_000))) == (State.STOPPED, Alarm(0), Done())


@pytest.mark.parametrize("watchdog_ms, reply", [(99, False), (100, True), (600_000, True), (600_001, False)])
def test_the_watchdog_takes_a_tenth_of_a_second_to_ten_minutes(pump, watchdog_ms, reply):
    assert pump.do(SetWatchdog(watchdog_ms)) == (Done() if reply else Refusal(Result.OUT_OF_RANGE))


def test_the_reservoir_warns_at_its_mark_and_empties_at_its_last_stroke():
    pump = Pump(reservoir_ul=10.2, low_reservoir_ul=4.0)
    pump.start(Continuous(1_000_000))
    pump.wait(60)
    # 13 strokes of 1.8 s leave 3.7 µL, 20 leave 0.2 µL, less than one.
    assert pump.log[2:] == [(Event.RESERVOIR_LOW, 3_700, 23_400), (Event.RESERVOIR_EMPTY, 200, 36_000)]
    assert (len(pump.strokes), pump.status.state) == (20, State.ALARM)


def test_an_empty_reservoir_stays_an_alarm_after_stop_and_refuses_programmes():
    pump = Pump(reservoir_ul=1.0, low_reservoir_ul=0.0)
    pump.start(Continuous(1_000_000))
    pump.wait(60)
    pump.do(Stop())
    assert pump.status.alarms == Alarm.RESERVOIR_LOW | Alarm.RESERVOIR_EMPTY
    assert pump.start(Continuous(2_000)) == Refusal(Result.RESERVOIR_EMPTY)


def test_a_weak_cell_warns_first_and_then_ends_delivery(pump):
    pump.start(Continuous(2_000))
    pump.feed(2.5)
    warned = pump.status
    pump.feed(2.3)
    assert (warned.state, warned.alarms, warned.battery_mv) == (State.INFUSING, Alarm.BATTERY_LOW, 2_500)
    assert (pump.status.state, pump.log[2:]) == (
        State.ALARM,
        [(Event.BATTERY_LOW, 2_500, 0), (Event.BATTERY_DEPLETED, 2_300, 0)],
    )


def test_a_depleted_cell_refuses_programmes(pump):
    pump.feed(2.3)
    assert pump.start(Continuous(2_000)) == Refusal(Result.BATTERY_DEPLETED)


def test_a_draining_cell_ends_in_an_alarm():
    pump = Pump(cell_drop_v_per_ah=10.0)  # 0.25 mA and 2000 strokes/h of 9 mA for 0.25 s: 0.6 V in 40 h
    pump.start(Continuous(1_000_000))
    pump.wait(45 * 3600, talking=True)
    assert (pump.status.state, Alarm.BATTERY_DEPLETED in pump.status.alarms) == (State.ALARM, True)


def test_without_power_nothing_is_delivered_and_nobody_listens(pump):
    pump.start(Continuous(1_000_000))
    pump.wait(9)
    pump.feed(0.0)
    pump.wait(3600)
    assert (len(pump.strokes), pump.firmware.listening) == (5, False)


def test_power_that_returns_boots_a_stopped_pump_that_logs_what_was_lost():
    pump = Pump(boot_s=0.3)
    pump.start(Continuous(1_000_000))
    pump.feed(0.0)
    pump.wait(10)
    pump.feed(3.0)
    pump.wait(0.299)
    booting = pump.firmware.listening
    pump.wait(5)
    assert (booting, pump.firmware.listening, pump.status.state) == (False, True, State.STOPPED)
    assert pump.log[2:] == [(Event.POWER_ON, 1, 10_300)]


def test_a_power_cut_while_stopped_lost_nothing():
    pump = Pump(boot_s=0)
    pump.feed(0.0)
    pump.feed(3.0)
    assert pump.log[1:] == [(Event.POWER_ON, 0, 0)]


def test_settings_counts_and_log_survive_a_power_cut():
    pump = Pump(boot_s=0)
    pump.do(SetWatchdog(150_000))
    pump.start(Continuous(1_000_000))
    pump.wait(18)
    before = pump.status
    pump.feed(0.0)
    pump.wait(5)
    pump.feed(3.0)
    after = pump.status
    assert (after.delivered_nl, after.reservoir_nl, after.watchdog_ms, after.log_entries) == (
        before.delivered_nl,
        before.reservoir_nl,
        150_000,
        before.log_entries + 1,
    )


def test_setting_the_clock_is_logged_with_the_change(pump):
    pump.wait(5)
    pump.do(SetClock(EPOCH_MS + 65_000))
    assert (pump.status.clock_ms, pump.log[-1]) == (EPOCH_MS + 65_000, (Event.CLOCK_SET, 60, 65_000))


@pytest.mark.parametrize("clock_ms", [0, 946_684_799_999, 4_102_444_800_000, 2**64 - 1])
def test_a_clock_beyond_this_century_is_refused(pump, clock_ms):
    assert pump.do(SetClock(clock_ms)) == Refusal(Result.OUT_OF_RANGE)


def test_the_log_keeps_its_newest_entries_and_their_numbers(pump):
    for _ in range(2_100):
        pump.start(Continuous(2_000))
        pump.do(Stop())
    page = pump.do(ReadLog(0))
    numbers = [record.number for record in page.records]
    assert (page.total, page.oldest, numbers) == (4_201, 105, list(range(105, 118)))
