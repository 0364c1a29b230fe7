"""What the pump can be programmed to, in the link's integers, and the programme's image with its CRC."""

import math
import struct
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import TypeAlias

from instruments.intrathecal_pump.frames import DialectError, crc16

NL_PER_UL = 1000
CONTINUOUS_KIND = 1
BOLUS_KIND = 2
FLEX_KIND = 16
RAMP_KIND = 17
MINIMUM_KIND = 18
SQUARE_KIND = 19
COMBINATION_KIND = 20
PRIME_KIND = 21
BRIDGE_KIND = 22
PATIENT_KIND = 23
# What floating point may add to a number that a person wrote with three decimals.
_ROUNDING = 1e-6
_HEAD = struct.Struct(">BB")
_FLEX_STEP = struct.Struct(">HI")


class UnknownProgrammeError(DialectError):
    """A programme of a kind that this version of the link does not have."""


@dataclass(frozen=True, slots=True)
class Continuous:
    """A constant infusion."""

    rate_nl_h: int


@dataclass(frozen=True, slots=True)
class Bolus:
    """A single bolus on top of the present infusion, which goes on unchanged."""

    volume_nl: int
    rate_nl_h: int


@dataclass(frozen=True, slots=True)
class FlexPoint:
    """From `minute` of the pump's day on, 0 to 1439, the infusion runs at `rate_nl_h`."""

    minute: int
    rate_nl_h: int


@dataclass(frozen=True, slots=True)
class FlexInfusion:
    """An infusion by the pump's own weekday and time: one day's steps for all days, or those of Monday to Sunday."""

    days: tuple[tuple[FlexPoint, ...], ...]


@dataclass(frozen=True, slots=True)
class Ramp:
    """An infusion that changes by an equal part each minute, and stays at the last rate."""

    from_nl_h: int
    to_nl_h: int
    minutes: int


@dataclass(frozen=True, slots=True)
class MinimumRate:
    """An infusion at the pump's own minimum rate."""


@dataclass(frozen=True, slots=True)
class SquareBolus:
    """A bolus that is spread evenly over a time, on top of the present infusion; a single bolus pre-empts it."""

    volume_nl: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Combination:
    """A single bolus, and behind it a square one."""

    now_nl: int
    now_rate_nl_h: int
    then_nl: int
    then_seconds: int


@dataclass(frozen=True, slots=True)
class Prime:
    """A volume at the pump's prime rate; infusion and boluses wait for its end."""

    volume_nl: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """An infusion of a volume at one rate, and then at another."""

    volume_nl: int
    rate_nl_h: int
    then_nl_h: int


@dataclass(frozen=True, slots=True)
class PatientBoluses:
    """What a patient's request gives, how long from start to start none is given, and how many in any 24 h."""

    volume_nl: int
    rate_nl_h: int
    lockout_s: int
    most_in_24_h: int


Infusion: TypeAlias = Continuous | FlexInfusion | Ramp | MinimumRate | Bridge
Programme: TypeAlias = Infusion | Bolus | SquareBolus | Combination | Prime | PatientBoluses

_FIXED: dict[int, tuple[struct.Struct, Callable[..., Programme]]] = {
    CONTINUOUS_KIND: (struct.Struct(">I"), Continuous),
    BOLUS_KIND: (struct.Struct(">II"), Bolus),
    RAMP_KIND: (struct.Struct(">III"), Ramp),
    MINIMUM_KIND: (struct.Struct(">"), MinimumRate),
    SQUARE_KIND: (struct.Struct(">II"), SquareBolus),
    COMBINATION_KIND: (struct.Struct(">IIII"), Combination),
    PRIME_KIND: (struct.Struct(">I"), Prime),
    BRIDGE_KIND: (struct.Struct(">III"), Bridge),
    PATIENT_KIND: (struct.Struct(">IIIH"), PatientBoluses),
}
_KINDS: dict[object, int] = {FlexInfusion: FLEX_KIND, **{made: kind for kind, (_, made) in _FIXED.items()}}


def kind_of(programme: Programme) -> int:
    """Return the kind that leads a programme's image."""
    return _KINDS[type(programme)]


def image(programme: Programme) -> bytes:
    """Return a programme's bytes: kind, then its fields, big-endian."""
    if isinstance(programme, FlexInfusion):
        days = (bytes((len(day),)) + b"".join(_FLEX_STEP.pack(*astuple(p)) for p in day) for day in programme.days)
        return _HEAD.pack(FLEX_KIND, len(programme.days)) + b"".join(days)
    kind = kind_of(programme)
    return bytes((kind,)) + _FIXED[kind][0].pack(*astuple(programme))


def programme_crc(programme: Programme) -> int:
    """Return the CRC of a programme's image, which commits it."""
    return crc16(image(programme))


def from_image(data: bytes) -> Programme:
    """Read a programme's bytes; raise UnknownProgrammeError for another kind, DialectError for a wrong length."""
    if not data:
        raise DialectError("a programme without a kind")
    kind = data[0]
    try:
        if kind == FLEX_KIND:
            return _flex(data)
        if kind in _FIXED:
            fields, made = _FIXED[kind]
            return made(*fields.unpack(data[1:]))
    except struct.error as error:
        raise DialectError(f"a programme of kind {kind} in {len(data)} bytes") from error
    raise UnknownProgrammeError(f"programme kind {kind} is not known")


def _flex(data: bytes) -> FlexInfusion:
    _, count = _HEAD.unpack_from(data)
    at, days = _HEAD.size, []
    for _ in range(count):
        (steps,) = struct.unpack_from(">B", data, at)
        end = at + 1 + steps * _FLEX_STEP.size
        if end > len(data):
            raise DialectError(f"a flex programme of {count} days in {len(data)} bytes")
        days.append(tuple(FlexPoint(*fields) for fields in _FLEX_STEP.iter_unpack(data[at + 1 : end])))
        at = end
    if at != len(data):
        raise DialectError(f"{len(data) - at} bytes behind a flex programme of {count} days")
    return FlexInfusion(tuple(days))


def thousandths(value: float) -> int | None:
    """Return whole nL for µL, nL/h for µL/h, ms for s; None when the value is not finite or has a finer fraction."""
    if not math.isfinite(value):
        return None
    whole = round(value * 1000)
    return whole if abs(value * 1000 - whole) <= _ROUNDING else None
