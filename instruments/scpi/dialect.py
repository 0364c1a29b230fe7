"""SCPI and IEEE 488.2: text ⇄ meaning, strictly. Pure functions; QuantityError for whatever is not the dialect.

Sources: SCPI-1999 (numbers 7.2.1, error queue 21.8), IEEE 488.2 (identity 10.14, numeric responses 8.7).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from rig.capabilities import Identity
from rig.errors import QuantityError

# NR1, NR2 and NR3 with at most the digits that a double can use (17 of them behind up to four zeros, before an
# exponent is written instead); nothing else is a number.
_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,21})?|\.\d{1,21})(?:[Ee][+-]?\d{1,3})?", re.ASCII)
_ERROR = re.compile(r'([+-]?\d{1,5}),"((?:[^"]|"")*)"', re.ASCII)
INFINITY = 9.9e37
NOT_A_NUMBER = 9.91e37


class Special(StrEnum):
    """Numbers that SCPI reserves: they say that there is no reading."""

    OVERLOAD = "overload"
    NOT_A_NUMBER = "not a number"


@dataclass(frozen=True, slots=True)
class QueuedError:
    """One entry of an instrument's error queue; code 0 means that the queue is empty."""

    code: int
    text: str

    def __str__(self) -> str:
        return f'{self.code},"{self.text}"'


NO_ERROR = QueuedError(0, "No error")


def parse_number(text: str) -> float | Special:
    """Return a reading, or which reserved number stands in its place."""
    if _NUMBER.fullmatch(text) is None:
        raise QuantityError(f"{text!r} is not a number")
    value = float(text)
    if value == NOT_A_NUMBER:
        return Special.NOT_A_NUMBER
    if abs(value) >= INFINITY:
        return Special.OVERLOAD
    return value


def format_number(value: float) -> str:
    """Return a number as SCPI takes it, without loss."""
    return repr(float(value)).upper()


def parse_boolean(text: str) -> bool:
    """Return a boolean response: 0 or 1 as the standard has it, or OFF or ON, which many supplies answer."""
    word = text.upper().removeprefix("+")
    if word not in ("0", "1", "OFF", "ON") or (word.isalpha() and "+" in text):
        raise QuantityError(f"{text!r} is neither 0 nor 1, neither OFF nor ON")
    return word in ("1", "ON")


def is_error(text: str) -> bool:
    """Tell whether a line is an entry of an error queue."""
    return _ERROR.fullmatch(text) is not None


def parse_error(text: str) -> QueuedError:
    """Return the entry of the error queue that `SYSTem:ERRor?` answers."""
    match = _ERROR.fullmatch(text)
    if match is None:
        raise QuantityError(f"{text!r} is not an entry of an error queue")
    return QueuedError(int(match[1]), match[2].replace('""', '"'))


def format_error(error: QueuedError) -> str:
    """Return an entry of the error queue as `SYSTem:ERRor?` answers it."""
    quoted = error.text.replace('"', '""')
    return f'{error.code:+d},"{quoted}"'


def parse_identity(text: str) -> Identity:
    """Return who answers `*IDN?`: maker, model, serial number and firmware, divided by commas."""
    fields = [field.strip() for field in text.split(",", 3)]
    if len(fields) < 4 or not fields[0] or not fields[1]:
        raise QuantityError(f"{text!r} is not an identity of four fields")
    return Identity(*fields)


def parse_line(line: bytes) -> str:
    """Return the text of one whole response line; raise QuantityError when it is cut or holds foreign bytes."""
    if not line.endswith(b"\n") or line.count(b"\n") != 1:
        raise QuantityError("the line has no end, or more than one")
    body = line.rstrip(b"\r\n")
    if any(byte < 32 or byte > 126 for byte in body):
        raise QuantityError("the line holds bytes that are not printable ASCII")
    return body.decode("ascii").strip(" ")
