"""Frames of the engineering link: 0x00, the COBS-encoded body, 0x00. The body ends in its CRC.

Body: version, sequence number, code, payload, CRC-16/CCITT-FALSE (big-endian) over all before it. A body holds at
most 253 bytes, so that COBS costs exactly one byte and its special case of a 254-byte block cannot arise.
Source: docs/pump-link.md; COBS after Cheshire and Baker, 1999.
"""

from binascii import crc_hqx
from dataclasses import dataclass

from rig.errors import RigError

VERSION = 1
DELIMITER = b"\x00"
REPLY_BIT = 0x80
UNNUMBERED = 0  # a sequence number that is never taken for a repeat
MAX_SEQUENCE = 255
MAX_BODY_BYTES = 253
MAX_PAYLOAD_BYTES = MAX_BODY_BYTES - 5
_CRC_START = 0xFFFF
# What leads a run of so many bytes: half of a status is zeros, each a run of its own.
_LEADS = tuple(bytes((length + 1,)) for length in range(MAX_BODY_BYTES + 1))


class DialectError(RigError):
    """Bytes that are not the engineering link; stays inside this package, where it becomes an InstrumentError."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One body taken apart, its CRC already checked."""

    sequence: int
    code: int
    payload: bytes = b""
    version: int = VERSION


def crc16(data: bytes) -> int:
    """Return the CRC-16/CCITT-FALSE of `data` (polynomial 0x1021, start 0xFFFF); "123456789" gives 0x29B1."""
    return crc_hqx(data, _CRC_START)


def cobs_encode(data: bytes) -> bytes:
    """Return `data` (at most 253 bytes) without zeros: each run up to a zero is led by its length plus one."""
    if len(data) > MAX_BODY_BYTES:
        raise DialectError(f"a body of {len(data)} bytes is longer than {MAX_BODY_BYTES}")
    return b"".join([_LEADS[len(run)] + run for run in data.split(DELIMITER)])


def cobs_decode(data: bytes) -> bytes:
    """Undo `cobs_encode`; raise DialectError when a length leads past the end, is 0xFF or meets a zero."""
    size = len(data)
    runs = []
    at = 0
    # A zero anywhere is a length of nothing or stands in a run: neither is COBS.
    whole = DELIMITER not in data
    while at < size and whole:
        step = data[at]
        if step == 1:
            runs.append(b"")
        elif step == 0xFF or at + step > size:
            break
        else:
            runs.append(data[at + 1 : at + step])
        at += step
    if at < size:
        raise DialectError(f"not COBS: length {data[at]:#04x} at byte {at} of {size}")
    if not runs:
        raise DialectError("an empty frame")
    return DELIMITER.join(runs)


def encode_frame(frame: Frame) -> bytes:
    """Return a frame as it goes over the wire, both delimiters included."""
    body = bytes((frame.version, frame.sequence, frame.code)) + frame.payload
    return DELIMITER + cobs_encode(body + crc16(body).to_bytes(2, "big")) + DELIMITER


def decode_frame(chunk: bytes) -> Frame:
    """Take apart what stood between two delimiters; raise DialectError unless COBS, length and CRC are right."""
    body = cobs_decode(chunk)
    if not 5 <= len(body) <= MAX_BODY_BYTES:
        raise DialectError(f"a body of {len(body)} bytes; 5 to {MAX_BODY_BYTES} are allowed")
    said, found = int.from_bytes(body[-2:], "big"), crc16(body[:-2])
    if said != found:
        raise DialectError(f"CRC {said:#06x} came, {found:#06x} belongs to these bytes")
    return Frame(body[1], body[2], body[3:-2], body[0])


class Splitter:
    """Cuts a stream of bytes, however it arrives, into what stood between delimiters."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes, return the chunks that they complete; empty ones (two delimiters together) are left out."""
        *whole, pending = (self._pending + data).split(DELIMITER)
        # What is longer than any frame is noise, and cannot become a frame before the next delimiter.
        self._pending = pending[: MAX_BODY_BYTES + 2]
        return [chunk for chunk in whole if chunk]

    def reset(self) -> None:
        """Forget half a frame."""
        self._pending = b""
