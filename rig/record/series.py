"""Samples of a stream over an interval of time, read from the blocks that reach into it."""

import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rig.channels import Channel
from rig.errors import RecordCorruptError, RecordError
from rig.record.blocks import decode_block
from rig.record.database import Database
from rig.record.schema import parse_body
from rig.samples import Block

_LARGE_BYTES = 64 * 1024
_MOST_BYTES = 64 * 1024 * 1024
_OVERHEAD_BYTES = 800  # of the objects around a block of one row
_MOST_DECODED = 20_000
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
_FIRST, _LAST = "json_extract(body, '$.t_first_ns')", "json_extract(body, '$.t_last_ns')"
_BEHIND = (
    f"SELECT seq, {_FIRST}, {_LAST} FROM entry "  # noqa: S608 - constants, the very words of the index
    "WHERE kind = 'samples' AND name = ? AND seq > ? ORDER BY seq"
)
_NEXT = (
    f"SELECT json_extract(body, '$.lost') FROM entry "  # noqa: S608 - constants, the very words of the index
    f"WHERE kind = 'samples' AND name = ? AND {_LAST} > ? AND {_FIRST} > ? ORDER BY {_LAST}, {_FIRST}, seq LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one stream in the order they were recorded.

    `t_ns` is int64 UTC nanoseconds of shape (n,), `columns` maps channel names to float64 of shape (n,), `units`
    names their units. `lost` counts samples lost in gaps that reach into the interval, so that a gap at its edge
    counts too: it never says less than what is missing.
    """

    stream: str
    t_ns: NDArray[np.int64]
    columns: dict[str, NDArray[np.float64]]
    lost: int
    units: dict[str, str]


class Blocks:
    """Blocks of samples that were decoded already, by entry and columns, as long as they are few bytes together.

    An instrument that is read once a minute gives a block of one row: what settles a plan asks for the same ones again
    and again. Entries never change, so that readers of one record may share what they know.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, tuple[str, ...]], Block] = {}
        self._bytes = 0

    def get(self, seq: int, names: tuple[str, ...]) -> Block | None:
        """Return a block; None means only that it is not at hand."""
        return self._known.get((seq, names))

    def keep(self, seq: int, names: tuple[str, ...], block: Block) -> None:
        """Keep a block, unless it is large: reading that again costs little beside what it would take up."""
        size = block.t_ns.nbytes * (1 + len(names))
        if size > _LARGE_BYTES:
            return
        if self._bytes > _MOST_BYTES:
            self._known.clear()
            self._bytes = 0
        self._known[seq, names] = block
        self._bytes += size + _OVERHEAD_BYTES


class BlockTimes:
    """From when to when each block of a stream reaches, asked of the record once: entries never change."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[array[int], array[int], array[int]]] = {}
        self._lock = threading.Lock()

    def reaching(self, database: Database, stream: str, first: int, last: int) -> list[tuple[int, int, int]]:
        """Return seq, first and last stamp of the blocks that reach into an interval, both ends included."""
        with self._lock:
            seqs, firsts, lasts = self._rows.setdefault(stream, (array("q"), array("q"), array("q")))
            for seq, t_first, t_last in database.rows(_BEHIND, (stream, seqs[-1] if seqs else 0)):
                if not (isinstance(t_first, int) and isinstance(t_last, int)):
                    said = f"entry {seq}: a block of samples does not say between which times it lies"
                    raise RecordCorruptError(said, seq)
                seqs.append(seq)
                firsts.append(t_first)
                lasts.append(t_last)
            t_first_ns, t_last_ns = np.array(firsts, np.int64), np.array(lasts, np.int64)
            # Another reader of the record may have seen more of it than this one looks at.
            at = np.flatnonzero((t_last_ns >= first) & (t_first_ns <= last))
            return [(seqs[i], firsts[i], lasts[i]) for i in at.tolist() if database.shows(seqs[i])]


class Decoded:
    """Short entries that were decoded already, by seq: a plan's claims and witnesses ask for the same ones each."""

    def __init__(self) -> None:
        self._known: dict[int, object] = {}

    def get(self, seq: int) -> object | None:
        """Return what an entry holds; None means only that it is not at hand."""
        return self._known.get(seq)

    def keep(self, seq: int, held: object) -> None:
        """Keep what an entry holds, as long as they are not many."""
        if len(self._known) >= _MOST_DECODED:
            self._known.clear()
        self._known[seq] = held


class AtHand:
    """What readers of one record share: its blocks and words, and what was computed of the record as of an entry."""

    def __init__(self) -> None:
        self.blocks = Blocks()
        self.times = BlockTimes()
        self.decoded = Decoded()
        self.computed: dict[tuple[object, ...], object] = {}


def read_series(
    database: Database,
    at_hand: AtHand,
    stream: str,
    channels: Sequence[Channel],
    from_ns: int | None,
    to_ns: int | None,
    columns: Sequence[str] | None,
) -> Series:
    """Do what `RecordReader.series` says; `at_hand` is what is known already."""
    units = {channel.name: channel.unit for channel in channels}
    names = tuple(units) if columns is None else tuple(columns)
    if unknown := [name for name in names if name not in units]:
        raise RecordError(f"stream {stream} has no {', '.join(unknown)}; it has {', '.join(units)}")
    # No stamp lies beyond int64, so that a wider interval means the same as one that ends there.
    first = _INT64_MIN if from_ns is None else max(from_ns, _INT64_MIN)
    last = _INT64_MAX if to_ns is None else min(to_ns - 1, _INT64_MAX)
    found, blocks = at_hand.times.reaching(database, stream, first, last), at_hand.blocks
    pieces, lost = [], 0
    known = [blocks.get(seq, names) for seq, _, _ in found]
    missing = (seq for (seq, _, _), block in zip(found, known, strict=True) if block is None)
    rows = database.whole_rows_of(array("q", missing))
    for (seq, t_first, t_last), decoded in zip(found, known, strict=True):
        block = decoded if decoded is not None else _block(next(rows), names)
        if decoded is None:
            blocks.keep(seq, names, block)
        lost += block.lost if t_first >= first else 0
        pieces.append(block if first <= t_first and t_last <= last else _within(block, first, last))
    if all(t_last <= last for _, _, t_last in found):
        lost += sum(count for (count,) in database.rows(_NEXT, (stream, last, last)))
    t_ns = np.concatenate([piece.t_ns for piece in pieces] or [np.empty(0, np.int64)])
    values = {
        name: np.concatenate([piece.columns[name] for piece in pieces] or [np.empty(0, np.float64)]) for name in names
    }
    return Series(stream, t_ns, values, lost, {name: units[name] for name in names})


def _block(row: tuple[Any, ...], names: tuple[str, ...]) -> Block:
    seq, _, _, _, body, data, _ = row
    try:
        return decode_block(parse_body(body, seq), data, columns=names)
    except RecordCorruptError as error:
        raise RecordCorruptError(f"entry {seq}: {error}", seq) from error


def _within(block: Block, first: int, last: int) -> Block:
    inside = (block.t_ns >= first) & (block.t_ns <= last)
    return Block(block.t_ns[inside], {name: values[inside] for name, values in block.columns.items()})
