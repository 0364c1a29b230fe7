"""The alarms: what is wrong, what ends delivery, what is logged, and what stays until it is acknowledged."""

from typing import ClassVar

from instruments.intrathecal_pump.codes import NON_CRITICAL_ALARMS
from instruments.intrathecal_pump.messages import Alarm, LogEvent
from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.flow_monitor import FlowMonitor
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.rest_timer import TOO_LONG_S, RestTimer
from instruments.intrathecal_pump.simulated.self_test import PumpSelfTest
from instruments.intrathecal_pump.simulated.trial import TrialSession

RESERVOIR = Alarm.RESERVOIR_LOW | Alarm.RESERVOIR_EMPTY
# What may come up while the pump delivers, besides the reservoir's and the cell's.
WHILE_DELIVERING = (
    Alarm.LINK_LOST | Alarm.STALL | Alarm.MEMORY_ERROR | Alarm.DOSE_LIMIT | Alarm.TRIAL_OVER | Alarm.OVER_INFUSION
)
# What the cell has come to: warned of at any time, and what ends delivery only while there is any.
CELL_WARNINGS = Alarm.BATTERY_LOW | Alarm.ELECTIVE_REPLACEMENT
CELL_ENDS = Alarm.BATTERY_DEPLETED | Alarm.END_OF_SERVICE
_ENDS_DELIVERY = Alarm.RESERVOIR_EMPTY | CELL_ENDS | WHILE_DELIVERING
NO_ALARM = Alarm(0)
_EVENTS = {
    Alarm.RESERVOIR_LOW: LogEvent.RESERVOIR_LOW,
    Alarm.RESERVOIR_EMPTY: LogEvent.RESERVOIR_EMPTY,
    Alarm.BATTERY_LOW: LogEvent.BATTERY_LOW,
    Alarm.BATTERY_DEPLETED: LogEvent.BATTERY_DEPLETED,
    Alarm.LINK_LOST: LogEvent.LINK_LOST,
    Alarm.STOPPED_TOO_LONG: LogEvent.STOPPED_TOO_LONG,
    Alarm.STALL: LogEvent.STALL,
    Alarm.MEMORY_ERROR: LogEvent.MEMORY_ERROR,
    Alarm.DOSE_LIMIT: LogEvent.DOSE_LIMIT,
    Alarm.ELECTIVE_REPLACEMENT: LogEvent.ELECTIVE_REPLACEMENT,
    Alarm.END_OF_SERVICE: LogEvent.END_OF_SERVICE,
    Alarm.RESET: LogEvent.RESET,
    Alarm.TRIAL_OVER: LogEvent.TRIAL_OVER,
    Alarm.OVER_INFUSION: LogEvent.OVER_INFUSION,
    Alarm.UNDER_INFUSION: LogEvent.UNDER_INFUSION,
}


