"""How late readings begin that are due each 10 ms: idle and under load, beside a bare loop that only sleeps.

The loop is what the machine can do at all. Both run as processes of their own, at the same time, so that whatever else
the machine has to do meets both.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.bench_streaming import Ticker
from benchmarks.table import Row
from rig.bench.sampling import Sampler
from rig.clock import NS_PER_S, WallClock
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord

EVERY_S = 0.01
SAMPLING_S = 20.0
PEERS = "peers: p99 1.4 to 4.1 ms"
BUSY = "while True: pass"
SHARES = {"p50": 50, "p99": 99, "worst": 100}
LIMITS = {"p50": "≤ 0.5", "p99": "≤ 1.4", "worst": ""}


def rows() -> Iterator[Row]:
    yield from _rows("idle", 0)
    yield from _rows("all cores busy", 2 * (os.cpu_count() or 1))


def _rows(when: str, busy: int) -> Iterator[Row]:
    with contextlib.ExitStack() as ending, tempfile.TemporaryDirectory() as folder:
        for _ in range(busy):
            hog = subprocess.Popen([sys.executable, "-c", BUSY])
            ending.callback(hog.wait)
            ending.callback(hog.kill)
        command = [sys.executable, "-m", "benchmarks.bench_lateness"]
        both = [subprocess.Popen([*command, *words], stdout=subprocess.PIPE) for words in (["bare"], ["rig", folder])]
        bare_ms, rig_ms = (np.asarray(json.loads(one.communicate()[0])) for one in both)
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load not known"
    for name, share in SHARES.items():
        limit = float(np.percentile(bare_ms, share))
        said = f"a bare loop of sleeps {limit:.3g} ms, {load}" + (f"; {PEERS}" if name == "p99" else "")
        value = float(np.percentile(rig_ms, share))
        yield Row(f"10 ms sampling into a record, {when}: lateness {name}", value, "ms", LIMITS[name], said)
    due = round(SAMPLING_S / EVERY_S)
    yield Row(f"10 ms sampling into a record, {when}: readings lost", max(0, due - len(rig_ms)), "", "0", f"of {due}")


def of_the_rig(folder: Path) -> list[float]:
    """Return how late each reading of a sampler began that writes into a record, in ms."""
    clock = WallClock()
    late_ms: list[float] = []
    with RunRecord.create(folder, "run", Start(bench="b"), clock.now_ns(), clock) as record:
        sampler = Sampler("ticker", Ticker(clock), EVERY_S, clock, record)
        sampler.on_late = lambda _, late_s: late_ms.append(late_s * 1e3)
        sampler.start()
        clock.wait_s(SAMPLING_S + EVERY_S / 2)
        sampler.stop()
        record.stop(Stop("FINISHED"))
    return late_ms


def of_a_bare_loop() -> list[float]:
    """Return how late a loop wakes that only sleeps until the next moment, in ms."""
    clock = WallClock()
    begun_ns = clock.now_ns()
    late_ms = []
    for turn in range(1, round(SAMPLING_S / EVERY_S) + 1):
        due_ns = begun_ns + round(turn * EVERY_S * NS_PER_S)
        clock.wait_until(due_ns)
        late_ms.append((clock.now_ns() - due_ns) / 1e6)
    return late_ms


if __name__ == "__main__":
    print(json.dumps(of_a_bare_loop() if sys.argv[1] == "bare" else of_the_rig(Path(sys.argv[2]))))
