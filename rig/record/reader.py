"""Reading a run's record, also while another process writes it."""

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rig.capabilities import Channel
from rig.errors import RecordCorruptError, RecordError
from rig.record.blocks import decode_block
from rig.record.chain import verify_rows
from rig.record.database import Database
from rig.record.lock import has_writer
from rig.record.schema import Entry, Kind, parse_body
from rig.record.series import Series, read_series


class RecordReader:
    """A record opened read-only, from any thread. It never holds up the writer, and sees what was committed so far.

    All methods raise RecordCorruptError when what they meet is not what a record holds.
    """

    def __init__(self, path: Path, as_of_seq: int | None = None) -> None:
        """Open the record, up to entry `as_of_seq` if given.

        Raises RecordNotFoundError, RecordCorruptError (no record of this schema) or RecordError.
        """
        self.path = path
        self._database = Database(path, as_of_seq)
        self._channels: dict[str, tuple[Channel, ...]] = {}

    def as_of(self, seq: int) -> "RecordReader":
        """Open the record once more, as it was when entry `seq` was its last: nothing newer is seen."""
        return RecordReader(self.path, seq)

    def close(self) -> None:
        """Close the file; safe to repeat."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> dict[str, Any]:
        """Return the provenance that the run began with."""
        for entry in self.entries(kind=Kind.START.value):
            return entry.body
        raise RecordCorruptError(f"{self.path} has no start entry", 1)

    def stop(self) -> dict[str, Any] | None:
        """Return the stop entry's body (`reason`, `counts`); None means only that the run has not been stopped yet."""
        for entry in self.entries(kind=Kind.STOP.value):
            return entry.body
        return None

    def last_seq(self) -> int:
        """Return the seq of the latest entry."""
        return int(self._database.rows("SELECT coalesce(max(seq), 0) FROM entry")[0][0])

    def last_ns(self) -> int:
        """Return the time of the latest entry; raises RecordCorruptError when there is none."""
        for (t_ns,) in self._database.rows("SELECT t_ns FROM entry ORDER BY seq DESC LIMIT 1"):
            return int(t_ns)
        raise RecordCorruptError(f"{self.path} has no entries", 1)

    def is_live(self) -> bool:
        """Tell whether the run is going on: not stopped, and its writer is alive."""
        return self.stop() is None and has_writer(self.path)

    def entries(self, kind: str | None = None, name: str | None = None, after_seq: int = 0) -> Iterator[Entry]:
        """Yield the entries after `after_seq` in order, all or those of a kind and name (a name needs its kind)."""
        if kind is None and name is not None:
            raise RecordError("entries are looked up by kind, or by kind and name")
        rows = self._database.whole_rows(after_seq)
        if kind is not None:
            rows = self._database.whole_rows_of(self._seqs_of(kind, name, after_seq))
        for seq, t_ns, row_kind, row_name, body, data, _ in rows:
            yield Entry(seq, t_ns, row_kind, row_name, parse_body(body, seq), data)

    def results(self) -> tuple[Entry, ...]:
        """Return all results in order."""
        return tuple(self.entries(kind=Kind.RESULT.value))

    def events(self, name: str | None = None) -> tuple[Entry, ...]:
        """Return all events, or those of one name, in order."""
        return tuple(self.entries(kind=Kind.EVENT.value, name=name))

    def counts(self) -> dict[str, int]:
        """Return how many entries of each kind there are."""
        return dict(self._database.rows("SELECT kind, count(*) FROM entry GROUP BY kind ORDER BY kind"))

    def verdicts(self) -> dict[str, int]:
        """Return how many results have each verdict."""
        query = (
            "SELECT json_extract(body, '$.verdict'), count(*) FROM entry WHERE kind = 'result' GROUP BY 1 ORDER BY 1"
        )
        return {str(verdict): count for verdict, count in self._database.rows(query) if verdict is not None}

    def streams(self) -> tuple[str, ...]:
        """Return the streams described so far, in order of their first descriptors."""
        query = "SELECT name FROM entry WHERE kind = 'descriptor' GROUP BY name ORDER BY min(seq)"
        return tuple(name for (name,) in self._database.rows(query))

    def channels(self, stream: str) -> tuple[Channel, ...]:
        """Return the channels of a stream; raises RecordError naming the streams there are."""
        if stream not in self._channels:
            for entry in self.entries(kind=Kind.DESCRIPTOR.value, name=stream):
                self._channels[stream] = _channels_from(entry)
                break
            else:
                raise RecordError(f"{self.path} has no stream {stream}; it has {', '.join(self.streams()) or 'none'}")
        return self._channels[stream]

    def series(
        self,
        stream: str,
        from_ns: int | None = None,
        to_ns: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> Series:
        """Return the samples of a stream with from_ns <= t_ns < to_ns, in recorded order; see `Series`.

        Only blocks that reach into the interval are read. Raises RecordError for an unknown stream or column.
        """
        return read_series(self._database, stream, self.channels(stream), from_ns, to_ns, columns)

    def first_value(self, stream: str, column: str) -> float:
        """Return the very first recorded sample of a channel; raises RecordError when there is none."""
        for entry in self.entries(kind=Kind.SAMPLES.value, name=stream):
            values = decode_block(entry.body, entry.data, columns=(column,)).columns[column]
            if len(values):
                return float(values[0])
        raise RecordError(f"{self.path} has no samples of {stream}")

    def verify_chain(self) -> int:
        """Check every entry against its hash and its predecessor, and return how many there are.

        Raises RecordCorruptError with the seq of the first entry that does not hold; a seq of None means that all
        entries hold, but what helps to find them does not.
        """
        checked = verify_rows(self._database.whole_rows(0), self.path)
        (verdict,) = self._database.rows("PRAGMA integrity_check(1)")[0]
        if verdict != "ok":
            raise RecordCorruptError(f"{self.path}: the indexes do not hold what the entries say: {verdict}")
        return checked

    def _seqs_of(self, kind: str, name: str | None, after_seq: int) -> "array[int]":
        query = "SELECT seq FROM entry WHERE kind = ? AND seq > ? ORDER BY seq"
        arguments: tuple[object, ...] = (kind, after_seq)
        if name is not None:
            query = "SELECT seq FROM entry WHERE kind = ? AND name = ? AND seq > ? ORDER BY seq"
            arguments = (kind, name, after_seq)
        return array("q", (seq for (seq,) in self._database.rows(query, arguments)))


def _channels_from(entry: Entry) -> tuple[Channel, ...]:
    try:
        return tuple(Channel(**channel) for channel in entry.body["channels"])
    except (KeyError, TypeError) as error:
        raise RecordCorruptError(f"entry {entry.seq}: a descriptor without channels: {error!r}", entry.seq) from error
