"""What the cursors beside a record say, in a line for each server: pending, sent, refused."""

from contextlib import closing
from pathlib import Path

from rig.errors import RecordError, StreamingError
from rig.record.database import Database
from rig.streaming.cursor import Progress, cursor_paths, read_progress

_PENDING = "SELECT count(*), coalesce(sum(json_extract(body, '$.n')), 0) FROM entry WHERE seq > ?"


def streaming_lines(record: Path) -> tuple[str, ...]:
    """Return a line for each server that a run was streamed to; () when there is none."""
    lines = []
    for path in cursor_paths(record):
        try:
            lines.append(line(record, read_progress(path)))
        except StreamingError as error:
            lines.append(f"streaming: {error}")
    return tuple(lines)


def line(record: Path, progress: Progress) -> str:
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
