"""The history as JSON: documented in docs/history.md, of a version that changes when a reader must."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reports.history.among import Among
from reports.history.chosen import Chosen
from reports.history.repeats import cut_short, repeats_of
from reports.history.series import OfPump, Point, Series
from reports.history.statistics import Chart, Index, Lacking, Statistics
from rig.clock import iso_utc
from rig.metrology.over_runs.capability import Yield
from rig.metrology.over_runs.trend import Trend
from rig.metrology.uncertainty.tolerance import ToleranceInterval
from rig.record.run_line import RunLine

SCHEMA = "pump-rig history"
VERSION = 1


def history_as_json(
    folders: Sequence[Path], chosen: Chosen, shown: Sequence[RunLine], series: Sequence[tuple[Series, Statistics]]
) -> dict[str, Any]:
    """Return all of it; `shown` are the runs of its table, all others are in what is counted over runs."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "folders": [str(folder) for folder in folders],
        "runs": [_run(line) for line in shown],
        "unreadable": [_problem(line) for line in chosen.unreadable],
        "altered": [_problem(line) for line in chosen.altered],
        "copies": [{"run": line.run_id, "record": str(line.path)} for line in chosen.copies],
        "apart": [{"from_entry": two.seq, "records": [str(two.one.path), str(two.other.path)]} for two in chosen.apart],
        "cut_short": [line.run_id for line in cut_short(chosen.runs)],
        "repeats": [
            {
                "model": one.model,
                "dut": one.dut,
                "mocked": one.kind == "mocked",
                "plan": one.plan,
                "attempts": [{"run": run.run_id, "standing": standing} for run, standing in one.attempts],
            }
            for one in repeats_of(chosen.runs)
        ],
        "series": [_series(one, statistics) for one, statistics in series],
    }


def among_as_json(run: str, found: Sequence[Among]) -> dict[str, Any]:
    """Return where each decided number of a run stands among those of the others."""
    return {
        "schema": f"{SCHEMA}: a run among its kind",
        "version": VERSION,
        "run": run,
        "numbers": [
            {"result": one.point.result.name, "plan": one.point.result.plan, "unit": one.point.result.unit}
            | _point(one.point)
            | {"place": one.place, "n": one.n, "beyond": one.is_beyond, "others": asdict(one.others)}
            for one in found
        ],
    }


def _problem(line: RunLine) -> dict[str, Any]:
    return {"run": line.run_id, "record": str(line.path), "problem": line.problem}


def _run(line: RunLine) -> dict[str, Any]:
    return {
        "run": line.run_id,
        "record": str(line.path),
        "begun_utc": iso_utc(line.begun_utc_ns),
        "duration_s": line.duration_s,
        "bench": line.bench,
        "mocked": line.kind == "mocked",
        "model": line.model,
        "dut": line.dut,
        "batch": line.batch,
        "operator": line.operator,
        "outcome": line.outcome,
        "ended": line.ended,
        "plans": line.became,
        "standings": line.standings,
        "requirements": list(line.requirements),
        "verdicts": line.verdicts,
        "failures": list(line.failures),
        "checked": line.checked.value,
    }


def _series(one: Series, statistics: Statistics) -> dict[str, Any]:
    return {
        "result": one.name,
        "plan": one.plan,
        "mocked": one.kind == "mocked",
        "unit": one.unit,
        "verdicts": one.verdicts,
        "limits": [{"lower": lower, "upper": upper} for lower, upper in one.limits],
        "values": [_point(point) for point in one.points],
        "chart": _chart(statistics.chart),
        "trend_per_day": _trend(statistics.trend),
        "pumps": [_pump(pump) for pump in one.of_pumps],
        "first_pass_yield": _yield(statistics.first_pass),
        "ppk": _index(statistics.index),
        "tolerance_interval": _tolerance(statistics.tolerance),
    }


def _point(point: Point) -> dict[str, Any]:
    run, result = point.run, point.result
    return {
        "run": run.run_id,
        "seq": result.seq,
        "begun_utc": iso_utc(run.begun_utc_ns),
        "model": run.model,
        "dut": run.dut,
        "bench": run.bench,
        "ended": run.ended,
        "value": result.value,
        "U": result.expanded,
        "k": result.k,
        "limit": {"name": result.limit_name, "lower": result.lower, "upper": result.upper},
        "verdict": result.verdict,
        "in_statistics": point.decided,
        "fault": result.fault,
        "requirements": list(result.requirements),
        "problem": result.problem,
    }


def _pump(one: OfPump) -> dict[str, Any]:
    return {
        "model": one.point.run.model,
        "dut": one.point.run.dut,
        "run": one.point.run.run_id,
        "seq": one.point.result.seq,
        "value": one.point.result.value,
        "verdict": one.point.result.verdict,
        "repeats_left_out": one.repeats,
        "undecided_before": one.undecided,
    }


def _chart(one: Chart | Lacking) -> dict[str, Any]:
    if isinstance(one, Lacking):
        return asdict(one)
    broken = [{"run": each.point.run.run_id, "seq": each.point.result.seq, "rule": each.rule} for each in one.broken]
    return {
        "n": one.n,
        "centre": one.centre,
        "sigma": one.sigma,
        "lower": one.lower,
        "upper": one.upper,
        "broken": broken,
    }


def _trend(one: Trend | Lacking) -> dict[str, Any]:
    if isinstance(one, Lacking):
        return asdict(one)
    return {"n": one.n, "slope": one.slope, "U": one.expanded, "confidence": one.confidence}


def _yield(one: Yield | Lacking) -> dict[str, Any]:
    return asdict(one)


def _index(one: Index | Lacking) -> dict[str, Any]:
    if isinstance(one, Lacking):
        return asdict(one)
    found = one.performance
    return {
        "n": found.n,
        "mean": found.mean,
        "s": found.s,
        "ppk": found.ppk,
        "lower": one.lower,
        "upper": one.upper,
        "confidence": found.confidence,
    }


def _tolerance(one: ToleranceInterval | Lacking) -> dict[str, Any]:
    return asdict(one)
