"""Streaming: encoding, the rate beside a bare sender of the same bodies, catching up, memory, what sampling feels.

Needs the servers of `make servers`; without them only the encoding is measured.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from influxdb_client import Point

from benchmarks.bare_sender import BARE, STREAMED, beside_bare
from benchmarks.table import Row
from rig.bench.sampling import Sampler
from rig.channels import Channel
from rig.clock import Deadline, VirtualClock, WallClock, stopwatch_ns
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord
from rig.samples import Block
from rig.streaming.columns import encode_lines
from rig.streaming.field_column import FieldColumn
from tests.streaming import servers
from tests.streaming.records import EPOCH_NS, add_samples, begin

HEAD = "samples,bench=mocked,dut=SIM-0001,instrument=daq,run=20260105T080000Z-mocked-1a2b3c4d,source=mocked"
LINES = 2_500  # what the encoder takes at a time
OUTAGE_S, CHANNELS = 600, 8
LONG_S = 1800  # enough to stream while sampling is watched
SAMPLING_S = 8.0
VALUES = (1_000_000, 3_000_000, 10_000_000)
# As `python -m rig.streaming` does it. What the system says of a process that is over counts its parent's memory too.
_STREAM_AND_TELL_PEAK = """
import sys
from pathlib import Path
from rig.streaming.__main__ import main
failed = main(Path(sys.argv[1]))
print(next(line.split()[1] for line in Path("/proc/self/status").open() if line.startswith("VmHWM")))
sys.exit(failed)
"""


def rows() -> Iterator[Row]:
    """Measure."""
    yield from encoding()
    if lacking := servers.missing():
        print(f"streaming is not measured: {', '.join(lacking)} missing (make servers)", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = long_record(folder / "outage", OUTAGE_S)
        values = OUTAGE_S * 1000 * CHANNELS
        with servers.newest_of_1(made(folder / "influx")) as (influx, version):
            for database in (STREAMED, BARE):
                influx.create(database)
            yield from beside_bare(f"InfluxDB {version}", record, influx.url, values, OUTAGE_S)
            yield from memory(folder, influx)
        with servers.victoria(folder) as victoria:
            yield from beside_bare("VictoriaMetrics", record, victoria.url, values, OUTAGE_S)
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


def memory(folder: Path, influx: servers.Influx) -> Iterator[Row]:
    """Stream records of more and more values, each by a streamer's own process, counts compared: its peak of memory."""
    peaks_mb = {}
    for values in VALUES:
        record = long_record(folder / str(values), values // CHANNELS // 1000)
        database = f"memory_{values}"  # the runs have one name
        influx.create(database)
        own = {"RIG_INFLUX_URL": influx.url, "RIG_INFLUX_BUCKET": f"{database}/autogen"}
        done = subprocess.run(
            [sys.executable, "-c", _STREAM_AND_TELL_PEAK, str(record)],
            env=os.environ | own,
            capture_output=True,
            text=True,
            check=True,
        )
        peaks_mb[values] = int(done.stdout) / 1e3
        record.unlink()
    said = ", ".join(f"{peak_mb:.0f} MB at {values:.0e}" for values, peak_mb in peaks_mb.items())
    grown = peaks_mb[VALUES[-1]] / peaks_mb[VALUES[0]]
    yield Row("peak memory of the streamer, 10⁷ values by 10⁶", grown, "times", "≤ 1.25", said)


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
