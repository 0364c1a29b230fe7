"""Bytes to meaning and back for every command and reply of the engineering link.

All integers are big-endian. Source: docs/pump-link.md.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import astuple, fields
from operator import attrgetter

from instruments.intrathecal_pump import therapy_dialect as therapy
from instruments.intrathecal_pump.codes import FIRST_ALARMS
from instruments.intrathecal_pump.frames import MAX_PAYLOAD_BYTES, DialectError
from instruments.intrathecal_pump.messages import (
    Alarm,
    Bounds,
    ClockReading,
    Command,
    CommandCode,
    Commit,
    DeliveryState,
    DoneReply,
    FullLimits,
    FullStatus,
    GetClock,
    GetLimits,
    GetStatus,
    Identification,
    Identify,
    Limits,
    LogEvent,
    LogPage,
    LogRecord,
    PatientReply,
    ReadLog,
    ReadStaged,
    RefusalReply,
    Reply,
    ReplyResult,
    SelfTestReply,
    SetClock,
    SetWatchdog,
    Stage,
    Staged,
    StagedPart,
    StatusReply,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import UnknownProgrammeError, from_image, image
from rig.moments import is_moment

_U16 = struct.Struct(">H")
_U32 = struct.Struct(">I")
_U64 = struct.Struct(">Q")
_LIMITS = struct.Struct(">7I")
_STATUS = struct.Struct(">BHIIIQIHQIII")
_PAGE = struct.Struct(">IIB")
_RECORD = struct.Struct(">IQHi")
_TEXT = re.compile(rb"[\x20-\x7e]{1,32}")
MAX_RECORDS = (MAX_PAYLOAD_BYTES - 1 - _PAGE.size) // _RECORD.size


# Read on every poll, where dataclasses.astuple would take most of the time.
_status_values = attrgetter(*(field.name for field in fields(StatusReply)))


class RefusedCommandError(DialectError):
    """A frame that is whole, but no command the pump can carry out; `result` is what the pump answers."""

    def __init__(self, result: ReplyResult) -> None:
        self.result = result
        super().__init__(result.name)


_BARE: dict[int, Callable[[], Command]] = {
    CommandCode.IDENTIFY: Identify,
    CommandCode.GET_LIMITS: GetLimits,
    CommandCode.GET_STATUS: GetStatus,
    CommandCode.GET_CLOCK: GetClock,
    CommandCode.STOP: StopDelivery,
    CommandCode.READ_STAGED: ReadStaged,
    **therapy.BARE,
}
_ONE_NUMBER: dict[int, tuple[struct.Struct, Callable[[int], Command]]] = {
    CommandCode.READ_LOG: (_U32, ReadLog),
    CommandCode.SET_CLOCK: (_U64, SetClock),
    CommandCode.SET_WATCHDOG: (_U32, SetWatchdog),
    CommandCode.COMMIT: (_U16, Commit),
    **therapy.ONE_NUMBER,
}
_BARE_CODES: dict[type, CommandCode] = {
    Identify: CommandCode.IDENTIFY,
    GetLimits: CommandCode.GET_LIMITS,
    GetStatus: CommandCode.GET_STATUS,
    GetClock: CommandCode.GET_CLOCK,
    StopDelivery: CommandCode.STOP,
    ReadStaged: CommandCode.READ_STAGED,
}


def encode_command(command: Command) -> tuple[CommandCode, bytes]:
    """Return a command's code and payload."""
    match command:
        case Stage(programme):
            return CommandCode.STAGE, image(programme)
        case ReadLog(first):
            return CommandCode.READ_LOG, _U32.pack(first)
        case SetClock(clock_ms):
            return CommandCode.SET_CLOCK, _U64.pack(clock_ms)
        case SetWatchdog(watchdog_ms):
            return CommandCode.SET_WATCHDOG, _U32.pack(watchdog_ms)
        case Commit(crc):
            return CommandCode.COMMIT, _U16.pack(crc)
        case Identify() | GetLimits() | GetStatus() | GetClock() | StopDelivery() | ReadStaged():
            return _BARE_CODES[type(command)], b""
        case _:
            return therapy.encode_therapy_command(command)


def decode_command(code: int, payload: bytes) -> Command:
    """Return the command; raise RefusedCommandError with the result that the pump answers instead."""
    if code in _BARE:
        if payload:
            raise RefusedCommandError(ReplyResult.BAD_LENGTH)
        return _BARE[code]()
    if code in _ONE_NUMBER:
        number, command = _ONE_NUMBER[code]
        if len(payload) != number.size:
            raise RefusedCommandError(ReplyResult.BAD_LENGTH)
        return command(number.unpack(payload)[0])
    if code not in (CommandCode.STAGE, CommandCode.STAGE_PART, *therapy.TWO_NUMBERS):
        raise RefusedCommandError(ReplyResult.UNKNOWN_COMMAND)
    try:
        if code == CommandCode.STAGE_PART:
            return therapy.stage_part(payload)
        if code in therapy.TWO_NUMBERS:
            return therapy.two_numbers(code, payload)
        return Stage(from_image(payload))
    except UnknownProgrammeError as error:
        raise RefusedCommandError(ReplyResult.UNKNOWN_PROGRAMME) from error
    except DialectError as error:
        raise RefusedCommandError(ReplyResult.BAD_LENGTH) from error


