"""What a plan that may stop early does: its risks, its mean duration, and the value of a run that it has stopped.

A run is stopped where its value looks decisive, so the values of stopped runs lean away from the limits. The estimate
given here does not: it is the true value for which half of all runs of this plan end above what was seen. Source:
Emerson and Fleming, Biometrika 77 (1990) 875-892 (median-unbiased estimate and interval, ordered by the mean).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from rig.errors import MetrologyError
from rig.metrology.planning.sequential import SequentialPlan
from rig.metrology.readings.checked import FloatArray, IndexArray
from rig.metrology.readings.demands import limits
from rig.quantities import Measured

# 8192 runs: even if drawn at random a share of 2.5 % would be known to 0.2 %, a bound to 0.03 of its u.
_DRAWS_LOG2 = 13
# Any number, but always the same: a replay must find the same bounds.
_SEED = 20


@dataclass(frozen=True, slots=True)
class Characteristics:
    """What runs of a plan do at one true error: shares of the verdicts, and the mean duration in s."""

    pass_share: float
    fail_share: float
    inconclusive_share: float
    mean_duration_s: float


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The value of a stopped run in percent: median-unbiased, with the ends of its interval at `level`."""

    value_percent: float
    lower_percent: float
    upper_percent: float
    level: float


def characteristics(
    plan: SequentialPlan, true_percent: float, lower: float | None, upper: float | None
) -> Characteristics:
    """Return what runs do whose true error is `true_percent`, for limits in percent.

    From 8,192 quasi-random runs with the correlations of the plan's precision: shares are good to about 0.003.
    """
    errors, u = _errors(plan)
    verdict, look, _ = _run(plan, true_percent + errors, u, lower, upper)
    return Characteristics(
        pass_share=float(np.mean(verdict > 0)),
        fail_share=float(np.mean(verdict < 0)),
        inconclusive_share=float(np.mean(verdict == 0)),
        mean_duration_s=float(np.asarray(plan.looks_s)[look].mean()),
    )


def adjusted(
    plan: SequentialPlan,
    look: int,
    measured: Measured,
    lower: float | None,
    upper: float | None,
    level: float = 0.9545,
) -> Adjusted:
    """Return the value of a run that was stopped at look number `look` with `measured` (percent).

    The plan's precision is scaled to agree with the measured u. Raises MetrologyError for a look that the plan does not
    have, another unit, a measured u of 0, or a level outside (0, 1).
    """
    if not 0 <= look < len(plan.looks_s) or measured.unit != "%" or measured.u <= 0 or not 0 < level < 1:
        raise MetrologyError(f"{measured} at look {look} of {len(plan.looks_s)}, level {level!r}: nothing to adjust")
    errors, u = _errors(plan)
    scale = measured.u / u[look]
    errors, u = scale * errors, scale * u

    def true_value(share_above: float) -> float:
        from scipy.optimize import bisect  # takes long to import, which every session of plans would wait for

        def excess(true_percent: float) -> float:
            ended = _run(plan, true_percent + errors, u, lower, upper)[2]
            return float(np.mean(ended > measured.value) + np.mean(ended == measured.value) / 2) - share_above

        # The last looks are the most certain ones, the first the least: no run ends further off than 9 of its u.
        reach = 9 * float(u.max())
        return float(bisect(excess, measured.value - reach, measured.value + reach, xtol=1e-3 * measured.u))

    return Adjusted(true_value(0.5), true_value((1 - level) / 2), true_value((1 + level) / 2), level)


def _errors(plan: SequentialPlan) -> tuple[FloatArray, FloatArray]:
    """Return errors (draws, looks) in percent with the plan's covariance, and the standard uncertainties (looks,)."""
    from scipy.stats import qmc  # takes long to import, which every session of plans would wait for

    looks = plan.looks_s
    covariance = np.array([[plan.precision.covariance(a, b) for a in looks] for b in looks])
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    uniform = qmc.Sobol(len(looks), rng=_SEED).random_base2(_DRAWS_LOG2)
    return ndtri(np.clip(uniform, 1e-12, 1 - 1e-12)) @ root.T, np.sqrt(np.diag(covariance))


def _run(
    plan: SequentialPlan, seen: FloatArray, u: FloatArray, lower: float | None, upper: float | None
) -> tuple[NDArray[np.int8], IndexArray, FloatArray]:
    """Return verdict (1 PASS, −1 FAIL, 0 undecided), look and value at the end of runs `seen` (draws, looks)."""
    limits(lower, upper)
    guard = np.asarray(plan.k) * u
    low, high = (-math.inf if lower is None else lower), (math.inf if upper is None else upper)
    margin = np.minimum(seen - low, high - seen)
    verdicts = (margin >= guard).astype(np.int8) - (margin < -guard).astype(np.int8)
    decided = verdicts != 0
    look = np.where(decided.any(axis=1), decided.argmax(axis=1), len(plan.k) - 1)
    rows = np.arange(seen.shape[0])
    return verdicts[rows, look], look, seen[rows, look]
