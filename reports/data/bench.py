"""The bench in the document: instruments with their calibrations, proof of the day, lateness, environment, signals."""

from dataclasses import asdict

from reports.data.values import Json, plainly
from reports.facts.bench_fit import BenchFit, Lateness, PartRow
from reports.facts.run_facts import BenchInstrument, RecordedSignal, Run
from reports.words.conduct import fitness_sentence, readings_sentence
from reports.words.sentences import volumes_sentence
from rig.record.bodies.proofs import ProofCharted


def bench_of(run: Run) -> Json:
    """Return whether the bench was fit, and all that it was told and recorded."""
    return {
        "name": run.bench,
        "clock": run.clock,
        "overdue": list(run.overdue),
        "instruments": [_instrument(one) for one in run.instruments],
        "fitness": {"said": fitness_sentence(run), **_fitness(run.fit)},
        "weighing": _pairs(run.weighing),
        "volumes": volumes_sentence(run),
        "readings": readings_sentence(run),
        "signals": [_signal(one) for one in run.signals],
    }


def _instrument(one: BenchInstrument) -> Json:
    counts = one.counts
    return {
        "name": one.name,
        "role": one.role,
        "driver": one.driver,
        "identity": one.identity,
        "calibration": {
            "id": one.calibration_id,
            "due": one.calibration_due,
            "as_found": one.as_found,
            "overdue": one.overdue,
        },
        "counts": None if counts is None else asdict(counts),
    }


def _fitness(fit: BenchFit) -> Json:
    return {
        "by": fit.by,
        "valid_h": plainly(fit.valid_h),
        "warning": fit.warning,
        "parts": [_part(one) for one in fit.parts],
        "charts": [_chart(one) for one in fit.charts],
        "late": [_late(one) for one in fit.late],
    }


def _part(one: PartRow) -> Json:
    return {
        "part": one.part,
        "standing": one.standing,
        "valid": one.valid,
        "asked": one.asked,
        "run": one.run,
        "age_h": None if one.age_h is None else plainly(one.age_h, 3),
        "why": one.why,
    }


def _chart(one: ProofCharted) -> Json:
    drift, expanded = one.drift_day, one.expanded_drift_day
    return {
        "quantity": one.quantity,
        "unit": one.unit,
        "proofs": one.n,
        "value": plainly(one.value),
        "centre": plainly(one.centre),
        "sigma": plainly(one.sigma, 3) if one.sigma else None,
        "broken": list(one.broken),
        "drift_day": None if drift is None else plainly(drift, 2),
        "expanded_drift_day": None if drift is None or expanded is None else plainly(expanded, 2),
        "since": one.since,
    }


def _late(one: Lateness) -> Json:
    return {
        "stream": one.stream,
        "p99_ms": plainly(one.p99_ms, 3),
        "worst_ms": plainly(one.worst_ms, 3),
        "lost": one.lost,
    }


def _signal(one: RecordedSignal) -> Json:
    return {
        "stream": one.stream,
        "channel": one.channel,
        "unit": one.unit,
        "meaning": one.meaning,
        "samples": one.recorded,
        "smallest": plainly(one.smallest, 6),
        "mean": plainly(one.mean, 6),
        "largest": plainly(one.largest, 6),
    }


def _pairs(pairs: tuple[tuple[str, str], ...]) -> list[Json]:
    return [{"name": name, "text": text} for name, text in pairs]
