"""Reads a run's record into the facts of a report: pure in the record, nothing else is asked."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reports.facts.graphs import graphs_of
from reports.facts.plans import read_plans
from reports.facts.recorded_channels import read_signals
from reports.facts.run_facts import Instrument, Noted, Plan, Provenance, Requirement, Run, Source
from rig.errors import RecordCorruptError
from rig.record.folder import run_id
from rig.record.reader import RecordReader

# What the page shows elsewhere; every other event is worth a reader's attention.
_ORDINARY = frozenset({"plan begins", "plan ends", "window begins", "window ends", "zero flow", "connected"})
RUNNING, UNCLOSED = "RUNNING", "UNCLOSED"


def read_run(reader: RecordReader) -> Run:
    """Return everything that a report says about a run, finished or not.

    Raises RecordCorruptError when the hash chain is broken or an entry lacks what a report needs: a page made from
    such a record would be believed.
    """
    entries = reader.verify_chain()
    try:
        run = _facts(reader, entries)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordCorruptError(f"{reader.path}: the record lacks what a report needs: {error!r}") from error
    plans = tuple(replace(plan, graphs=graphs_of(reader, plan, _graphs_end(plan, run.end_ns))) for plan in run.plans)
    return replace(run, plans=plans, signals=read_signals(reader, run.begin_ns, run.end_ns + 1))


def _facts(reader: RecordReader, entries: int) -> Run:
    """Return all but graphs and signals."""
    start = reader.start()
    begin_ns = next(reader.entries(kind="start")).t_ns
    sources = tuple(_source(source) for source in start["plan_sources"])
    plans = read_plans(reader, sources)
    stop = reader.stop() or {}
    return Run(
        run_id=run_id(reader.path),
        state=_state(reader),
        mocked=start["kind"] == "mocked",
        bench=str(start["bench"]),
        clock=str(start["clock"]),
        dut_model=str(start["dut"]["model"]),
        dut_serial=str(start["dut"]["serial"]),
        operator=str(start["operator"]),
        seed=int(start["seed"]),
        begin_ns=begin_ns,
        end_ns=reader.last_ns(),
        plans=plans,
        requirements=tuple(_requirements(start, plans)),
        instruments=tuple(_instruments(reader, start, stop)),
        signals=(),
        noted=tuple(_noted(reader)),
        delivered=tuple((str(name), float(value)) for name, value in stop.get("delivered", {}).items()),
        overdue=tuple(str(line) for line in start.get("overdue", ())),
        weighing=_pairs(start.get("weighing")) + _pairs(start.get("ambient")),
        provenance=_provenance(start, sources, entries),
    )


def _state(reader: RecordReader) -> str:
    stop = reader.stop()
    if stop is not None:
        return str(stop["reason"])
    return RUNNING if reader.is_live() else UNCLOSED


def _graphs_end(plan: Plan, last_ns: int) -> int:
    return (last_ns if plan.end_ns is None else plan.end_ns) + 1


def _requirements(start: dict[str, Any], plans: tuple[Plan, ...]) -> Iterator[Requirement]:
    """Yield each requirement in force with the verdicts of the plans that claim it."""
    for name, what in start.get("requirements", {}).get("requirements", {}).items():
        verdicts = tuple(r.verdict for plan in plans if name in plan.requirements for r in plan.results)
        yield Requirement(name, str(what["text"]), str(what["source"]), verdicts)


def _instruments(reader: RecordReader, start: dict[str, Any], stop: dict[str, Any]) -> Iterator[Instrument]:
    connected = {str(entry.body["instrument"]): entry.body for entry in reader.events("connected")}
    overdue = tuple(str(line) for line in start.get("overdue", ()))
    counts = stop.get("counts", {}).get("samplers", {})
    for name, what in start["instruments"].items():
        calibration = what.get("calibration") or {}
        yield Instrument(
            name=name,
            capability=str(what["capability"]),
            driver=str(what["driver"]),
            identity=_identity(connected.get(name, {}).get("identity")),
            calibration_id=str(calibration.get("id", "")),
            calibration_due=str(calibration.get("due", "")),
            as_found=str(calibration.get("as_found", "")),
            overdue=any(line.startswith(f"{name}:") for line in overdue),
            counts=dict(counts.get(name, {})),
        )


def _identity(body: dict[str, Any] | None) -> str:
    if body is None:
        return ""
    return f"{body['maker']} {body['model']}, {body['serial']}, firmware {body['firmware']}"


def _noted(reader: RecordReader) -> Iterator[Noted]:
    for entry in reader.events():
        if entry.name not in _ORDINARY:
            yield Noted(entry.t_ns, entry.name, "\n".join(f"{key}: {value}" for key, value in entry.body.items()))
    for entry in reader.entries(kind="note"):
        yield Noted(entry.t_ns, f"note: {entry.name}", "\n".join(f"{k}: {v}" for k, v in entry.body.items()))


def _provenance(start: dict[str, Any], sources: tuple[Source, ...], entries: int) -> Provenance:
    known = start["provenance"]
    commit = f"{known['commit']}{', with changes that are not committed' if known['modified'] else ''}"
    return Provenance(
        facts=(
            ("rig version", str(known["rig"])),
            ("commit", commit),
            ("environment lock, sha256", str(known["lock_sha256"])),
            ("Python", str(known["python"])),
            ("platform", str(known["platform"])),
            ("seed", str(start["seed"])),
            ("begun by the machine's clock", str(known["started_wall_utc"])),
        ),
        packages=_pairs(known["packages"]),
        bench_file=_source(start["bench_file"]),
        plan_sources=sources,
        entries=entries,
    )


def _pairs(body: dict[str, Any] | None) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(value)) for key, value in (body or {}).items())


def _source(body: dict[str, Any]) -> Source:
    return Source(str(body["file"]), str(body["sha256"]), str(body["text"]))
