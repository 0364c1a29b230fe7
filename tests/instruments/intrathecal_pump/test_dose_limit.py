"""The largest dose of an hour holds in each window that slides over the strokes, for all kinds of delivery together."""

from bisect import bisect_right

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.intrathecal_pump.messages import (
    Alarm,
    Commit,
    DeliveryState,
    DoneReply,
    GetFullStatus,
    RefusalReply,
    ReplyResult,
    Stage,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import (
    Bolus,
    Bridge,
    Combination,
    Continuous,
    Prime,
    Ramp,
    SquareBolus,
    programme_crc,
)
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.spell import Spell

S = 1_000_000_000
HOUR_NS = 3600 * S
LIMIT_NL = 100_000
STROKE_NL = 500
rates = st.integers(2_000, 100_000)
boluses = st.integers(50, 900).map(lambda n: n * 100)
programmes = st.one_of(
    st.builds(Continuous, rates),
    st.builds(Ramp, rates, rates, st.integers(1, 120)),
    st.builds(Bridge, st.integers(1_000, 80_000), rates, rates),
    st.builds(Bolus, boluses, st.integers(60_000, 900_000)),
    st.builds(SquareBolus, boluses, st.integers(300, 7_200)),
    st.builds(Combination, boluses, st.integers(60_000, 900_000), boluses, st.integers(300, 7_200)),
    st.builds(Prime, st.integers(1_000, 90_000)),
)


class Pump:
    def __init__(self):
        self.now_ns = 1_767_600_000 * S
        parameters = PumpParameters(max_hourly_dose_ul=LIMIT_NL / 1000)
        self.firmware = BuiltInFirmware(parameters, np.random.default_rng(1), self.now_ns)
        self.times_ns = []
        self.wait(0)
        self.firmware.parts.watchdog.set_time(600_000)

    def wait(self, seconds):
        end_ns = self.now_ns + seconds * S
        while True:
            self.firmware.heard(self.now_ns)
            self.now_ns = min(self.now_ns + 300 * S, end_ns)
            self.times_ns += [s.t_ns for s in self.firmware.advance(self.now_ns, supply_v=3.0, line_kpa=0.0)]
            if self.now_ns == end_ns:
                return

    def say(self, command):
        return self.firmware.handle(command, self.now_ns)

    def start(self, programme):
        self.say(Stage(programme))
        return self.say(Commit(programme_crc(programme)))

    @property
    def status(self):
        return self.say(GetFullStatus())

    def most_in_an_hour_nl(self):
        counts = (n - bisect_right(self.times_ns, t - HOUR_NS) for n, t in enumerate(self.times_ns, 1))
        return max(counts, default=0) * STROKE_NL


@given(st.lists(st.tuples(programmes, st.integers(0, 5_000)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_no_hour_holds_more_whatever_is_asked_for(asked):
    pump = Pump()
    for programme, seconds in asked:
        pump.start(programme)
        pump.wait(seconds)
        if pump.status.first.state is DeliveryState.ALARM:
            assert pump.status.therapy.alarms == Alarm.DOSE_LIMIT
            pump.say(StopDelivery())
    assert pump.most_in_an_hour_nl() <= LIMIT_NL + STROKE_NL


@pytest.mark.parametrize(
    "programme",
    [
        Continuous(100_001),
        Ramp(2_000, 100_001, 60),
        Bridge(1_000, 2_000, 100_001),
        Bolus(100_100, 600_000),
        SquareBolus(100_100, 3_600),
        Combination(60_000, 600_000, 40_100, 3_600),
        Prime(100_001),
    ],
)
def test_what_alone_is_too_much_for_an_hour_is_refused(programme):
    assert Pump().start(programme) == RefusalReply(ReplyResult.ABOVE_DOSE_LIMIT)


def test_what_was_given_an_hour_ago_no_longer_counts():
    pump = Pump()
    answers = [pump.start(Bolus(100_000, 600_000))]  # 10 min
    pump.wait(3_600)
    answers.append(pump.start(Bolus(100_000, 600_000)))
    pump.wait(600)
    answers.append(pump.start(Bolus(100_000, 600_000)))
    too_much = RefusalReply(ReplyResult.ABOVE_DOSE_LIMIT)
    assert answers == [DoneReply(), too_much, DoneReply()]


def test_nothing_begins_behind_an_hour_that_is_full():
    pump = Pump()
    pump.start(Bolus(60_000, 600_000))
    pump.start(Continuous(41_096))
    pump.wait(3_520)  # the alarm came after 3504 s
    alarms = pump.status.therapy.alarms
    pump.say(StopDelivery())
    assert (alarms, pump.start(Continuous(2_000))) == (
        Alarm.DOSE_LIMIT,
        RefusalReply(ReplyResult.ABOVE_DOSE_LIMIT),
    )


def test_stop_and_power_forget_nothing_of_what_was_given():
    pump = Pump()
    pump.start(Bolus(100_000, 600_000))
    pump.wait(600)
    pump.say(StopDelivery())
    pump.firmware.advance(pump.now_ns, supply_v=0.0, line_kpa=0.0)
    pump.wait(10)
    assert pump.start(Bolus(5_000, 600_000)) == RefusalReply(ReplyResult.ABOVE_DOSE_LIMIT)


def test_a_full_window_that_ends_nothing_is_counted_again_when_something_leaves_it():
    """A firmware whose alarm is late delivers on: it lives in minutes then, not from each ns to the next."""
    limit = DoseLimit(max_dose_nl=100_000, max_rate_nl_h=1_000_000)
    limit.run(Spell(0, HOUR_NS // 2, 250_000, 0))
    assert limit.reached(HOUR_NS // 2)
    assert limit.reaches_ns(HOUR_NS // 2, 250_000) == HOUR_NS
