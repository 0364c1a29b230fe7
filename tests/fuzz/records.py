"""Damaged and hostile records, fed to what reads, lists, salvages and streams them."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.record.blocks import decode_block
from rig.record.bodies import events
from rig.record.bodies.codec import to_body
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Note, Stop
from rig.record.bodies.start import Start
from rig.record.folder import find_run, list_runs
from rig.record.ledger import Ledger
from rig.record.overview import overview
from rig.record.reader import RecordReader
from rig.record.salvage import salvage
from rig.record.schema import Entry, Kind, canonical_json, parse_body
from rig.record.words import command_of, descriptor_of, event_of, readable_event_of, result_of, start_of, stop_of
from rig.record.writer import RunRecord
from rig.samples import Block
from rig.streaming.encoder import RecordEncoder
from rig.streaming.state import EncoderState
from tests.fuzz.dialogues import EPOCH_NS, NEXT, each
from tests.fuzz.files import JSON, ROOT
from tests.fuzz.target import Target

OLD = ROOT / "tests/record/format-1.rig.db.gz"


def written(folder: Path, *, finished: bool) -> dict[str, bytes]:
    """Return the files of a small record, by the ends of their names."""
    clock = VirtualClock(EPOCH_NS)
    record = RunRecord.create(folder, f"run-{finished}", Start(seed=7, plans=("test_basal.py",)), EPOCH_NS, clock)
    record.descriptor("flow", [Channel("flow", "µL/h")], {"every_s": 10.0})
    for first in range(0, 60, 20):
        t_ns = np.arange(first, first + 20, dtype=np.int64) ** 2 + EPOCH_NS
        record.samples("flow", Block(t_ns, {"flow": t_ns * 1.0}))
        record.event(OtherEvent("tick", {"first": first}))
        record.raw(Kind.RESULT, "flow error", {"verdict": "PASS", "value": 1.5})
    record.note(Note("remark", {"said": "x"}))
    if finished:
        record.stop(Stop("FINISHED"))
    else:
        record.flush()
    files = {
        path.name[len(f"run-{finished}.rig.db") :]: path.read_bytes() for path in folder.glob(f"run-{finished}.rig.db*")
    }
    record.close()
    return {end: content for end, content in files.items() if end in ("", "-wal")}


def patched(whole: bytes, case: bytes) -> bytes:
    """Return a file in which each piece of a case (a place of three bytes, then what stands there) is put."""
    for piece in case.split(NEXT):
        place = int.from_bytes(piece[:3], "big") % (len(whole) + 1)
        whole = whole[:place] if piece[3:] == b"cut" else whole[:place] + piece[3:] + whole[place + len(piece) - 3 :]
    return whole


def read_all(path: Path) -> None:
    """Read a record in every way in which something reads one."""
    overview(path.parent)
    list_runs(path.parent)
    find_run(path.parent, "last")
    with RecordReader(path) as reader:
        each(
            reader.start,
            reader.stop,
            reader.last_seq,
            reader.last_ns,
            reader.head,
            reader.is_live,
            reader.results,
            reader.counts,
            reader.verdicts,
            reader.streams,
            reader.verify_chain,
            lambda: list(reader.entries()),
            lambda: list(reader.all_events()),
            lambda: [(reader.channels(one), reader.paces(one), reader.series(one)) for one in reader.streams()],
            lambda: reader.first_value("flow", "flow"),
        )


def in_a_folder(
    folder: Path, files: dict[str, bytes], damaged: str, use: Callable[[Path], None]
) -> Callable[[bytes], None]:
    """Return what damages one file of a record and has it used."""
    path = folder / "case.rig.db"

    def feed(case: bytes) -> None:
        folder.mkdir(exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        for end, content in files.items():
            path.with_name(path.name + end).write_bytes(patched(content, case) if end == damaged else content)
        use(path)

    return feed


def salvaged(path: Path) -> None:
    """Salvage a record, and read what came out."""
    out = path.with_name("out.rig.db")
    salvage(path, out)
    with RecordReader(out) as reader:
        reader.verify_chain()


READERS = {
    "start": start_of,
    "stop": stop_of,
    "descriptor": descriptor_of,
    "command": command_of,
    "result": result_of,
    "event": event_of,
    "samples": lambda entry: decode_block(entry.body, entry.data, columns=("flow",)),
}


def words(case: bytes) -> None:
    """Read an entry of which kind, name, body and data are the pieces of a case."""
    kind, name, body, data, *_ = (*case.split(NEXT), b"", b"", b"", b"")
    entry = Entry(
        1,
        0,
        kind.decode("utf-8", "replace"),
        name.decode("utf-8", "replace"),
        parse_body(body.decode("utf-8", "replace"), 1),
        data,
    )
    if entry.kind == "event":
        readable_event_of(entry)
    READERS.get(entry.kind, result_of)(entry)


def told(folder: Path) -> Callable[[bytes], None]:
    """Return what makes a record of which the chain holds and the entries are those of a case, and has it read."""
    path = folder / "case.rig.db"

    def feed(case: bytes) -> None:
        folder.mkdir(exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        fields = [piece.decode("utf-8", "replace") for piece in case.split(NEXT)]
        entries = list(zip(fields[::4], fields[1::4], fields[2::4], strict=False))
        begun = (
            entries.pop(0)[1:]
            if entries and entries[0][0] == "start"
            else ("case", canonical_json(to_body(Start()), "a start"))
        )
        ledger = Ledger.create(path, EPOCH_NS, "start", *begun)
        for kind, name, body in entries:
            ledger.append(kind, name, body, case[-800:], lambda: EPOCH_NS)
        ledger.close()
        each(lambda: read_all(path), lambda: streamed(path))

    return feed


def streamed(path: Path) -> None:
    """Make points of a record."""
    with RecordReader(path) as reader:
        encoder = RecordEncoder(reader, EncoderState())
        while encoder.next_group() is not None:
            pass


def entries_of(path: Path) -> Iterator[bytes]:
    """Yield the entries of a record as cases for `words`."""
    with RecordReader(path) as reader:
        for kind, name, body, data in reader._database.rows(
            "SELECT kind, name, body, data FROM entry GROUP BY kind, name ORDER BY seq"
        ):
            yield NEXT.join((kind.encode(), name.encode(), body.encode()[:6000], (data or b"")[:800]))


def targets(folder: Path, _: ExitStack) -> tuple[Target, ...]:
    """Return what reads records."""
    source = folder / "written"
    source.mkdir(exist_ok=True)
    finished, open_ = written(source, finished=True), written(source, finished=False)
    old = source / "old.rig.db"
    old.write_bytes(gzip.decompress(OLD.read_bytes()))
    patches = (b"\0\0\x10\xff", b"\0\x10\0\xff" + NEXT + b"\0\x20\0cut", b"\0\0\x60\xff\xff", b"\0\0\x12\1\1")
    names = tuple(name.encode() for name in events.BY_NAME)
    kept = tuple(Kind(kind).value.encode() for kind in Kind)
    return (
        Target(
            "record's file",
            in_a_folder(folder / "a", finished, "", read_all),
            patches,
            ("rig/record/",),
            (NEXT, b"\0", b"\xff", b"\x0d", b"\x05"),
            quick=40,
        ),
        Target(
            "record's journal",
            in_a_folder(folder / "b", open_, "-wal", read_all),
            patches,
            ("rig/record/",),
            (NEXT, b"\0", b"\xff"),
            quick=40,
        ),
        Target(
            "salvage",
            in_a_folder(folder / "c", finished, "", salvaged),
            patches,
            ("rig/record/pages", "rig/record/salvage"),
            (NEXT, b"\0", b"\xff"),
            quick=40,
        ),
        Target(
            "told record",
            told(folder / "d"),
            (NEXT.join(entries_of(source / "run-True.rig.db")), NEXT.join(entries_of(old))),
            ("rig/record/", "rig/streaming/"),
            (NEXT, *JSON, *names, *kept),
            quick=40,
        ),
        Target(
            "record's words",
            words,
            (*entries_of(old), *entries_of(source / "run-True.rig.db")),
            ("rig/record/bodies", "rig/record/words", "rig/record/blocks"),
            (NEXT, *JSON, *names, *kept),
        ),
    )
