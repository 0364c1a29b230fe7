"""SHDLC frames and the SCC1 cable's commands: bytes to meaning and back. Pure functions.

Frames: request 7E adr cmd len data chk 7E, reply 7E adr cmd state len data chk 7E, chk the inverted low byte of the
sum before stuffing; 7E 7D 11 13 travel as 7D and the byte with bit 5 flipped.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

FLAG = 0x7E
ESCAPE = 0x7D
FLIP = 0x20
_STUFFED = tuple((bytes([b]), bytes([ESCAPE, b ^ FLIP])) for b in (ESCAPE, FLAG, 0x11, 0x13))
MAX_DATA = 255
SHORTEST_REQUEST = 4

SENSOR_TYPE = 3  # SF06, the only family with scale and unit per command
SIGNALS = 3  # flow, temperature, flags
RAW_MIN, RAW_MAX = -32768, 32767
TEMPERATURE_PER_C = 200.0
FLAG_AIR, FLAG_HIGH_FLOW = 0x01, 0x02
LIQUIDS = {"water": 0x3608, "isopropanol": 0x3615}


class CableCommand(IntEnum):
    """The commands of the cable that are used here."""

    SENSOR_TYPE = 0x24
    I2C_ADDRESS = 0x25
    SENSOR_STATUS = 0x30
    START = 0x33
    STOP = 0x34
    LAST_MEASUREMENT = 0x35
    READ_BUFFER = 0x36
    TOTALISER = 0x37
    TOTALISER_VALUE = 0x38
    TOTALISER_RESET = 0x39
    PART_NAME = 0x50
    SCALE_AND_UNIT = 0x53
    SERIAL = 0x54
    HARD_RESET = 0x65
    ADDRESS = 0x90
    BAUD = 0x91
    DEVICE_INFO = 0xD0
    VERSION = 0xD1
    ERROR_STATE = 0xD2
    RESET = 0xD3


class ShdlcState(IntEnum):
    """The low seven bits of a reply's state byte; bit 7 says that the device holds an error."""

    OK = 0
    DATA_SIZE = 1
    UNKNOWN_COMMAND = 2
    ACCESS = 3
    PARAMETER = 4
    CHECKSUM = 5
    FIRMWARE_UPDATE = 6


DEVICE_ERROR_BIT = 0x80


class FrameError(ValueError):
    """Bytes that are no frame; the message says why."""


class MeaningError(ValueError):
    """A frame whose data mean nothing that is known; the message says why."""


def checksum(content: bytes) -> int:
    """Return the check byte of a frame's content."""
    return ~sum(content) & 0xFF


def frame(content: bytes) -> bytes:
    """Return a whole frame around `content`, which lacks only its check byte."""
    stuffed = content + bytes([checksum(content)])
    for plain, escaped in _STUFFED:
        stuffed = stuffed.replace(plain, escaped)
    return b"\x7e" + stuffed + b"\x7e"


def request(address: int, command: int, data: bytes = b"") -> bytes:
    """Return the frame of a request."""
    return frame(bytes([address, command, len(data)]) + data)


def reply(address: int, command: int, state: int, data: bytes = b"") -> bytes:
    """Return the frame of a reply."""
    return frame(bytes([address, command, state, len(data)]) + data)


