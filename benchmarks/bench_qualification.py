"""What a row of the detection matrix takes: the CPU of a defect's session, beside that of the same plans when healthy."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row
from fixtures.running import run_plans
from qualification.catalogue import GENERAL
from qualification.defect import Defect, defects_of
from qualification.jobs import Job, Workshop

BENCH = Path("benches/mocked.toml")
# By module and key: defects of rates, boluses, alarms, logs and benches, each with a plan that could see it.
ROWS = {
    ("rates", "A1@+5"): "test_plans/test_limits.py::test_what_the_pump_offers_it_delivers",
    ("boluses", "D2"): "test_plans/test_bolus.py::test_a_bolus_that_is_stopped_gives_and_tells_no_more",
    ("alarms", "K1a"): "test_plans/test_power.py::test_the_low_mark_outlives_a_power_cut",
    ("logs", "M3"): "test_plans/test_clock.py::test_setting_the_clock_makes_nothing_up",
    ("benches", "O3"): "test_plans/test_morning.py::test_where_nothing_moves_nothing_is_weighed",
}


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder), BENCH, 1, run_plans)
        for (family, key), plan in ROWS.items():
            plans = tuple(sorted({*GENERAL, plan}))
            healthy_s, seeded_s = (_cpu_s(workshop, Job(plans, defect)) for defect in (None, _defect(family, key)))
            told = f"{seeded_s:.1f} s of CPU; healthy: {healthy_s:.1f} s"
            yield Row(f"a row of {len(plans)} plans, defect {key}", seeded_s / healthy_s, "of healthy", "≤ 1.5", told)


def _cpu_s(workshop: Workshop, job: Job) -> float:
    return next(done.seconds for _, done in workshop.done([job]))


def _defect(family: str, key: str) -> Defect:
    return next(one for one in defects_of(f"qualification.library.{family}") if one.key == key)
