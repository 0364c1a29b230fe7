"""Any conversation about any therapy: what is delivered is what was programmed, to less than one stroke."""

import math

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from instruments.intrathecal_pump.messages import (
    Commit,
    DeliveryState,
    DoneReply,
    GetFullStatus,
    GetStatus,
    ReplyResult,
    RequestBolus,
    SetClock,
    SetWatchdog,
    Stage,
    StagePart,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import (
    Bolus,
    Bridge,
    Combination,
    Continuous,
    FlexInfusion,
    FlexPoint,
    MinimumRate,
    PatientBoluses,
    Prime,
    Ramp,
    SquareBolus,
    image,
    programme_crc,
)
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.firmware import PumpParameters

S = 1_000_000_000
STROKE_NL = 500
EPOCH_S = 1_767_600_000  # Monday, 2026-01-05T08:00:00Z
rates = st.integers(2_000, 1_000_000)
boluses = st.integers(50, 400).map(lambda n: n * 100)
days = st.lists(st.integers(1, 1439), max_size=12, unique=True).flatmap(
    lambda minutes: st.tuples(*(st.builds(FlexPoint, st.just(m), st.just(0) | rates) for m in (0, *sorted(minutes))))
)
infusions = st.one_of(
    st.builds(Continuous, rates),
    st.builds(Ramp, rates, rates, st.integers(1, 200)),
    st.builds(MinimumRate),
    st.builds(Bridge, st.integers(1_000, 300_000), rates, rates),
    st.lists(days, min_size=1, max_size=1).map(lambda found: FlexInfusion(tuple(found))),
    st.lists(days, min_size=7, max_size=7).map(lambda found: FlexInfusion(tuple(found))),
)
programmes = infusions | st.one_of(
    st.builds(Bolus, boluses, st.integers(60_000, 900_000)),
    st.builds(SquareBolus, boluses, st.integers(100, 20_000)),
    st.builds(Combination, boluses, st.integers(60_000, 900_000), boluses, st.integers(100, 20_000)),
    st.builds(Prime, st.integers(1_000, 400_000)),
)


class Wanted:
    """What the therapy asks for, in floating point and from the page of the link alone; times in s."""

    def __init__(self):
        self.total_nl = 0.0
        self.clock_ahead_s = 0
        self.stop()

    def stop(self):
        self.infusion, self.began_s, self.bridge_nl = None, 0, 0.0
        self.single = self.square = None
        self.prime_nl = 0.0

    def begin(self, programme, now_s):
        match programme:
            case Bolus(volume_nl, rate_nl_h):
                self.single = [float(volume_nl), rate_nl_h]
            case SquareBolus(volume_nl, seconds):
                self.square = [float(seconds), volume_nl * 3600 / seconds]
            case Combination(now_nl, rate_nl_h, then_nl, seconds):
                self.single = [float(now_nl), rate_nl_h]
                self.square = [float(seconds), then_nl * 3600 / seconds]
            case Prime(volume_nl):
                self.prime_nl = float(volume_nl)
            case _:
                self.infusion, self.began_s = programme, now_s
                self.bridge_nl = float(programme.volume_nl) if isinstance(programme, Bridge) else 0.0

    def basal_nl_h(self, now_s):
        match self.infusion:
            case None:
                return 0
            case Continuous(rate_nl_h):
                return rate_nl_h
            case MinimumRate():
                return 250
            case Bridge(_, rate_nl_h, then_nl_h):
                return rate_nl_h if self.bridge_nl > 0 else then_nl_h
            case Ramp(one, other, minutes):
                part = min(1.0, (now_s - self.began_s) // 60 / minutes)
                return math.floor(one + (other - one) * part + 0.5)
            case FlexInfusion(patterns):
                day, second = divmod(now_s + self.clock_ahead_s, 86_400)
                pattern = patterns[(day + 3) % 7 % len(patterns)]
                return [point.rate_nl_h for point in pattern if point.minute <= second // 60][-1]

    def live(self, now_s, span_s):
        """Go on for a span in which no minute begins."""
        while span_s > 1e-9:
            basal_nl_h = self.basal_nl_h(now_s)
            if self.prime_nl > 0:
                step_s = min(span_s, self.prime_nl * 3600 / 1e6)
                self.prime_nl = self.less(self.prime_nl, 1e6 * step_s / 3600)
                self.total_nl += 1e6 * step_s / 3600
                span_s -= step_s
                continue
            ends = [span_s]
            if self.single:
                ends.append(self.single[0] * 3600 / self.single[1])
            elif self.square:
                ends.append(self.square[0])
            if self.bridge_nl > 0:
                ends.append(self.bridge_nl * 3600 / basal_nl_h)
            step_s = min(ends)
            if self.single:
                self.total_nl += self.single[1] * step_s / 3600
                self.single[0] = self.less(self.single[0], self.single[1] * step_s / 3600)
            elif self.square:
                self.total_nl += self.square[1] * step_s / 3600
                self.square[0] = self.less(self.square[0], step_s)
            self.bridge_nl = self.less(self.bridge_nl, basal_nl_h * step_s / 3600)
            self.total_nl += basal_nl_h * step_s / 3600
            self.single = self.single if self.single and self.single[0] else None
            self.square = self.square if self.square and self.square[0] else None
            span_s -= step_s

    @staticmethod
    def less(value, by):
        return 0.0 if value - by < 1e-6 else value - by


class AnyTherapy(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        parameters = PumpParameters(reservoir_ul=100_000, low_reservoir_ul=0, clock_drift_ppm=0, boot_s=1.0)
        self.now_s = EPOCH_S
        self.firmware = BuiltInFirmware(parameters, np.random.default_rng(1), self.now_s * S)
        self.strokes = 0
        self.wanted = Wanted()
        self.given_s = []
        self.terms = None
        self.advance()
        self.say(SetWatchdog(600_000))

    def advance(self, volts=3.0):
        self.strokes += len(self.firmware.advance(self.now_s * S, supply_v=volts, line_kpa=0.0))

    def say(self, command):
        self.firmware.heard(self.now_s * S)
        return self.firmware.handle(command, self.now_s * S)

    def start(self, programme):
        whole = image(programme)
        if len(whole) < 248:
            reply = self.say(Stage(programme))
        else:
            for at in range(0, len(whole), 243):
                reply = self.say(StagePart(len(whole), at, whole[at : at + 243]))
        assert reply == DoneReply()
        return self.say(Commit(programme_crc(programme)))

    @rule(seconds=st.integers(1, 20_000), looks=st.integers(1, 5))
    def wait(self, seconds, looks):
        self.live(seconds, looks)

    def live(self, seconds, looks=1):
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            shown_s = self.now_s + self.wanted.clock_ahead_s
            minutes_s = (60 - shown_s % 60, 60 - (self.now_s - self.wanted.began_s) % 60)
            step_s = min(*minutes_s, end_s - self.now_s)
            self.wanted.live(self.now_s, step_s)
            self.now_s += step_s
            if self.now_s % looks == 0:
                self.advance()
            self.say(GetStatus())
        self.advance()

    @rule(several=st.lists(st.tuples(programmes, st.integers(0, 900)), min_size=1, max_size=4))
    def begin(self, several):
        for programme, seconds in several:
            if self.start(programme) == DoneReply():
                self.wanted.begin(programme, self.now_s)
            self.live(seconds)

    @rule(programme=programmes, wrong=st.integers(1, 65_535))
    def begin_with_another_crc(self, programme, wrong):
        self.say(Stage(programme))
        assert self.say(Commit(programme_crc(programme) ^ wrong)) != DoneReply()

    @rule(programme=programmes, share=st.floats(0, 0.99), commits=st.booleans())
    def break_off_while_staging(self, programme, share, commits):
        whole = image(programme)
        some = whole[: min(243, int(share * len(whole)))]
        self.say(StagePart(len(whole), 0, some) if some else GetStatus())
        if commits:
            assert self.say(Commit(programme_crc(programme))) != DoneReply()

    @rule(volume_nl=boluses, lockout_s=st.integers(60, 20_000), most=st.integers(1, 5))
    def allow(self, volume_nl, lockout_s, most):
        terms = PatientBoluses(volume_nl, 600_000, lockout_s, most)
        if self.start(terms) == DoneReply():
            self.terms = terms

    @rule(seconds=st.integers(0, 30_000))
    def request(self, seconds):
        self.live(seconds)
        answer = self.say(RequestBolus()).answer
        if answer is ReplyResult.OK:
            assert not self.given_s or self.now_s - self.given_s[-1] >= self.terms.lockout_s
            self.given_s.append(self.now_s)
            assert sum(s > self.now_s - 86_400 for s in self.given_s) <= self.terms.most_in_24_h
            self.wanted.begin(Bolus(self.terms.volume_nl, 600_000), self.now_s)
        assert (answer is ReplyResult.NOT_ALLOWED) == (self.terms is None)

    @rule(change_s=st.integers(-200_000, 200_000))
    def set_clock(self, change_s):
        self.wanted.clock_ahead_s += change_s
        assert self.say(SetClock((self.now_s + self.wanted.clock_ahead_s) * 1000)) == DoneReply()

    @rule()
    def stop(self):
        self.say(StopDelivery())
        self.wanted.stop()
        self.terms = None

    @rule()
    def cut_the_power(self):
        self.advance(volts=0.0)
        self.wanted.stop()
        self.terms = None
        self.now_s += 1
        self.advance()
        self.now_s += 2
        self.advance()

    @invariant()
    def what_is_delivered_is_what_is_wanted(self):
        self.advance()
        assert -1e-3 < self.wanted.total_nl - self.strokes * STROKE_NL < STROKE_NL + 1e-3

    @invariant()
    def the_status_tells_what_runs(self):
        said = self.firmware.handle(GetFullStatus(), self.now_s * S)
        wanted = self.wanted
        priming = wanted.prime_nl > 0
        assert said.first.delivered_nl == self.strokes * STROKE_NL
        assert said.first.basal_nl_h == (0 if priming else wanted.basal_nl_h(self.now_s))
        busy = priming or wanted.single or wanted.square
        runs = DeliveryState.INFUSING if wanted.infusion else DeliveryState.STOPPED
        assert said.first.state is (DeliveryState.BOLUS if busy else runs)
        assert said.therapy.infusion_crc == (programme_crc(wanted.infusion) if wanted.infusion else 0)


TestAnyTherapy = AnyTherapy.TestCase
TestAnyTherapy.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
