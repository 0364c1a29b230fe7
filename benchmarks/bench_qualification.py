"""What a row of the detection matrix costs: the CPU of a defect's session over that of the same plans, healthy.

A defect that makes plans wait in real time, or is looked into again and again, stands out by its ratio.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row
from fixtures.running import run_plans
from qualification.catalogue import GENERAL
from qualification.defect import defects_of
from qualification.jobs import Job, Workshop
from qualification.library import FAMILIES
from rig.clock import stopwatch_ns

BENCH = Path(__file__).parents[1] / "benches" / "mocked.toml"
DEFECTS = ("A1@+5", "D2", "K1a", "M3", "O3")
"""One each of rates, boluses, alarms, logs and benches."""


def rows() -> Iterator[Row]:
    os.environ["RIG_INFLUX"] = "off"
    known = {one.key: one for family in FAMILIES for one in defects_of(f"qualification.library.{family}")}
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder), BENCH, 1, run_plans)
        ((_, healthy),) = workshop.done([Job(GENERAL)])
        start_ns = stopwatch_ns()
        done = {job.title: one for job, one in workshop.done([Job(GENERAL, known[key]) for key in DEFECTS])}
        wall_s = (stopwatch_ns() - start_ns) / 1e9
    beside = f"healthy: {healthy.seconds:.2f} s of CPU for {len(GENERAL)} plans"
    yield Row("one session of a qualification, healthy pump", healthy.seconds, "s of CPU", "≤ 5", "")
    for key in DEFECTS:
        yield Row(f"the same with the defect {key}", done[key].seconds / healthy.seconds, "times", "≤ 1.5", beside)
    computing = sum(one.seconds for one in done.values()) / wall_s
    yield Row("share of that time in which one session computes", computing, "cores", "", "the rest it waits")
