"""Reads a run's record into the facts of a report: pure in the record, nothing else is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from reports.facts.bench_fit import bench_fit
from reports.facts.graphs import graphs_of
from reports.facts.happenings import noted, projected
from reports.facts.made_with import MadeWith
from reports.facts.other_runs import read_kept
from reports.facts.plans import read_plans
from reports.facts.qa_notes import shown_notes
from reports.facts.recorded_channels import read_signals
from reports.facts.requirements import evidence
from reports.facts.run_facts import BenchInstrument, Plan, Run
from reports.facts.snapshot import Snapshot
from rig.errors import RecordCorruptError
from rig.moments import is_moment
from rig.record.bodies.events import Connected
from rig.record.bodies.others import Stop
from rig.record.bodies.start import CalibrationStatus, Start
from rig.record.folder import run_id
from rig.record.nonsense import nonsense_told
from rig.record.reader import RecordReader
from rig.record.schema import Kind

RUNNING, UNCLOSED = "RUNNING", "UNCLOSED"


def read_run(reader: RecordReader, kept: bytes | None = None, entries: int | None = None, notes: bytes = b"") -> Run:
    """Return everything that a report says about a run, finished or not; `kept` is what other runs say beside it.

    `notes` are the lines of QA's notes on it. `entries` is how many the hash chain has, for who has just checked it: of
    a long record that is a third of the time.

    Raises RecordCorruptError when the hash chain is broken or an entry lacks what a report needs: a page made from
    such a record would be believed. Raises ExportError for `kept` that is not what was kept for this record,
    NotesError for `notes` that do not hold.
    """
    entries = reader.verify_chain() if entries is None else entries
    others = read_kept(kept, reader.head(), f"what is kept of other runs beside {run_id(reader.path)}")
    noted_by_qa = shown_notes(reader, notes)
    with nonsense_told(reader.path, "the record lacks what a report needs"):
        run = _facts(reader, entries)
        _demand_moments(run, reader.path)
        with Snapshot(reader.path, reader.last_seq()) as then:
            plans = tuple(
                replace(plan, graphs=graphs_of(then, plan, _graphs_end(plan, run.end_ns))) for plan in run.plans
            )
            return replace(
                run,
                plans=plans,
                others=others,
                notes=noted_by_qa,
                signals=read_signals(then, run.begin_ns, run.end_ns + 1),
            )


def _facts(reader: RecordReader, entries: int) -> Run:
    """Return all but graphs and signals."""
    start, stop = reader.start(), reader.stop()
    if not start.instruments:
        raise RecordCorruptError(f"{reader.path}: the record lacks what a report needs: no instruments", 1)
    plans = read_plans(reader, start.plan_sources)
    events = tuple(reader.all_events())
    return Run(
        run_id=run_id(reader.path),
        state=_state(reader, stop),
        mocked=start.mocked,
        bench=start.bench,
        clock=start.clock,
        dut_model=start.dut.model,
        dut_serial=start.dut.serial,
        batch=start.dut.batch,
        operator=start.operator,
        seed=start.seed,
        begin_ns=next(reader.entries(kind=Kind.START.value)).t_ns,
        end_ns=reader.last_ns(),
        plans=plans,
        requirements=evidence(start.requirements, plans),
        instruments=tuple(_instruments(reader, start, stop)),
        signals=(),
        noted=noted(reader, events),
        projected=projected(events),
        delivered=tuple(stop.delivered.items()) if stop is not None else (),
        overdue=start.overdue,
        liquid=start.liquid,
        weighing=_told_of_weighing(start),
        provenance=_made_with(start, entries, reader.head()),
        fit=bench_fit(reader),
        selected=start.selected if stop is None else stop.selected,
        left_out=() if stop is None else stop.deselected,
        begun_wall_utc=start.provenance.started_wall_utc,
    )


def _demand_moments(run: Run, path: Path) -> None:
    for what, t_ns in (("begins", run.begin_ns), ("ends", run.end_ns)):
        if not is_moment(t_ns):
            raise RecordCorruptError(f"{path}: the run {what} at {t_ns} ns, which is no moment")


def _state(reader: RecordReader, stop: Stop | None) -> str:
    if stop is not None:
        return stop.reason
    return RUNNING if reader.is_live() else UNCLOSED


def _graphs_end(plan: Plan, last_ns: int) -> int:
    return (last_ns if plan.end_ns is None else plan.end_ns) + 1


def _instruments(reader: RecordReader, start: Start, stop: Stop | None) -> Iterator[BenchInstrument]:
    connected = {entry.body.instrument: entry.body for entry in reader.events(Connected)}
    for name, what in start.instruments.items():
        calibration = what.calibration or CalibrationStatus()
        yield BenchInstrument(
            name=name,
            role=what.serves_as,
            driver=what.driver,
            identity=_identity(connected[name].identity) if name in connected else "",
            calibration_id=calibration.id,
            calibration_due=calibration.due,
            as_found=calibration.as_found,
            overdue=any(line.startswith(f"{name}:") for line in start.overdue),
            counts=stop.samplers.get(name) if stop is not None else None,
        )


def _identity(said: Mapping[str, str]) -> str:
    if not said:
        return ""
    return f"{said['maker']} {said['model']}, {said['serial']}, firmware {said['firmware']}"


def _made_with(start: Start, entries: int, head: str) -> MadeWith:
    known = start.provenance
    commit = f"{known.commit}{', with changes that are not committed' if known.modified else ''}"
    return MadeWith(
        facts=(
            ("rig version", known.rig),
            ("commit", commit),
            ("environment lock, sha256", known.lock_sha256),
            ("Python", known.python),
            ("platform", known.platform),
            ("seed", str(start.seed)),
            ("begun by the machine's clock", known.started_wall_utc),
        ),
        packages=_pairs(known.packages),
        bench_file=start.bench_file,
        plan_sources=start.plan_sources,
        helper_sources=start.helper_sources,
        judged_by=start.judged_by,
        entries=entries,
        head=head,
    )


def _told_of_weighing(start: Start) -> tuple[tuple[str, str], ...]:
    """Return what the evaluation was told about balance, liquid and air, by the bench file's keys."""
    facts = [("", start.weighing), ("liquid ", start.liquid), ("", start.ambient)]
    said = {f"{of}{key}": value for of, one in facts if one is not None for key, value in asdict(one).items()}
    return _pairs({key: "not stated" if value is None else value for key, value in said.items()})


def _pairs(body: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(value)) for key, value in body.items())
