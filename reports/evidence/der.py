"""DER (X.690), in which certificates, keys and time stamps are written: as much of it as is written and read here."""

from collections.abc import Iterator
from dataclasses import dataclass

BOOLEAN, INTEGER, OCTETS, NULL, OBJECT, SEQUENCE, SET, TIME = 0x01, 0x02, 0x04, 0x05, 0x06, 0x30, 0x31, 0x18
_MANY_BYTES = 0x80
_LONGEST_LENGTH = 4
_HIGH_TAG = 0x1F


class DerError(ValueError):
    """Bytes are no DER, or not of the kind that stands there; never leaves the room that reads them."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its tag, what is in it, and all its bytes with tag and length."""

    tag: int
    content: bytes
    whole: bytes

    def within(self, tag: int | None = None) -> list["Value"]:
        """Return the values inside; raises DerError where there is none, or where this is no value of that tag."""
        return list(_values(self.content if tag is None else self.of(tag)))

    def of(self, tag: int) -> bytes:
        """Return what is in a value of this tag; raises DerError where it is of another."""
        if self.tag != tag:
            raise DerError(f"a value of tag {self.tag:#04x} stands where one of {tag:#04x} is wanted")
        return self.content

    @property
    def number(self) -> int:
        """Return an INTEGER."""
        content = self.of(INTEGER)
        if not content:
            raise DerError("a number without digits")
        return int.from_bytes(content, signed=True)

    @property
    def name(self) -> str:
        """Return an OBJECT IDENTIFIER with dots."""
        parts = list(_arcs(self.of(OBJECT)))
        first = min(parts[0] // 40, 2)
        return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))


def read(data: bytes) -> Value:
    """Return the one value that bytes hold; raises DerError where they hold none, or more than one."""
    found = list(_values(data))
    if len(found) != 1:
        raise DerError(f"{len(found)} values stand where one is wanted")
    return found[0]


def tagged(tag: int, *parts: bytes) -> bytes:
    """Return a value of this tag."""
    content = b"".join(parts)
    size = len(content)
    if size < _MANY_BYTES:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, _MANY_BYTES | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE."""
    return tagged(SEQUENCE, *parts)


def octets(data: bytes) -> bytes:
    """Return an OCTET STRING."""
    return tagged(OCTETS, data)


def integer(value: int) -> bytes:
    """Return an INTEGER that is not below zero."""
    return tagged(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def named(name: str) -> bytes:
    """Return an OBJECT IDENTIFIER, given with dots."""
    first, second, *others = map(int, name.split("."))
    return tagged(OBJECT, *map(_arc, (40 * first + second, *others)))


def _arc(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _arcs(content: bytes) -> Iterator[int]:
    if not content or content[-1] & 0x80:
        raise DerError("an object identifier that does not end")
    number = 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            yield number
            number = 0


def _values(data: bytes) -> Iterator[Value]:
    at = 0
    while at < len(data):
        begin, size = _head(data, at)
        end = begin + size
        if end > len(data):
            raise DerError("a value ends before its length")
        yield Value(data[at], data[begin:end], data[at:end])
        at = end


def _head(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content of a value begins, and its length."""
    if len(data) < at + 2 or data[at] & _HIGH_TAG == _HIGH_TAG:
        raise DerError("a value without a length, or with a tag that is not used here")
    size = data[at + 1]
    if size < _MANY_BYTES:
        return at + 2, size
    count = size - _MANY_BYTES
    begin = at + 2 + count
    length = data[at + 2 : begin]
    if not 1 <= count <= _LONGEST_LENGTH or len(length) < count:
        raise DerError("a length that is none in DER")
    found = int.from_bytes(length)
    if found < _MANY_BYTES or length[0] == 0:
        raise DerError("a length that is written longer than it is")
    return begin, found
