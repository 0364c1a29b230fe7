"""A record as it was at one moment, with every block of samples decoded once for all that a page asks of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rig.errors import RecordCorruptError
from rig.record.blocks import decode_block
from rig.record.bodies.codec import Json
from rig.record.bodies.event import Event
from rig.record.bodies.others import Command
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from rig.record.series import Series
from rig.record.words import Stamped

E = TypeVar("E", bound=Event)
T = TypeVar("T")

Stamps = NDArray[np.int64]
_Found = tuple[dict[str, Json], bytes | None]
_Decoded = tuple[Stamps, dict[str, NDArray[np.float64]]]

# A stream of more bytes is read piece by piece instead: a month of fast samples does not fit into memory.
_MOST_BYTES = 64 * 1024 * 1024
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Stream:
    """All samples of a stream in recorded order, and of each block its span, its place among them, what was lost."""

    t_ns: Stamps
    columns: dict[str, NDArray[np.float64]]
    first_ns: Stamps
    last_ns: Stamps
    places: Stamps
    lost: Stamps

    in_order: bool
    complete: bool

    def lost_within(self, first: int, last: int) -> int:
        """Return how many samples were lost in gaps that reach into the interval, as `Series.lost` counts them."""
        if self.complete:
            return 0
        reaching = (self.last_ns >= first) & (self.first_ns <= last)
        lost = int(self.lost[reaching & (self.first_ns >= first)].sum())
        if np.all(self.last_ns[reaching] <= last):
            behind = np.flatnonzero((self.last_ns > last) & (self.first_ns > last))
            if len(behind):
                nearest = np.lexsort((self.first_ns[behind], self.last_ns[behind]))[0]
                lost += int(self.lost[behind[nearest]])
        return lost

    def between(self, first: int, last: int) -> tuple[slice, NDArray[np.bool_]]:
        """Return where samples with first <= t_ns <= last may stand, and which of these do."""
        rows = slice(0, len(self.t_ns))
        if self.in_order:
            begin = int(np.searchsorted(self.last_ns, first, side="left"))
            end = max(begin, int(np.searchsorted(self.first_ns, last, side="right")))
            rows = slice(int(self.places[begin]), int(self.places[end]))
        t_ns = self.t_ns[rows]
        return rows, (t_ns >= first) & (t_ns <= last)


def _stream(found: Sequence[_Found], names: tuple[str, ...]) -> _Stream | None:
    """Return what a stream's blocks, each its body and its data, hold in these columns; None where there are none."""
    if not found:
        return None
    first_ns, last_ns, lost, counts = (_whole_numbers(found, key) for key in ("t_first_ns", "t_last_ns", "lost", "n"))
    decoded = [
        part for begin, end in _alike(found, counts, names) for part in _decoded_together(found[begin:end], names)
    ]
    return _Stream(
        t_ns=np.concatenate([t_ns for t_ns, _ in decoded]),
        columns={name: np.concatenate([columns[name] for _, columns in decoded]) for name in names},
        first_ns=first_ns,
        last_ns=last_ns,
        places=np.concatenate([[0], np.cumsum(counts)]),
        lost=lost,
        in_order=bool(np.all(np.diff(first_ns) >= 0) and np.all(np.diff(last_ns) >= 0)),
        complete=not lost.any(),
    )


def _whole_numbers(found: Sequence[_Found], key: str) -> Stamps:
    """Return what each block says under a key, int64 (n,); raise RecordCorruptError where one says no such number."""
    said = [body.get(key) for body, _ in found]
    # By exact type: what is true or 1.0 counts as a number, and was never written.
    wrong = next((one for one in said if type(one) is not int or not _INT64_MIN <= one <= _INT64_MAX), None)
    if wrong is not None or None in said:
        raise RecordCorruptError(f"a block of samples says {key} = {wrong!r}, which is no whole number of 64 bits")
    return np.array(said, np.int64)


