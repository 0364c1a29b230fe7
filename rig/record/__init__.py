"""The run record: one crash-safe, append-only, hash-chained file per run, from which everything else is derived."""

from rig.record.blocks import decode_block
from rig.record.export import export_csv
from rig.record.folder import RunState, RunSummary, add_note, close_interrupted, find_run, list_runs
from rig.record.parquet import export_parquet
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind
from rig.record.series import Series
from rig.record.writer import RunRecord

__all__ = [
    "Entry",
    "Kind",
    "RecordReader",
    "RunRecord",
    "RunState",
    "RunSummary",
    "Series",
    "add_note",
    "close_interrupted",
    "decode_block",
    "export_csv",
    "export_parquet",
    "find_run",
    "list_runs",
]