def encode_reply(reply: Reply) -> bytes:
    """Return a reply's payload: the result, then its fields."""
    if isinstance(reply, RefusalReply):
        return bytes((reply.result,))
    return bytes((ReplyResult.OK,)) + _fields(reply)


def _fields(reply: Reply) -> bytes:
    match reply:
        case Identification():
            texts = (text.encode("ascii") for text in (reply.maker, reply.model, reply.serial, reply.firmware))
            return b"".join(bytes((len(text),)) + text for text in texts)
        case Limits():
            return _LIMITS.pack(*astuple(reply))
        case StatusReply():
            return _STATUS.pack(*_status_values(reply))
        case LogPage(oldest, total, records):
            return _PAGE.pack(oldest, total, len(records)) + b"".join(_RECORD.pack(*astuple(r)) for r in records)
        case ClockReading(clock_ms):
            return _U64.pack(clock_ms)
        case Staged(programme):
            return image(programme)
        case FullStatus(first, beyond, patient, critical):
            return _fields(first) + therapy.full_status_fields(beyond, patient, critical)
        case StagedPart() | FullLimits() | PatientReply() | SelfTestReply() | Bounds():
            return therapy.therapy_fields(reply)
        case _:
            return b""


def decode_reply(code: int, payload: bytes) -> Reply:
    """Return what a reply to the command `code` says; raise DialectError when it says nothing that the link knows."""
    if not payload:
        raise DialectError("a reply without a result")
    try:
        result = ReplyResult(payload[0])
        if result is not ReplyResult.OK:
            if len(payload) != 1:
                raise DialectError(f"a refusal with {len(payload) - 1} bytes behind it")
            return RefusalReply(result)
        return _READERS.get(code, _done)(payload[1:])
    except struct.error as error:
        raise DialectError(f"the reply to code {code:#04x} has {len(payload)} bytes: {error}") from error
    except ValueError as error:  # what an enumeration says of a number that it does not hold
        raise DialectError(f"the reply to code {code:#04x} holds an unknown code: {error}") from error


def _done(data: bytes) -> DoneReply:
    if data:
        raise DialectError(f"{len(data)} bytes behind a plain OK")
    return DoneReply()


def _identification(data: bytes) -> Identification:
    texts = []
    while data:
        length, text, data = data[0], data[1 : 1 + data[0]], data[1 + data[0] :]
        if len(text) != length or _TEXT.fullmatch(text) is None:
            raise DialectError(f"{text!r} is not {length} (1 to 32) printable ASCII characters")
        texts.append(text.decode("ascii"))
    if len(texts) != 4:
        raise DialectError(f"{len(texts)} texts where maker, model, serial and firmware belong")
    return Identification(*texts)


def _limits(data: bytes) -> Limits:
    limits = Limits(*_LIMITS.unpack(data))
    sensible = (
        0 < limits.min_rate_nl_h <= limits.max_rate_nl_h <= limits.max_total_rate_nl_h
        and 0 < limits.min_bolus_nl <= limits.max_bolus_nl
        and limits.rate_step_nl_h > 0
        and limits.bolus_step_nl > 0
    )
    if not sensible:
        raise DialectError(f"limits that contradict each other: {limits}")
    return limits


def _status(data: bytes) -> StatusReply:
    state, alarms, *numbers = _STATUS.unpack(data)
    # An IntFlag keeps bits it does not know; an alarm nobody can name must not pass for none.
    if alarms & ~FIRST_ALARMS:
        raise DialectError(f"alarm bits {alarms:#06x} are not all known")
    return StatusReply(DeliveryState(state), Alarm(alarms), *numbers)


def _full_status(data: bytes) -> FullStatus:
    return FullStatus(_status(data[: _STATUS.size]), *therapy.full_status_rest(data[_STATUS.size :]))


def _page(data: bytes) -> LogPage:
    oldest, total, count = _PAGE.unpack(data[: _PAGE.size])
    rows = data[_PAGE.size :]
    if len(rows) != count * _RECORD.size:
        raise DialectError(f"{len(rows)} bytes for {count} log entries of {_RECORD.size}")
    records = tuple(
        LogRecord(n, _moment_ms(ms), LogEvent(event), detail) for n, ms, event, detail in _RECORD.iter_unpack(rows)
    )
    return LogPage(oldest, total, records)


def _moment_ms(ms: int) -> int:
    if not is_moment(ms * 1_000_000):
        raise DialectError(f"{ms} ms since 1970 is no moment")
    return ms


def _clock(data: bytes) -> ClockReading:
    return ClockReading(_moment_ms(*_U64.unpack(data)))


def _staged(data: bytes) -> Staged:
    return Staged(from_image(data))


_READERS: dict[int, Callable[[bytes], Reply]] = {
    CommandCode.IDENTIFY: _identification,
    CommandCode.GET_LIMITS: _limits,
    CommandCode.GET_STATUS: _status,
    CommandCode.READ_LOG: _page,
    CommandCode.GET_CLOCK: _clock,
    CommandCode.READ_STAGED: _staged,
    CommandCode.GET_FULL_STATUS: _full_status,
    **therapy.READERS,
}
