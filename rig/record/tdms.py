"""Records as one TDMS file, which LabVIEW, DIAdem and their like read: needs the extra `tdms` (nptdms).

A group for each stream, with a channel for the stamps (`t_ns`, UTC in ns) and one for each channel of the instrument,
its unit in the property `unit_string`; groups `losses`, `results`, `events`, `commands` and `notes` hold the entries,
each with its body as JSON. The root's properties say which run it is, and whether its bench was mocked.
"""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from rig.errors import ExportError
from rig.record.export import BODY, LOSSES, TABLES, blocks, body_text, losses, written_whole
from rig.record.folder import run_id
from rig.record.reader import RecordReader

_BLOCKS_PER_SEGMENT = 256


def export_tdms(reader: RecordReader, directory: Path) -> Path:
    """Write the record as one TDMS file into `directory` and return its path.

    Raises ExportError when nptdms is missing or the file cannot be written, RecordCorruptError when the record cannot
    be read.
    """
    tdms = _tdms()
    path = directory / f"{run_id(reader.path)}.tdms"
    with written_whole(path) as temporary, tdms.TdmsWriter(str(temporary)) as writer:
        writer.write_segment([tdms.RootObject(properties=_of_the_run(reader))])
        for stream in reader.streams():
            for objects in _stream(tdms, reader, stream):
                writer.write_segment(objects)
        writer.write_segment(_losses(tdms, reader))
        for table, kind in TABLES.items():
            entries = list(reader.entries(kind=kind.value))
            columns: dict[str, Sequence[object]] = {
                "seq": [one.seq for one in entries],
                "t_ns": [one.t_ns for one in entries],
                "name": [one.name for one in entries],
                BODY: [body_text(one) for one in entries],
            }
            writer.write_segment(_table(tdms, table, columns))
    return path


def _of_the_run(reader: RecordReader) -> dict[str, str]:
    start = reader.start()
    return {
        "name": run_id(reader.path),
        "bench": start.bench,
        "bench_kind": start.kind,
        "dut_model": start.dut.model,
        "dut_serial": start.dut.serial,
        "operator": start.operator,
    }


def _stream(tdms: ModuleType, reader: RecordReader, stream: str) -> Iterator[list[Any]]:
    """Yield the segments of a stream; one without a block is a group of empty channels."""
    channels = reader.channels(stream)
    properties = {one.name: {"unit_string": one.unit, "description": one.meaning} for one in channels}
    gathered = [part for _, part in blocks(reader, stream)]
    for first in range(0, max(1, len(gathered)), _BLOCKS_PER_SEGMENT):
        part = gathered[first : first + _BLOCKS_PER_SEGMENT]
        t_ns = np.concatenate([np.empty(0, np.int64), *(one.t_ns for one in part)])
        objects = [tdms.ChannelObject(stream, "t_ns", t_ns, {"unit_string": "ns", "description": "UTC"})]
        for name, said in properties.items():
            values = np.concatenate([np.empty(0), *(one.columns[name] for one in part)])
            objects.append(tdms.ChannelObject(stream, name, values, said))
        yield objects


def _losses(tdms: ModuleType, reader: RecordReader) -> list[Any]:
    found = list(losses(reader))
    columns: dict[str, Sequence[object]] = {
        "stream": [stream for stream, _, _ in found],
        "t_ns": [t_ns for _, t_ns, _ in found],
        "lost": [lost for _, _, lost in found],
    }
    return _table(tdms, LOSSES, columns)


def _table(tdms: ModuleType, group: str, columns: Mapping[str, Sequence[object]]) -> list[Any]:
    """Return a group; one without a row has no channels, since a text's type shows in its values alone."""
    objects = [tdms.GroupObject(group)]
    for name, values in columns.items():
        if values:
            # Text stays text; whole numbers are 64 bits on every system.
            typed = values if isinstance(values[0], str) else np.array(values, np.int64)
            objects.append(tdms.ChannelObject(group, name, typed))
    return objects


def _tdms() -> ModuleType:
    try:
        return importlib.import_module("nptdms")
    except ImportError as error:
        raise ExportError("TDMS needs nptdms: make extras, or the rig with its extra, pump-rig[tdms]") from error
