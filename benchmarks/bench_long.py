"""A month and a year of a pump through the real wire."""

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
DAYS, REFILLS_A_YEAR, HOURS_A_REFILL = 30, 12, 730.5
RATE_UL_H = 41.7
YEARS = 7
# A reservoir takes no more than there is room for, and a pump is not right to the last stroke.
_REFILLED = 0.99


def rows() -> Iterator[Row]:
    yield from _on_a_bench("30 days of flex infusion, a bolus each day, shipped bench", SHIPPED, _month, "≤ 60")
    yield from _on_a_bench("a year with 12 refills, pump read each 300 s", SELDOM, _year, f"≤ {300 // YEARS}")


def _month(bench: Bench) -> None:
    pump = bench.instruments.pump()
    pump.run_flex(days={"every": A_DAY})
    for _ in range(DAYS):
        bench.dwell(hours=10)
        pump.give_bolus(volume_ul=BOLUS_UL)
        bench.dwell(hours=14)


def _year(bench: Bench) -> None:
    pump = bench.instruments.pump()
    pump.run_continuous(rate_ul_h=RATE_UL_H)
    for _ in range(REFILLS_A_YEAR):
        bench.dwell(hours=HOURS_A_REFILL)
        content_ul = pump.status().reservoir_ul
        refill_ul = _REFILLED * RATE_UL_H * HOURS_A_REFILL
        bench.challenge.refill(volume_ul=refill_ul)
        pump.refilled(volume_ul=content_ul + refill_ul)


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
            delivered_ul = opened.instruments.pump().status().delivered_ul
    times = f"real time: {days * 86400 / seconds:.0f} times; {delivered_ul / 1000:.1f} mL delivered"
    yield Row(what, seconds, "s", limit, times)
    yield Row("a reading's share of it", seconds / reads * 1e6, "µs", "", f"{reads} readings")
