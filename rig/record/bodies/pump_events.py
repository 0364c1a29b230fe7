"""What a pump says and does, and what ends its delivery, as events: states, log, motor, alarms that are expected."""

from dataclasses import dataclass

from rig.record.bodies.event import Event, Severity


@dataclass(frozen=True)
class LogLine:
    """One line of the pump's own log: its number, the pump's clock (ns), what it says."""

    number: int
    pump_clock_ns: int
    event: str
    detail: int = 0


@dataclass(frozen=True)
class PumpLogRead(Event):
    """Lines that the pump's own log has gained since it was last read."""

    NAME = "pump log"
    ORDINARY = True
    instrument: str
    lines: tuple[LogLine, ...]


@dataclass(frozen=True)
class NoLinkWatchdog(Event):
    """The pump does not stop by itself when the rig falls silent: only its supply and its operator can."""

    NAME = "no link watchdog"
    SEVERITY = Severity.WARNING
    instrument: str


@dataclass(frozen=True)
class PumpLogUnreadable(Event):
    """The pump's log has gained lines that could not be read."""

    NAME = "pump log unreadable"
    SEVERITY = Severity.WARNING
    instrument: str
    error: str


@dataclass(frozen=True)
class PumpStateChanged(Event):
    """The pump's status shows another state or other alarms than before; `at_ns` is when it was read, UTC ns.

    `log_entries` is how many lines the pump's log had by then, 0 for a pump without a log. `critical` are those of its
    alarms that it calls critical, None for a pump that tells no priorities; `sounding` those that it signals, None
    where it does not tell.
    """

    NAME = "pump state"
    ORDINARY = True
    instrument: str
    state: str
    at_ns: int
    alarms: tuple[str, ...] = ()
    log_entries: int = 0
    critical: tuple[str, ...] | None = None
    sounding: tuple[str, ...] | None = None


@dataclass(frozen=True)
class AlarmExpected(Event):
    """The plan under way provokes this alarm: it is no contradiction when it shows."""

    NAME = "alarm expected"
    ORDINARY = True
    alarm: str


@dataclass(frozen=True)
class EdgesCounted(Event):
    """What the DAQ's counter stood at when it was read at `at_ns` (UTC ns): edges of the pump's motor."""

    NAME = "edges counted"
    ORDINARY = True
    instrument: str
    at_ns: int
    edges: int


@dataclass(frozen=True)
class DeliveredAfterStop(Event):
    """Something was delivered although every pump had said that it was stopped."""

    NAME = "delivered after stop"
    SEVERITY = Severity.ALARM
    what: str
    done: tuple[str, ...] = ()


@dataclass(frozen=True)
class PumpDidNotStop(Event):
    """The pump did not stop when told: what was done about it, and what went wrong."""

    NAME = "pump did not stop"
    SEVERITY = Severity.ALARM
    done: tuple[str, ...]
    problems: tuple[str, ...]
