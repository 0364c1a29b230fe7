"""What a record looks like on disk: one SQLite file, one append-only table, and the JSON its bodies are written in."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from rig.errors import RecordCorruptError, RecordError, RecordNotFoundError

SUFFIX = ".rig.db"
APPLICATION_ID = 0x52494752  # "RIGR", in the header of the file, so that `file` and we know a record when we see one
SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 5.0
# Measured: pages of 4096 record blocks of 64 kB a tenth faster (22 against 20 million samples/s) and a result 4 µs
# slower (35 against 31), which is the one that comes near its limit.
PAGE_BYTES = 2048
# A commit that makes the WAL this long waits for the disk. On a busy disk, 4 MB doubled the mean time of a result.
CHECKPOINT_BYTES = 16 * 1024 * 1024

# The time index is computed from the body, so that the hash covers what it says; it holds nothing of its own.
_DDL = (
    """CREATE TABLE entry (
        seq   INTEGER PRIMARY KEY,
        t_ns  INTEGER NOT NULL,
        kind  TEXT NOT NULL,
        name  TEXT NOT NULL,
        body  TEXT NOT NULL,
        data  BLOB,
        hash  BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT""",
    "CREATE INDEX entry_kind_name ON entry (kind, name)",
    """CREATE INDEX entry_block_time
        ON entry (name, json_extract(body, '$.t_last_ns'), json_extract(body, '$.t_first_ns'), seq)
        WHERE kind = 'samples'""",
    """CREATE TRIGGER entry_in_sequence BEFORE INSERT ON entry
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
        BEGIN SELECT RAISE(ABORT, 'a record takes entries in sequence only'); END""",
    """CREATE TRIGGER entry_not_after_stop BEFORE INSERT ON entry
        WHEN NEW.kind <> 'note' AND EXISTS (SELECT 1 FROM entry WHERE kind = 'stop')
        BEGIN SELECT RAISE(ABORT, 'a stopped record takes notes only'); END""",
    """CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'a record is append-only: entries never change'); END""",
    """CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'a record is append-only: entries are never deleted'); END""",
)


class Kind(StrEnum):
    """What an entry is about. The entry's name is given in brackets."""

    START = "start"  # [run id] provenance of the run
    DESCRIPTOR = "descriptor"  # [stream] channels of a stream
    SAMPLES = "samples"  # [stream] a block of samples
    COMMAND = "command"  # [instrument] a command and its reply
    EVENT = "event"  # [event] something that happened
    RESULT = "result"  # [result] a value with its uncertainty, recipe and verdict
    STOP = "stop"  # [reason] the end of the run
    NOTE = "note"  # [topic] what others have to say about the run, also after its stop


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a record; `seq` counts from 1 without gaps, `t_ns` is UTC on the run's clock.

    `digest` covers it and all before it; entries that say the same are equal wherever they stand.
    """

    seq: int
    t_ns: int
    kind: str
    name: str
    body: dict[str, Any]
    data: bytes | None
    digest: bytes = field(default=b"", compare=False)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(body: Mapping[str, Any], what: str) -> str:
    """Write `body` as the one JSON text that stands for it: sorted keys, no spaces, no NaN or infinity.

    Raises RecordError naming `what` when the body holds something that JSON has no word for.
    """
    try:
        text = _ENCODER.encode(body)
        text.encode()
    except (TypeError, ValueError) as error:
        raise RecordError(f"{what} cannot be written as JSON: {error}") from error
    return text


def parse_body(text: str, seq: int) -> dict[str, Any]:
    """Read an entry's body; raises RecordCorruptError with `seq` when it is not a JSON object."""
    try:
        body = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordCorruptError(f"entry {seq}: its body is not JSON: {error}", seq) from error
    if not isinstance(body, dict):
        raise RecordCorruptError(f"entry {seq}: its body is not a JSON object", seq)
    return body


def create_tables(connection: sqlite3.Connection) -> None:
    """Put the schema into an empty database."""
    for statement in _DDL:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open an existing record and check that it is one.

    Raises RecordNotFoundError when there is no such file, RecordCorruptError when it is not a record of this schema,
    RecordError when the operating system refuses it.
    """
    if not path.is_file():
        raise RecordNotFoundError(f"there is no record {path}")
    stale = _stale_journal(path)
    if stale is not None and write:
        raise RecordError(
            f"{path} is finished, and {stale.name} beside it is the journal of another copy: move it away before "
            "anything is added, or it would be taken for what was written last"
        )
    connection = _open(path, "rw" if write else "ro&immutable=1" if stale is not None else "ro")
    try:
        with reading_errors(path):
            if not write and _is_half_sealed(connection):
                _undo_half_seal(path)
            _check_schema(connection, path)
    except RecordError:
        connection.close()
        raise
    return connection


# Records that this process writes. Their journals are their own, and to open and close their files besides SQLite would
# drop the locks that it holds on them: the system gives those to a process, not to a descriptor.
WRITTEN_HERE: set[Path] = set()


def journal_of(path: Path) -> Path:
    """Return where the write-ahead journal of a record stands while it is written."""
    return path.with_name(f"{path.name}-wal")


def _stale_journal(path: Path) -> Path | None:
    """Return the journal that lies beside a record without belonging to it; None where there is none.

    Bytes 18 and 19 of a database say whether it keeps a write-ahead journal. A finished record keeps none, and SQLite
    takes one that lies there for its own all the same.
    """
    journal = journal_of(path)
    if path.absolute() in WRITTEN_HERE or not journal.is_file():
        return None
    try:
        with path.open("rb") as file:
            sealed = file.read(20)[18:20] == b"\1\1"
    except OSError as error:
        raise RecordError(f"{path} cannot be opened: {error}") from error
    return journal if sealed else None


def _open(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise RecordError(f"{path} cannot be opened: {error}") from error
    # Damaged text must reach the hash check, which says where it is, instead of failing on the way there.
    connection.text_factory = _decode
    return connection


def _is_half_sealed(connection: sqlite3.Connection) -> bool:
    """Tell whether a writer died while it folded the WAL in: a reader may not undo that, only a writer."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK:
            return True
        raise
    return False


def _undo_half_seal(path: Path) -> None:
    connection = _open(path, "rw")
    try:
        connection.execute("SELECT 1 FROM sqlite_master")
    finally:
        connection.close()


@contextmanager
def reading_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises while it reads `path` into RecordCorruptError or RecordError."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        raise RecordError(f"the reader of {path} is closed: {error}") from error
    except sqlite3.OperationalError as error:
        raise RecordError(f"{path} cannot be read: {error}") from error
    except sqlite3.DatabaseError as error:
        raise RecordCorruptError(f"{path} is not a run record, or is damaged: {error}") from error
    except UnicodeDecodeError as error:  # SQLite quotes damaged text in its message
        raise RecordCorruptError(f"{path} is damaged: its schema is no text") from error


def _decode(text: bytes) -> str:
    return text.decode(errors="replace")


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID:
        raise RecordCorruptError(f"{path} is a database, but not a run record")
    if version != SCHEMA_VERSION:
        raise RecordCorruptError(
            f"{path} has record schema {version}, this rig reads schema {SCHEMA_VERSION}: use the rig that wrote it"
        )
    tables = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master")}
    if tables != set(_DDL):
        raise RecordCorruptError(f"{path}: the record's table, indexes or guards are not those of a record")
