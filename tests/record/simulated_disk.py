"""A file layer below the recorder that notes what reaches it: SQLite's own, with writes and syncs written down.

Runs in a process of its own (`python -m tests.record.simulated_disk FOLDER SEED OUT`), because what is put below SQLite
stays there. A workload drawn by the seed is recorded with the real writer; the notes go to OUT.
"""

import ctypes
import os
import pickle
import random
import sys
from collections.abc import Iterator
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast, string_at
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Note, Stop
from rig.record.bodies.start import Start
from rig.record.disk import SYNCED
from rig.record.folder import add_note
from rig.record.writer import RunRecord
from rig.samples import Block

RUN = "run"


@dataclass(frozen=True, slots=True)
class Operation:
    """What was done to the disk: `what` to the file `name`, with its bytes, place, size or other name.

    `made` and `durable` are no operations: the recorder has said that entry `place` is recorded, or on the disk.
    """

    what: str
    name: str = ""
    place: int = 0
    data: bytes = b""
    other: str = ""


# Paths are passed on as the pointers they are: SQLite keeps them.
OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
RANDOM = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
CREATES, OK = 0x4, 0


class Vfs(Structure):
    """`sqlite3_vfs`."""

    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("own", c_void_p),
        ("open", OPEN),
        ("delete", DELETE),
        *((name, c_void_p) for name in ("access", "full", "dlopen", "dlerror", "dlsym", "dlclose")),
        ("random", RANDOM),
        *((name, c_void_p) for name in ("sleep", "time", "error", "time64", "set_call", "get_call", "next_call")),
    )


class Methods(Structure):
    """`sqlite3_io_methods`."""

    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", WRITE),
        ("truncate", TRUNCATE),
        ("sync", SYNC),
        *((f"other{number}", c_void_p) for number in range(13)),
    )


def _text(path: int) -> str:
    return os.fsdecode(string_at(path))


class NotedDisk:
    """Notes what SQLite and the recorder do to files in one folder, once `install` has put it below them."""

    def __init__(self, seed: int) -> None:
        self.operations: list[Operation] = []
        self._draw = random.Random(seed)
        self._sqlite = ctypes.CDLL("libsqlite3.so.0")
        self._sqlite.sqlite3_vfs_find.restype = POINTER(Vfs)
        self._base: Vfs = self._sqlite.sqlite3_vfs_find(None).contents
        self._kept: list[object] = []
        self._methods: dict[int, Methods] = {}
        self._names: dict[int, str] = {}

    def install(self) -> None:
        vfs = Vfs.from_buffer_copy(self._base)
        vfs.name = b"noted"
        vfs.open, vfs.delete, vfs.random = OPEN(self._open), DELETE(self._delete), RANDOM(self._random)
        self._kept.append(vfs)
        assert self._sqlite.sqlite3_vfs_register(ctypes.byref(vfs), 1) == OK
        sys.addaudithook(self._heard)

    def note(self, what: str, name: str = "", place: int = 0, data: bytes = b"", other: str = "") -> None:
        self.operations.append(Operation(what, name, place, data, other))

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.rename":
            self.note("rename", Path(str(arguments[0])).name, other=Path(str(arguments[1])).name)
        elif event == SYNCED:
            path = Path(str(arguments[0]))
            self.note("sync folder" if path.is_dir() else "sync", path.name)

    def _open(self, vfs: int, path: int | None, file: int, flags: int, out: object) -> int:
        is_new = path is not None and not Path(_text(path)).exists()
        code = int(self._base.open(vfs, path, file, flags, out))
        if code != OK or path is None:
            return code
        name = Path(_text(path)).name
        if is_new and flags & CREATES:
            self.note("create", name)
        self._names[file] = name
        # A file begins with the pointer to its methods: those of its kind, with three of ours.
        place = cast(file, POINTER(c_void_p))
        own = int(place[0] or 0)
        if own not in self._methods:
            self._methods[own] = self._with_ours(own)
        place[0] = ctypes.addressof(self._methods[own])
        return code

    def _with_ours(self, own: int) -> Methods:
        base = Methods.from_address(own)
        ours = Methods.from_buffer_copy(base)

        def write(file: int, data: int, size: int, place: int) -> int:
            self.note("write", self._names[file], place, string_at(data, size))
            return int(base.write(file, data, size, place))

        def truncate(file: int, size: int) -> int:
            self.note("truncate", self._names[file], size)
            return int(base.truncate(file, size))

        def sync(file: int, flags: int) -> int:
            code = int(base.sync(file, flags))
            name = self._names[file]
            self.note("sync", name)
            if name.endswith(("-wal", "-journal")):  # SQLite brings the names of these to the disk as well
                self.note("sync folder")
            return code

        ours.write, ours.truncate, ours.sync = WRITE(write), TRUNCATE(truncate), SYNC(sync)
        return ours

    def _delete(self, vfs: int, path: int, sync_folder: int) -> int:
        self.note("remove", Path(_text(path)).name)
        code = int(self._base.delete(vfs, path, sync_folder))
        if sync_folder:
            self.note("sync folder")
        return code

    def _random(self, _: int, size: int, out: int) -> int:
        ctypes.memmove(out, self._draw.randbytes(size), size)
        return size


def work(disk: NotedDisk, folder: Path, draw: random.Random) -> None:
    """Record a run drawn by `draw`, and note what the recorder promised of each entry."""
    checkpoint_pages = draw.choice([8, 64, 8192])
    clock = VirtualClock(1_767_225_600_000_000_000)
    record = RunRecord.create(folder, RUN, Start(seed=draw.randrange(99)), clock.now_ns(), clock)
    disk.note("durable", place=1)
    # As shipped it is folded in each 16 MB, which would be many samples for a test.
    record._ledger._connection.execute(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")
    disk.note("made", place=record.descriptor("daq", [Channel("a", "V")], {}))
    for number in range(draw.randrange(5, 60)):
        for seq in entries(record, draw, number):
            disk.note("made", place=seq)
            if draw.random() < 0.15:
                record.flush()
                disk.note("durable", place=seq)
    if draw.random() < 0.6:
        disk.note("durable", place=record.stop(Stop("FINISHED")))
        if draw.random() < 0.5:
            disk.note("durable", place=add_note(record.path, Note("remark", {"said": "later"}), clock.now_ns()))
    else:
        record.close()


def entries(record: RunRecord, draw: random.Random, number: int) -> Iterator[int]:
    """Record an event, or a block of some length."""
    if draw.random() < 0.6:
        yield record.event(OtherEvent("tick", {"number": number, "said": "x" * draw.randrange(300)}))
    else:
        stamps = np.arange(draw.randrange(1, 900), dtype=np.int64) ** 2
        yield record.samples("daq", Block(stamps, {"a": stamps * 0.5}))


def main() -> None:
    folder, seed, out = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    disk = NotedDisk(seed)
    disk.install()
    work(disk, folder, random.Random(seed))
    out.write_bytes(
        pickle.dumps([tuple(getattr(one, name) for name in Operation.__slots__) for one in disk.operations])
    )


if __name__ == "__main__":
    main()
