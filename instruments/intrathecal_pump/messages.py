"""What is said on the engineering link, apart from its bytes: commands, replies, results, alarms and events.

Volumes are nL, rates nL/h, times ms, voltages mV, all integers. Firmware speaks in these. Source: docs/pump-link.md.
"""

from dataclasses import dataclass
from typing import TypeAlias

from instruments.intrathecal_pump.codes import (
    NUMBERED_ONLY,
    Alarm,
    CommandCode,
    DeliveryState,
    Finding,
    LogEvent,
    ReplyResult,
)
from instruments.intrathecal_pump.programme import Programme
from instruments.intrathecal_pump.therapy_messages import (
    Acknowledge,
    Bounds,
    FullLimits,
    GetBounds,
    GetFullLimits,
    GetFullStatus,
    PatientReply,
    PatientTerms,
    ReadPart,
    Refilled,
    RequestBolus,
    SelfTest,
    SelfTestReply,
    SetDoseLimit,
    SetLowMark,
    SetTrial,
    StagedPart,
    StagePart,
    TherapyStatus,
)

__all__ = [
    "NUMBERED_ONLY",
    "Acknowledge",
    "Alarm",
    "Bounds",
    "ClockReading",
    "Command",
    "CommandCode",
    "Commit",
    "DeliveryState",
    "DoneReply",
    "Finding",
    "FullLimits",
    "FullStatus",
    "GetBounds",
    "GetClock",
    "GetFullLimits",
    "GetFullStatus",
    "GetLimits",
    "GetStatus",
    "Identification",
    "Identify",
    "Limits",
    "LogEvent",
    "LogPage",
    "LogRecord",
    "PatientReply",
    "PatientTerms",
    "ReadLog",
    "ReadPart",
    "ReadStaged",
    "Refilled",
    "RefusalReply",
    "Reply",
    "ReplyResult",
    "RequestBolus",
    "SelfTest",
    "SelfTestReply",
    "SetClock",
    "SetDoseLimit",
    "SetLowMark",
    "SetTrial",
    "SetWatchdog",
    "Stage",
    "StagePart",
    "Staged",
    "StagedPart",
    "StatusReply",
    "StopDelivery",
    "TherapyStatus",
]


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
    | StagePart
    | ReadPart
    | GetFullLimits
    | GetFullStatus
    | RequestBolus
    | Acknowledge
    | Refilled
    | SetLowMark
    | SelfTest
    | SetDoseLimit
    | SetTrial
    | GetBounds
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


@dataclass(frozen=True, slots=True)
class FullStatus:
    """The pump's whole account of itself: the first edition's, and what the second added.

    `critical` are those of its alarms that are critical; None for a pump that does not tell.
    """

    first: StatusReply
    therapy: TherapyStatus
    patient: PatientTerms
    critical: Alarm | None = None


Reply: TypeAlias = (
    RefusalReply
    | DoneReply
    | Identification
    | Limits
    | StatusReply
    | LogPage
    | ClockReading
    | Staged
    | StagedPart
    | FullLimits
    | FullStatus
    | PatientReply
    | SelfTestReply
    | Bounds
)
