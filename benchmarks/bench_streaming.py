"""Streaming: encoding, sustained rate beside a bare load generator, catching up after an outage, what sampling feels.

Needs the servers of `make servers`; without them only the encoding is measured.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from influxdb_client import Point

from benchmarks.table import Row
from rig.bench.sampling import Sampler
from rig.channels import Channel
from rig.clock import Deadline, VirtualClock, WallClock, stopwatch_ns
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from rig.samples import Block
from rig.streaming.client import InfluxWriter
from rig.streaming.columns import FieldColumn, encode_lines
from rig.streaming.cursor import Cursor
from rig.streaming.encoder import GZIP_LEVEL_HERE, Body, RecordEncoder
from rig.streaming.state import EncoderState
from rig.streaming.streamer import Streamer
from rig.streaming.target import Target
from tests.streaming import servers
from tests.streaming.records import EPOCH_NS, add_samples, begin

HEAD = "samples,bench=mocked,dut=SIM-0001,instrument=daq,run=20260105T080000Z-mocked-1a2b3c4d,source=mocked"
LINES = 2_500  # what the encoder takes at a time
ROUNDS = 3
OUTAGE_S, CHANNELS = 600, 8
LONG_S = 1800  # enough to stream while sampling is watched
SAMPLING_S = 8.0


def rows() -> Iterator[Row]:
    """Measure."""
    yield from encoding()
    if lacking := servers.missing():
        print(f"streaming is not measured: {', '.join(lacking)} missing (make servers)", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = long_record(folder / "outage", OUTAGE_S)
        with servers.influx(made(folder / "influx")) as influx:
            influx.create("stream")
            influx.create("bare")
            yield from beside_bare("InfluxDB 1.6", record, influx.url, "stream", "bare")
        with servers.victoria(folder) as victoria:
            yield from beside_bare("VictoriaMetrics", record, victoria.url, "stream", "bare")
        yield from sampling_beside(folder)


def encoding() -> Iterator[Row]:
    noise = np.random.default_rng(1)
    t_ns = EPOCH_NS + np.arange(LINES, dtype=np.int64) * 1_000_000
    single = noise.normal(50.0, 20.0, LINES)
    eight = [FieldColumn(f"channel_{one}_kpa", noise.normal(50.0, 20.0, LINES)) for one in range(CHANNELS)]
    ours = LINES / seconds(lambda: encode_lines(HEAD, [FieldColumn("line_pressure_kpa", single)], t_ns)) / 1e6
    theirs = LINES / seconds(lambda: points(single, t_ns), times=3) / 1e6
    peer = f"{theirs:.2g} by the client's Point, so {ours / theirs:.0f} times"
    yield Row("line protocol, 1 channel, all digits", ours, "M lines/s", "≥ 1", peer)
    shown = LINES / seconds(lambda: encode_lines(HEAD, [FieldColumn("mass_mg", np.round(single, 2))], t_ns)) / 1e6
    yield Row("line protocol, 1 channel, a balance's 0.01 mg", shown, "M lines/s", "≥ 1", "")
    wide = LINES / seconds(lambda: encode_lines(HEAD, eight, t_ns)) / 1e6
    yield Row("line protocol, 8 channels a line, all digits", wide, "M lines/s", "", f"{8 * wide:.2g} M values/s")


def points(values: np.ndarray, t_ns: np.ndarray) -> list[str]:
    tags = [tag.split("=") for tag in HEAD.split(",")[1:]]
    lines = []
    for value, stamp in zip(values.tolist(), t_ns.tolist(), strict=True):
        point = Point("samples").field("line_pressure_kpa", value).time(stamp)
        for key, text in tags:
            point.tag(key, text)
        lines.append(point.to_line_protocol())
    return lines


def long_record(folder: Path, seconds_long: int) -> Path:
    """Write eight channels at 1 kHz as the DAQ delivers them: a block each second."""
    clock = VirtualClock(EPOCH_NS)
    with begin(folder, clock=clock) as record:
        add_samples(record, clock, seconds_long * 1000, CHANNELS, per_block=1000)
        record.stop(Stop("FINISHED"))
    return record.path


def beside_bare(server: str, record: Path, url: str, stream: str, bare: str) -> Iterator[Row]:
    """Stream the record and send the same bodies bare, in turns, each into its own database."""
    with RecordReader(record) as reader:
        bodies = list(all_bodies(reader))
    lines = sum(body.lines for body in bodies)
    ratios, rates = [], []
    for _ in range(ROUNDS):
        bare_s = seconds(lambda: send_bare(url, bare, bodies), times=1)
        stream_s = seconds(lambda: send_streamed(record, url, stream), times=1)
        ratios.append(100.0 * bare_s / stream_s)
        rates.append(lines / stream_s)
    rate = statistics.median(rates)
    said = f"{rate * CHANNELS / 1e6:.2g} M values/s in {rate / 1e6:.2g} M lines/s of 8 channels"
    yield Row(f"streaming into {server} against a bare load generator", statistics.median(ratios), "%", "≥ 90", said)
    yield Row(f"catching up 10 min of 8 × 1 kHz with {server}", OUTAGE_S * rate / lines, "× real time", "≥ 20", "")


def all_bodies(reader: RecordReader) -> Iterator[Body]:
    encoder = RecordEncoder(reader, EncoderState(), GZIP_LEVEL_HERE)
    while (group := encoder.next_group()) is not None:
        yield from group.bodies


def send_bare(url: str, database: str, bodies: list[Body]) -> None:
    """Post bodies that are ready, one after the other on one connection: all that a sender must do."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    path = f"/api/v2/write?org=lab&bucket={database}%2Fautogen&precision=ns"
    for body in bodies:
        connection.request("POST", path, body.gzipped, {"Content-Encoding": "gzip", "Content-Type": "text/plain"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 204:
            raise RuntimeError(f"the server answered {answer.status}")
    connection.close()


def send_streamed(record: Path, url: str, database: str) -> None:
    """Send a record from its beginning to its last point, cursor and all."""
    target = Target(url, f"{database}/autogen", "lab")
    with Cursor(record, target.key, "") as cursor, InfluxWriter(target, "") as writer:
        if not Streamer(record, cursor, writer, print, 60.0, GZIP_LEVEL_HERE).send():
            raise RuntimeError(cursor.progress.reason)
        cursor.path.unlink()


class Ticker:
    """An instrument that answers at once."""

    channels = (Channel("value", "1"),)

    def __init__(self, clock: WallClock) -> None:
        self._clock = clock

    def start_sampling(self) -> None:
        """Nothing to set."""

    def read_block(self) -> Block:
        return Block(np.array([self._clock.now_ns()]), {"value": np.zeros(1)})

    def stop_sampling(self) -> None:
        """Nothing to set."""


def sampling_beside(folder: Path) -> Iterator[Row]:
    """Sample each 10 ms into a record, alone and while the streamer's own process sends as fast as it can.

    In a laboratory the server is another machine: here it has at least another disk, and stands in nobody's way.
    """
    record = long_record(folder / "long", LONG_S)
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as other_disk,
        servers.influx(Path(other_disk)) as influx,
        (folder / "log").open("wb") as log,
    ):
        influx.create("stream")
        influx.give_way()
        alone = p99_lateness_ms(folder / "alone")
        own = {"RIG_INFLUX_URL": influx.url, "RIG_INFLUX_BUCKET": "stream/autogen"}
        command = [sys.executable, "-m", "rig.streaming", str(record)]
        streamer = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
        Deadline(1.5).nap(1.5)
        beside = p99_lateness_ms(folder / "beside")
        busy = streamer.poll() is None
        streamer.kill()
        streamer.wait(10)
    said = f"alone {alone:.3f} ms, beside it {beside:.3f} ms" + ("" if busy else ", streamer done early")
    yield Row("10 ms sampling beside the streamer: p99 lateness added", beside - alone, "ms", "≤ 1", said)


def p99_lateness_ms(folder: Path) -> float:
    clock = WallClock()
    with RunRecord.create(folder, "run", Start(bench="b"), clock.now_ns(), clock) as record:
        sampler = Sampler("ticker", Ticker(clock), 0.01, clock, record)
        sampler.start()
        clock.wait_s(SAMPLING_S)
        sampler.stop()
        record.stop(Stop("FINISHED"))
    with RecordReader(record.path) as reader:
        late_ns = [entry.t_ns - entry.body["due_ns"] for entry in reader.entries(kind="samples")]
    return float(np.percentile(late_ns, 99)) / 1e6


def seconds(call: Callable[[], object], times: int = 20) -> float:
    """Return the shortest of some runs: what the machine can do when nobody else is on it."""
    shortest = float("inf")
    for _ in range(times):
        begun_ns = stopwatch_ns()
        call()
        shortest = min(shortest, (stopwatch_ns() - begun_ns) / 1e9)
    return shortest


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
