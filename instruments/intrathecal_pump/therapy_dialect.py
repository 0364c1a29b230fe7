"""Bytes to meaning and back for what the link's second edition added. Source: docs/pump-link.md."""

import struct
from collections.abc import Callable
from dataclasses import astuple, fields
from operator import attrgetter
from typing import TypeAlias

from instruments.intrathecal_pump.codes import Alarm, CommandCode, Finding, ReplyResult
from instruments.intrathecal_pump.frames import MAX_PAYLOAD_BYTES, DialectError
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

TherapyCommand: TypeAlias = (
    StagePart
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
OwnReply: TypeAlias = StagedPart | FullLimits | PatientReply | SelfTestReply | Bounds
_U16 = struct.Struct(">H")
_U32 = struct.Struct(">I")
_TWO_NUMBERS = struct.Struct(">II")
_BOUNDS = struct.Struct(">6IQQ")
_PART = struct.Struct(">HH")
_LIMITS = struct.Struct(">15I")
_THERAPY = struct.Struct(">HHBH8I")
_PATIENT = struct.Struct(">IIIHIHII")
# Read on every poll, where dataclasses.astuple would take most of the time.
_therapy_values = attrgetter(*(field.name for field in fields(TherapyStatus)))
_patient_values = attrgetter(*(field.name for field in fields(PatientTerms)))
_WITHOUT_PRIORITIES = _THERAPY.size + _PATIENT.size
FULL_STATUS_BYTES = _WITHOUT_PRIORITIES + _U16.size
# How much of a programme goes into one frame, so that a reply with its result holds as much.
PART_BYTES = MAX_PAYLOAD_BYTES - 1 - _PART.size

BARE: dict[int, Callable[[], TherapyCommand]] = {
    CommandCode.GET_FULL_LIMITS: GetFullLimits,
    CommandCode.GET_FULL_STATUS: GetFullStatus,
    CommandCode.REQUEST_BOLUS: RequestBolus,
    CommandCode.ACKNOWLEDGE: Acknowledge,
    CommandCode.SELF_TEST: SelfTest,
    CommandCode.GET_BOUNDS: GetBounds,
}
ONE_NUMBER: dict[int, tuple[struct.Struct, Callable[[int], TherapyCommand]]] = {
    CommandCode.READ_PART: (_U16, ReadPart),
    CommandCode.REFILLED: (_U32, Refilled),
    CommandCode.SET_LOW_MARK: (_U32, SetLowMark),
}
TWO_NUMBERS: dict[int, Callable[[int, int], TherapyCommand]] = {
    CommandCode.SET_DOSE_LIMIT: SetDoseLimit,
    CommandCode.SET_TRIAL: SetTrial,
}
_BARE_CODES: dict[object, CommandCode] = {made: CommandCode(code) for code, made in BARE.items()}
CODES = frozenset({CommandCode.STAGE_PART, *map(CommandCode, (*BARE, *ONE_NUMBER, *TWO_NUMBERS))})


def encode_therapy_command(command: TherapyCommand) -> tuple[CommandCode, bytes]:
    """Return a command's code and payload."""
    match command:
        case StagePart(total, offset, data):
            return CommandCode.STAGE_PART, _PART.pack(total, offset) + data
        case ReadPart(offset):
            return CommandCode.READ_PART, _U16.pack(offset)
        case Refilled(volume_nl):
            return CommandCode.REFILLED, _U32.pack(volume_nl)
        case SetLowMark(volume_nl):
            return CommandCode.SET_LOW_MARK, _U32.pack(volume_nl)
        case SetDoseLimit(volume_nl, window_s):
            return CommandCode.SET_DOSE_LIMIT, _TWO_NUMBERS.pack(volume_nl, window_s)
        case SetTrial(volume_nl, seconds):
            return CommandCode.SET_TRIAL, _TWO_NUMBERS.pack(volume_nl, seconds)
        case _:
            return _BARE_CODES[type(command)], b""


def stage_part(payload: bytes) -> StagePart:
    """Read the payload of STAGE_PART; raise DialectError for one without bytes of a programme, or with too many."""
    data = payload[_PART.size :]
    if not 1 <= len(data) <= PART_BYTES:
        raise DialectError(f"a part of {len(data)} bytes; 1 to {PART_BYTES} belong into one")
    total, offset = _PART.unpack_from(payload)
    return StagePart(total, offset, data)


def two_numbers(code: int, payload: bytes) -> TherapyCommand:
    """Read the payload of a command of two numbers; raise DialectError for another length."""
    if len(payload) != _TWO_NUMBERS.size:
        raise DialectError(f"{len(payload)} bytes where {_TWO_NUMBERS.size} belong")
    return TWO_NUMBERS[code](*_TWO_NUMBERS.unpack(payload))


def therapy_fields(reply: OwnReply) -> bytes:
    """Return a reply's fields."""
    match reply:
        case StagedPart(total, offset, data):
            return _PART.pack(total, offset) + data
        case FullLimits():
            return _LIMITS.pack(*astuple(reply))
        case PatientReply(answer):
            return bytes((answer,))
        case SelfTestReply(found):
            return _U16.pack(found)
        case Bounds():
            return _BOUNDS.pack(*astuple(reply))


def full_status_fields(therapy: TherapyStatus, patient: PatientTerms, critical: Alarm | None) -> bytes:
    """Return what the full status has behind the first edition's; a pump that tells no priorities leaves them out."""
    priorities = b"" if critical is None else _U16.pack(critical)
    return _THERAPY.pack(*_therapy_values(therapy)) + _PATIENT.pack(*_patient_values(patient)) + priorities


def full_status_rest(data: bytes) -> tuple[TherapyStatus, PatientTerms, Alarm | None]:
    """Read what the full status has behind the first edition's; the last is None where it tells no priorities.

    Raises DialectError for alarms without a name, and for a critical one that is not set.
    """
    alarms, sounding, *numbers = _THERAPY.unpack(data[: _THERAPY.size])
    if (alarms | sounding) & ~sum(Alarm):
        raise DialectError(f"alarm bits {alarms:#06x}, sounding {sounding:#06x}, are not all known")
    patient = PatientTerms(*_PATIENT.unpack(data[_THERAPY.size : _WITHOUT_PRIORITIES]))
    return TherapyStatus(Alarm(alarms), Alarm(sounding), *numbers), patient, _critical(data, alarms)


def _critical(data: bytes, alarms: int) -> Alarm | None:
    told = data[_WITHOUT_PRIORITIES:]
    if not told:
        return None
    (critical,) = _U16.unpack(told)
    if critical & ~alarms:
        raise DialectError(f"critical alarms {critical:#06x} are not all among those that are set, {alarms:#06x}")
    return Alarm(critical)


def _staged_part(data: bytes) -> StagedPart:
    total, offset = _PART.unpack(data[: _PART.size])
    return StagedPart(total, offset, data[_PART.size :])


def _limits(data: bytes) -> FullLimits:
    return FullLimits(*_LIMITS.unpack(data))


def _patient(data: bytes) -> PatientReply:
    (answer,) = struct.unpack(">B", data)
    return PatientReply(ReplyResult(answer))


def _self_test(data: bytes) -> SelfTestReply:
    (found,) = _U16.unpack(data)
    if found & ~sum(Finding):
        raise DialectError(f"findings {found:#06x} are not all known")
    return SelfTestReply(Finding(found))


def _bounds(data: bytes) -> Bounds:
    return Bounds(*_BOUNDS.unpack(data))


READERS: dict[int, Callable[[bytes], OwnReply]] = {
    CommandCode.READ_PART: _staged_part,
    CommandCode.GET_FULL_LIMITS: _limits,
    CommandCode.REQUEST_BOLUS: _patient,
    CommandCode.SELF_TEST: _self_test,
    CommandCode.GET_BOUNDS: _bounds,
}
