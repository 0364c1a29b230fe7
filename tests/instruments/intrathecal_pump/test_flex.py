"""A flex infusion goes by the pump's own clock, and is the whole of what was committed or not at all."""

import numpy as np
import pytest

from instruments.intrathecal_pump.messages import (
    Commit,
    DoneReply,
    LogEvent,
    ReadPart,
    ReadStaged,
    RefusalReply,
    ReplyResult,
    SetClock,
    Stage,
    StagePart,
)
from instruments.intrathecal_pump.programme import Bolus, Continuous, FlexInfusion, FlexPoint, image, programme_crc
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.spell import Spell
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner

S = 1_000_000_000
H = 3600
MONDAY_8H_NS = 1_767_600_000 * S
PART = 243


def at(hour, rate_ul_h):
    return FlexPoint(round(hour * 60), round(rate_ul_h * 1000))


def week(change=lambda day, hour: 10 * (day + 1) + hour, steps=13):
    return FlexInfusion(tuple(tuple(at(hour, change(day, hour)) for hour in range(steps)) for day in range(7)))


DAY = FlexInfusion(((at(0, 10), at(8, 0), at(12, 40), at(20, 20)),))


class Pump:
    """Firmware that is talked to as often as wanted while time passes."""

    def __init__(self, begin_ns=MONDAY_8H_NS, **parameters):
        parameters = PumpParameters(**({"clock_drift_ppm": 0, "stroke_variation_percent": 0} | parameters))
        self.now_ns = begin_ns
        self.firmware = BuiltInFirmware(parameters, np.random.default_rng(1), begin_ns)
        self.times_ns = []
        self.wait(0)

    def wait(self, seconds, every_s=300):
        end_ns = self.now_ns + round(seconds * S)
        while True:
            self.now_ns = min(end_ns, self.now_ns + round(every_s * S))
            self.times_ns += [s.t_ns for s in self.firmware.advance(self.now_ns, supply_v=3.0, line_kpa=0.0)]
            self.firmware.heard(self.now_ns)
            if self.now_ns == end_ns:
                return

    def say(self, command):
        self.firmware.heard(self.now_ns)
        return self.firmware.handle(command, self.now_ns)

    def stage(self, programme):
        whole = image(programme)
        for begin in range(0, len(whole), PART):
            assert self.say(StagePart(len(whole), begin, whole[begin : begin + PART])) == DoneReply()

    def run(self, programme):
        self.firmware.parts.watchdog.set_time(600_000)
        self.stage(programme)
        assert self.say(Commit(programme_crc(programme))) == DoneReply()

    def delivered_ul(self):
        return len(self.times_ns) / 2

    @property
    def rate_ul_h(self):
        return self.firmware.desk.status(self.now_ns).basal_nl_h / 1000


def test_a_day_delivers_what_its_steps_say():
    pump = Pump()
    pump.run(DAY)
    pump.wait(24 * H)
    assert pump.delivered_ul() == 0 * 4 + 40 * 8 + 20 * 4 + 10 * 8


def test_each_day_of_the_week_has_its_own_pattern():
    pump = Pump()
    pump.run(week())
    found = []
    for _ in range(8):
        found.append(pump.rate_ul_h)
        pump.wait(24 * H)
    assert found == [18, 28, 38, 48, 58, 68, 78, 18]


@pytest.mark.parametrize("drift_ppm", [-500.0, 0.0, 500.0])
def test_a_step_begins_when_the_pumps_own_clock_says_so(drift_ppm):
    pump = Pump(clock_drift_ppm=drift_ppm)
    pump.run(FlexInfusion(((at(0, 1000), at(12, 0)),)))
    pump.wait(6 * H)
    # 4 h by the pump's clock at 1000 µL/h: its last stroke, 1.8 s apart from the others, is the end of the step.
    assert (pump.times_ns[-1] - MONDAY_8H_NS) / S == pytest.approx(4 * H / (1 + drift_ppm * 1e-6), abs=1.8)


def test_how_often_the_pump_is_asked_moves_no_stroke():
    asked = []
    for every_s in (0.7, 13.0, 500.0):
        pump = Pump(clock_drift_ppm=17.0)
        pump.run(DAY)
        pump.wait(5 * H, every_s)
        asked.append(pump.times_ns)
    assert asked[0] == asked[1] == asked[2]


@pytest.mark.parametrize(
    "moment, first_ul_h, second_ul_h",
    [
        ("2026-12-31T23:00:00", 30, 10),
        ("2028-02-28T23:00:00", 30, 10),
        ("2026-03-29T00:00:00", 10, 20),
        ("2026-10-25T00:00:00", 10, 20),
        ("2026-01-31T23:00:00", 30, 10),
    ],
)
def test_no_midnight_month_year_or_daylight_saving_moves_a_dose(moment, first_ul_h, second_ul_h):
    pump = Pump(begin_ns=int(np.datetime64(moment, "ns").astype(np.int64)))
    pump.run(FlexInfusion(((at(0, 10), at(1, 20), at(2, 30)),)))
    pump.wait(H)
    first_ul = pump.delivered_ul()
    pump.wait(H)
    assert (first_ul, pump.delivered_ul() - first_ul) == (first_ul_h, second_ul_h)


@pytest.mark.parametrize("change_h, rate_ul_h", [(-1, 10), (0, 0), (4, 40), (12, 20), (24 * 7, 0), (16, 10)])
def test_setting_the_clock_moves_the_steps_at_once_and_makes_nothing_up(change_h, rate_ul_h):
    pump = Pump()
    pump.run(DAY)
    pump.wait(60)
    clock_ms = pump.now_ns // 1_000_000
    assert pump.say(SetClock(clock_ms + change_h * H * 1000)) == DoneReply()
    assert (pump.rate_ul_h, pump.delivered_ul()) == (rate_ul_h, 0.0)
    pump.wait(30 * 60)
    assert pump.delivered_ul() == rate_ul_h / 2


