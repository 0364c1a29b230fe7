"""Successive proofs of a bench on control charts: which rule the newest value breaks, and how it drifts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rig.clock import NS_PER_S, iso_utc
from rig.evaluation.proofs import proofs_of
from rig.metrology.over_runs.control_charts import individuals_chart, standing_chart
from rig.metrology.over_runs.trend import FEWEST, trend
from rig.record.bodies.proofs import PartTried, ProofCharted
from rig.record.folder import run_id
from rig.record.reader import RecordReader

# Limits of a chart rest on so many values before the newest: with fewer every other one is a signal.
FEWEST_BEFORE = 8
_S_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Kept:
    """One value of a quantity in one proof: when (UTC ns), in which run, and by which calibrations it was found."""

    quantity: str
    unit: str
    value: float
    at_ns: int
    run: str
    calibrations: tuple[str, ...]


def kept_values(runs: Path, bench: str) -> dict[str, list[Kept]]:
    """Return every number that the proofs of a bench came to, by quantity, in order of time."""
    found: dict[str, list[Kept]] = {}
    for reader in proofs_of(runs, bench):
        for one in _of_one(reader):
            found.setdefault(one.quantity, []).append(one)
    return {name: sorted(values, key=lambda one: (one.at_ns, one.run)) for name, values in found.items()}


def _of_one(reader: RecordReader) -> Iterator[Kept]:
    run = run_id(reader.path)
    parts = reader.events(PartTried)
    begun_ns = reader.start().begun_utc_ns
    for entry in reader.results():
        if entry.body.number is None:
            continue
        # A part is written behind the results of its plan.
        part = next((one.body for one in parts if one.seq > entry.seq), None)
        met = part.rests_on.values() if part is not None else ()
        ids = tuple(sorted({one.calibration for one in met if one.calibration}))
        yield Kept(entry.name, entry.body.unit, entry.body.number.value, begun_ns, run, ids)


def charted(runs: Path, bench: str) -> tuple[ProofCharted, ...]:
    """Return the chart of each quantity that has two values or more, each with its newest value."""
    return tuple(one for values in kept_values(runs, bench).values() if (one := chart_of(values)) is not None)


def chart_of(values: list[Kept]) -> ProofCharted | None:
    """Return the chart of a quantity's values in order of time; None where fewer than two, or all the same, tell."""
    x = np.asarray([one.value for one in values], np.float64)
    if len(x) < 2 or float(np.ptp(x)) <= 1e-12 * float(np.abs(x).max()):
        return None
    newest, broken = values[-1], tuple[str, ...]()
    before = x[:-1]
    centre, sigma = float(x.mean()), 0.0
    if len(before) >= FEWEST_BEFORE and float(np.ptp(before)) > 0.0:
        pair = individuals_chart(before)
        centre, sigma = pair.location.centre, pair.sigma
        signals = standing_chart(x, centre, sigma).signals
        broken = tuple(one.said for one in signals if one.point == len(x) - 1)
    since = [one for one in values if one.calibrations == newest.calibrations]
    drift, expanded = _drift(since)
    return ProofCharted(
        newest.quantity,
        newest.unit,
        len(x),
        newest.value,
        centre,
        sigma,
        broken,
        drift,
        expanded,
        f"{', '.join(newest.calibrations) or 'no calibration'}, {iso_utc(since[0].at_ns)[:10]}",
    )


def _drift(values: list[Kept]) -> tuple[float | None, float]:
    """Return the slope of values per day with its expanded uncertainty (95 %); None for fewer than three."""
    days = [one.at_ns / NS_PER_S / _S_PER_DAY for one in values]
    if len(days) < FEWEST or max(days) <= min(days):
        return None, 0.0
    found = trend(days, [one.value for one in values])
    return found.slope, found.expanded
