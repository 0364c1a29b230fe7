"""A killed writer costs nothing that it acknowledged. `make nightly` kills more: RIG_KILLS says how many."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.folder import close_interrupted
from rig.record.reader import RecordReader
from tests.patience import patient
from tests.processes import Children

# Writes results and blocks as fast as it can, and tells each seq only once the record has returned it.
WRITER = """
import os, sys
from pathlib import Path
import numpy as np
from rig.channels import Channel
from rig.samples import Block
from rig.clock import WallClock
from rig.record.bodies.start import Start
from rig.record.schema import Kind
from rig.record.writer import RunRecord

record = RunRecord.create(Path(sys.argv[1]), "run", Start(), 0, WallClock())
record.descriptor("daq", [Channel("a", "V"), Channel("b", "V")], {})
values = {"a": np.arange(2000.0), "b": np.arange(2000.0)}
for number in range(1_000_000):
    os.write(1, b"%d\\n" % record.raw(Kind.RESULT, "flow error", {"number": number}))
    stamps = np.arange(number * 2000, number * 2000 + 2000, dtype=np.int64)
    os.write(1, b"%d\\n" % record.samples("daq", Block(stamps, values)))
"""


def run_until_killed(children: Children, directory: Path, acknowledged: int, spin: int) -> int:
    """Kill the writer some moments after it acknowledged so many entries; return the last seq it acknowledged."""
    process = children.start_bytes([sys.executable, "-c", WRITER, directory])
    assert process.stdout is not None
    received = b""
    while received.count(b"\n") < acknowledged:
        piece = process.stdout.read(65536)
        assert piece, "the writer died by itself"
        received += piece
    sum(range(spin))
    process.send_signal(signal.SIGKILL)
    received += process.communicate(timeout=patient(30))[0]
    return int(received.splitlines()[-1])


@pytest.mark.parametrize("seed", range(int(os.environ.get("RIG_KILLS", "5"))))
def test_every_acknowledged_entry_outlives_a_kill(children, tmp_path, seed):
    moment = random.Random(seed)
    last = run_until_killed(children, tmp_path, moment.randint(1, 600), moment.randint(0, 20_000))
    with RecordReader(tmp_path / "run.rig.db") as reader:
        assert reader.verify_chain() == reader.last_seq() >= last
        results = list(reader.entries(kind="result"))
        assert [entry.body["number"] for entry in results] == list(range(len(results)))
        assert len(reader.series("daq").t_ns) == 2000 * reader.counts()["samples"]


def test_a_killed_writer_leaves_no_life_behind(children, tmp_path):
    run_until_killed(children, tmp_path, 1, 0)
    with RecordReader(tmp_path / "run.rig.db") as reader:
        assert not reader.is_live()


def test_a_killed_run_is_closed_and_its_chain_goes_on(children, tmp_path):
    run_until_killed(children, tmp_path, 20, 0)
    path = tmp_path / "run.rig.db"
    with RecordReader(path) as reader:
        left = reader.last_seq()
    assert close_interrupted(path, lambda reader: {"samples": len(reader.series("daq").t_ns)})
    with RecordReader(path) as reader:
        assert reader.verify_chain() == left + 1


@pytest.mark.parametrize("seed", range(5))
def test_a_power_loss_costs_the_latest_entries_only(record, tmp_path, seed):
    """What reached the disk is the WAL up to any byte: the record then ends at a whole entry before it."""
    for number in range(20):
        record.event(OtherEvent("tick", {"number": number}))
    wal = record.path.with_name(record.path.name + "-wal").read_bytes()
    left = tmp_path / "left" / record.path.name
    left.parent.mkdir()
    left.write_bytes(record.path.read_bytes())
    kept = random.Random(seed).randrange(len(wal) // 2, len(wal))
    left.with_name(left.name + "-wal").write_bytes(wal[:kept])
    with RecordReader(left) as reader:
        assert 2 <= reader.verify_chain() == 1 + len(tuple(reader.entries("event", "tick"))) <= 21


CLOSER = """
import json, sys
from pathlib import Path
from rig.record.folder import close_interrupted

print("ready", flush=True)
sys.stdin.readline()
print(close_interrupted(Path(sys.argv[1]), lambda reader: {"entries": sum(1 for _ in reader.entries())}))
"""


def test_two_processes_that_close_one_run_close_it_once(children, tmp_path):
    run_until_killed(children, tmp_path, 300, 0)
    path = tmp_path / "run.rig.db"
    closers = [children.start([sys.executable, "-c", CLOSER, path], stdin=subprocess.PIPE) for _ in range(2)]
    for closer in closers:
        assert closer.stdout is not None
        assert closer.stdout.readline() == "ready\n"
    for closer in closers:
        assert closer.stdin is not None
        closer.stdin.write("go\n")
        closer.stdin.flush()
    answers = sorted(closer.communicate(timeout=patient(30))[0].strip() for closer in closers)
    with RecordReader(path) as reader:
        stops = list(reader.entries(kind="stop"))
        assert (answers, len(stops), reader.verify_chain()) == (["False", "True"], 1, stops[0].seq)


LIVE_READER = """
import sys
from pathlib import Path
from rig.record.reader import RecordReader

with RecordReader(Path(sys.argv[1])) as reader:
    for _ in sys.stdin:
        ticks = [entry.body["number"] for entry in tuple(reader.entries("event", "tick"))]
        stop = reader.stop()
        print(reader.is_live(), stop and stop.reason, ticks, reader.verify_chain(), flush=True)
"""


def test_a_second_process_follows_a_live_record(record, children):
    follower = children.start([sys.executable, "-c", LIVE_READER, record.path], stdin=subprocess.PIPE)
    assert follower.stdin is not None
    assert follower.stdout is not None
    seen = []
    for number in range(3):
        record.event(OtherEvent("tick", {"number": number}))
        follower.stdin.write("\n")
        follower.stdin.flush()
        seen.append(follower.stdout.readline())
    record.stop(Stop("FINISHED"))
    seen.append(follower.communicate("\n", timeout=patient(30))[0])
    assert seen == [
        "True None [0] 2\n",
        "True None [0, 1] 3\n",
        "True None [0, 1, 2] 4\n",
        "False FINISHED [0, 1, 2] 5\n",
    ]


def test_a_reader_in_the_middle_does_not_hold_up_the_writers_wal(record, reader):
    for number in range(600):
        record.event(OtherEvent("tick", {"number": number}))
    iterator = reader.entries()
    next(iterator)
    busy, _, _ = record._ledger._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
    assert sum(1 for _ in iterator) == 600
