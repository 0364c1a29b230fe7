"""Columns of samples to lines of line protocol, a whole block at a time: no Python object per point."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.streaming.digits import Cells, Mask, float_cells, int_cells
from rig.streaming.names import NOT_FINITE

# Rows encoded at a time. Larger tables come from the system page by page and go back to it: half the speed.
_SLICE_ROWS = 2_500
_VALUE_BYTES = 24

Part = bytes | Cells
# Some lines, and how many.
Lines = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """One field of every line: its escaped key and its values of shape (n,), float64 or int64.

    Where `present` (shape (n,), bool) is False the line goes without this field; the first column is in all lines.
    """

    key: str
    values: NDArray[np.float64] | NDArray[np.int64]
    present: Mask | None = None


def line_pieces(head: str, columns: Sequence[FieldColumn], t_ns: NDArray[np.int64], body_bytes: int) -> Iterator[Lines]:
    """Yield the lines that `encode_lines` writes, so many in a piece that a body of `body_bytes` takes several."""
    line_bytes = len(head) + sum(len(column.key) + _VALUE_BYTES for column in columns)
    rows = max(1, min(_SLICE_ROWS, body_bytes // line_bytes))
    for start in range(0, len(t_ns), rows):
        part = slice(start, start + rows)
        # Columns of the same values stay so: their text is made once.
        values = {id(column.values): column.values[part] for column in columns}
        sliced = [
            FieldColumn(one.key, values[id(one.values)], None if one.present is None else one.present[part])
            for one in columns
        ]
        stamps = t_ns[part]
        yield encode_lines(head, sliced, stamps), len(stamps)


def encode_lines(head: str, columns: Sequence[FieldColumn], t_ns: NDArray[np.int64]) -> bytes:
    """Write one line per stamp: `head` (measurement and tags), the columns as fields, the stamp, a newline.

    A float that is not finite is written as the text field `<key>_not_finite`, so that its sample is not lost.
    """
    if not len(t_ns):
        return b""
    parts: list[Part] = []
    written: dict[int, list[Part]] = {}
    for number, column in enumerate(columns):
        if id(column.values) not in written:
            written[id(column.values)] = _value(column.values)
        comma, key = b"," if number else b"", column.key.encode(errors="replace")
        field = [comma + key, *written[id(column.values)]]
        parts.extend(field if column.present is None else [_where(part, column.present) for part in field])
    text = _written([*parts, b" ", int_cells(t_ns), b"\n"], len(t_ns))
    # The head is the same in all lines: put in here, it does not pass through the table.
    start = f"{head} ".encode(errors="replace")
    return start + text[:-1].replace(b"\n", b"\n" + start) + b"\n"


def _value(values: NDArray[np.float64] | NDArray[np.int64]) -> list[Part]:
    """Return what stands behind the key."""
    if values.dtype.kind == "i":
        return [b"=", int_cells(values.astype(np.int64, copy=False)), b"i"]
    numbers = values.astype(np.float64, copy=False)
    finite = np.isfinite(numbers)
    if finite.all():
        return [b"=", float_cells(numbers)]
    return [
        _where(NOT_FINITE.encode(), ~finite),
        b"=",
        _where(float_cells(np.where(finite, numbers, 0.0)), finite),
        _where(b'"nan"', np.isnan(numbers)),
        _where(b'"inf"', numbers == np.inf),
        _where(b'"-inf"', numbers == -np.inf),
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
