"""How far a run has got to a server: one small database beside the record for each run and server.

Losing it costs nothing but time: sending starts over, and the server ends up with the same points. That is why a disk
that is full does not end the streaming: what could not be saved is saved with the next group that can.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from rig.errors import StreamerBusyError, StreamingError
from rig.record.folder import run_id
from rig.streaming.state import EncoderState

_DDL = (
    "CREATE TABLE IF NOT EXISTS cursor (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS refused "
    "(id INTEGER PRIMARY KEY, points INTEGER NOT NULL, measurement TEXT NOT NULL, what TEXT NOT NULL, "
    "reason TEXT NOT NULL) STRICT",
)
_REFUSED = "SELECT points, measurement, what, reason FROM refused ORDER BY id"
_MARK = ".stream-"
_BUSY_S = 5.0


class StreamStatus(StrEnum):
    """How the streaming of a run stands."""

    STREAMING = "streaming"  # under way, or would be if its process lived
    WAITING = "waiting"  # the server is away
    PAUSED = "paused"  # the server refuses us; `rig sync` goes on when that is mended
    GAVE_UP = "gave up"  # the server was away for too long; `rig sync` goes on
    SENT = "sent"  # everything so far; the run goes on or was not closed yet
    COMPLETE = "complete"  # everything, and the run has ended
    INCOMPLETE = (
        "incomplete"  # all was sent and the run has ended; the server refused some of it, or holds other counts
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """Points set aside: `what` is the line itself, or what it would have been made of."""

    points: int
    measurement: str
    what: str
    reason: str


@dataclass(slots=True)
class SentSoFar:
    """What a cursor says about itself. `status` is a word of `StreamStatus`, `reason` why it is so."""

    target: str = ""
    state: str = ""
    seq: int = 0
    sent: int = 0
    refused: int = 0
    status: str = ""
    reason: str = ""
    reconciled: str = ""


def cursor_path(record: Path, target_key: str) -> Path:
    """Return where the cursor of a run and a server lies."""
    return record.with_name(f"{run_id(record)}{_MARK}{target_key}.db")


def cursor_paths(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Return the cursors in a folder of records by run id; looked up at once, since a folder may hold 10,000 runs."""
    found: dict[str, tuple[Path, ...]] = {}
    for path in sorted(folder.glob(f"*{_MARK}????????.db")):
        name = path.name.rpartition(_MARK)[0]
        found[name] = (*found.get(name, ()), path)
    return found


def read_progress(path: Path) -> SentSoFar:
    """Read what a cursor says, without holding anybody up; raises StreamingError when it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as connection:
            return _progress(connection)
    except sqlite3.Error as error:
        raise StreamingError(f"{path} cannot be read: {error}") from error


def read_refused(path: Path) -> tuple[Refused, ...]:
    """Read what was set aside, without holding anybody up; raises StreamingError when it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as connection:
            return tuple(Refused(*row) for row in connection.execute(_REFUSED))
    except sqlite3.Error as error:
        raise StreamingError(f"{path} cannot be read: {error}") from error


class Cursor:
    """The cursor of one run and one server, held by one process at a time. Use as a context manager.

    Entering raises StreamerBusyError when another living process holds it. `problem` says why the last save failed,
    "" when it did not.
    """

    def __init__(self, record: Path, target_key: str, target_label: str) -> None:
        self.path = cursor_path(record, target_key)
        self.progress = SentSoFar(target=target_label)
        self.problem = ""
        self._lock = FileLock(self.path.with_name(self.path.name + ".lock"), thread_local=False)
        self._connection: sqlite3.Connection | None = None
        self._unsaved: list[Refused] = []

    def __enter__(self) -> Self:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise StreamerBusyError(f"{self.path.name}: another process is streaming this run") from None
        except OSError as error:
            raise StreamingError(f"{self.path} cannot be locked: {error}") from error
        self._load()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._disconnect()
        with suppress(OSError):  # systems that keep open files: an old lock file does no harm
            Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()

    def encoder_state(self) -> EncoderState:
        """Return where to go on; the beginning when there is no cursor yet."""
        return EncoderState.load(self.progress.state) if self.progress.state else EncoderState()

    def advance(self, state: str, seq: int, sent: int, refused: Sequence[Refused]) -> None:
        """Note that everything up to `state` was delivered: `sent` lines more, `refused` set aside."""
        progress = self.progress
        progress.state, progress.seq = state, seq
        progress.sent += sent
        progress.refused += sum(one.points for one in refused)
        self._unsaved.extend(refused)
        self.save()

    def start_over(self) -> None:
        """Go back to the beginning of the run: all of it is sent again, and what was refused has another chance."""
        self.progress = SentSoFar(target=self.progress.target)
        self._unsaved.clear()
        if not self.path.exists():
            return
        try:
            self._connected().execute("DELETE FROM refused")
        except sqlite3.Error as error:
            raise StreamingError(f"{self.path.name} cannot be begun anew: {error}") from error
        self.save()

    def say(self, status: str, reason: str = "") -> None:
        """Note how the streaming stands."""
        if (self.progress.status, self.progress.reason) != (status, reason):
            self.progress.status, self.progress.reason = status, reason
            self.save()

    def refused(self) -> tuple[Refused, ...]:
        """Return all that was set aside, in order; raises StreamingError when it cannot be read back."""
        try:
            saved = self._connected().execute(_REFUSED).fetchall() if self.path.exists() else []
        except sqlite3.Error as error:
            raise StreamingError(f"{self.path.name} cannot be read: {error}") from error
        return (*(Refused(*row) for row in saved), *self._unsaved)

    def save(self) -> bool:
        """Write everything down in one transaction; return whether it worked, else `problem` says why not."""
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            rows = [(name, str(getattr(self.progress, name))) for name in SentSoFar.__slots__]
            connection.executemany("INSERT OR REPLACE INTO cursor VALUES (?, ?)", rows)
            connection.executemany(
                "INSERT INTO refused (points, measurement, what, reason) VALUES (?, ?, ?, ?)",
                [(one.points, one.measurement, one.what, one.reason) for one in self._unsaved],
            )
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.problem = f"{self.path.name} could not be saved: {error}"
            self._disconnect()
            return False
        self._unsaved.clear()
        self.problem = ""
        return True

    def _load(self) -> None:
        if not self.path.exists():
            return
        label = self.progress.target
        try:
            self.progress = _progress(self._connected())
            self.encoder_state()
        except (sqlite3.Error, StreamingError) as error:
            # Starting over is safe, and a cursor that nobody can read helps nobody.
            self.progress = SentSoFar(reason=f"the cursor was damaged ({error}); everything is sent again")
            self._disconnect()
            for suffix in ("", "-wal", "-shm"):
                with suppress(OSError):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.progress.target = label

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            # Each group is one transaction; WAL without a sync per commit costs the latest groups in a power loss.
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=_BUSY_S, check_same_thread=False)
            self._connection = connection
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            for statement in _DDL:
                connection.execute(statement)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):  # a full disk cannot take the last checkpoint either; the WAL stays
                connection.close()


def _progress(connection: sqlite3.Connection) -> SentSoFar:
    # Somebody may be just about to make the tables.
    if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'cursor'").fetchone()[0]:
        return SentSoFar()
    rows: dict[str, str] = dict(connection.execute("SELECT key, value FROM cursor"))
    try:
        numbers = {name: int(rows.pop(name, "0")) for name in ("seq", "sent", "refused")}
        return SentSoFar(**rows, **numbers)  # type: ignore[arg-type]  # the rest are the texts
    except (TypeError, ValueError) as error:
        raise StreamingError(f"it holds something else: {error}") from error
