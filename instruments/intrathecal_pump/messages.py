"""What is said on the engineering link, apart from its bytes: commands, replies, results, alarms and events.

Volumes are nL, rates nL/h, times ms, voltages mV, all integers. Firmware speaks in these. Source: docs/pump-link.md.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TypeAlias

from instruments.intrathecal_pump.programme import Programme


class CommandCode(IntEnum):
    """What a command wants; the reply bears the same code with REPLY_BIT set."""

    IDENTIFY = 0x01
    GET_LIMITS = 0x02
    GET_STATUS = 0x03
    READ_LOG = 0x04
    GET_CLOCK = 0x05
    SET_CLOCK = 0x06
    SET_WATCHDOG = 0x07
    STOP = 0x08
    STAGE = 0x10
    READ_STAGED = 0x11
    COMMIT = 0x12


# What must not happen twice needs a sequence number of its own.
NUMBERED_ONLY = frozenset({CommandCode.SET_CLOCK, CommandCode.SET_WATCHDOG, CommandCode.STAGE, CommandCode.COMMIT})


class ReplyResult(IntEnum):
    """The first byte of every reply."""

    OK = 0x00
    UNKNOWN_COMMAND = 0x01
    BAD_LENGTH = 0x02
    BAD_VERSION = 0x03
    BAD_SEQUENCE = 0x04
    UNKNOWN_PROGRAMME = 0x10
    OUT_OF_RANGE = 0x11
    NOT_A_STEP = 0x12
    ABOVE_TOTAL_RATE = 0x13
    NOTHING_STAGED = 0x20
    CRC_MISMATCH = 0x21
    BOLUS_RUNNING = 0x22
    ALARM_ACTIVE = 0x23
    RESERVOIR_EMPTY = 0x24
    BATTERY_DEPLETED = 0x25


class DeliveryState(IntEnum):
    """What the pump is doing."""

    STOPPED = 0
    INFUSING = 1
    BOLUS = 2
    ALARM = 3


class Alarm(IntFlag):
    """What is wrong; several can be set."""

    RESERVOIR_LOW = 0x0001
    RESERVOIR_EMPTY = 0x0002
    BATTERY_LOW = 0x0004
    BATTERY_DEPLETED = 0x0008
    LINK_LOST = 0x0010


class LogEvent(IntEnum):
    """What an entry of the event log tells."""

    POWER_ON = 0x0001
    INFUSION_STARTED = 0x0002
    BOLUS_STARTED = 0x0003
    BOLUS_ENDED = 0x0004
    STOPPED = 0x0005
    CLOCK_SET = 0x0006
    WATCHDOG_SET = 0x0007
    COMMIT_REFUSED = 0x0008
    LINK_LOST = 0x0010
    RESERVOIR_LOW = 0x0011
    RESERVOIR_EMPTY = 0x0012
    BATTERY_LOW = 0x0013
    BATTERY_DEPLETED = 0x0014


@dataclass(frozen=True, slots=True)
class Identify:
    """Ask who is there; opens a conversation."""


@dataclass(frozen=True, slots=True)
class GetLimits:
    """Ask what the pump can be programmed to."""


@dataclass(frozen=True, slots=True)
class GetStatus:
    """Ask what the pump is doing."""


@dataclass(frozen=True, slots=True)
class ReadLog:
    """Ask for the event log from entry `first` on."""

    first: int


@dataclass(frozen=True, slots=True)
class GetClock:
    """Ask for the pump's clock."""


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set the pump's clock, ms since 1970 UTC."""

    clock_ms: int


@dataclass(frozen=True, slots=True)
class SetWatchdog:
    """Set after how long a silence the pump stops by itself."""

    watchdog_ms: int


@dataclass(frozen=True, slots=True)
class StopDelivery:
    """End all delivery, forget a staged programme, acknowledge alarms."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Lay a programme down without starting it."""

    programme: Programme


@dataclass(frozen=True, slots=True)
class ReadStaged:
    """Ask for the staged programme."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Start the staged programme, if its CRC is this one."""

    crc: int


Command: TypeAlias = (
    Identify
    | GetLimits
    | GetStatus
    | ReadLog
    | GetClock
    | SetClock
    | SetWatchdog
    | StopDelivery
    | Stage
    | ReadStaged
    | Commit
)


@dataclass(frozen=True, slots=True)
class RefusalReply:
    """Any result but OK; nothing was changed."""

    result: ReplyResult


@dataclass(frozen=True, slots=True)
class DoneReply:
    """OK, with nothing to tell."""


@dataclass(frozen=True, slots=True)
class Identification:
    """Who the pump is; each text 1 to 32 printable ASCII characters."""

    maker: str
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What the pump can be programmed to; `max_total_rate_nl_h` bounds infusion and bolus together."""

    min_rate_nl_h: int
    max_rate_nl_h: int
    rate_step_nl_h: int
    min_bolus_nl: int
    max_bolus_nl: int
    bolus_step_nl: int
    max_total_rate_nl_h: int


@dataclass(frozen=True, slots=True)
class StatusReply:
    """The pump's account of itself; `delivered_nl` and `boluses` count since its manufacture."""

    state: DeliveryState
    alarms: Alarm
    basal_nl_h: int
    bolus_nl_h: int
    bolus_left_nl: int
    delivered_nl: int
    reservoir_nl: int
    battery_mv: int
    clock_ms: int
    log_entries: int
    boluses: int
    watchdog_ms: int


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One entry of the event log, in the pump's own time."""

    number: int
    clock_ms: int
    event: LogEvent
    detail: int


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries in order of number; `oldest` is the first still kept, `total` how many were ever written."""

    oldest: int
    total: int
    records: tuple[LogRecord, ...]


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The pump's clock, ms since 1970 UTC."""

    clock_ms: int


@dataclass(frozen=True, slots=True)
class Staged:
    """The staged programme, as the pump holds it."""

    programme: Programme


Reply: TypeAlias = RefusalReply | DoneReply | Identification | Limits | StatusReply | LogPage | ClockReading | Staged
