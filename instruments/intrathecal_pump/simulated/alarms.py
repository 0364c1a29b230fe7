"""The alarms: what is wrong, what ends delivery, what is logged, and what stays until it is acknowledged."""

from instruments.intrathecal_pump.messages import Alarm, LogEvent
from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from instruments.intrathecal_pump.simulated.part import Part

RESERVOIR = Alarm.RESERVOIR_LOW | Alarm.RESERVOIR_EMPTY
_ENDS_DELIVERY = Alarm.RESERVOIR_EMPTY | Alarm.BATTERY_DEPLETED | Alarm.LINK_LOST
_EVENTS = {
    Alarm.RESERVOIR_LOW: LogEvent.RESERVOIR_LOW,
    Alarm.RESERVOIR_EMPTY: LogEvent.RESERVOIR_EMPTY,
    Alarm.BATTERY_LOW: LogEvent.BATTERY_LOW,
    Alarm.BATTERY_DEPLETED: LogEvent.BATTERY_DEPLETED,
    Alarm.LINK_LOST: LogEvent.LINK_LOST,
}


class Alarms(Part):
    """Watches books, battery and watchdog; warnings are logged once, what ends delivery is latched."""

    def __init__(self, books: Books, battery: Battery, watchdog: LinkWatchdog, log: EventLog) -> None:
        self._books = books
        self._battery = battery
        self._watchdog = watchdog
        self._log = log
        self._latched = Alarm(0)
        self._told = Alarm(0)

    @property
    def latched(self) -> Alarm:
        """Return what has ended delivery and was not acknowledged yet; the pump is in ALARM while there is any."""
        return self._latched

    def causes(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return what is wrong at `t_ns`; silence is, only while something is being delivered."""
        holds = {
            Alarm.RESERVOIR_LOW: self._books.low,
            Alarm.RESERVOIR_EMPTY: self._books.empty,
            Alarm.BATTERY_LOW: self._battery.low,
            Alarm.BATTERY_DEPLETED: self._battery.depleted,
            Alarm.LINK_LOST: delivering and self._watchdog.expired(t_ns),
        }
        return Alarm(sum(alarm for alarm, cause in holds.items() if cause))

    def shown(self, t_ns: int, *, delivering: bool) -> Alarm:
        """Return the alarms that the status tells."""
        return self.latched | self.causes(t_ns, delivering=delivering)

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
        self._log.write(t_ns, _EVENTS[alarm], self.detail(alarm))

    def rearm(self, causes: Alarm) -> None:
        """Let a warning whose cause is gone be logged anew when it comes again."""
        self._told &= causes

    def acknowledge(self) -> None:
        """Forget what is latched: STOP was commanded."""
        self._latched = Alarm(0)

    def detail(self, alarm: Alarm) -> int:
        """Return what the log tells with an alarm: content in nL, voltage in mV, or watchdog time in ms."""
        if alarm in RESERVOIR:
            return self._books.reservoir_nl
        return self._watchdog.time_ms if alarm is Alarm.LINK_LOST else self._battery.measured_mv

    def power_lost(self) -> None:
        """Forget what is latched."""
        self._latched = Alarm(0)