def unstuff(stuffed: bytes) -> bytes:
    """Return the bytes between two flags without escapes; raise FrameError for an escape of nothing."""
    parts = stuffed.split(bytes([ESCAPE]))
    if any(not part for part in parts[1:]):
        raise FrameError("an escape byte is followed by nothing or by another escape byte")
    return parts[0] + b"".join(bytes([part[0] ^ FLIP]) + part[1:] for part in parts[1:])


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks; `state` says what is wrong with the frame, OK mostly."""

    address: int
    command: int
    data: bytes
    state: ShdlcState = ShdlcState.OK


def parse_request(stuffed: bytes) -> Request:
    """Read what stands between two flags as a request; raise FrameError when it is too short to be one."""
    content = unstuff(stuffed)
    if len(content) < SHORTEST_REQUEST:
        raise FrameError(f"{len(content)} bytes are too short for a request")
    address, command, length = content[:3]
    data = content[3:-1]
    state = ShdlcState.OK
    if checksum(content[:-1]) != content[-1]:
        state = ShdlcState.CHECKSUM
    elif length != len(data):
        state = ShdlcState.DATA_SIZE
    return Request(address, command, data, state)


# Unit words: prefix in bits 0–3, time in bits 4–7, amount in bits 8–11. Amount 0 and 1 are norm and standard litres
# of gas, 9 is grams: none is a volume of liquid, and none may pass for one.
_PREFIX_UL = {3: Fraction(1, 1000), 4: Fraction(1), 5: Fraction(1000)}
_PER_HOUR = {3: Fraction(3600), 4: Fraction(60), 5: Fraction(1)}
_LITRE = 8
_AMOUNTS = {0: "norm litres", 1: "standard litres", 9: "grams"}


def ul_h_per_unit(unit: int) -> Fraction:
    """Return how many µL/h one of a unit word is, exactly; raise MeaningError for every word that is not known."""
    prefix, time, amount, rest = unit & 0xF, unit >> 4 & 0xF, unit >> 8 & 0xF, unit >> 12
    if amount != _LITRE:
        raise MeaningError(f"unit word {unit:04x} counts {_AMOUNTS.get(amount, 'something unknown')}, not litres")
    if rest or prefix not in _PREFIX_UL or time not in _PER_HOUR:
        raise MeaningError(f"unit word {unit:04x} is not known")
    return _PREFIX_UL[prefix] * _PER_HOUR[time]


@dataclass(frozen=True, slots=True)
class FlowScale:
    """How the sensor's raw numbers become flow: raw / scale in the unit of the unit word."""

    scale: int
    unit: int

    @property
    def ul_h_per_step(self) -> float:
        """Return one raw step in µL/h."""
        return float(ul_h_per_unit(self.unit) / self.scale)


def parse_scale(data: bytes) -> FlowScale:
    """Read the reply to SCALE_AND_UNIT; raise MeaningError when it gives no scale."""
    if len(data) != 6:
        raise MeaningError(f"scale and unit came in {len(data)} bytes instead of 6")
    scale, unit, _ = struct.unpack(">HHH", data)
    if scale == 0:
        raise MeaningError("the sensor says a scale of 0")
    ul_h_per_unit(unit)
    return FlowScale(scale, unit)


@dataclass(frozen=True, slots=True)
class Buffered:
    """One read of the extended buffer: bytes lost before these, bytes still there, raw samples of shape (n, 3)."""

    lost: int
    remaining: int
    raw: NDArray[np.int16]


def parse_buffer(data: bytes) -> Buffered:
    """Read the reply to READ_BUFFER; raise MeaningError when it is not one. No data at all means no samples."""
    if not data:
        return Buffered(0, 0, np.empty((0, SIGNALS), np.int16))
    if len(data) < 8:
        raise MeaningError(f"a buffer read of {len(data)} bytes lacks its head of 8")
    lost, remaining, signals = struct.unpack(">IHH", data[:8])
    if signals != SIGNALS:
        raise MeaningError(f"the buffer holds {signals} signals a sample instead of flow, temperature and flags")
    if (len(data) - 8) % (2 * SIGNALS):
        raise MeaningError(f"{len(data) - 8} bytes are no whole number of samples")
    return Buffered(lost, remaining, np.frombuffer(data, ">i2", offset=8).astype(np.int16).reshape(-1, SIGNALS))


def pack_buffer(buffered: Buffered) -> bytes:
    """Return the data of a reply to READ_BUFFER."""
    head = struct.pack(">IHH", buffered.lost, buffered.remaining, SIGNALS)
    return head + buffered.raw.astype(">i2").tobytes()


SAMPLES_PER_FRAME = (MAX_DATA - 8) // (2 * SIGNALS)


def parse_text(data: bytes) -> str:
    """Read a zero-terminated text; raise MeaningError for what nobody could read."""
    text = data.rstrip(b"\x00")
    if not text or not all(32 <= byte < 127 for byte in text):
        raise MeaningError(f"{data.hex(' ') or 'nothing'} is no text")
    return text.decode("ascii")
