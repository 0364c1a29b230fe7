"""One read-only connection: queries run to their end, so that no reader ever holds up the writer."""

import json
import threading
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rig.errors import RecordCorruptError
from rig.record.schema import connect, reading_errors

_COLUMNS = "seq, t_ns, kind, name, body, data, hash"
_DATA = 5
_CHUNK_ROWS = 512
_CHUNK_BYTES = 16 * 1024 * 1024

Row = tuple[Any, ...]


class Database:
    """The rows of a record, for any thread.

    Whole rows come in chunks, each by a query of its own: an open cursor would keep the WAL from being folded in.
    All methods raise RecordCorruptError where the file is damaged, and RecordError when it is closed or out of reach.
    """

    def __init__(self, path: Path, as_of_seq: int | None = None) -> None:
        """Open the record, or what it was when entry `as_of_seq` was its last; raises what `schema.connect` raises."""
        self.path = path
        self._as_of_seq = as_of_seq
        self._connection = connect(path, write=False)
        self._lock = threading.Lock()
        if as_of_seq is not None:
            # A temporary view goes before the table of the same name, in every query of this connection.
            view = f"CREATE TEMP VIEW entry AS SELECT * FROM main.entry WHERE seq <= {as_of_seq:d}"  # noqa: S608 - a number
            with reading_errors(path):
                self._connection.execute(view)

    def shows(self, seq: int) -> bool:
        """Tell whether an entry lies within what is looked at."""
        return self._as_of_seq is None or seq <= self._as_of_seq

    def close(self) -> None:
        """Close the file; safe to repeat."""
        with self._lock:
            self._connection.close()

    def rows(self, query: str, arguments: Sequence[object] = ()) -> list[Row]:
        """Return all that a query finds."""
        with self._lock, reading_errors(self.path):
            return self._connection.execute(query, arguments).fetchall()

    def whole_rows(self, after_seq: int) -> Iterator[Row]:
        """Yield the whole rows after `after_seq` in order, those too that are appended meanwhile."""
        query = f"SELECT {_COLUMNS} FROM entry WHERE seq > ? ORDER BY seq LIMIT {_CHUNK_ROWS}"  # noqa: S608 - constants
        while rows := self._chunk(query, after_seq):
            yield from rows
            after_seq = rows[-1][0]

    def whole_rows_of(self, seqs: "array[int]") -> Iterator[Row]:
        """Yield the whole rows with the given ascending seqs."""
        query = f"SELECT {_COLUMNS} FROM entry WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq"  # noqa: S608 - constant
        place = 0
        while place < len(seqs):
            rows = self._chunk(query, json.dumps(list(seqs[place : place + _CHUNK_ROWS])))
            if not rows:
                raise RecordCorruptError(f"{self.path}: entry {seqs[place]} is in an index only", seqs[place])
            place += len(rows)
            yield from rows

    def _chunk(self, query: str, argument: object) -> list[Row]:
        """Return rows until they are many bytes, or until damage: the next chunk begins there and says where it is."""
        found: list[Row] = []
        size = 0
        try:
            with self._lock, reading_errors(self.path):
                cursor = self._connection.execute(query, (argument,))
                for row in cursor:
                    found.append(row)
                    size += len(row[_DATA] or b"")
                    if size >= _CHUNK_BYTES:
                        break
                cursor.close()
        except RecordCorruptError:
            if not found:
                raise
        return found
