"""A month in the life of a pump, and its whole life, through the real wire."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.table import Row
from rig.bench.bench import Bench, make_clock
from rig.bench_file.reading import load_bench_file
from rig.clock import stopwatch_ns
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord

HERE = Path(__file__).parent
SHIPPED = HERE.parent / "benches" / "mocked.toml"
SELDOM = HERE / "years.toml"
A_DAY = {"00:00": 20.0, "06:00": 60.0, "12:00": 40.0, "18:00": 0.0, "21:00": 100.0}
BOLUS_UL = 20.0
DAYS, YEARS, REFILLS, HOURS_A_REFILL = 30, 7, 84, 730.5
RATE_UL_H = 41.7
# A reservoir takes no more than there is room for, and a pump is not right to the last stroke.
_REFILLED = 0.99


def rows() -> Iterator[Row]:
    month = f"{DAYS} days of flex infusion, a bolus each day, read each 10 min"
    yield from _on_a_bench(month, SHIPPED, _month, "≤ 60")
    life = f"{YEARS} years with {REFILLS} refills, read each 12 h"
    yield from _on_a_bench(life, SELDOM, _life, "≤ 300")


def _month(bench: Bench) -> None:
    pump = bench.instruments.pump()
    pump.run_flex(days={"every": A_DAY})
    with bench.read_each(minutes=10):
        for _ in range(DAYS):
            bench.dwell(hours=10)
            pump.give_bolus(volume_ul=BOLUS_UL)
            bench.dwell(hours=14)


def _life(bench: Bench) -> None:
    pump = bench.instruments.pump()
    pump.run_continuous(rate_ul_h=RATE_UL_H)
    with bench.read_each(hours=12):
        for _ in range(REFILLS):
            bench.dwell(hours=HOURS_A_REFILL)
            content_ul = pump.status().reservoir_ul
            refill_ul = round(_REFILLED * RATE_UL_H * HOURS_A_REFILL)
            bench.challenge.refill(volume_ul=refill_ul)
            pump.refilled(volume_ul=round(content_ul + refill_ul, 3))


def _on_a_bench(what: str, bench: Path, therapy: Callable[[Bench], None], limit: str) -> Iterator[Row]:
    """Time a therapy, and how much of that is one reading's share: all that the rig and the twins do for it."""
    bench_file = load_bench_file(bench)
    clock = make_clock(bench_file)
    with tempfile.TemporaryDirectory() as folder:
        record = RunRecord.create(Path(folder), "long", Start(bench=bench_file.bench.name), clock.now_ns(), clock)
        with Bench(bench_file, record, clock, bench_file.bench.seed) as opened:
            begun_ns, start_ns = clock.now_ns(), stopwatch_ns()
            therapy(opened)
            seconds = (stopwatch_ns() - start_ns) / 1e9
            days = (clock.now_ns() - begun_ns) / 1e9 / 86400
            reads = sum(sampler.counts.reads for sampler in opened.samplers)
            said = opened.instruments.pump().status()
            strokes = said.delivered_ul / bench_file.dut.stroke_ul
    alarms = ", ".join(said.alarms) or "none"
    did = f"{strokes:.4g} strokes, {said.delivered_ul / 1000:.1f} mL, {said.state}; alarms: {alarms}"
    times = f"real time: {days * 86400 / seconds:.0f} times; {did}"
    yield Row(what, seconds, "s", limit, times)
    yield Row("a reading's share of it", seconds / reads * 1e6, "µs", "", f"{reads} readings")
