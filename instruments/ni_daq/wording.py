"""gRPC messages in words: what was called, with which fields. Bytes of protobuf help nobody who reads an error."""

from collections.abc import Sequence
from typing import Any

SHORT = 94  # as much as an error shows of bytes
_FEW = 6
# What is the same in every call of a kind, and says nothing of what went wrong.
_USUAL = frozenset({"timeout", "data_layout_raw", "fill_mode_raw", "array_size_in_samps", "num_samps_per_chan"})
_TOLD_OF_0 = ("samps_per_chan_written", "samps_per_chan_read")


def method_in_words(method: str) -> str:
    """Return the name of a method without its service."""
    return method.rpartition("/")[2]


def call_in_words(method: str, message: Any, most: int = SHORT) -> str:
    """Return a call as `WriteDigitalLines(task=relay, auto_start=true, write_array=01)`, in ASCII, at most so long."""
    return in_ascii(f"{method_in_words(method)}({fields_in_words(message, most)})", most)


def fields_in_words(message: Any, most: int = SHORT) -> str:
    """Return the fields of a message that are not as usual, in ASCII, at most so long; "nothing" where it has none."""
    given = {field.name: _value(field, value) for field, value in message.ListFields() if field.name not in _USUAL}
    # Numbers that are 0 do not travel: "0 samples" is told all the same.
    given |= {name: "0" for name in _TOLD_OF_0 if name in message.DESCRIPTOR.fields_by_name and name not in given}
    return in_ascii(", ".join(f"{name}={value}" for name, value in given.items()) or "nothing", most)


def in_ascii(text: str, most: int) -> str:
    """Return a text in ASCII and in one line, cut where it is longer."""
    plain = " ".join(text.split()).encode("unicode_escape").decode("ascii")
    return plain if len(plain) <= most else f"{plain[: most - 3]}..."


def _value(field: Any, value: Any) -> str:
    if field.name == "attribute_raw":
        return f"0x{value:04x}"
    if isinstance(value, bytes):
        return value[: 2 * _FEW].hex() + (f"... ({len(value)})" if len(value) > 2 * _FEW else "")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return value
    if field.enum_type is not None and isinstance(value, int):
        names = field.enum_type.values_by_number
        return str(names[value].name) if value in names else str(value)
    if hasattr(value, "ListFields"):
        return str(getattr(value, "name", "")) or fields_in_words(value)
    if isinstance(value, int):
        return str(value)
    return _several(value)


def _several(values: Sequence[Any]) -> str:
    shown = ", ".join(f"{one:.6g}" if isinstance(one, float) else str(one) for one in values[:_FEW])
    return f"[{shown}{f', ... {len(values)} in all' if len(values) > _FEW else ''}]"
