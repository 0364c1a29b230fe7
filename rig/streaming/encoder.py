"""A record to batches of line protocol: the same points whenever, in whatever pieces and however often it is done."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rig.errors import RecordCorruptError
from rig.record.blocks import decode_block
from rig.record.bodies.events import BenchOpened
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind
from rig.samples import Block
from rig.streaming import stamps
from rig.streaming.coarser import Rows, row_columns
from rig.streaming.columns import Lines, encode_lines, line_pieces
from rig.streaming.cursor import Refused
from rig.streaming.derived import Derived
from rig.streaming.entries import entry_points
from rig.streaming.field_column import FieldColumn
from rig.streaming.names import escape_name, field_names, number_tag, tag_set
from rig.streaming.points import Point, RunTags
from rig.streaming.state import EncoderState, StreamState

# Groups are what a cursor moves by: large enough to cost the cursor nothing, small enough to hold in memory.
VALUES_PER_GROUP = 400_000
# The first is so much smaller: a server has something to do while the next one is made.
FIRST_PART = 10
ENTRIES_PER_GROUP = 5_000
# Bodies are what one request carries.
BODY_BYTES = 2_000_000
# The highest level is 8 times slower and saves a sixth. On the loopback interface compressing would take from the rig
# and from the server what it saves nobody: there gzip only wraps.
GZIP_LEVEL, GZIP_LEVEL_HERE = 1, 0
_GZIP_BITS = 31
_NS_PER_MS = 1e6

Stamps = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Body:
    """Lines as one request carries them. Of the two forms they have, one is kept: groups wait in memory."""

    gzipped: bytes
    lines: int

    @property
    def text(self) -> bytes:
        """Return the lines as they are."""
        return zlib.decompress(self.gzipped, _GZIP_BITS)


@dataclass(frozen=True, slots=True)
class Group:
    """The next piece of a record: its bodies, and the state (JSON) when all of them are delivered.

    `withheld` are points that are not sent because no server could hold them.
    """

    bodies: tuple[Body, ...]
    state: str
    seq: int
    withheld: tuple[Refused, ...]

    @property
    def lines(self) -> int:
        """Return the number of lines."""
        return sum(body.lines for body in self.bodies)


def gzipped(text: bytes, level: int = GZIP_LEVEL) -> bytes:
    """Return a body as gzip."""
    packer = zlib.compressobj(level, zlib.DEFLATED, _GZIP_BITS)
    return packer.compress(text) + packer.flush()


@dataclass(slots=True)
class _StreamPart:
    """What a group holds of one stream."""

    blocks: list[Block] = field(default_factory=list)
    reads: list[tuple[int, int, int, int, float]] = field(default_factory=list)


@dataclass(slots=True)
class _Making:
    """A group in the making, of about so many values."""

    most: int
    streams: dict[tuple[str, int], _StreamPart] = field(default_factory=dict)
    pieces: list[Lines] = field(default_factory=list)
    withheld: list[Refused] = field(default_factory=list)
    values: int = 0
    entries: int = 0
    stopped: bool = False

    def full(self) -> bool:
        return self.values >= self.most or self.entries >= ENTRIES_PER_GROUP


class RecordEncoder:
    """Encodes a record from `state` on. One thread at a time; raises RecordError and its kinds for a bad record."""

    def __init__(self, reader: RecordReader, state: EncoderState, gzip_level: int = GZIP_LEVEL) -> None:
        self._reader = reader
        self._state = state
        self._gzip_level = gzip_level
        self._most = max(1, VALUES_PER_GROUP // FIRST_PART)
        self._entries: Iterator[Entry] | None = None
        self._held: tuple[Entry, Block] | None = None
        start = next(reader.entries(kind=Kind.START.value), None)
        if start is None:
            raise RecordCorruptError(f"{reader.path} has no start entry", 1)
        self._run = RunTags.of(run_id(reader.path), start)
        self._derived = Derived(reader, state, self._run)

    def next_group(self) -> Group | None:
        """Return what comes next, None when the record holds nothing new."""
        making = _Making(self._most)
        self._most = VALUES_PER_GROUP
        while not making.full() and (entry := self._next_entry()) is not None:
            making.entries += 1
            if entry.kind == Kind.SAMPLES.value:
                if not self._take_samples(entry, making):
                    break
            else:
                self._take_other(entry, making)
                self._state.seq = entry.seq
        if not making.entries:
            return None
        for (name, opening), part in making.streams.items():
            self._write_samples(name, opening, part.blocks, making)
            self._write_reads(name, part.reads, making)
        if making.stopped:
            for stream, state in self._state.streams.items():
                for level, rows in state.coarser.end():
                    making.pieces.extend(self._lines(level, stream, rows, row_columns(rows)))
        return Group(
            tuple(_bodies(making.pieces, self._gzip_level)), self._state.dump(), self._state.seq, tuple(making.withheld)
        )

    def _lines(self, measurement: str, stream: str, rows: Rows, fields: list[FieldColumn]) -> Iterator[Lines]:
        of_stream = (("instrument", stream), ("opening", number_tag(rows.opening)), ("step", number_tag(rows.step)))
        head = tag_set(measurement, (*self._run.tags, *of_stream))
        return line_pieces(head, fields, rows.t_ns, BODY_BYTES)

    def _next_entry(self) -> Entry | None:
        if self._held is not None:
            return self._held[0]
        if self._entries is None:
            self._entries = self._reader.entries(after_seq=self._state.seq)
        entry = next(self._entries, None)
        if entry is None:
            self._entries = None
        return entry

    def _take_other(self, entry: Entry, making: _Making) -> None:
        state = self._state
        if entry.name == BenchOpened.NAME and entry.kind == Kind.EVENT.value:
            number = entry.body.get("number")  # another's event of this name may not have one
            state.opening = number if isinstance(number, int) else state.opening
        if entry.kind == Kind.NOTE.value:
            state.note_ns = t_ns = stamps.after(entry.t_ns, state.note_ns)
        else:
            state.entry_ns = t_ns = stamps.after(entry.t_ns, state.entry_ns)
        try:
            making.stopped |= entry.kind == Kind.STOP.value
            of_run = self._derived.run_fields() if entry.kind == Kind.STOP.value else {}
            points = [*entry_points(entry, self._run, t_ns, of_run), *self._derived.of_entry(entry, t_ns)]
        except (RecordCorruptError, ValueError, OverflowError) as error:
            making.withheld.append(Refused(1, f"{entry.kind}s", f"entry {entry.seq}: {entry.name}", repr(error)))
            return
        for point in points:
            state.count(point.measurement, 1)
        making.pieces.extend(_written(points))

    def _take_samples(self, entry: Entry, making: _Making) -> bool:
        """Take a block, or the part of it that fits; return whether it was taken to its end."""
        state = self._state
        names = [channel.name for channel in self._reader.channels(entry.name)]
        block = self._held[1] if self._held else decode_block(entry.body, entry.data, columns=names)
        part = making.streams.setdefault((entry.name, state.opening), _StreamPart())
        rows = max(1, (making.most - making.values) // (len(names) + 1))
        stop = min(len(block.t_ns), state.rows + rows)
        part.blocks.append(_rows(block, state.rows, stop))
        making.values += (stop - state.rows + 1) * (len(names) + 1)
        if stop < len(block.t_ns):
            state.rows = stop
            self._held = entry, block
            return False
        late_ms = (entry.t_ns - entry.body["due_ns"]) / _NS_PER_MS if "due_ns" in entry.body else np.nan
        part.reads.append((entry.t_ns, entry.seq, len(block.t_ns), block.lost, late_ms))
        state.seq, state.rows, self._held = entry.seq, 0, None
        if len(block.t_ns):
            making.pieces.extend(_written(self._derived.of_block(entry.name, int(block.t_ns[-1]))))
        return True

    def _write_samples(self, stream: str, opening: int, blocks: list[Block], making: _Making) -> None:
        channels = self._reader.channels(stream)
        state = self._state.stream(stream)
        t_ns = np.concatenate([block.t_ns for block in blocks])
        keys = field_names(channels)
        columns = [np.concatenate([block.columns[channel.name] for block in blocks]) for channel in channels]
        holdable = (t_ns > -stamps.HOLDABLE_NS) & (t_ns < stamps.HOLDABLE_NS)
        if not channels:
            self._withhold(state, len(t_ns), stream, "the stream has no channels", making)
            return
        if not holdable.all():
            bad = int((~holdable).sum())
            self._withhold(state, bad, stream, "the time stamp is beyond what InfluxDB can hold", making)
            t_ns, columns = t_ns[holdable], [values[holdable] for values in columns]
        stretches, state.tail = stamps.place(t_ns, state.tail)
        for stretch in stretches:
            if stretch.step > stamps.MAX_STEPS:
                reason = f"the stream's time stamps ran backwards more than {stamps.MAX_STEPS} times"
                self._withhold(state, stretch.stop - stretch.start, stream, reason, making)
                continue
            values = [column[stretch.start : stretch.stop] for column in columns]
            _count_not_finite(state, keys, values)
            self._state.count("samples", len(stretch.t_ns))
            samples = Rows.of_samples((opening, stretch.step), keys, stretch.t_ns, values)
            fields = [FieldColumn(escape_name(key), column) for key, column in zip(keys, values, strict=True)]
            making.pieces.extend(self._lines("samples", stream, samples, fields))
            for level, rows in state.coarser.take(samples):
                making.pieces.extend(self._lines(level, stream, rows, row_columns(rows)))

    def _write_reads(self, stream: str, reads: list[tuple[int, int, int, int, float]], making: _Making) -> None:
        if not reads:
            return
        state = self._state.stream(stream)
        table = np.array([(t_ns, seq, n, lost) for t_ns, seq, n, lost, _ in reads], np.int64)
        late_ms = np.array([late for *_, late in reads], np.float64)
        t_ns = _risen(table[:, 0], state.read_ns)
        state.read_ns = int(t_ns[-1])
        columns = [
            FieldColumn("block_seq", table[:, 1]),
            FieldColumn("samples_read", table[:, 2]),
            FieldColumn("samples_lost", table[:, 3]),
            FieldColumn("late_ms", np.where(np.isnan(late_ms), 0.0, late_ms), ~np.isnan(late_ms)),
        ]
        self._state.count("reads", len(reads))
        head = tag_set("reads", (*self._run.tags, ("instrument", stream)))
        making.pieces.append((encode_lines(head, columns, t_ns), len(t_ns)))

    def _withhold(self, state: StreamState, count: int, stream: str, reason: str, making: _Making) -> None:
        if count:
            state.withheld += count
            making.withheld.append(Refused(count, "samples", f"samples of {stream}", reason))


def _written(points: Iterable[Point]) -> Iterator[Lines]:
    return ((f"{point.line}\n".encode(errors="replace"), 1) for point in points)


def _rows(block: Block, start: int, stop: int) -> Block:
    if start == 0 and stop == len(block.t_ns):
        return block
    return Block(block.t_ns[start:stop], {name: values[start:stop] for name, values in block.columns.items()})


def _risen(t_ns: Stamps, last_ns: int | None) -> Stamps:
    """Return the stamps of entries of one stream, each at least 1 ns after the one before."""
    risen = np.empty_like(t_ns)
    for row, one in enumerate(t_ns):
        last_ns = risen[row] = stamps.after(int(one), last_ns)
    return risen


def _count_not_finite(state: StreamState, keys: tuple[str, ...], values: list[NDArray[np.float64]]) -> None:
    for key, column in zip(keys, values, strict=True):
        if missing := len(column) - int(np.isfinite(column).sum()):
            state.not_finite[key] = state.not_finite.get(key, 0) + missing


def _bodies(pieces: list[Lines], gzip_level: int) -> Iterator[Body]:
    """Join pieces to bodies of about `BODY_BYTES`; takes them away, since both are not to be in memory at once."""
    gathered: list[bytes] = []
    size = lines = 0
    pieces.reverse()
    while pieces:
        text, count = pieces.pop()
        gathered.append(text)
        size, lines = size + len(text), lines + count
        if size >= BODY_BYTES or (size and not pieces):
            yield Body(gzipped(b"".join(gathered), gzip_level), lines)
            gathered, size, lines = [], 0, 0
