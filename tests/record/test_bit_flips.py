"""Bits turn over in what a power failure left: what is read was recorded, and what can be read is never hidden.

`make nightly` runs the same with more seeds: RIG_CRASHES says how many.
"""

import os
import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rig.errors import RecordCorruptError, RecordError
from rig.record.reader import RecordReader
from rig.record.salvage import salvage
from tests.record.crashes import RECORD, WORKLOADS, Crash, crash
from tests.record.test_power_loss import hashes, recorded

SEEDS = int(os.environ.get("RIG_CRASHES", "200")) // 4
SHARES = 5
MOST_ON_A_PAGE = 40


def flipped(left: Crash, draw: random.Random, most: int = 8) -> Crash:
    """Turn at most so many bits over, in one file or in both."""
    files = {name: bytearray(content) for name, content in left.files.items()}
    written = [name for name, content in files.items() if content]
    for _ in range(draw.randrange(1, most + 1) if written else 0):
        content = files[draw.choice(written)]
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    return replace(left, files={name: bytes(content) for name, content in files.items()})


def misread(seed: int) -> str:
    """Say what is wrong with what is read after the crash of a seed and some turned bits, "" for nothing."""
    left = flipped(crash(seed), random.Random(f"bits of {seed}"))
    try:
        found = hashes(left)
    except RecordError:
        return ""  # told: with the entry, or that the file is none
    if found != recorded(random.Random(seed).randrange(WORKLOADS))[: len(found)]:
        return f"seed {seed}: what is read was not recorded"
    return ""


def entries(path: Path) -> list[tuple[object, ...]]:
    with RecordReader(path) as reader:
        return [(one.kind, one.name, one.body, one.data) for one in reader.entries()]


def lost_to_one_bit(seed: int) -> int:
    """Return how many entries that could be read after the crash of a seed a salvage does not have after one bit."""
    left = crash(seed)
    with TemporaryDirectory() as folder:
        whole = left.put_into(Path(folder) / "whole")
        if not whole.exists():
            return 0
        before = entries(whole)
        damaged = flipped(left, random.Random(f"bit of {seed}"), 1).put_into(Path(folder) / "damaged")
        out = Path(folder) / f"out-{RECORD}"
        try:
            salvage(damaged, out)
        except RecordCorruptError:
            return len(before)
        kept = entries(out)
        return len([one for one in before if one not in kept])


@pytest.mark.parametrize("share", range(SHARES))
def test_what_is_read_after_bits_turned_over_was_recorded(share):
    assert [said for seed in range(share, SEEDS, SHARES) if (said := misread(seed))] == []


@pytest.mark.parametrize("share", range(SHARES))
def test_one_turned_bit_costs_a_page_at_most_and_an_entry_mostly(share):
    """A page holds up to 40 short entries; the stop is another one where anything is missing before it."""
    lost = [lost_to_one_bit(seed) for seed in range(share, SEEDS, SHARES)]
    assert max(lost) <= MOST_ON_A_PAGE
    assert sum(lost) <= len(lost)


def test_a_reader_that_believes_what_it_reads_is_noticed():
    """A body with a turned bit is told by its hash and by nothing else."""
    left = crash(3)
    name = next(name for name, content in left.files.items() if b'"number":1' in content)
    content = left.files[name].replace(b'"number":1', b'"number":3')
    with pytest.raises(RecordError):
        hashes(replace(left, files={**left.files, name: content}))
