"""What the pump can be programmed to, in the link's integers, and the programme's image with its CRC."""

import math
import struct
from dataclasses import dataclass
from typing import TypeAlias

from instruments.intrathecal_pump.frames import DialectError, crc16

NL_PER_UL = 1000
_CONTINUOUS = struct.Struct(">BI")
_BOLUS = struct.Struct(">BII")
CONTINUOUS_KIND = 1
BOLUS_KIND = 2
# What floating point may add to a number that a person wrote with three decimals.
_ROUNDING = 1e-6


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


Programme: TypeAlias = Continuous | Bolus


def image(programme: Programme) -> bytes:
    """Return a programme's bytes: kind, then its fields as u32, big-endian."""
    if isinstance(programme, Continuous):
        return _CONTINUOUS.pack(CONTINUOUS_KIND, programme.rate_nl_h)
    return _BOLUS.pack(BOLUS_KIND, programme.volume_nl, programme.rate_nl_h)


def programme_crc(programme: Programme) -> int:
    """Return the CRC of a programme's image, which commits it."""
    return crc16(image(programme))


def from_image(data: bytes) -> Programme:
    """Read a programme's bytes; raise UnknownProgrammeError for another kind, DialectError for a wrong length."""
    if not data:
        raise DialectError("a programme without a kind")
    try:
        if data[0] == CONTINUOUS_KIND:
            return Continuous(*_CONTINUOUS.unpack(data)[1:])
        if data[0] == BOLUS_KIND:
            return Bolus(*_BOLUS.unpack(data)[1:])
    except struct.error as error:
        raise DialectError(f"a programme of kind {data[0]} in {len(data)} bytes") from error
    raise UnknownProgrammeError(f"programme kind {data[0]} is not known")


def thousandths(value: float) -> int | None:
    """Return whole nL for µL, nL/h for µL/h, ms for s; None when the value is not finite or has a finer fraction."""
    if not math.isfinite(value):
        return None
    whole = round(value * 1000)
    return whole if abs(value * 1000 - whole) <= _ROUNDING else None
