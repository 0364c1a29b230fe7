"""Records as Parquet files, for analysis beyond one run."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rig.errors import ExportError
from rig.record.export import (
    BODY,
    LOSSES,
    TABLES,
    blocks,
    body_text,
    file_stem,
    losses,
    plain_fields,
    plain_values,
    write_run_file,
    written_whole,
)
from rig.record.reader import RecordReader
from rig.record.schema import Kind
from rig.samples import Block

_ROWS_PER_GROUP = 1 << 17
_ENTRIES_PER_GROUP = 1 << 14


def export_parquet(reader: RecordReader, directory: Path) -> tuple[Path, ...]:
    """Write the record as Parquet files into `directory` and return their paths.

    Channels keep their names; their units and meanings are in the metadata of their fields, the run id in that of
    each table. Raises ExportError when a file cannot be written, RecordCorruptError when the record cannot be read.
    """
    return _ParquetExport(reader, directory).write_all()


class _ParquetExport:
    """One export."""

    def __init__(self, reader: RecordReader, directory: Path) -> None:
        self._reader = reader
        self._directory = directory
        self._times = [
            pa.field("utc", pa.timestamp("ns", "UTC")),
            pa.field("t_ns", pa.int64()),
        ]

    def write_all(self) -> tuple[Path, ...]:
        """Write every table."""
        written = [write_run_file(self._reader, self._directory)]
        written.extend(self._write_stream(stream) for stream in self._reader.streams())
        written.append(self._write_losses())
        written.extend(self._write_entries(table, kind) for table, kind in TABLES.items())
        return tuple(written)

    def _write_stream(self, stream: str) -> Path:
        channels = self._reader.channels(stream)
        names = [channel.name for channel in channels]
        double = pa.float64()
        fields = [pa.field(one.name, double, metadata={"unit": one.unit, "meaning": one.meaning}) for one in channels]

        def groups() -> Iterator[list[Any]]:
            for group in _grouped(block for _, block in blocks(self._reader, stream)):
                t_ns = np.concatenate([block.t_ns for block in group])
                columns = (np.concatenate([block.columns[name] for block in group]) for name in names)
                yield [t_ns, t_ns, *columns]

        return self._write(file_stem(stream), [*self._times, *fields], groups)

    def _write_losses(self) -> Path:
        arrow = pa
        fields = [arrow.field("stream", arrow.string()), *self._times, arrow.field("lost", arrow.int64())]
        found = list(losses(self._reader))
        columns = [[row[place] for row in found] for place in (0, 1, 1, 2)]
        return self._write(LOSSES, fields, lambda: iter([columns]))

    def _write_entries(self, table: str, kind: Kind) -> Path:
        arrow = pa
        plain = {
            name: self._plain_type(types) for name, types in plain_fields(self._reader.entries(kind=kind.value)).items()
        }
        fields = [
            arrow.field("seq", arrow.int64()),
            *self._times,
            arrow.field("name", arrow.string()),
            *(arrow.field(name, column_type) for name, column_type in plain.items()),
            arrow.field(BODY, arrow.string()),
        ]

        def groups() -> Iterator[list[Any]]:
            entries = self._reader.entries(kind=kind.value)
            while group := list(islice(entries, _ENTRIES_PER_GROUP)):
                yield [
                    [entry.seq for entry in group],
                    [entry.t_ns for entry in group],
                    [entry.t_ns for entry in group],
                    [entry.name for entry in group],
                    *(
                        [self._plain_value(plain_values(entry).get(name), plain[name]) for entry in group]
                        for name in plain
                    ),
                    [body_text(entry) for entry in group],
                ]

        return self._write(table, fields, groups)

    def _plain_type(self, types: set[type]) -> Any:
        """Return the type of a column that holds values of these types: text when they do not go together."""
        types = types - {type(None)}
        if types == {int}:
            return pa.int64()
        if types in ({float}, {int, float}):
            return pa.float64()
        return pa.bool_() if types == {bool} else pa.string()

    def _plain_value(self, value: Any, column_type: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        if pa.types.is_string(column_type):
            return json.dumps(value)
        return float(value) if pa.types.is_floating(column_type) else value

    def _write(self, stem: str, fields: Sequence[Any], groups: Callable[[], Iterator[list[Any]]]) -> Path:
        path = self._directory / f"{stem}.parquet"
        schema = pa.schema(fields, metadata={"record": self._reader.path.name})
        try:
            with (
                written_whole(path) as temporary,
                pq.ParquetWriter(str(temporary), schema, compression="zstd") as writer,
            ):
                for columns in groups():
                    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
                    writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        except pa.ArrowException as error:
            raise ExportError(f"{path} could not be written: {error}") from error
        return path


def _grouped(parts: Iterator[Block]) -> Iterator[list[Block]]:
    group: list[Block] = []
    rows = 0
    for block in parts:
        group.append(block)
        rows += len(block.t_ns)
        if rows >= _ROWS_PER_GROUP:
            yield group
            group, rows = [], 0
    if group:
        yield group
