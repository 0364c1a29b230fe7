"""Blocks of samples as bytes and back, bit for bit.

The data are the time stamps as int64 (left out when they are evenly spaced: the body then says `t0_ns` and `dt_ns`),
followed by each column as float64, all little-endian, columns in the order of the body's `columns`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rig.errors import RecordCorruptError, RecordError
from rig.samples import Block

MAX_DATA_BYTES = 64 * 1024 * 1024
# Made once: to find a type by its name takes longer than to write a reading.
_STAMP, _VALUE, _GIVEN = np.dtype("<i8"), np.dtype("<f8"), np.dtype(np.float64)


def encode_block(stream: str, block: Block, columns: Sequence[str], now_ns: int) -> tuple[dict[str, Any], bytes]:
    """Return the body and the data that hold `block` with its columns in the given order.

    An empty block stands at `now_ns`, so that what was lost before it has a place in time.
    Raises RecordError when the block does not fit the columns, its shapes or types are wrong, or it is too long.
    """
    t_ns = _time_stamps(stream, block)
    if block.columns.keys() != set(columns):
        raise RecordError(f"stream {stream} has the columns {sorted(columns)}, not {sorted(block.columns)}")
    body: dict[str, Any] = {"n": len(t_ns), "lost": _lost(stream, block), "columns": list(columns)}
    if len(t_ns) == 1:  # most blocks are one reading
        body["t_first_ns"] = body["t_last_ns"] = int(t_ns[0])
    elif len(t_ns):
        body["t_first_ns"], body["t_last_ns"] = int(t_ns.min()), int(t_ns.max())
    else:
        body["t_first_ns"] = body["t_last_ns"] = now_ns
    parts = [] if _note_even_spacing(t_ns, body) else [t_ns.astype(_STAMP, copy=False).tobytes()]
    parts.extend(_column_bytes(stream, name, block.columns[name], len(t_ns)) for name in columns)
    data = b"".join(parts)
    if len(data) > MAX_DATA_BYTES:
        raise RecordError(f"stream {stream}: a block of {len(data)} bytes; record blocks of {MAX_DATA_BYTES} at most")
    return body, data


def decode_block(body: dict[str, Any], data: bytes | None, *, columns: Sequence[str] | None = None) -> Block:
    """Return the block that a samples entry holds, with all or only the named columns; the arrays are read-only.

    Raises RecordCorruptError when body and data do not fit each other.
    """
    try:
        n, names, lost = int(body["n"]), list(body["columns"]), int(body["lost"])
        even = "dt_ns" in body
        if data is None or n < 0 or len(data) != 8 * n * (len(names) + (not even)):
            raise RecordCorruptError("a block of samples does not have the length that its body says")
        t_ns = _even_stamps(body["t0_ns"], body["dt_ns"], n) if even else np.frombuffer(data, "<i8", n)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise RecordCorruptError(f"the body of a block of samples is wrong: {error!r}") from error
    offset = 0 if even else 8 * n
    wanted = names if columns is None else columns
    if missing := [name for name in wanted if name not in names]:
        raise RecordCorruptError(f"a block of samples lacks the columns {', '.join(missing)}")
    values = {name: np.frombuffer(data, "<f8", n, offset + 8 * n * names.index(name)) for name in wanted}
    return Block(t_ns, values, lost)


def _time_stamps(stream: str, block: Block) -> NDArray[np.int64]:
    t_ns = np.asarray(block.t_ns)
    if t_ns.ndim != 1 or t_ns.dtype != np.int64:
        raise RecordError(f"stream {stream}: time stamps are one row of int64, not {t_ns.dtype} of shape {t_ns.shape}")
    return t_ns


def _lost(stream: str, block: Block) -> int:
    if block.lost < 0:
        raise RecordError(f"stream {stream}: {block.lost} samples lost cannot be")
    return int(block.lost)


def _column_bytes(stream: str, name: str, values: NDArray[np.float64], n: int) -> bytes:
    values = np.asarray(values)
    if values.dtype != _GIVEN or values.shape != (n,):
        raise RecordError(
            f"stream {stream}: column {name} is {values.dtype} of shape {values.shape}, wanted float64 of shape ({n},)"
        )
    return values.astype(_VALUE, copy=False).tobytes()


def _note_even_spacing(t_ns: NDArray[np.int64], body: dict[str, Any]) -> bool:
    """Write first stamp and step into the body when these alone give every stamp back exactly."""
    if not len(t_ns):
        return False
    t0_ns, dt_ns = int(t_ns[0]), 0
    if len(t_ns) > 1:
        dt_ns = int(t_ns[1]) - t0_ns
        if not -(2**63) <= dt_ns < 2**63 or not np.array_equal(_even_stamps(t0_ns, dt_ns, len(t_ns)), t_ns):
            return False
    body["t0_ns"], body["dt_ns"] = t0_ns, dt_ns
    return True


def _even_stamps(t0_ns: int, dt_ns: int, n: int) -> NDArray[np.int64]:
    # Wraps around at the ends of int64 in both directions alike, so that the round trip stays exact there.
    stamps = np.arange(n, dtype=np.int64)
    stamps *= np.int64(dt_ns)
    stamps += np.int64(t0_ns)
    return stamps
