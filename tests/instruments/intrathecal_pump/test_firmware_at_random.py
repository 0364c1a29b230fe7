"""Whatever is commanded, cut and waited for, in any order: what must always hold of a pump."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from instruments.intrathecal_pump.messages import (
    Commit,
    DeliveryState,
    DoneReply,
    GetStatus,
    SetWatchdog,
    Stage,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import Bolus, Continuous, programme_crc
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.firmware import PumpParameters

S = 1_000_000_000
STROKE_NL = 500
RESERVOIR_NL = 3_000_000
MAX_TOTAL_NL_H = 1_600_000
programmes = st.builds(Continuous, st.integers(1_000, 1_100_000)) | st.builds(
    Bolus, st.integers(40, 5_100).map(lambda n: n * 100), st.integers(1_000, 1_700_000)
)


class AnyPump(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        parameters = PumpParameters(reservoir_ul=RESERVOIR_NL / 1000, low_reservoir_ul=1000, boot_s=0.2)
        self.now_ns = self.heard_ns = 1_767_600_000 * S
        self.firmware = BuiltInFirmware(parameters, np.random.default_rng(1), self.now_ns)
        self.volts = 3.0
        self.watchdog_ns = 60 * S
        self.strokes = []
        self.may_deliver = False
        self.advance(0)

    def advance(self, span_ns):
        self.now_ns += span_ns
        new = self.firmware.advance(self.now_ns, supply_v=self.volts, line_kpa=0.0)
        times_ns = [stroke.t_ns for stroke in new]
        assert times_ns == sorted(times_ns)
        assert all(self.now_ns - span_ns < t_ns <= self.now_ns for t_ns in times_ns)
        assert self.may_deliver or not new
        assert all(t_ns <= self.heard_ns + self.watchdog_ns for t_ns in times_ns)
        self.strokes += new

    @property
    def status(self):
        return self.firmware.handle(GetStatus(), self.now_ns)

    def say(self, command):
        self.heard_ns = self.now_ns
        self.firmware.heard(self.now_ns)
        return self.firmware.handle(command, self.now_ns)

    @rule(seconds=st.floats(0, 200))
    def wait(self, seconds):
        self.advance(round(seconds * S))

    @precondition(lambda self: self.firmware.listening)
    @rule(programme=programmes, right=st.sampled_from([True, True, True, False]))
    def programme(self, programme, right):
        staged = self.say(Stage(programme))
        reply = self.say(Commit(programme_crc(programme) if right else 0xDEAD))
        self.may_deliver |= reply == DoneReply()
        assert (staged, right) == (DoneReply(), True) or reply != DoneReply()

    @precondition(lambda self: self.firmware.listening)
    @rule()
    def stop(self):
        self.say(StopDelivery())
        self.may_deliver = False
        assert self.status.state is DeliveryState.STOPPED

    @precondition(lambda self: self.firmware.listening)
    @rule(watchdog_ms=st.integers(100, 600_000))
    def set_watchdog(self, watchdog_ms):
        assert self.say(SetWatchdog(watchdog_ms)) == DoneReply()
        self.watchdog_ns = watchdog_ms * 1_000_000

    @precondition(lambda self: self.firmware.listening)
    @rule()
    def talk(self):
        self.say(GetStatus())

    @rule(volts=st.sampled_from([0.0, 2.3, 3.0]))
    def feed(self, volts):
        self.advance(0)
        self.volts = volts
        self.may_deliver &= volts > 2.4
        self.advance(0)

    @invariant()
    def the_count_is_of_the_strokes_made(self):
        assert self.status.delivered_nl == len(self.strokes) * STROKE_NL

    @invariant()
    def nothing_is_lost_between_reservoir_and_line(self):
        assert self.status.reservoir_nl + self.status.delivered_nl == RESERVOIR_NL

    @invariant()
    def the_total_rate_is_never_exceeded(self):
        assert self.status.basal_nl_h + self.status.bolus_nl_h <= MAX_TOTAL_NL_H

    @invariant()
    def the_state_says_whether_anything_is_delivered(self):
        delivering = self.status.state in (DeliveryState.INFUSING, DeliveryState.BOLUS)
        assert delivering == (self.status.basal_nl_h + self.status.bolus_nl_h > 0)


TestAnyPump = AnyPump.TestCase
TestAnyPump.settings = settings(max_examples=60, stateful_step_count=30)
