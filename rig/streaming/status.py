"""What the cursors beside a record say, in a line for each server: pending, sent, refused."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rig.errors import RecordError, StreamingError
from rig.record.database import Database
from rig.record.folder import run_id
from rig.record.schema import SUFFIX
from rig.streaming.cursor import SentSoFar, cursor_paths, read_progress

_PENDING = "SELECT count(*), coalesce(sum(json_extract(body, '$.n')), 0) FROM entry WHERE seq > ?"


def streaming_lines(record: Path) -> tuple[str, ...]:
    """Return a line for each server that a run was streamed to; () when there is none."""
    return tuple(_lines(record, cursor_paths(record.parent).get(run_id(record), ())))


def all_streaming_lines(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the lines of all runs in a folder by run id."""
    return {name: tuple(_lines(folder / f"{name}{SUFFIX}", paths)) for name, paths in cursor_paths(folder).items()}


def _lines(record: Path, cursors: tuple[Path, ...]) -> Iterator[str]:
    for path in cursors:
        try:
            yield line(record, read_progress(path))
        except StreamingError as error:
            yield f"streaming: {error}"


def line(record: Path, progress: SentSoFar) -> str:
    """Return how the streaming of a run stands."""
    entries, samples = pending(record, progress.seq)
    waiting = f"{entries} entries with {samples} samples" if entries else "nothing"
    parts = [
        f"{progress.status or 'begun'}, sent {progress.sent} points, pending {waiting}, refused {progress.refused}"
    ]
    parts.extend(filter(None, (progress.reason, progress.reconciled)))
    return f"{progress.target}: {'; '.join(parts)}"


def pending(record: Path, seq: int) -> tuple[int, int]:
    """Return how many entries, and samples in them, lie behind entry `seq`; (0, 0) when the record cannot be read."""
    try:
        with closing(Database(record)) as database:
            ((entries, samples),) = database.rows(_PENDING, (seq,))
    except RecordError:
        return 0, 0
    return int(entries), int(samples)
