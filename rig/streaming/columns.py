"""Columns of samples to lines of line protocol, a whole block at a time: no Python object per point."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.streaming.digits import Cells, Mask, float_cells, int_cells
from rig.streaming.names import NOT_FINITE

Part = bytes | Cells


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """One field of every line: its escaped key and its values of shape (n,), float64 or int64.

    Where `present` (shape (n,), bool) is False the line goes without this field; the first column is in all lines.
    """

    key: str
    values: NDArray[np.float64] | NDArray[np.int64]
    present: Mask | None = None


def encode_lines(head: str, columns: Sequence[FieldColumn], t_ns: NDArray[np.int64]) -> bytes:
    """Write one line per stamp: `head` (measurement and tags), the columns as fields, the stamp, a newline.

    A float that is not finite is written as the text field `<key>_not_finite`, so that its sample is not lost.
    """
    if not len(t_ns):
        return b""
    parts: list[Part] = []
    for number, column in enumerate(columns):
        parts.extend(_field(b"," if number else b"", column))
    text = _written([*parts, b" ", int_cells(t_ns), b"\n"], len(t_ns))
    # The head is the same in all lines: put in here, it does not pass through the table.
    start = f"{head} ".encode(errors="replace")
    return start + text[:-1].replace(b"\n", b"\n" + start) + b"\n"


def _field(comma: bytes, column: FieldColumn) -> list[Part]:
    values, key = column.values, column.key.encode(errors="replace")
    if values.dtype.kind == "i":
        parts: list[Part] = [comma + key + b"=", int_cells(values.astype(np.int64, copy=False)), b"i"]
    else:
        parts = _float_field(comma, key, values.astype(np.float64, copy=False))
    if column.present is None:
        return parts
    return [_where(part, column.present) for part in parts]


def _float_field(comma: bytes, key: bytes, values: NDArray[np.float64]) -> list[Part]:
    finite = np.isfinite(values)
    if finite.all():
        return [comma + key + b"=", float_cells(values)]
    return [
        comma + key,
        _where(NOT_FINITE.encode(), ~finite),
        b"=",
        _where(float_cells(np.where(finite, values, 0.0)), finite),
        _where(b'"nan"', np.isnan(values)),
        _where(b'"inf"', values == np.inf),
        _where(b'"-inf"', values == -np.inf),
    ]


def _where(part: Part, present: Mask) -> Cells:
    """Keep a part only in the rows where `present` holds."""
    chars = np.frombuffer(part, np.uint8) if isinstance(part, bytes) else part
    return chars * present[:, None]


def _written(parts: Sequence[Part], n: int) -> bytes:
    """Put parts side by side and leave the padding out."""
    widths = [len(part) if isinstance(part, bytes) else part.shape[1] for part in parts]
    table = np.empty((n, sum(widths)), np.uint8)
    place = 0
    for part, width in zip(parts, widths, strict=True):
        table[:, place : place + width] = np.frombuffer(part, np.uint8) if isinstance(part, bytes) else part
        place += width
    return table.tobytes().translate(None, b"\0")
