"""Opens benches for tests, from the text of a bench file."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from rig.bench.bench import Bench, make_clock
from rig.bench_file.reading import load_bench_file
from rig.record.bodies.others import Stop
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord

HEAD = """
[bench]
name = "test-bench"
kind = "mocked"
CLOCK
[dut]
model = "m"
serial = "s"
[safety]
link_watchdog_s = WATCHDOG
plan_lease_s = LEASE
[liquid]
name = "water"
density_kg_m3 = 998.207
u_density_kg_m3 = 0.05
reference_c = 20.0
expansion_per_k = "water"
volume_at_c = 22.0

[weighing]
readability_mg = 0.01
repeatability_mg = 0.02
linearity_mg = 0.03
calibration_u_percent = 0.002
[laboratory]
pump_power = "battery"
[instruments.pump]
driver = "intrathecal_pump"
sample_every_s = EVERY
"""
BALANCE = """
[instruments.balance]
driver = "mettler_mt_sics"
sample_every_s = EVERY
calibration = { id = "c", due = 2030-01-01 }
"""
VIRTUAL = 'clock = "virtual"\nepoch = 2026-01-05T08:00:00Z'
WALL = 'clock = "wall"'


def bench_text(
    *,
    clock: str = VIRTUAL,
    watchdog_s: float = 150,
    every_s: float = 60,
    lease_s: float = 0.5,
    balance: bool = True,
) -> str:
    """Return a bench file with a pump and, if wanted, a balance."""
    text = HEAD + (BALANCE if balance else "")
    values = {"CLOCK": clock, "WATCHDOG": watchdog_s, "EVERY": every_s, "LEASE": lease_s}
    for name, value in values.items():
        text = text.replace(name, str(value))
    return text


def unreachable_text() -> str:
    """Return the file of a physical bench whose ports are not there.

    Benches of one name or port exclude each other on one machine, and another suite may run on it.
    """
    text = bench_text(clock=WALL, watchdog_s=1, every_s=0.25).replace('kind = "mocked"', 'kind = "physical"')
    text = text.replace('[laboratory]\npump_power = "battery"\n', "")
    text = text.replace('name = "test-bench"', f'name = "b{uuid4().hex[:16]}"')
    return re.sub('driver = "', lambda _: f'port = "/dev/none-{uuid4().hex[:8]}"\ndriver = "', text)


@contextlib.contextmanager
def opened(folder: Path, text: str, seed: int = 1) -> Iterator[tuple[Bench, RunRecord]]:
    """Open a bench on a record of its own; yield both."""
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    bench_file = load_bench_file(path)
    clock = make_clock(bench_file)
    with RunRecord.create(folder, "a-run", Start(bench="b"), clock.now_ns(), clock) as record:
        with Bench(bench_file, record, clock, seed) as bench:
            yield bench, record
        record.stop(Stop("FINISHED"))
