"""Room for the record: looked at before a run for its whole length, and while it goes on, well before it is full."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

from rig.bench_file.interlocks import Eyes
from rig.bench_file.reading import BenchFile
from rig.clock import Stopwatch
from rig.errors import DiskSpaceError, RecordError
from rig.record.bodies.absences import DiskSpaceLow
from rig.record.writer import RunRecord

# What an entry takes beside its samples, and a value of a sample, in bytes: as measured, and a little more.
_ENTRY_BYTES = 500.0
_VALUE_BYTES = 8.0
# Channels of an instrument that tells them only when it is open.
_USUAL_CHANNELS = 8
# What plans do beside sampling, and what their text does not tell of how long they last.
_MARGIN = 1.5
_BYTES_PER_MB = 1e6
_S_PER_H = 3600.0
_LOOK_EACH_S = 1.0

FreeBytes = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """Return how many bytes are free for us on the disk that a folder is on, or would be on when it is made.

    Raises OSError when nobody can tell.
    """
    folder = folder.absolute()
    return shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists())).free


def record_mb(bench_file: BenchFile, hours: float) -> float:
    """Return about how large the record of a bench becomes in `hours`, in MB, with a margin."""
    found = 0.0
    for entry in bench_file.instruments:
        if entry.sample_every_s is None:
            continue
        known = Eyes.of(entry.driver, entry.settings, entry.capability).channels
        values = 1 + (_USUAL_CHANNELS if known is None else len(known))  # its stamp is one more
        seconds = hours * _S_PER_H
        found += seconds / entry.sample_every_s * _ENTRY_BYTES
        found += entry.settings.samples_in(seconds, entry.sample_every_s) * values * _VALUE_BYTES
    return found * _MARGIN / _BYTES_PER_MB


def demand_space(bench_file: BenchFile, folder: Path, hours: float, free: FreeBytes = free_bytes) -> None:
    """Raise DiskSpaceError unless `folder` has room for `hours` of a bench, and for what is to stay free."""
    try:
        there_mb = free(folder) / _BYTES_PER_MB
    except OSError as error:
        raise DiskSpaceError(f"nobody can tell what is free for records in {folder}: {error}") from error
    needed_mb, least_mb = record_mb(bench_file, hours), bench_file.bench.least_free_mb
    if there_mb < needed_mb + least_mb:
        raise DiskSpaceError(
            f"{folder} has {there_mb:.4g} MB free; {hours:.4g} h of these plans on bench {bench_file.bench.name} need "
            f"about {needed_mb:.3g} MB, and {least_mb:g} MB are to stay free (least_free_mb in the bench file's "
            "[bench]): make room there, record elsewhere with --runs, or sample less often"
        )


class Space:
    """Watches what is free for a record. `low` says that it became too little; empty until then."""

    def __init__(self, record: RunRecord, least_mb: float) -> None:
        self.low = ""
        self.free_bytes: FreeBytes = free_bytes
        self._record = record
        self._least_mb = least_mb
        self._looked: Stopwatch | None = None

    def demand(self) -> None:
        """Raise RecordError when the record's file was removed, DiskSpaceError when less is free than is to stay free.

        It looks what is free at most once a second.
        """
        self._record.demand_its_file()
        if not self.low and (self._looked is None or self._looked.elapsed_s() >= _LOOK_EACH_S):
            self._looked = Stopwatch()
            self._look()
        if self.low:
            raise DiskSpaceError(self.low)

    def _look(self) -> None:
        folder = self._record.path.parent
        try:
            there_mb = self.free_bytes(folder) / _BYTES_PER_MB
        except OSError:
            return  # the record says itself when its file is gone
        if there_mb >= self._least_mb:
            return
        self.low = (
            f"only {there_mb:.4g} MB are left in {folder}, where {self._least_mb:g} MB are to stay free (least_free_mb "
            "in the bench file's [bench]): delivery is ended while it can still be recorded; make room there"
        )
        with contextlib.suppress(RecordError):  # the error says all of it
            self._record.event(DiskSpaceLow(there_mb, self._least_mb))
