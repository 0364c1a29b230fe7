"""The one place that appends: it numbers, stamps, chains and commits entries, for whoever holds the writer's lock."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from rig.errors import RecordClosedError, RecordError
from rig.record.chain import GENESIS, entry_hash
from rig.record.disk import Flusher, sync_file, sync_folder
from rig.record.schema import CHECKPOINT_BYTES, PAGE_BYTES, WRITTEN_HERE, connect, create_tables, journal_of

_INSERT = "INSERT INTO entry (seq, t_ns, kind, name, body, data, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
_TAIL = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"


class Ledger:
    """An open record that takes entries, from any thread of the process; each `append` is one committed transaction.

    A commit is handed to the operating system before `append` returns (WAL, synchronous=NORMAL): it survives the
    death of the process. A thread brings it to the disk within half a second, plus the time that the disk takes, so
    that a power loss may cost the latest entries, but never the order or the wholeness of those before; after
    `flush` and `sync_from_now` it costs nothing.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, flusher: Flusher | None = None) -> None:
        self.path = path
        self._connection = connection
        self._flusher = flusher
        self._lock = threading.Lock()
        self._tail: tuple[int, bytes] | None = None
        self._closed = False
        WRITTEN_HERE.add(path.absolute())

    @classmethod
    def create(cls, path: Path, t_ns: int, kind: str, name: str, body: str) -> "Ledger":
        """Make a new record with its first entry; the file appears whole or not at all.

        Raises RecordError when it exists or cannot be written.
        """
        part = path.with_name(f".{path.name}.part")
        try:
            if path.exists():
                raise RecordError(f"{path} cannot be created: it exists")
            _write_first_entry(part, (1, t_ns, kind, name, body, None))
            part.rename(path)
            sync_folder(path.parent)
        except (OSError, sqlite3.Error) as error:
            raise RecordError(f"{path} cannot be created: {error}") from error
        finally:
            part.unlink(missing_ok=True)
        connection = connect(path, write=True)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_BYTES // PAGE_BYTES}")
        return cls(connection, path, Flusher(journal_of(path)))

    @classmethod
    def resume(cls, path: Path) -> "Ledger":
        """Open an existing record to append to it, waiting for the disk; raises what `schema.connect` raises."""
        ledger = cls(connect(path, write=True), path)
        ledger.sync_from_now()
        return ledger

    def append(self, kind: str, name: str, body: str, data: bytes | None, now_ns: Callable[[], int]) -> int:
        """Commit one entry and return its seq; `now_ns` is asked in turn, so that time and seq run alike.

        Raises RecordClosedError after `close`, RecordError when it could not be committed (disk full, say).
        """
        with self._lock:
            if self._closed:
                raise RecordClosedError(f"{self.path} is closed: {kind} {name} came too late")
            if self._flusher is not None and self._flusher.problem:
                raise RecordError(f"{self.path} does not reach the disk: {self._flusher.problem}")
            try:
                last_seq, last_hash = self._tail or self._read_tail()
                # Forgotten until the entry is in: whatever interrupts us here, the next append asks the database.
                self._tail = None
                seq, t_ns = last_seq + 1, now_ns()
                digest = entry_hash(last_hash, seq, t_ns, kind, name, body, data)
                self._connection.execute(_INSERT, (seq, t_ns, kind, name, body, data, digest))
            except (sqlite3.Error, UnicodeEncodeError) as error:
                raise RecordError(f"{self.path}: {kind} {name!a} could not be recorded: {error}") from error
            self._tail = seq, digest
            if self._flusher is not None:
                self._flusher.appended()
            return seq

    def flush(self) -> None:
        """Wait until all that was appended is on the disk: a power loss costs nothing of it.

        Raises RecordClosedError after `close`, RecordError when the disk does not take it.
        """
        with self._lock:
            if self._closed:
                raise RecordClosedError(f"{self.path} is closed")
            if self._flusher is None:
                return
            try:
                self._flusher.flush()
            except OSError as error:
                raise RecordError(f"{self.path} does not reach the disk: {error}") from error

    def sync_from_now(self) -> None:
        """Make every further append wait for the disk, which brings everything before it there as well.

        Raises RecordClosedError after `close`.
        """
        with self._lock:
            if self._closed:
                raise RecordClosedError(f"{self.path} is closed")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._end_flusher()

    def seal(self) -> None:
        """Fold the WAL in, when nobody is reading, so that one file stands alone.

        Such a file leaves nothing beside it when it is read, and can be read where nothing can be written.
        Raises RecordError when the disk does not take it.
        """
        with self._lock:
            try:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                self._fold_wal()
                # A journal that comes back with the power would lie beside a record that it does not belong to.
                sync_folder(self.path.parent)
            except (OSError, sqlite3.Error) as error:
                raise RecordError(f"{self.path} could not be brought to the disk: {error}") from error

    def _fold_wal(self) -> None:
        self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            self._connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            # Somebody reads: the record stays in WAL mode, complete and synced.

    def close(self) -> None:
        """Close the file; safe to repeat."""
        with self._lock:
            self._closed = True
            self._end_flusher()
            self._connection.close()
            WRITTEN_HERE.discard(self.path.absolute())

    def _end_flusher(self) -> None:
        if self._flusher is not None:
            self._flusher.close()
        self._flusher = None

    def _read_tail(self) -> tuple[int, bytes]:
        row = self._connection.execute(_TAIL).fetchone()
        return (0, GENESIS) if row is None else (int(row[0]), bytes(row[1]))


def _write_first_entry(part: Path, entry: tuple[int, int, str, str, str, None]) -> None:
    """Write a whole record of one entry and bring it to the disk."""
    part.unlink(missing_ok=True)
    connection = sqlite3.connect(part, isolation_level=None)
    try:
        # Nobody sees the file yet, so that it needs no journal, and one sync at its end will do.
        for pragma in (f"page_size = {PAGE_BYTES}", "journal_mode = OFF", "synchronous = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        create_tables(connection)
        connection.execute(_INSERT, (*entry, entry_hash(GENESIS, *entry)))
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    sync_file(part)
