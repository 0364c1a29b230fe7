"""Gage R&R of a rig from its runs: which results are repeats of one another, who or what measured, and what of which.

Source: AIAG, Measurement Systems Analysis, 4th edition: parts are what differs on purpose (plans with their rates, or
pumps), appraisers who or what measures (operators, benches, days), trials the repeats of a plan.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from scipy.stats import chi2

from rig.clock import NS_PER_S
from rig.errors import SeriesError, did_you_mean
from rig.metrology.over_runs.gage import GageStudy, gage_study
from rig.metrology.uncertainty.decision import Verdict
from rig.record.bodies.judging import Limit
from rig.record.reader import RecordReader

_LEVEL = 0.95
APPRAISERS = ("operator", "bench", "day", "run")
PARTS = ("dut", "plan")


@dataclass(frozen=True, slots=True)
class GageReading:
    """One number of one run: the claim that it is of, its plan, pump, operator, bench, day, and the run itself."""

    claim: str
    value: float
    unit: str
    limit: Limit | None
    plan: str
    dut: str
    operator: str
    bench: str
    day: str
    run: str


@dataclass(frozen=True, slots=True)
class Repeatability:
    """What repeats of one plan scatter by, pooled over all that were repeated: s with its 95 % interval."""

    s: float
    dof: int
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class GageOfRuns:
    """A study: what its parts, appraisers and trials were, and `study`, None where one of them was too few.

    `why_not` says then why there is none. `left_out` are sentences about readings that are not in it.
    """

    claim: str
    unit: str
    part: str
    parts: tuple[str, ...]
    appraiser: str
    appraisers: tuple[str, ...]
    trials: int
    repeatability: Repeatability
    study: GageStudy | None
    why_not: str
    tolerance: float | None
    left_out: tuple[str, ...]


def readings_of(reader: RecordReader) -> Iterator[GageReading]:
    """Yield every number that a run came to; a result that is INVALID is none."""
    start, run = reader.start(), reader.path.name
    day = datetime.fromtimestamp(start.begun_utc_ns // NS_PER_S, UTC).date().isoformat()
    for entry in reader.results():
        one = entry.body
        if one.number is not None and one.verdict != Verdict.INVALID.value:
            yield GageReading(
                entry.name,
                one.number.value,
                one.unit,
                one.limit,
                one.plan,
                start.dut.serial,
                start.operator,
                start.bench,
                day,
                run,
            )


def gage_of_runs(readings: Sequence[GageReading], claim: str = "", part: str = "", appraiser: str = "") -> GageOfRuns:
    """Return the study of a claim; what is left out is chosen by what differs in the readings.

    Raises SeriesError when the claim is not clear, and for fewer than two repeats of anything.
    """
    meant = _of_claim(readings, claim)
    part = part or _first(PARTS, meant, "plan")
    appraiser = appraiser or _first(APPRAISERS[:-1], meant, "operator")
    cells: dict[tuple[str, str], list[float]] = {}
    for one in meant:
        cells.setdefault((str(getattr(one, part)), str(getattr(one, appraiser))), []).append(one.value)
    repeated = [values for values in cells.values() if len(values) > 1]
    if not repeated:
        raise SeriesError(
            f"nothing was repeated: no two of {len(meant)} readings of {meant[0].claim!r} have one {part} and one "
            f"{appraiser}; repeat the plans, or say another --part or --appraiser"
        )
    parts, appraisers, trials, left_out = _crossed(cells)
    study, why_not = None, ""
    if len(parts) < 2 or len(appraisers) < 2 or trials < 2:
        why_not = (
            f"{len(parts)} {part}(s) × {len(appraisers)} {appraiser}(s) × {trials} trial(s): a crossed study takes two "
            "of each, so that reproducibility is not known"
        )
    else:
        array = np.asarray([[cells[one, other][:trials] for other in appraisers] for one in parts], np.float64)
        study = gage_study(array)
    return GageOfRuns(
        meant[0].claim,
        meant[0].unit,
        part,
        tuple(parts),
        appraiser,
        tuple(appraisers),
        trials,
        _pooled(repeated),
        study,
        why_not,
        _tolerance(meant),
        tuple(left_out),
    )


def _of_claim(readings: Sequence[GageReading], claim: str) -> list[GageReading]:
    names = Counter(one.claim for one in readings)
    if not names:
        raise SeriesError("these runs hold no number that is valid")
    if not claim and len(names) > 1:
        said = ", ".join(f"{name!r} ({count})" for name, count in names.most_common())
        raise SeriesError(f"these runs hold several numbers: say --claim, one of {said}")
    claim = claim or next(iter(names))
    if claim not in names:
        raise SeriesError(f"no run holds a number {claim!r}{did_you_mean(claim, names)}; there are {', '.join(names)}")
    meant = [one for one in readings if one.claim == claim]
    if len({one.unit for one in meant}) > 1:
        raise SeriesError(f"{claim!r} is in {', '.join(sorted({one.unit for one in meant}))}: it cannot be compared")
    return meant


def _first(keys: Iterable[str], readings: Sequence[GageReading], otherwise: str) -> str:
    return next((key for key in keys if len({getattr(one, key) for one in readings}) > 1), otherwise)


def _crossed(cells: dict[tuple[str, str], list[float]]) -> tuple[list[str], list[str], int, list[str]]:
    """Return parts and appraisers of which each part was measured by each appraiser twice or more, and how often.

    A crossed study has no holes: parts with one are left out, and repeats beyond the fewest, the last ones.
    """
    appraisers = sorted({other for _, other in cells})
    parts = sorted({one for one, _ in cells})

    def holds(one: str) -> bool:
        return all(len(cells.get((one, other), ())) > 1 for other in appraisers)

    whole = [one for one in parts if holds(one)]
    left_out = [f"{one}: not repeated by each of {', '.join(appraisers)}" for one in parts if one not in whole]
    counts = [len(cells[one, other]) for one in whole for other in appraisers]
    trials = min(counts, default=max(map(len, cells.values())))
    surplus = sum(count - trials for count in counts)
    left_out += [f"{surplus} repeats beyond {trials} of a kind"] if surplus else []
    return whole or parts, appraisers, trials if whole else 0, left_out


def _pooled(repeated: Sequence[Sequence[float]]) -> Repeatability:
    squares = sum(float(np.sum((np.asarray(one) - np.mean(one)) ** 2)) for one in repeated)
    dof = sum(len(one) - 1 for one in repeated)
    tails = ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2)
    low, high = (math.sqrt(squares / float(chi2.isf(tail, dof))) for tail in tails)
    return Repeatability(math.sqrt(squares / dof), dof, (low, high))


def _tolerance(readings: Sequence[GageReading]) -> float | None:
    """Return the width of the limit that all were judged by; None where it has one side, or they had several."""
    limits = {(one.limit.lower, one.limit.upper) for one in readings if one.limit is not None}
    if len(limits) != 1:
        return None
    ((lower, upper),) = limits
    return upper - lower if lower is not None and upper is not None else None