def test_a_step_that_a_new_setting_brings_nearer_begins_by_the_new_setting():
    pump = Pump()
    pump.run(DAY)
    pump.wait(60)
    pump.say(SetClock(pump.now_ns // 1_000_000 + (3 * H + 55 * 60) * 1000))  # 11:56
    pump.wait(600, every_s=599)
    assert pump.delivered_ul() == 4.0  # 6 min at 40 µL/h


def test_what_a_bolus_gave_too_much_between_two_nanoseconds_is_no_stroke_less():
    planner = StrokePlanner(500)
    (end_ns,) = planner.run(Spell(0, -(-500 * H * S // 700_001), 700_001, 700_001))
    planner.give_back(700_001)  # more than what the last ns was too long
    assert planner.run(Spell(end_ns, end_ns + H * S, 0, 0)) == []
    assert len(planner.run(Spell(end_ns, end_ns + H * S, 1_001, 0))) == 2


def test_a_bolus_in_a_pause_is_whole_and_the_next_step_too():
    pump = Pump()
    pump.run(DAY)
    pump.wait(H)
    pump.run(Bolus(5_000, 700_001))  # ends between two nanoseconds
    pump.wait(3 * H)
    in_the_pause_ul = pump.delivered_ul()
    pump.wait(H)
    assert (in_the_pause_ul, pump.delivered_ul()) == (5.0, 45.0)


def test_its_steps_are_not_logged():
    pump = Pump()
    pump.run(DAY)
    pump.wait(48 * H)
    assert [record.event for record in pump.firmware.parts.log.page(0).records] == [
        LogEvent.POWER_ON,
        LogEvent.FLEX_STARTED,
    ]


def test_a_programme_in_parts_is_read_back_in_parts():
    pump = Pump()
    pump.stage(week())
    whole = b"".join(pump.say(ReadPart(begin)).data for begin in range(0, len(image(week())), PART))
    assert whole == image(week())
    assert pump.say(ReadStaged()) == RefusalReply(ReplyResult.TOO_LONG)
    assert pump.say(ReadPart(len(whole))) == RefusalReply(ReplyResult.OUT_OF_RANGE)


@pytest.mark.parametrize("came", [0, 1, 243, 300, 485, 553])
def test_whatever_is_missing_of_it_the_former_therapy_goes_on(came):
    pump = Pump()
    pump.run(Continuous(60_000))
    whole = image(week())
    for begin in range(0, came, PART):
        pump.say(StagePart(len(whole), begin, whole[begin : min(came, begin + PART)]))
    assert pump.say(Commit(programme_crc(week()))) == RefusalReply(ReplyResult.NOTHING_STAGED)
    pump.wait(H)
    assert pump.delivered_ul() == 60.0


@pytest.mark.parametrize(
    "total, offset, size, result",
    [
        (555, 244, 10, ReplyResult.NOT_IN_ORDER),  # a gap
        (555, 242, 10, ReplyResult.NOT_IN_ORDER),  # an overlap
        (554, 243, 10, ReplyResult.NOT_IN_ORDER),  # another total
        (250, 243, 10, ReplyResult.NOT_IN_ORDER),
        (100, 0, 101, ReplyResult.NOT_IN_ORDER),  # beyond its own end
        (1025, 0, 10, ReplyResult.OUT_OF_RANGE),
    ],
)
def test_a_part_that_does_not_follow_is_refused_and_the_right_one_still_taken(total, offset, size, result):
    pump = Pump()
    whole = image(week())
    pump.say(StagePart(len(whole), 0, whole[:PART]))
    assert pump.say(StagePart(total, offset, bytes(size))) == RefusalReply(result)
    assert pump.say(StagePart(len(whole), PART, whole[PART : 2 * PART])) == DoneReply()


BAD_DAYS = {
    "no step": (),
    "fourteen steps": tuple(at(hour, 10) for hour in range(14)),
    "a gap at midnight": (at(1, 10),),
    "out of order": (at(0, 10), at(3, 20), at(2, 30)),
    "two at once": (at(0, 10), at(3, 20), at(3, 30)),
    "24:00": (at(0, 10), at(24, 20)),
    "below the lowest rate": (at(0, 1.999),),
    "above the highest rate": (at(0, 1000.001),),
}


@pytest.mark.parametrize("day", BAD_DAYS.values(), ids=BAD_DAYS)
def test_a_day_that_makes_no_sense_is_refused(day):
    pump = Pump()
    assert pump.say(Stage(FlexInfusion((day,)))) == RefusalReply(ReplyResult.OUT_OF_RANGE)
    assert pump.say(Stage(FlexInfusion((day,) * 2))) == RefusalReply(ReplyResult.OUT_OF_RANGE)


@pytest.mark.parametrize("drift_ppm", [-10_000, -5, 0, 5, 10_000])
def test_the_clock_foresees_the_first_nanosecond_of_a_reading(drift_ppm):
    clock = PumpClock(MONDAY_8H_NS, offset_ns=123_456_789, drift_ppm=drift_ppm)
    now_ns = MONDAY_8H_NS + 12_345
    for ahead_ms in (1, 999, 86_400_000):
        wanted_ms = clock.read_ms(now_ns) + ahead_ms
        found_ns = clock.first_ns(wanted_ms, now_ns)
        assert clock.read_ms(found_ns - 1) < wanted_ms <= clock.read_ms(found_ns)
