"""What can be wrong with the twin's answers, switched on by a test of the other side."""

from dataclasses import dataclass, replace
from enum import StrEnum

from instruments.intrathecal_pump.frames import DELIMITER, DialectError, Frame, decode_frame, encode_frame


class Fault(StrEnum):
    """One way in which a link or a pump goes wrong."""

    NONE = "none"
    DEAF = "deaf"  # the command is not heard
    SILENT = "silent"  # the command is carried out, the reply is lost
    LATE = "late"  # the reply comes only in front of the next one
    GARBAGE = "garbage"
    NOISE = "noise"  # noise and a whole reply behind it
    TRUNCATED = "truncated"
    BAD_CRC = "bad crc"
    DUPLICATED = "duplicated"
    WRONG_SEQUENCE = "wrong sequence"
    WRONG_CODE = "wrong code"
    OUT_OF_RANGE = "out of range"  # a whole frame whose fields are all ones


@dataclass(frozen=True, slots=True)
class Faults:
    """Which fault, how many replies it spoils before the link is well again, and how many it spares before."""

    fault: Fault = Fault.NONE
    replies: int = 1_000_000_000
    spared: int = 0

    def step(self) -> "tuple[Fault, Faults]":
        """Return the fault for the next reply, and what is left behind it."""
        if self.spared:
            return Fault.NONE, replace(self, spared=self.spared - 1)
        return self.fault, replace(self, replies=self.replies - 1) if self.replies > 1 else Faults()


def spoil(reply: bytes, fault: Fault) -> bytes:
    """Return what goes over the wire instead of a whole reply."""
    match fault:
        case Fault.DEAF | Fault.SILENT | Fault.LATE:
            return b""
        case Fault.GARBAGE:
            return DELIMITER + bytes(range(0x31, 0x31 + len(reply) % 97)) + DELIMITER
        case Fault.NOISE:
            return b"\xff\xa5\x5a" + reply
        case Fault.TRUNCATED:
            return reply[: len(reply) // 2]
        case Fault.BAD_CRC:
            return reply[:-2] + bytes((reply[-2] ^ 0x80 or 0x01,)) + DELIMITER
        case Fault.DUPLICATED:
            return reply + reply
        case Fault.NONE:
            return reply
    return encode_frame(_altered(decode_frame(reply[1:-1]), fault))


def _altered(frame: Frame, fault: Fault) -> Frame:
    match fault:
        case Fault.WRONG_SEQUENCE:
            return replace(frame, sequence=frame.sequence ^ 0x55)
        case Fault.WRONG_CODE:
            return replace(frame, code=frame.code ^ 0x20)
        case Fault.OUT_OF_RANGE:
            return replace(frame, payload=frame.payload[:1] + b"\xff" * (len(frame.payload) - 1))
    raise DialectError(f"{fault} alters no frame")
