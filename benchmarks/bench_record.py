"""How fast a run is recorded and read back. Everything written here survives SIGKILL when the call returns."""

import gc
import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.table import Row
from rig.channels import Channel
from rig.clock import WallClock, stopwatch_ns
from rig.record.bodies.judging import Limit
from rig.record.bodies.others import Stop
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.result import BudgetLine, Judgement, Number, Result
from rig.record.bodies.start import Start
from rig.record.folder import list_runs
from rig.record.writer import RunRecord
from rig.samples import Block

RESULTS = 100_000
BLOCKS, CHANNELS, SAMPLES = 2_000, 8, 1_000
# As plans leave them: eleven lines of budget.
LINE = BudgetLine("evaporation", "A", 0.05, 0.005, "mg/h", 25.1, 0.1255, 40.0, 9.1)
RESULT = Result(
    plan="test_plans/test_basal.py::test_basal_rate_is_accurate[2.0]",
    requirements=("ACC-001",),
    recipe=Recipe("mean flow error", {"programmed_ul_h": 2.0}, 1_767_225_600_000_000_000, 1_767_315_600_000_000_000, 9),
    unit="%",
    verdict="PASS",
    limit_name="basal accuracy",
    limit=Limit("%", -5.0, 5.0, source="data sheet"),
    number=Number(1.234567, 0.3, 2.0, math.inf, (LINE,) * 11, Judgement(0.6, 0.999, 0.001, 0.999)),
)


def rows() -> Iterator[Row]:
    """Measure the record."""
    yield from _result_rows()
    yield from _sample_rows()
    yield _listing_row()


def _result_rows() -> Iterator[Row]:
    peer = "OpenHTF 78 µs, lost on SIGKILL"
    with _new_record() as record:
        per_result_us = _each_us(lambda: record.result("mean flow error", RESULT), RESULTS)
    first, last = (median(part) for part in (per_result_us[:1000], per_result_us[-1000:]))
    mean = sum(per_result_us) / len(per_result_us)
    yield Row("record one result, mean of 100,000", mean, "µs", "≤ 40 µs", peer)
    yield Row("… median", median(per_result_us), "µs", "-", "-")
    yield Row("… the last 1,000 over the first 1,000", last / first, "×", "flat", "TesterKit grows 7.8 ×, HardPy 16 ×")


def _sample_rows() -> Iterator[Row]:
    total = BLOCKS * CHANNELS * SAMPLES
    names = [f"ai{number}" for number in range(CHANNELS)]
    values = {name: np.random.default_rng(1).normal(size=SAMPLES) for name in names}
    stamps = np.arange(SAMPLES, dtype=np.int64) * 1_000_000
    with _new_record() as record:
        record.descriptor("daq", [Channel(name, "V") for name in names], {})
        blocks = iter([Block(stamps + number * SAMPLES * 1_000_000, values) for number in range(BLOCKS)])
        write_us = sum(_each_us(lambda: record.samples("daq", next(blocks)), BLOCKS))
        yield Row("durable samples, 8 channels × 1,000", total / write_us, "M/s", "≥ 5 M/s", "-")
        with record.reader() as reader:
            middle_ns = BLOCKS * SAMPLES // 2 * 1_000_000
            yield Row("read a stream back", total / _once_us(lambda: reader.series("daq")), "M/s", "-", "-")
            one_us = median(_each_us(lambda: reader.series("daq", middle_ns, middle_ns + 10**9), 100))
            yield Row("read 1 s of 2,000 s", one_us, "µs", "-", "-")
            yield Row("verify the chain", total / _once_us(reader.verify_chain), "M/s", "-", "-")
        yield Row("read 24 h of one reading a minute", _read_single_samples(record) / 1000, "ms", "-", "-")


def _read_single_samples(record: RunRecord) -> float:
    record.descriptor("balance", [Channel("mass", "mg")], {})
    for minute in range(24 * 60):
        stamp = np.array([minute * 60_000_000_000], np.int64)
        record.samples("balance", Block(stamp, {"mass": np.array([float(minute)])}), due_ns=int(stamp[0]))
    with record.reader() as reader:
        return median(_each_us(lambda: reader.series("balance"), 5))


def _listing_row() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(100):
            record = RunRecord.create(Path(folder), f"run-{number}", Start(plans=("test_basal.py",)), 0, WallClock())
            record.result("mean flow error", RESULT)
            record.stop(Stop("FINISHED"))
        us = _once_us(lambda: list_runs(Path(folder)))
    return Row("list runs, each", us / 100 / 1000, "ms", "-", "-")


@contextmanager
def _new_record() -> Iterator[RunRecord]:
    with (
        tempfile.TemporaryDirectory() as folder,
        RunRecord.create(Path(folder), "bench", Start(), 0, WallClock()) as record,
    ):
        yield record


def _each_us(call: Callable[[], object], times: int) -> list[float]:
    gc.collect()
    taken = []
    for _ in range(times):
        begin_ns = stopwatch_ns()
        call()
        taken.append((stopwatch_ns() - begin_ns) / 1000)
    return taken


def _once_us(call: Callable[[], object]) -> float:
    return _each_us(call, 1)[0]
