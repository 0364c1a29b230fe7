"""Starts a run: a record with everything in it that a reader will need to trust the rest."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from rig.bench.provenance import provenance, source
from rig.bench_file.reading import BenchFile
from rig.clock import NS_PER_S, Clock, machine_utc_ns
from rig.record import RunRecord

OPERATOR_VARIABLE = "RIG_OPERATOR"


def start_run(
    bench_file: BenchFile,
    runs: Path,
    clock: Clock,
    *,
    seed: int,
    plans: Sequence[Path],
    root: Path,
    limits: dict[str, Any],
    requirements: dict[str, Any],
) -> RunRecord:
    """Create the record of a new run in the folder `runs` and write its start.

    `plans` are the plan files that will run, `root` is the project's folder, `limits` and `requirements` are those
    that the plans are judged by.
    """
    now_ns = clock.now_ns()
    today = datetime.fromtimestamp(now_ns // NS_PER_S, UTC).date()
    body = {
        "bench": bench_file.bench.name,
        "kind": "mocked" if bench_file.simulated else "physical",
        "clock": bench_file.bench.clock,
        "bench_file": {"file": bench_file.path.name, "sha256": bench_file.sha256, "text": bench_file.text},
        "seed": seed,
        "dut": bench_file.dut.model_dump(mode="json"),
        "operator": os.environ.get(OPERATOR_VARIABLE) or bench_file.bench.operator or "not named",
        "instruments": {
            entry.name: {
                "capability": entry.capability,
                "driver": entry.driver_name,
                "calibration": entry.calibration.model_dump(mode="json") if entry.calibration else None,
                "sample_every_s": entry.sample_every_s,
            }
            for entry in bench_file.instruments
        },
        "weighing": bench_file.weighing.model_dump(mode="json") if bench_file.weighing else None,
        "ambient": bench_file.ambient.model_dump(mode="json") if bench_file.ambient else None,
        "overdue": list(bench_file.overdue(today)),
        "plans": [path.name for path in plans],
        "plan_sources": [source(path) for path in plans],
        "limits": limits,
        "requirements": requirements,
        "provenance": provenance(root),
    }
    return RunRecord.create(runs, run_id(bench_file.bench.name), body, now_ns, clock)


def run_id(bench: str) -> str:
    """Return a name that sorts by when the run really began, which virtual time does not tell, and that is unique."""
    stamp = datetime.fromtimestamp(machine_utc_ns() // NS_PER_S, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{stamp}-{bench}-{uuid4().hex[:8]}"
