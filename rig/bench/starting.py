"""Starts a run: a record with everything in it that a reader will need to trust the rest."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from rig.bench.provenance import provenance, source
from rig.bench_file.reading import BenchFile, InstrumentEntry
from rig.bench_file.tables import LiquidSection
from rig.clock import NS_PER_S, Clock, machine_utc_ns
from rig.record.bodies.codec import from_body
from rig.record.bodies.judging import LimitsInForce, RequirementsInForce
from rig.record.bodies.start import (
    CalibrationStatus,
    DeclaredInstrument,
    Dut,
    HelperFile,
    LiquidFacts,
    SourceFile,
    Start,
    StatedAccuracy,
    StatedAir,
    WeighingFacts,
)
from rig.record.writer import RunRecord

OPERATOR_VARIABLE = "RIG_OPERATOR"


@dataclass(frozen=True, slots=True)
class SaidOfRun:
    """What whoever starts a run says of it; where that is "", the bench file's word holds, and there is no batch."""

    dut: str = ""
    batch: str = ""
    operator: str = ""


@dataclass(frozen=True, slots=True)
class FilesOfRun:
    """Files that a run keeps besides bench file and plans: what plans use, and what they are judged by, by name."""

    helpers: tuple[HelperFile, ...] = ()
    judged_by: Mapping[str, Path] = field(default_factory=dict)


def start_run(
    bench_file: BenchFile,
    runs: Path,
    clock: Clock,
    *,
    seed: int,
    plans: Mapping[str, Path],
    selected: Sequence[str],
    limits: LimitsInForce,
    requirements: RequirementsInForce,
    said: SaidOfRun = SaidOfRun(),
    files: FilesOfRun = FilesOfRun(),
    named: str = "",
) -> RunRecord:
    """Create the record of a new run in the folder `runs` and write its start.

    What is `said` goes before the bench file. `plans` are the plan files that will run, by the names they have in
    plans' names, `selected` the names of the plans themselves. `limits` and `requirements` are those that the plans
    are judged by, `files` what else the run keeps in full. `named` is what the record's name has in place of the
    bench's.
    """
    now_ns = clock.now_ns()
    today = datetime.fromtimestamp(now_ns // NS_PER_S, UTC).date()
    dut = from_body(Dut, bench_file.dut.model_dump(mode="json"))
    start = Start(
        bench=bench_file.bench.name,
        kind="mocked" if bench_file.simulated else "physical",
        clock=bench_file.bench.clock,
        bench_file=SourceFile(bench_file.path.name, bench_file.sha256, bench_file.text),
        bench_folder=str(bench_file.path.resolve().parent),
        seed=seed,
        dut=replace(dut, serial=said.dut or dut.serial, batch=said.batch),
        operator=said.operator or os.environ.get(OPERATOR_VARIABLE) or bench_file.bench.operator or "not named",
        instruments={entry.name: _declared(entry) for entry in bench_file.instruments},
        weighing=from_body(WeighingFacts, bench_file.weighing.model_dump()) if bench_file.weighing else None,
        fed_by_supply=bench_file.power is not None,
        liquid=_liquid(bench_file.liquid) if bench_file.liquid else None,
        ambient=from_body(StatedAir, bench_file.ambient.model_dump()) if bench_file.ambient else None,
        overdue=bench_file.overdue(today),
        plans=tuple(plans),
        selected=tuple(selected),
        plan_sources=tuple(source(name, path) for name, path in plans.items()),
        helper_sources=files.helpers,
        judged_by=tuple(source(name, path) for name, path in files.judged_by.items()),
        limits=limits,
        requirements=requirements,
        provenance=provenance(),
    )
    return RunRecord.create(runs, run_id(named or bench_file.bench.name), start, now_ns, clock)


def _liquid(stated: LiquidSection) -> LiquidFacts:
    said = stated.model_dump()
    if said["expansion_per_k"] == "water":
        del said["expansion_per_k"]
    return from_body(LiquidFacts, said)


def _declared(entry: InstrumentEntry) -> DeclaredInstrument:
    calibration = entry.calibration
    return DeclaredInstrument(
        capability=entry.capability,
        driver=entry.driver_name,
        calibration=from_body(CalibrationStatus, calibration.model_dump(mode="json")) if calibration else None,
        sample_every_s=entry.sample_every_s,
        role=entry.role,
        accuracy=from_body(StatedAccuracy, entry.accuracy.model_dump()) if entry.accuracy else None,
    )


def run_id(bench: str) -> str:
    """Return a name that sorts by when the run really began, which virtual time does not tell, and that is unique."""
    stamp = datetime.fromtimestamp(machine_utc_ns() // NS_PER_S, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{stamp}-{bench}-{uuid4().hex[:8]}"
