"""What a disk holds after the power failed, drawn by a seed from what a recorder did to it.

A file that was not synced may hold any part of what was written since its last sync, in any order, torn at sectors. A
name that was not synced may be gone, may be back, or may still be the old one; names reach the disk in their order.
"""

import pickle
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.processes import children
from tests.record.simulated_disk import RUN, Operation

SECTOR_BYTES = 512
WORKLOADS = 8
RECORD = f"{RUN}.rig.db"


@dataclass(frozen=True, slots=True)
class Crash:
    """What is left of a run: files with their bytes; how many entries were made until then, and promised."""

    seed: int
    files: dict[str, bytes]
    made: int
    promised: int

    def put_into(self, folder: Path) -> Path:
        """Write the files, and return where the record is, or would be."""
        folder.mkdir(exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return folder / RECORD


@dataclass(slots=True)
class _File:
    on_disk: bytearray = field(default_factory=bytearray)
    pending: list[Operation] = field(default_factory=list)

    def sync(self) -> None:
        for operation in self.pending:
            _apply(self.on_disk, operation)
        self.pending = []

    def after(self, draw: random.Random) -> bytes:
        left, lost = bytearray(self.on_disk), draw.choice([0.0, 0.1, 0.5, 1.0])
        for operation in self.pending:
            if draw.random() >= lost:
                _apply(left, operation)
            elif draw.random() < 0.5:
                _apply(left, _torn(operation, draw))
        return bytes(left)


def _apply(content: bytearray, operation: Operation) -> None:
    if operation.what == "truncate":
        del content[operation.place :]
        return
    content.extend(bytes(max(0, operation.place + len(operation.data) - len(content))))
    content[operation.place : operation.place + len(operation.data)] = operation.data


def _torn(operation: Operation, draw: random.Random) -> Operation:
    """Return the sectors of a write up to one of them: the rest of it stayed in memory, though it grew the file."""
    kept = draw.randrange(0, len(operation.data) + 1, SECTOR_BYTES) if operation.data else 0
    if draw.random() < 0.5:
        return Operation(operation.what, operation.name, operation.place, operation.data[:kept])
    return Operation(operation.what, operation.name, operation.place + kept, operation.data[kept:])


@cache
def workload(number: int) -> tuple[Operation, ...]:
    """Return what one recorder did to its disk; the same number gives the same operations."""
    with TemporaryDirectory() as folder, children() as started:
        out = Path(folder) / "operations"
        runs = Path(folder) / "runs"
        done = started.run([sys.executable, "-m", "tests.record.simulated_disk", runs, str(number), out])
        assert done.returncode == 0, done.stderr
        return tuple(Operation(*fields) for fields in pickle.loads(out.read_bytes()))


def crash(seed: int, operations: Callable[[int], tuple[Operation, ...]] = workload) -> Crash:
    """Return what is left where the power fails at a moment drawn by `seed`."""
    draw = random.Random(seed)
    done = operations(draw.randrange(WORKLOADS))
    return crash_at(seed, done[: draw.randrange(len(done) + 1)], draw)


def crash_at(seed: int, done: tuple[Operation, ...], draw: random.Random) -> Crash:
    """Return what is left of the operations `done`."""
    now: dict[str, _File] = {}
    history: list[dict[str, _File]] = [{}]
    made = promised = 0
    for operation in done:
        if operation.what in ("made", "durable"):
            made = max(made, operation.place)
            promised = max(promised, operation.place if operation.what == "durable" else 0)
        elif operation.what == "sync folder":
            history = [dict(now)]
        elif operation.what == "sync":
            now[operation.name].sync()
        elif operation.what in ("create", "rename", "remove"):
            _rename(now, operation)
            history.append(dict(now))
        else:
            now[operation.name].pending.append(operation)
    names = draw.choice(history)
    return Crash(seed, {name: file.after(draw) for name, file in names.items()}, made, promised)


def _rename(now: dict[str, _File], operation: Operation) -> None:
    if operation.what == "create":
        now[operation.name] = _File()
    elif operation.what == "rename":
        now[operation.other] = now.pop(operation.name)
    else:
        now.pop(operation.name, None)
