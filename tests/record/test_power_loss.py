"""The power fails at a moment drawn by a seed: what was promised is there, and what is there was recorded.

`make nightly` runs the same with more seeds: RIG_CRASHES says how many.
"""

import os
import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rig.errors import RecordError
from rig.record.folder import list_runs
from rig.record.reader import RecordReader
from tests.record.crashes import RECORD, WORKLOADS, Crash, crash, crash_at, workload
from tests.record.simulated_disk import Operation

CRASHES = int(os.environ.get("RIG_CRASHES", "200"))
SHARES = 10


@cache
def recorded(number: int) -> list[bytes]:
    """Return the hash of each entry that a workload recorded: it covers the entry and all before it."""
    whole = crash_at(
        0, (*workload(number), *(Operation("sync", name) for name in final_names(number))), random.Random(0)
    )
    return hashes(whole)


def final_names(number: int) -> set[str]:
    """Return which files a workload leaves."""
    return set(crash_at(0, (*workload(number), Operation("sync folder")), random.Random(0)).files)


def hashes(left: Crash) -> list[bytes]:
    """Return the hashes of the entries that are left, after the reader has found nothing wrong with them."""
    with TemporaryDirectory() as folder:
        path = left.put_into(Path(folder) / "left")
        if not path.exists():
            return []
        with RecordReader(path) as reader:
            reader.verify_chain()
            return [bytes(row[0]) for row in reader._database.rows("SELECT hash FROM entry ORDER BY seq")]


def lost(seed: int) -> str:
    """Say what is wrong with what is left after the crash of a seed, "" for nothing."""
    left = crash(seed)
    found = hashes(left)
    if len(found) < left.promised:
        return f"seed {seed}: {left.promised} entries were promised, {len(found)} are left"
    if found != recorded(random.Random(seed).randrange(WORKLOADS))[: len(found)]:
        return f"seed {seed}: what is left was not recorded"
    return ""


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_promised_is_lost_and_the_rest_is_whole(share):
    assert [said for seed in range(share, CRASHES, SHARES) if (said := lost(seed))] == []


def test_a_seed_gives_the_same_crash_again():
    """But for the machine's time in its first entry, which the chain carries on."""
    first = crash(11)
    workload.cache_clear()
    recorded.cache_clear()  # its hashes hold the time of the recording
    again = crash(11)
    assert shape(again) == shape(first)


def shape(left: Crash) -> tuple[int, int, dict[str, int]]:
    return left.made, left.promised, {name: len(content) for name, content in left.files.items()}


def test_a_recorder_that_does_not_sync_is_noticed():
    """The same crashes on a recorder whose flushes and seals never reach the disk: some promise is broken."""

    def without_syncs(number: int) -> tuple[Operation, ...]:
        return tuple(one for one in workload(number) if one.what != "sync" or "-wal" not in one.name)

    broken = [left for left in (crash(seed, without_syncs) for seed in range(60)) if is_broken(left)]
    assert broken


def test_a_recorder_that_does_not_sync_the_names_is_noticed():
    def without_names(number: int) -> tuple[Operation, ...]:
        return tuple(one for one in workload(number) if one.what != "sync folder")

    broken = [left for left in (crash(seed, without_names) for seed in range(60)) if RECORD not in left.files]
    assert [left for left in broken if left.promised]


def is_broken(left: Crash) -> bool:
    try:
        return len(hashes(left)) < left.promised
    except RecordError:
        return True


def test_the_commands_list_every_record_that_is_left(tmp_path):
    for seed in range(20):
        left = crash(seed)
        path = left.put_into(tmp_path / str(seed))
        assert [run.problem for run in list_runs(path.parent)] == [""] * path.exists()
