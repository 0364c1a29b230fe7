"""Parts of the pump's firmware that lie, drift, stall or run on: one thing wrong each."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import Alarm, DeliveryState, LogEvent
from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner

HOUR_NS = 3_600_000_000_000


class CountsFewerLines(CommandDesk):
    """Its status tells of two thirds of the lines that the log holds."""

    def status(self, now_ns):
        said = super().status(now_ns)
        return replace(said, log_entries=said.log_entries * 2 // 3)


class CountsMoreLines(CommandDesk):
    """Its status tells of a line that the log does not hold."""

    def status(self, now_ns):
        said = super().status(now_ns)
        return replace(said, log_entries=said.log_entries + 1)


class SaysStoppedAndRunsOn(CommandDesk):
    """Acknowledges STOP, says STOPPED, and infuses on."""

    told = False

    def stop(self, now_ns):
        self.told = self.told or self.parts.schedule.running
        schedule = self.parts.schedule
        kept = schedule._steps
        done = super().stop(now_ns)
        schedule._steps = kept
        return done

    def status(self, now_ns):
        said = super().status(now_ns)
        if not self.told:
            return said
        return replace(said, state=DeliveryState.STOPPED, basal_nl_h=0)


class StopsHalfAnHourLate(InfusionSchedule):
    """STOP takes effect after 30 min; the status is not held up by it."""

    ends_ns = 2**63 - 1
    now_ns = 0

    def begin(self, programme, t_ns):
        self.ends_ns = 2**63 - 1
        super().begin(programme, t_ns)

    def rate_nl_h(self, t_ns):
        self.now_ns = t_ns
        return 0 if t_ns >= self.ends_ns else super().rate_nl_h(t_ns)

    def changes_ns(self, t_ns):
        return min(self.ends_ns, super().changes_ns(t_ns)) if self.ends_ns > t_ns else super().changes_ns(t_ns)

    def stop(self):
        if self._steps and self.ends_ns == 2**63 - 1:
            self.ends_ns = self.now_ns + HOUR_NS // 2


class HidesThatItRuns(CommandDesk):
    """Goes with a schedule that stops late: says STOPPED as soon as it was told."""

    told = False

    def stop(self, now_ns):
        self.told = True
        return super().stop(now_ns)

    def begin(self, programme, now_ns):
        self.told = False
        super().begin(programme, now_ns)

    def status(self, now_ns):
        said = super().status(now_ns)
        return replace(said, state=DeliveryState.STOPPED, basal_nl_h=0) if self.told else said


class AlarmInEveryStatus(CommandDesk):
    """The status says ALARM, and delivery goes on."""

    def status(self, now_ns):
        said = super().status(now_ns)
        return replace(said, alarms=said.alarms | Alarm.BATTERY_LOW)


class FalseAlarmForAnHour(Alarms):
    """An hour into each infusion the low reservoir shows for an hour, without a reason."""

    began_ns = 0

    def causes(self, t_ns, *, delivering):
        self.began_ns = self.began_ns or t_ns if delivering else 0
        shows = delivering and HOUR_NS < t_ns - self.began_ns < 2 * HOUR_NS
        return super().causes(t_ns, delivering=delivering) | (Alarm.RESERVOIR_LOW if shows else Alarm(0))


class CountsAQuarterTooMuch(Books):
    def book(self, turns):
        super().book(turns)
        self._delivered_nl += len(turns.due_ns) * self._stroke_nl // 4


class CountsNothing(Books):
    def book(self, turns):
        kept = self._delivered_nl
        super().book(turns)
        self._delivered_nl = kept


class ReservoirFrozen(Books):
    def book(self, turns):
        kept = self._reservoir_nl
        super().book(turns)
        self._reservoir_nl = kept


class ClockGains500Ppm(PumpClock):
    def read_ms(self, t_ns):
        return super().read_ms(t_ns) + (t_ns - self._set_at_ns) // 2_000 // 1_000_000


class ClockLeapsAMinute(PumpClock):
    def read_ms(self, t_ns):
        return super().read_ms(t_ns) + (60_000 if t_ns - self._set_at_ns > 3 * HOUR_NS else 0)


class LogHasGaps(EventLog):
    def write(self, t_ns, event, detail):
        if event is LogEvent.INFUSION_STARTED:
            self._total += 1
        super().write(t_ns, event, detail)


class LogAltersOldLines(EventLog):
    """Halves the volume in the eleventh line but one, whatever it tells of."""

    def write(self, t_ns, event, detail):
        super().write(t_ns, event, detail)
        if len(self._records) > 11:
            old = self._records[-11]
            if old.event is LogEvent.BOLUS_ENDED:
                self._records[-11] = replace(old, detail=old.detail // 2)


class LogForgetsInfusions(EventLog):
    def write(self, t_ns, event, detail):
        if event is not LogEvent.INFUSION_STARTED:
            super().write(t_ns, event, detail)


class ThreeTimesTheRateForHalfAnHour(StrokePlanner):
    """The first half hour of an infusion runs at three times its rate, before any window begins."""

    began_ns = 0
    factor, hours = 3, 0.5

    def run(self, spell):
        if spell.rate_nl_h and not self.began_ns:
            self.began_ns = spell.from_ns
        fast = spell.rate_nl_h and spell.from_ns - self.began_ns < self.hours * HOUR_NS
        return super().run(replace(spell, rate_nl_h=self.factor * spell.rate_nl_h) if fast else spell)


class TwiceTheRateInTheEnd(StrokePlanner):
    """Runs well for four hours and a half, and then at twice the rate: behind the window, before the stop."""

    began_ns = 0

    def run(self, spell):
        if spell.rate_nl_h and not self.began_ns:
            self.began_ns = spell.from_ns
        late = spell.rate_nl_h and spell.from_ns - self.began_ns > 4.5 * HOUR_NS
        return super().run(replace(spell, rate_nl_h=2 * spell.rate_nl_h) if late else spell)


class Stalls(Mechanism):
    """The motor stands still, whatever the firmware believes."""

    def strokes(self, turns):
        return super().strokes(replace(turns, due_ns=()))


class StallsForTwoHours(Mechanism):
    began_ns = 0

    def strokes(self, turns):
        done = super().strokes(turns)
        if done and not self.began_ns:
            self.began_ns = done[0].t_ns
        return [one for one in done if not 3 * HOUR_NS < one.t_ns - self.began_ns < 5 * HOUR_NS]


class EmptyStrokes(Mechanism):
    """Turns as it should and moves a tenth less."""

    def strokes(self, turns):
        return [replace(stroke, volume_ul=0.9 * stroke.volume_ul) for stroke in super().strokes(turns)]


class LosesEachThirtiethStroke(Mechanism):
    """The motor does not turn, and the books go on: three percent, which no limit of a dose shows."""

    due = 0

    def strokes(self, turns):
        kept = []
        for stroke in super().strokes(turns):
            self.due += 1
            kept += [stroke] if self.due % 30 else []
        return kept


class TwoPercentLow(Mechanism):
    def strokes(self, turns):
        return [replace(stroke, volume_ul=0.976 * stroke.volume_ul) for stroke in super().strokes(turns)]


class TenStrokesAtOnce(StrokePlanner):
    """Saves current: gives ten strokes at once, and none in between. The mean is right."""

    saved = 0

    def run(self, spell):
        due = super().run(spell)
        given = []
        for moment_ns in due:
            self.saved += 1
            if self.saved == 10:
                given += [moment_ns] * 10
                self.saved = 0
        return given


class BolusAtTheHighestRate(BolusEngine):
    def begin(self, bolus):
        super().begin(replace(bolus, rate_nl_h=1_400_000))


class BolusTakesItsTime(BolusEngine):
    def begin(self, bolus):
        super().begin(replace(bolus, rate_nl_h=100_000))


class HastyWatchdog(LinkWatchdog):
    """Takes a rig that is silent for half a minute for one that is gone, whatever it was set to."""

    @property
    def fires_ns(self):
        return self._heard_ns + HOUR_NS // 120
