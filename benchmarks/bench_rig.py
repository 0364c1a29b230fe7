"""A day of infusion through the real wire, the rig's front door, and what the rig adds to a test."""

import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import serial

from benchmarks.table import Row
from conftest import pytest_plugins
from instruments.hosting.pty_host import PtyHost
from rig.bench.bench import Bench, make_clock
from rig.bench_file.reading import load_bench_file
from rig.clock import stopwatch_ns
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord

BENCH = Path(__file__).parent / "day.toml"
FEW, MANY = 100, 1600


def rows() -> Iterator[Row]:
    yield from _day()
    yield from _query()
    yield _help()
    yield _per_test()


def _seconds_since(start_ns):
    return (stopwatch_ns() - start_ns) / 1e9


def _open(folder):
    bench_file = load_bench_file(BENCH)
    clock = make_clock(bench_file)
    record = RunRecord.create(Path(folder), "day", Start(bench="day"), clock.now_ns(), clock)
    return Bench(bench_file, record, clock, bench_file.bench.seed)


def _day() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, _open(folder) as bench:
        bench.instruments.pump().run_continuous(rate_ul_h=41.7)
        start_ns = stopwatch_ns()
        bench.dwell(hours=24)
        seconds = _seconds_since(start_ns)
        samples = sum(sampler.counts.samples for sampler in bench.samplers)
    yield Row("24 h of infusion through the real wire", seconds, "s", "≤ 10", f"real time: {86400 / seconds:.0f} times")
    yield Row("samples recorded in it", samples, "blocks' rows", "", "")


def _query() -> Iterator[Row]:
    """Time whole driver queries over pseudo-terminals (command, reply, parsed), and a bare exchange beside them."""
    with tempfile.TemporaryDirectory() as folder, _open(folder) as bench:
        balance, pump = bench.instruments.balance(), bench.instruments.pump()
        bare_us = _bare_exchange_us()
        peer = f"bare pyserial exchange in this run: {bare_us:.0f} µs"
        yield Row("driver query over a pty, pump status, median", _median_us(pump.status), "µs", "≤ 250", peer)
        reading_us = _median_us(balance.read_mass)
        yield Row("driver query over a pty, balance reading, median", reading_us, "µs", "≤ 250", peer)


def _median_us(query) -> float:
    times_us = []
    for _ in range(2000):
        start_ns = stopwatch_ns()
        query()
        times_us.append((stopwatch_ns() - start_ns) / 1e3)
    return median(times_us)


class _Echo:
    """The simplest twin there can be."""

    def receive(self, _data):
        return b"S D      17.5043 g\r\n"

    def unsolicited(self):
        return b""


def _bare_exchange_us() -> float:
    host = PtyHost("echo", _Echo())
    with serial.Serial(host.port, timeout=1) as port:

        def exchange():
            port.write(b"SI\r\n")
            port.read_until(b"\r\n")

        bare_us = _median_us(exchange)
    host.close()
    return bare_us


def _help() -> Row:
    rig = Path(sys.executable).with_name("rig")
    times_s = []
    for _ in range(10):
        start_ns = stopwatch_ns()
        subprocess.run([str(rig), "--help"], check=True, capture_output=True)
        times_s.append(_seconds_since(start_ns))
    return Row("rig --help, median", median(times_s), "s", "≤ 0.2", "")


def _per_test() -> Row:
    """Time few and many empty tests, plain and with the rig's plugins: what one test more costs in each."""
    rigged = [word for name in pytest_plugins for word in ("-p", name)]
    with tempfile.TemporaryDirectory() as folder:
        plain_ms = _ms_per_test(folder)
        rigged_ms = _ms_per_test(folder, *rigged)
    return Row("the rig per test, over plain pytest", rigged_ms - plain_ms, "ms", "≤ 1", f"plain: {plain_ms:.2f} ms")


def _ms_per_test(folder, *words) -> float:
    few_s, many_s = (median(_pytest_s(folder, count, *words) for _ in range(3)) for count in (FEW, MANY))
    return (many_s - few_s) / (MANY - FEW) * 1e3


def _pytest_s(folder, count, *words) -> float:
    source = f"""
        import pytest

        @pytest.mark.parametrize("n", range({count}))
        def test_nothing(n):
            pass
    """
    (Path(folder) / "test_nothing.py").write_text(textwrap.dedent(source), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, *words, folder]
    start_ns = stopwatch_ns()
    subprocess.run(command, check=True, capture_output=True)
    return _seconds_since(start_ns)