class Alarms(Part):
    """Watches the other parts; warnings are logged once, what ends delivery is latched."""

    KEPT: ClassVar[tuple[str, ...]] = ("_reset",)

    def __init__(
        self,
        books: Books,
        battery: Battery,
        watchdog: LinkWatchdog,
        log: EventLog,
        *,
        mechanism: Mechanism,
        rest: RestTimer,
        dose_limit: DoseLimit,
        trial: TrialSession,
        flow_monitor: FlowMonitor,
        self_test: PumpSelfTest,
    ) -> None:
        self._mechanism = mechanism
        self._rest = rest
        self._dose_limit = dose_limit
        self._trial = trial
        self._flow_monitor = flow_monitor
        self._self_test = self_test
        self._books = books
        self._battery = battery
        self._watchdog = watchdog
        self._log = log
        self._latched = Alarm(0)
        self._told = Alarm(0)
        self._silenced = Alarm(0)
        self._stalled = False
        self._reset = False

    @property
    def latched(self) -> Alarm:
        """Return what has ended delivery and was not acknowledged yet; the pump is in ALARM while there is any."""
        return self._latched

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong at `t_ns`; silence is, only while something is being delivered."""
        holds = (
            (Alarm.RESERVOIR_LOW, self._books.low),
            (Alarm.RESERVOIR_EMPTY, self._books.empty),
            (Alarm.BATTERY_LOW, self._battery.low),
            (Alarm.BATTERY_DEPLETED, self._battery.depleted),
            (Alarm.LINK_LOST, delivering and self._watchdog.expired(t_ns)),
            (Alarm.STOPPED_TOO_LONG, not delivering and self._rest.too_long(t_ns)),
            (Alarm.STALL, self._mechanism.stalled),
            (Alarm.MEMORY_ERROR, self._self_test.memory_failed),
            (Alarm.DOSE_LIMIT, delivering and self._dose_limit.reached(t_ns)),
            (Alarm.ELECTIVE_REPLACEMENT, self._battery.elective),
            (Alarm.END_OF_SERVICE, self._battery.ended),
            (Alarm.RESET, self._reset),
            (Alarm.TRIAL_OVER, delivering and self._trial.over(t_ns)),
            (Alarm.OVER_INFUSION, delivering and self._flow_monitor.over),
            (Alarm.UNDER_INFUSION, delivering and self._flow_monitor.under),
        )
        causes = [alarm for alarm, cause in holds if cause]
        return Alarm(sum(causes)) if causes else NO_ALARM

    def shown(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return the alarms that the status tells."""
        return self.latched | self.causes(t_ns, delivering=delivering)

    def sounding(self, shown: Alarm) -> Alarm:
        """Return which of the alarms that are shown are signalled: those that were not silenced since they came."""
        return shown & ~self._silenced

    def critical(self, shown: Alarm) -> Alarm:
        """Return which of the alarms that are shown are told as critical."""
        return shown & ~NON_CRITICAL_ALARMS

    def silence(self, shown: Alarm) -> Alarm:
        """Signal what is shown no longer; return what was signalled until now."""
        sounding = self.sounding(shown)
        self._silenced |= sounding
        return sounding

    def ends_delivery(self, alarm: Alarm) -> bool:
        """Tell whether the pump stops itself for this alarm."""
        return alarm in _ENDS_DELIVERY

    def warn(self, alarm: Alarm, t_ns: int) -> None:
        """Log an alarm that delivery goes on with, once for as long as its cause lasts."""
        if alarm not in self._told:
            self._told |= alarm
            self._log.write(t_ns, _EVENTS[alarm], self.detail(alarm))

    def latch(self, alarm: Alarm, t_ns: int) -> None:
        """Log an alarm that has ended delivery, and keep it until it is acknowledged."""
        self._latched |= alarm
        self._silenced &= ~alarm
        detail = self._dose_limit.reached_nl(t_ns) if alarm == Alarm.DOSE_LIMIT else self.detail(alarm)
        self._log.write(t_ns, _EVENTS[alarm], detail)

    def rearm(self, causes: Alarm) -> None:
        """Let a warning whose cause is gone be logged anew when it comes again."""
        self._told &= causes
        self._silenced &= causes | self._latched

    def stall_is_over(self, causes: Alarm) -> bool:
        """Tell once, when the motor turns freely again, that the stall is over."""
        before, self._stalled = self._stalled, Alarm.STALL in causes
        return before and not self._stalled

    def acknowledge(self) -> None:
        """Forget what is latched: STOP was commanded."""
        self._latched = Alarm(0)
        self._reset = False

    def reset(self, t_ns: int) -> None:
        """Tell that a delivery ended with the power; it stays so until somebody says what is to be done now."""
        self._reset = True
        self._silenced &= ~Alarm.RESET
        self._log.write(t_ns, _EVENTS[Alarm.RESET], self.detail(Alarm.RESET))

    def programmed(self) -> None:
        """Take note that a programme began: the former one is not waited for any longer."""
        self._reset = False

    def detail(self, alarm: Alarm) -> int:
        """Return what the log tells with an alarm, as the page of the link says: content in nL, voltage in mV, …"""
        if alarm in RESERVOIR:
            return self._books.reservoir_nl
        details = {
            Alarm.LINK_LOST: self._watchdog.time_ms,
            Alarm.STOPPED_TOO_LONG: TOO_LONG_S,
            Alarm.STALL: self._books.delivered_nl,
            Alarm.MEMORY_ERROR: 0,
            Alarm.RESET: self._books.delivered_nl,
            Alarm.OVER_INFUSION: self._books.delivered_nl,
            Alarm.UNDER_INFUSION: self._books.delivered_nl,
            Alarm.TRIAL_OVER: self._trial.total_nl - self._trial.left_nl(),
            Alarm.ELECTIVE_REPLACEMENT: round(self._battery.left_mah),
            Alarm.END_OF_SERVICE: round(self._battery.left_mah),
        }
        return details.get(alarm, self._battery.measured_mv)

    def power_lost(self) -> None:
        """Forget what is latched, and what was silenced."""
        self._latched = Alarm(0)
        self._silenced = Alarm(0)
