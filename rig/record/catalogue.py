"""What was read from the finished runs of a large folder, kept: to read ten thousand takes half a minute.

What is kept counts only while its record is, by size, times and number in its file system, the very file that it was
read from, and no journal lies beside it. The catalogue is the user's own, apart from the records; whatever is wrong
with it, the records are read. It is a SQLite file: processes that refresh it at the same time wait for one another.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rig.clock import machine_utc_ns

# To read so many records takes no longer than a person notices.
FEWEST_RUNS = 50
# What is changed twice within one tick of a file system's clock looks unchanged: only what has been at rest is kept.
AT_REST_NS = 5_000_000_000
_VERSION = 3
_BESIDE = ("-wal", "-journal")
_BUSY_S = 10.0
_APPLICATION_ID = 0x52494743  # "RIGC"
# Somebody else is at it, the disk is full, or it cannot be written.
_NO_DAMAGE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
# What is changed by hand is found by the digest of each row, which covers how its record looked.
_DDL = (
    "CREATE TABLE kept (part TEXT, record BLOB, said TEXT, digest BLOB, PRIMARY KEY (part, record)) WITHOUT ROWID",
    "CREATE INDEX kept_record ON kept (record)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_VERSION}",
)

Look = tuple[int, int, int, int]


def looks(directory: Path, names: Iterable[str], rest_ns: int) -> dict[str, Look]:
    """Return how the records of a folder look from outside: untouched for `rest_ns`, with no journal beside them."""
    now_ns = machine_utc_ns()
    with os.scandir(directory) as found:
        entries = {entry.name: entry for entry in found}
    seen: dict[str, Look] = {}
    for name in names:
        if name not in entries or any(f"{name}{end}" in entries for end in _BESIDE):
            continue
        with suppress(OSError):
            # Not the entry's own: on Windows its number in the file system is 0.
            stat = os.stat(entries[name].path)  # noqa: PTH116 - a Path for each of ten thousand takes longer
            if max(stat.st_mtime_ns, stat.st_ctime_ns) <= now_ns - rest_ns:
                seen[name] = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    return seen


def place_of_catalogue(directory: Path) -> Path | None:
    """Return where the catalogue of a folder is kept, in the user's cache; None for a user who has none."""
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or ""
    try:
        base = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
        name = hashlib.sha256(str(directory.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    except (OSError, RuntimeError):
        return None
    return base / "rig" / f"runs-{name}.db"


class Catalogue:
    """Texts by part and record. A part is what is read together: of all runs their lines, or one result's values."""

    def __init__(self, place: Path, words: Sequence[str]) -> None:
        """Keep texts at `place` whose meaning is told by `words`; those of other words are not seen."""
        self._place = place
        self._head = "\0".join([str(_VERSION), *words]).encode()

    def texts(self, part: str, seen: Mapping[str, Look]) -> dict[str, str]:
        """Return what is kept under a part by the names of records, of those that still look as `seen` says."""
        found: dict[str, str] = {}
        if not self._place.exists():
            return found
        with suppress(sqlite3.Error, OSError, UnicodeError), self._opened() as connection:
            for record, said, digest in connection.execute(
                "SELECT record, said, digest FROM kept WHERE part = ?", (part,)
            ):
                # In a damaged file any column may hold anything.
                if not (isinstance(record, bytes) and isinstance(said, str)):
                    continue
                name = os.fsdecode(record)
                look = seen.get(name)
                if look is not None and digest == self._digest(part, record, look, said):
                    found[name] = said
        return found

    def keep(self, read: Mapping[str, tuple[Look, Mapping[str, str]]]) -> None:
        """Keep the texts of records, by part; what cannot be kept now is read from the records once more."""
        rows = [
            (part, record, said, self._digest(part, record, look, said))
            for record, look, texts in ((os.fsencode(name), look, texts) for name, (look, texts) in read.items())
            for part, said in texts.items()
        ]
        if rows:
            self._change("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows, gone=map(os.fsencode, read))

    def forget_all_but(self, names: Iterable[str]) -> None:
        """Forget the records that are there no more."""
        if not self._place.exists():
            return
        with suppress(sqlite3.Error, OSError, UnicodeError), self._opened() as connection:
            known = {record for (record,) in connection.execute("SELECT record FROM kept WHERE part = ''")}
            gone = known - set(map(os.fsencode, names))
            if gone:
                self._change("", (), gone=gone)

    def _change(self, statement: str, rows: Iterable[tuple[object, ...]], gone: Iterable[bytes]) -> None:
        try:
            self._changed(statement, rows, gone)
        except OSError:
            pass
        except (sqlite3.Error, UnicodeError) as error:
            if getattr(error, "sqlite_errorname", "").startswith(_NO_DAMAGE):
                return
            # It is damaged (even its messages may be no text), or no catalogue of ours. What it held is in the records;
            # the next look keeps it anew.
            with suppress(OSError):
                self._place.unlink(missing_ok=True)

    def _changed(self, statement: str, rows: Iterable[tuple[object, ...]], gone: Iterable[bytes]) -> None:
        self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._place, os.O_CREAT | os.O_RDWR, 0o600))
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("DELETE FROM kept WHERE record = ?", ((record,) for record in gone))
            if statement:
                connection.executemany(statement, rows)
            connection.execute("COMMIT")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Give the file, with its table; raises sqlite3.Error, and OSError for somebody else's."""
        if hasattr(os, "getuid") and self._place.stat().st_uid != os.getuid():
            raise PermissionError(f"{self._place} is somebody else's")
        connection = sqlite3.connect(
            f"{self._place.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_S, isolation_level=None
        )
        try:
            for words in ("trusted_schema = OFF", "cell_size_check = ON", "synchronous = OFF"):
                connection.execute(f"PRAGMA {words}")
            _make(connection)
            yield connection
        finally:
            connection.close()

    def _digest(self, part: str, record: bytes, look: Look, said: str) -> bytes:
        words = [self._head, part.encode("utf-8", "surrogatepass"), record, repr(look).encode(), said.encode()]
        return hashlib.blake2b(b"\0".join(words), digest_size=16).digest()


def _make(connection: sqlite3.Connection) -> None:
    """Put the table into a file that is empty; raises sqlite3.DatabaseError for one that is not ours."""
    if _is_ours(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    if not _is_ours(connection):
        for statement in _DDL:
            connection.execute(statement)
    connection.execute("COMMIT")


def _is_ours(connection: sqlite3.Connection) -> bool:
    ((mark,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_master")
    if (mark, version, tables) == (_APPLICATION_ID, _VERSION, len(_DDL) - 2):
        return True
    if tables or mark or version:
        raise sqlite3.DatabaseError("no catalogue of this version")
    return False
