"""What somebody writes into a record who computes its whole chain anew: anything, anywhere, under the right hashes."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rig.record.chain import GENESIS, entry_hash

MISSING = object()
NUMBERS = (
    float("nan"), float("inf"), 1e308, -1e308, 1e-320, 0.0, 0, -1, 2**63 - 1, -(2**63), 2**70, 10**17, 10**400,
)  # fmt: skip
WORDS = ("", "x" * 10_000, "é\ud800", "\u202e<script>", "2026-99-99", "inf", "nan", "\x00")
OTHERS = (None, True, [], {}, [[]], {"a": 1}, MISSING)


def places(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where each value of a body stands, of long lists the first two."""
    if at:
        yield at
    if isinstance(body, dict):
        for key in body:
            yield from places(body[key], (*at, key))
    elif isinstance(body, list):
        for place in range(min(len(body), 2)):
            yield from places(body[place], (*at, place))


def at(body: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        body = body[key]
    return body


def changed(body: str, place: tuple[Any, ...], value: Any) -> str:
    """Return a body with something else at a place."""
    said = json.loads(body)
    holder = at(said, place[:-1])
    if value is MISSING:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return json.dumps(said)


def rows_of(record: Path) -> list[tuple[Any, ...]]:
    """Return seq, time, kind, name, body and data of each entry."""
    connection = sqlite3.connect(record)
    try:
        return connection.execute("SELECT seq, t_ns, kind, name, body, data FROM entry ORDER BY seq").fetchall()
    finally:
        connection.close()


def written(record: Path, rows: list[tuple[Any, ...]], out: Path) -> bool:
    """Write a copy of a record with other rows and a chain that holds; return False for what SQLite refuses."""
    shutil.copyfile(record, out)
    connection = sqlite3.connect(out)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        previous = GENESIS
        for row in rows:
            previous = entry_hash(previous, *row)
            told = "UPDATE entry SET t_ns = ?, kind = ?, name = ?, body = ?, data = ?, hash = ? WHERE seq = ?"
            connection.execute(told, (*row[1:], previous, row[0]))
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
    except sqlite3.OperationalError:
        return False  # its indexes read what samples say: what is no JSON cannot be put there
    finally:
        connection.close()
    return True
