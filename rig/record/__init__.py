"""The run record: one crash-safe, append-only, hash-chained file per run, from which everything else is derived."""

from rig.record.blocks import decode_block
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind
from rig.record.series import Series
from rig.record.writer import RunRecord

__all__ = ["Entry", "Kind", "RecordReader", "RunRecord", "Series", "decode_block"]
