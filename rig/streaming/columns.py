"""Columns of samples to lines of line protocol, a whole block at a time: no Python object per point.

Arrow writes the numbers, each in the shortest text that reads back to the very same double, and joins the lines.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rig.streaming.field_column import FieldColumn, Mask
from rig.streaming.names import NOT_FINITE

# Rows encoded at a time. Larger tables come from the system page by page and go back to it.
_SLICE_ROWS = 5_000
_VALUE_BYTES = 24

# An Arrow array of texts, shape (n,): Arrow brings no types.
Texts: TypeAlias = Any
# What stands in every line, or a text for each.
Part: TypeAlias = str | Texts
# Some lines, and how many.
Lines = tuple[bytes, int]


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
    texts: dict[int, Texts] = {}
    parts: list[Part] = [f"{head} "]
    for number, column in enumerate(columns):
        if id(column.values) not in texts:
            texts[id(column.values)] = _text(column.values)
        parts.extend(_field("," * (number > 0) + column.key, column, texts[id(column.values)]))
    parts.extend((" ", _text(t_ns), "\n"))
    return _joined(parts)


def _text(values: NDArray[np.float64] | NDArray[np.int64]) -> Texts:
    return pc.cast(pa.array(values), pa.string())


def _field(key: str, column: FieldColumn, text: Texts) -> list[Part]:
    """Return what stands for a field, its comma in `key`."""
    if column.values.dtype.kind == "i":
        parts: list[Part] = [f"{key}=", text, "i"]
    else:
        finite = np.isfinite(column.values)
        parts = [f"{key}=", text] if finite.all() else [_or_not_finite(key, text, finite)]
    if column.present is None:
        return parts
    return [pc.if_else(pa.array(column.present), _beside(parts), "")]


def _or_not_finite(key: str, text: Texts, finite: Mask) -> Texts:
    """Return fields of numbers, and of text (`nan`, `inf` or `-inf`, as Arrow has it) where there is no number."""
    return pc.if_else(pa.array(finite), _beside([f"{key}=", text]), _beside([f'{key}{NOT_FINITE}="', text, '"']))


def _beside(parts: Sequence[Part]) -> Texts:
    """Put parts side by side, row by row; one of them at least is an array."""
    return pc.binary_join_element_wise(*map(_plain, parts), "")


def _joined(parts: Sequence[Part]) -> bytes:
    """Put parts side by side, and the rows one below the other."""
    # Neighbours that are the same in all lines become one.
    merged: list[Part] = []
    for part in map(_plain, parts):
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    lines = _beside(merged)
    _, offsets, data = lines.buffers()
    last = int(np.frombuffer(offsets, np.int32)[lines.offset + len(lines)])
    return bytes(data.slice(0, last))


def _plain(part: Part) -> Part:
    """Return a part without what UTF-8 cannot hold."""
    return part.encode(errors="replace").decode() if isinstance(part, str) else part
