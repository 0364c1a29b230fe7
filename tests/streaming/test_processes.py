"""The streamer as a process: it follows a growing record, and neither its death nor the server's costs a sample."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from uuid import uuid4

import numpy as np
import pytest

from rig.clock import Deadline, VirtualClock
from rig.record.bodies.events import OtherEvent
from rig.record.bodies.others import Stop
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from rig.streaming import status
from rig.streaming.cursor import cursor_paths, read_progress
from rig.streaming.process import log_path, start_streamer
from tests.patience import patient
from tests.processes import Children, command_line
from tests.streaming import servers
from tests.streaming.faults import Fault, faulty
from tests.streaming.records import EPOCH_NS, add_samples, begin, everything

PATIENCE_S = patient(40.0)
# A small record, in many requests and many steps of the cursor.
IN_SMALL_STEPS = """
import sys; from pathlib import Path; from rig.streaming import encoder, __main__
encoder.ENTRIES_PER_GROUP = 7
sys.exit(__main__.main(Path(sys.argv[1])))
"""
SECRET = "tok-" + "Zx9" * 12


def environment_for(url: str, database: str, token: str = "") -> dict[str, str]:
    own = {"RIG_INFLUX_URL": url, "RIG_INFLUX_BUCKET": f"{database}/autogen"}
    return os.environ | own | ({"RIG_INFLUX_TOKEN": token} if token else {})


@pytest.fixture
def spawn(children: Children) -> Callable[..., Popen[str]]:
    """Start a streamer that the test can kill and wait for."""

    def start(record: Path, environment: dict[str, str], code: str = "") -> Popen[str]:
        with log_path(record).open("ab") as log:
            command = [sys.executable, *(["-c", code] if code else ["-m", "rig.streaming"]), str(record)]
            return children.start(command, env=environment, stdout=log, stderr=log)

    return start


def seq_of(record: Path) -> int:
    """Return how far the cursor is."""
    return max((read_progress(path).seq for path in cursor_paths(record.parent).get(run_id(record), ())), default=0)


def wait_until(so: Callable[[], bool], record: Path) -> None:
    deadline = Deadline(PATIENCE_S)
    while not so():
        assert not deadline.passed(), log_path(record).read_text()
        deadline.nap(0.02)


def grow(record: RunRecord, clock: VirtualClock, parts: int) -> None:
    for _ in range(parts):
        add_samples(record, clock, rows=2000, channels=2, per_block=100)
        record.event(OtherEvent("tick", {"at": clock.now_ns()}))


def assert_exactly_once(server: servers.Influx, database: str, record: Path) -> None:
    with RecordReader(record) as reader:
        daq = reader.series("daq")
        ticks = len(tuple(reader.entries("event", "tick")))
    (series,) = server.query('SELECT "channel_0_kpa", "channel_1_kpa" FROM "samples"', database)
    table = np.array([row[1:] for row in series["values"]])
    assert np.array_equal(np.array([row[0] for row in series["values"]], np.int64), daq.t_ns)
    assert np.array_equal(table, np.column_stack([daq.columns["channel_0"], daq.columns["channel_1"]]))
    assert len(server.rows('SELECT "seq" FROM "events"', database)) == ticks


@pytest.fixture
def mortal_server(tmp_path_factory):
    """A server of the test's own, that it may kill; not started."""
    servers.demand()
    server = servers.Influx(tmp_path_factory.mktemp("mortal"))
    yield server
    server.stop()


def test_a_server_that_is_absent_and_then_killed_again_and_again(mortal_server, spawn, tmp_path):
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock) as record:
        streamer = spawn(record.path, environment_for(mortal_server.url, "lab"))
        grow(record, clock, 2)
        mortal_server.start()
        mortal_server.create("lab")
        for _ in range(3):
            before = seq_of(record.path)
            grow(record, clock, 3)
            wait_until(lambda before=before: seq_of(record.path) > before, record.path)
            mortal_server.influxd.kill()
            grow(record, clock, 3)
            Deadline(0.3).nap(0.3)
            mortal_server.influxd.start()
        record.stop(Stop("FINISHED"))
    assert streamer.wait(PATIENCE_S) == 0
    assert_exactly_once(mortal_server, "lab", record.path)
    assert "counts equal" in status.streaming_lines(record.path)[0]


def test_a_streamer_killed_at_any_moment(influx_server, database, spawn, tmp_path):
    environment = environment_for(influx_server.url, database)
    clock = VirtualClock(EPOCH_NS)
    left = []
    with begin(tmp_path, clock=clock) as record:
        grow(record, clock, 30)
        for moment in np.random.default_rng(4).uniform(0.0, 0.3, 3):
            before = seq_of(record.path)
            streamer = spawn(record.path, environment, IN_SMALL_STEPS)
            wait_until(lambda before=before: seq_of(record.path) > before, record.path)
            Deadline(moment).nap(moment)
            streamer.send_signal(signal.SIGKILL)
            streamer.wait(PATIENCE_S)
            left.append(status.pending(record.path, seq_of(record.path))[0])
            grow(record, clock, 10)
        record.stop(Stop("FINISHED"))
    assert spawn(record.path, environment).wait(PATIENCE_S) == 0
    assert max(left) > 0, "it was killed with work to do"
    assert_exactly_once(influx_server, database, record.path)


