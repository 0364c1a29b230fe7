"""Parts of the pump's firmware with one thing wrong each, one method each."""

from dataclasses import replace

from instruments.intrathecal_pump.messages import Alarm, LogEvent, Stage
from instruments.intrathecal_pump.programme import Continuous
from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.programming_limits import ProgrammingLimits
from instruments.intrathecal_pump.simulated.real_time_clock import NS_PER_MS, PumpClock
from instruments.intrathecal_pump.simulated.spell import NEVER_NS
from instruments.intrathecal_pump.simulated.staging import Staging
from instruments.intrathecal_pump.simulated.start_up import PumpStartUp
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner


class InfusesOn(InfusionSchedule):
    def stop(self):
        """STOP ends the bolus only."""


class ResumesByItself(InfusionSchedule):
    def power_lost(self):
        """Goes on when the power is back."""


class BasalGoneAfterBolus(BolusEngine):
    seen = False

    def total_nl_h(self, basal_nl_h):
        self.seen |= self.under_way
        return 0 if self.seen and not self.under_way else super().total_nl_h(basal_nl_h)


class BolusSaysTheRequest(BolusEngine):
    def stop(self):
        return super().stop() + 2_000


class NoLowestRate(ProgrammingLimits):
    def refusal(self, programme):
        return None if isinstance(programme, Continuous) else super().refusal(programme)


class StopLeavesWhatIsStaged(Staging):
    def drop(self):
        """Keeps it."""


class NeverLow(Alarms):
    def causes(self, t_ns, *, delivering):
        return super().causes(t_ns, delivering=delivering) & ~Alarm.RESERVOIR_LOW


class NeverEmpty(Alarms):
    def causes(self, t_ns, *, delivering):
        return super().causes(t_ns, delivering=delivering) & ~Alarm.RESERVOIR_EMPTY


class WarningStopsThePump(Alarms):
    def ends_delivery(self, alarm):
        return alarm is Alarm.RESERVOIR_LOW or super().ends_delivery(alarm)


class LinkLossNeverSeen(Alarms):
    def causes(self, t_ns, *, delivering):
        return super().causes(t_ns, delivering=delivering) & ~Alarm.LINK_LOST


class DeafWatchdog(LinkWatchdog):
    @property
    def fires_ns(self):
        return NEVER_NS


class NeverWarnsOfTheCell(Battery):
    @property
    def low(self):
        return False


class CountsAQuarterTooMuch(Books):
    def book(self, turns):
        super().book(turns)
        self._delivered_nl += len(turns.due_ns) * self._stroke_nl // 4


class RestartForgetsTheCount(Books):
    def booted(self, t_ns):
        super().booted(t_ns)
        self._delivered_nl = 0


class HasGaps(EventLog):
    def write(self, t_ns, event, detail):
        if event is LogEvent.BOLUS_ENDED:
            self._total += 1
        else:
            super().write(t_ns, event, detail)


class RunsFast(PumpClock):
    def read_ms(self, t_ns):
        return super().read_ms(t_ns) + (t_ns - self._set_at_ns) // 500 // NS_PER_MS


class SaturatesAt1200(StrokePlanner):
    def run(self, spell):
        return super().run(replace(spell, rate_nl_h=min(spell.rate_nl_h, 1_200_000)))


class LeakingValve(Mechanism):
    def strokes(self, turns):
        return [replace(stroke, volume_ul=0.9 * stroke.volume_ul) for stroke in super().strokes(turns)]


class BootsForTenSeconds(PumpStartUp):
    def up_ns(self, fed_ns):
        return super().up_ns(fed_ns) + 10_000_000_000


class StageTakesEffect(CommandDesk):
    def handle(self, command, now_ns):
        if isinstance(command, Stage) and isinstance(command.programme, Continuous):
            self.parts.schedule.begin(command.programme, now_ns)
        return super().handle(command, now_ns)