def _alike(found: Sequence[_Found], counts: Stamps, names: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Yield the places (from, to) of blocks that follow each other, have as many rows and are plain; others alone."""
    plain = [_is_plain(body, data, names) for body, data in found]
    begin = 0
    for place in range(1, len(found) + 1):
        if place == len(found) or not (plain[begin] and plain[place] and counts[place] == counts[begin]):
            yield begin, place
            begin = place


def _is_plain(body: Mapping[str, Json], data: bytes | None, names: tuple[str, ...]) -> bool:
    """Tell whether a block's columns are these, its stamps stand in its body, and its data are as long as they say."""
    return (
        "dt_ns" in body
        and body.get("columns") == list(names)
        and body["n"] > 0
        and data is not None
        and len(data) == 8 * body["n"] * len(names)
    )


def _decoded_together(found: Sequence[_Found], names: tuple[str, ...]) -> Iterator[_Decoded]:
    """Yield stamps (n,) and columns (n,) of blocks that are alike: a long record has hundreds of thousands of them."""
    if len(found) == 1:
        block = decode_block(*found[0], columns=names)
        yield block.t_ns, dict(block.columns)
        return
    n = found[0][0]["n"]
    table = np.frombuffer(b"".join(data or b"" for _, data in found), "<f8").reshape(len(found), len(names), n)
    first_ns, apart_ns = (_whole_numbers(found, key)[:, np.newaxis] for key in ("t0_ns", "dt_ns"))
    # As `decode_block` does it: what is beyond int64 wraps around.
    t_ns = (first_ns + apart_ns * np.arange(n, dtype=np.int64)).ravel()
    yield t_ns, {name: table[:, place, :].ravel() for place, name in enumerate(names)}


class Snapshot(RecordReader):
    """A reader that sees what was recorded up to its opening, and looks up nothing twice."""

    def __init__(self, path: Path, as_of_seq: int) -> None:
        super().__init__(path, as_of_seq)
        self._streams: dict[str, _Stream | None] = {}

    def streams(self) -> tuple[str, ...]:
        """Return what `RecordReader.streams` does."""
        return self.once(("streams",), super().streams)

    def events(self, kind: type[E]) -> tuple[Stamped[E], ...]:
        """Return what `RecordReader.events` does."""
        return self.once(("events", kind), lambda: super(Snapshot, self).events(kind))

    def commands(self, instrument: str, after_seq: int = 0) -> Iterator[Stamped[Command]]:
        """Yield what `RecordReader.commands` does."""
        return iter(self.once(("commands", instrument, after_seq), lambda: self._commands(instrument, after_seq)))

    def series(
        self,
        stream: str,
        from_ns: int | None = None,
        to_ns: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> Series:
        """Return what `RecordReader.series` does."""
        units = {channel.name: channel.unit for channel in self.channels(stream)}
        names = tuple(units) if columns is None else tuple(columns)
        known = self._known(stream)
        if known is None or not set(names) <= set(units):
            return super().series(stream, from_ns, to_ns, columns)
        first = _INT64_MIN if from_ns is None else max(from_ns, _INT64_MIN)
        last = _INT64_MAX if to_ns is None else min(to_ns - 1, _INT64_MAX)
        rows, inside = known.between(first, last)
        return Series(
            stream=stream,
            t_ns=known.t_ns[rows][inside],
            columns={name: known.columns[name][rows][inside] for name in names},
            lost=known.lost_within(first, last),
            units={name: units[name] for name in names},
        )

    def holds(self, stream: str) -> bool:
        """Tell whether a stream is in memory from end to end: then nothing is gained by reading it piece by piece."""
        return self._known(stream) is not None

    def _known(self, stream: str) -> _Stream | None:
        if stream not in self._streams:
            names = tuple(channel.name for channel in self.channels(stream))
            self._streams[stream] = self._decoded(stream, names)
        return self._streams[stream]

    def _commands(self, instrument: str, after_seq: int) -> tuple[Stamped[Command], ...]:
        return tuple(super().commands(instrument, after_seq))

    def _decoded(self, stream: str, names: tuple[str, ...]) -> _Stream | None:
        """Return a stream decoded from end to end; None where that would be too large."""
        query = "SELECT coalesce(sum(length(data)), 0) FROM entry WHERE kind = ? AND name = ?"
        ((size,),) = self._database.rows(query, (Kind.SAMPLES.value, stream))
        if size > _MOST_BYTES:
            return None
        return _stream(self._blocks(stream), names)

    def _blocks(self, stream: str) -> list[_Found]:
        """Return the body and the data of each block of a stream.

        All bodies are parsed as one list: in a long record they are hundreds of thousands of short texts.
        """
        query = "SELECT body, data FROM entry WHERE kind = ? AND name = ? ORDER BY seq"
        rows = self._database.rows(query, (Kind.SAMPLES.value, stream))
        try:
            bodies = json.loads(f"[{','.join(body for body, _ in rows)}]")
        except (TypeError, ValueError) as error:
            raise RecordCorruptError(
                f"{self.path}: a body among the samples of {stream} is not JSON: {error}"
            ) from error
        if len(bodies) != len(rows) or not all(isinstance(body, dict) for body in bodies):
            raise RecordCorruptError(f"{self.path}: a body among the samples of {stream} is not a JSON object")
        return list(zip(bodies, (data for _, data in rows), strict=True))
