"""Records as tables for other programs: CSV; Parquet and TDMS have files of their own.

One table per stream, named after it, and one for the results, events, commands and notes. All have the columns `utc`
(ISO 8601, to the nanosecond) and `t_ns`. Samples lost are in `losses`, the run's start and stop in `run.json`.
Every file appears whole or not at all.
"""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from rig.channels import Channel
from rig.errors import ExportError, RecordCorruptError
from rig.plain_text import table_cell
from rig.record.blocks import decode_block
from rig.record.bodies.codec import Json
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind
from rig.samples import Block

TABLES = {
    "results": Kind.RESULT,
    "events": Kind.EVENT,
    "commands": Kind.COMMAND,
    "notes": Kind.NOTE,
}
LOSSES = "losses"
BODY = "body"
ENTRY_COLUMNS = ("seq", "utc", "t_ns", "name")


def export_csv(reader: RecordReader, directory: Path) -> tuple[Path, ...]:
    """Write the record as CSV files into `directory` and return their paths.

    Samples have one column per channel, headed with its unit (`flow [µL/h]`), and one row per time stamp; the numbers
    are written so that reading them gives the same bits, save for the payload of a NaN.
    Raises ExportError when a file cannot be written, RecordCorruptError when the record cannot be read.
    """
    written = [write_run_file(reader, directory)]
    written.extend(
        _write(directory, f"{file_stem(stream)}.csv", _samples_writer(reader, stream)) for stream in reader.streams()
    )
    written.append(_write(directory, f"{LOSSES}.csv", lambda file: _write_losses(reader, file)))
    written.extend(_write(directory, f"{table}.csv", _entries_writer(reader, kind)) for table, kind in TABLES.items())
    return tuple(written)


def file_stem(stream: str) -> str:
    """Return a file name for a stream: its own where that is a plain name, else escaped as in a URL."""
    stem = quote(stream, safe=" +-=@,()")
    reserved = stem in {*TABLES, LOSSES, "run"} or not stem or stem.startswith(".")
    return f"%{ord(stem[0]):02X}{stem[1:]}" if stem and reserved else stem or "%"


def heading(channel: Channel) -> str:
    """Return a column's heading: the channel and, unless it is a pure number, its unit."""
    return f"{channel.name} [{channel.unit}]" if channel.unit else channel.name


def utc_texts(t_ns: NDArray[np.int64]) -> NDArray[np.str_]:
    """Render UTC nanoseconds as ISO 8601 to the nanosecond."""
    texts = np.char.add(np.datetime_as_string(t_ns.view("datetime64[ns]"), unit="ns"), "Z")
    return np.where(t_ns == np.iinfo(np.int64).min, "", texts)  # numpy reads the least int64 as "not a time"


def blocks(reader: RecordReader, stream: str) -> Iterator[tuple[Entry, Block]]:
    """Yield the samples entries of a stream with their blocks, in order."""
    for entry in reader.entries(kind=Kind.SAMPLES.value, name=stream):
        try:
            yield entry, decode_block(entry.body, entry.data)
        except RecordCorruptError as error:
            raise RecordCorruptError(f"{reader.path}: entry {entry.seq}: {error}", entry.seq) from error


def losses(reader: RecordReader) -> Iterator[tuple[str, int, int]]:
    """Yield for each loss the stream, when it went on (UTC ns), and how many samples are missing before."""
    for stream in reader.streams():
        for entry, block in blocks(reader, stream):
            if block.lost:
                yield stream, int(block.t_ns.min()) if len(block.t_ns) else entry.t_ns, block.lost


def plain_fields(entries: Iterable[Entry]) -> dict[str, set[type]]:
    """Return the plain values (no lists, no objects) that the bodies hold, by name, with their types.

    These become columns, beside the body itself, which holds everything. Integers beyond 64 bits count as text.
    """
    found: dict[str, set[type]] = {}
    for entry in entries:
        for field, value in plain_values(entry).items():
            too_long = isinstance(value, int) and not -(2**63) <= value < 2**63
            found.setdefault(field, set()).add(str if too_long else type(value))
    return {field: found[field] for field in sorted(found.keys() - {*ENTRY_COLUMNS, BODY})}


def plain_values(entry: Entry) -> dict[str, Json]:
    """Return the plain values of an entry's body by name; a result's number gives its own (value, u, k, dof) too."""
    number = entry.body.get("number") if entry.kind == Kind.RESULT.value else None
    parts = [entry.body, number] if isinstance(number, dict) else [entry.body]
    return {key: value for part in parts for key, value in part.items() if not isinstance(value, dict | list)}


def body_text(entry: Entry) -> str:
    """Return an entry's body as it stands in the table."""
    return json.dumps(entry.body, ensure_ascii=False, sort_keys=True)


def write_run_file(reader: RecordReader, directory: Path) -> Path:
    """Write the run's start and stop as JSON (a stop of null: not stopped yet) and return the path."""
    start, stop = (next(reader.entries(kind=kind.value), None) for kind in (Kind.START, Kind.STOP))
    run = {
        "record": reader.path.name,
        "start": start.body if start is not None else None,
        "stop": stop.body if stop is not None else None,
    }
    return _write(directory, "run.json", lambda file: json.dump(run, file, ensure_ascii=False, indent=2))


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to, which takes the place of `path` when all went well and goes when not.

    Raises ExportError when the file system refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(f"{path} could not be written: {error}") from error


def _write(directory: Path, name: str, fill: Callable[[IO[str]], None]) -> Path:
    path = directory / name
    with written_whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        fill(file)
    return path


def _samples_writer(reader: RecordReader, stream: str) -> Callable[[IO[str]], None]:
    channels = reader.channels(stream)

    def fill(file: IO[str]) -> None:
        _write_rows(file, [("utc", "t_ns", *map(heading, channels))])
        for _, block in blocks(reader, stream):
            columns = (block.columns[channel.name].tolist() for channel in channels)
            _write_rows(file, zip(utc_texts(block.t_ns).tolist(), block.t_ns.tolist(), *columns, strict=True))

    return fill


def _write_losses(reader: RecordReader, file: IO[str]) -> None:
    _write_rows(file, [("stream", "utc", "t_ns", "lost")])
    _write_rows(file, ((stream, _utc_text(t_ns), t_ns, lost) for stream, t_ns, lost in losses(reader)))


def _entries_writer(reader: RecordReader, kind: Kind) -> Callable[[IO[str]], None]:
    def fill(file: IO[str]) -> None:
        fields = plain_fields(reader.entries(kind=kind.value))
        _write_rows(file, [(*ENTRY_COLUMNS, *fields, BODY)])
        for entry in reader.entries(kind=kind.value):
            values = plain_values(entry)
            plain = (values.get(field, "") for field in fields)
            row = (entry.seq, _utc_text(entry.t_ns), entry.t_ns, entry.name, *plain, body_text(entry))
            _write_rows(file, [row])

    return fill


def _utc_text(t_ns: int) -> str:
    return str(utc_texts(np.array([t_ns], np.int64))[0])


def _write_rows(file: IO[str], rows: Iterable[tuple[object, ...]]) -> None:
    csv.writer(file, lineterminator="\n").writerows([table_cell(cell) for cell in row] for row in rows)