@pytest.mark.parametrize("write", [pytest.param(1, marks=pytest.mark.nightly), 7])
@pytest.mark.parametrize("taken", [False, True])
def test_a_streamer_killed_while_the_server_is_asked(write, taken, influx_server, database, spawn, tmp_path):
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock) as record:
        grow(record, clock, 3)
        record.stop(Stop("FINISHED"))
    with faulty(influx_server.url) as proxy:
        proxy.plan.extend([Fault.PASS] * (write - 1))
        proxy.plan.append(Fault.RESET_AFTER if taken else Fault.RESET_MID_BODY)
        proxy.before_fault = lambda: streamer.send_signal(signal.SIGKILL)
        streamer = spawn(record.path, environment_for(proxy.url, database), IN_SMALL_STEPS)
        killed = streamer.wait(PATIENCE_S)
        ended = spawn(record.path, environment_for(proxy.url, database)).wait(PATIENCE_S)
    assert (killed, ended) == (-signal.SIGKILL, 0)
    assert_exactly_once(influx_server, database, record.path)


def test_two_streamers_at_once(influx_server, database, spawn, tmp_path):
    environment = environment_for(influx_server.url, database)
    clock = VirtualClock(EPOCH_NS)
    with begin(tmp_path, clock=clock) as record:
        streamers = [spawn(record.path, environment) for _ in range(2)]
        grow(record, clock, 20)
        wait_until(lambda: any(streamer.poll() is not None for streamer in streamers), record.path)
        record.stop(Stop("FINISHED"))
    codes = sorted(streamer.wait(PATIENCE_S) for streamer in streamers)
    assert codes == [0, 2]
    assert "another process is streaming this run" in log_path(record.path).read_text()
    assert_exactly_once(influx_server, database, record.path)


def test_a_started_streamer_outlives_its_parent_and_shows_no_token(influx_server, database, children, tmp_path):
    record = begin(tmp_path)
    code = (
        "import os, sys; from pathlib import Path; from rig.streaming.process import start_streamer\n"
        "print(start_streamer(Path(sys.argv[1]))[0])"
    )
    environment = environment_for(influx_server.url, database, SECRET)
    command = [sys.executable, "-c", code, str(record.path)]
    parent = children.run(command, env=environment)
    lines = [command_line(int(folder.name)) for folder in Path("/proc").glob("[0-9]*")]
    mine = [line for line in lines if "rig.streaming" in line and str(record.path) in line]
    record.stop(Stop("FINISHED"))
    wait_until(lambda: "complete" in "".join(status.streaming_lines(record.path)), record.path)
    assert (parent.returncode, len(mine)) == (0, 1)
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert SECRET not in parent.stdout + parent.stderr + mine[0]
    assert SECRET.encode() not in left


def test_a_killed_run_is_sent_as_far_as_it_got(influx_server, database, spawn, tmp_path):
    record = begin(tmp_path)
    record.event(OtherEvent("tick", {}))
    record.close()
    assert spawn(record.path, environment_for(influx_server.url, database)).wait(PATIENCE_S) == 0
    assert len(influx_server.rows('SELECT "seq" FROM "events"', database)) == 1


def test_nobody_asks_and_nothing_is_started(tmp_path):
    assert start_streamer(everything(tmp_path), {}) == ()


def test_a_wrong_target_does_not_reach_the_run(tmp_path):
    environment = {"RIG_INFLUX_URL": f"http://me:{SECRET}@host", "RIG_INFLUX_BUCKET": "b"}
    (line,) = start_streamer(everything(tmp_path), environment)
    assert line.startswith("not streaming: ")
    assert SECRET not in line


def test_a_full_disk_for_the_cursor(influx_server, database, children, spawn, tmp_path):
    record = everything(tmp_path, f"run-{uuid4().hex[:6]}")
    # Files of the streamer may not grow at all: what a full disk answers, too, to every write.
    code = (
        "import resource, sys; from pathlib import Path; from rig.streaming import streamer, __main__\n"
        "streamer.Streamer._note = lambda *_: None  # the record lies on the same disk\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "sys.exit(__main__.main(Path(sys.argv[1])))"
    )
    environment = environment_for(influx_server.url, database)
    streamer = children.run([sys.executable, "-c", code, record], env=environment)
    assert (streamer.returncode, streamer.stderr.count("could not be saved")) == (0, 1), streamer.stderr
    assert "counts equal" in streamer.stderr
    assert spawn(record, environment).wait(PATIENCE_S) == 0
    assert "counts equal in all 17 series" in status.streaming_lines(record)[0]
