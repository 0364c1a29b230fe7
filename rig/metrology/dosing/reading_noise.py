"""How noisy the readings of a series of boluses are, and what of it are strokes of the basal infusion.

What the balance is known for comes first, then the strokes that were declared; what the readings scatter beyond both is
either strokes that nobody declared or unrest, whichever makes the volumes less certain.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass, fields

import numpy as np

from rig.metrology.dosing.level_noise import CommonSlope
from rig.metrology.dosing.noise_lines import NoiseLine
from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.demands import not_negative
from rig.quantities import S_PER_H

# Scatter so many of its own standard deviations beyond what is known asks for another explanation.
_SCATTER_K = 3.0
# A stroke found in the scatter is known to about this share, and so is its period: ±15 % at eleven periods.
_PERIODS = np.linspace(0.85, 1.15, 11)
# Strokes are looked for from what shows whole to fifty times that, each 3.5 % larger than the one before.
_STROKES = np.geomspace(1.0, 50.0, 115)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ReadingNoise:
    """What readings of a delivered volume are known for; in µL, all 0 where nothing is known.

    `single_ul` is the standard deviation of one reading, `walk_ul2_h` the variance that a wander gains per hour (with
    its degrees of freedom). `level_ul` (the wetting of the needle) and `digit_ul` (resolution) are standard
    uncertainties of each level; the first is not averaged down, the second as far as noise carries the readings over
    the digit's edge. Raises MetrologyError for anything negative or not finite.
    """

    single_ul: float = 0.0
    walk_ul2_h: float = 0.0
    walk_dof: float = math.inf
    level_ul: float = 0.0
    digit_ul: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name != "walk_dof":
                not_negative(getattr(self, field.name), field.name)


@dataclass(frozen=True, slots=True)
class Strokes:
    """How the basal infusion comes: in strokes of `stroke_ul` (0: none declared), at `programmed_ul_h` (None: seen).

    A pump counts its strokes: they come with the period of the programmed rate, however large they are. Raises
    MetrologyError for anything negative or not finite.
    """

    stroke_ul: float = 0.0
    programmed_ul_h: float | None = None

    def __post_init__(self) -> None:
        not_negative(self.stroke_ul, "stroke in µL")
        not_negative(self.programmed_ul_h or 0.0, "programmed basal rate in µL/h")


def noise_of_levels(
    levels: CommonSlope, scatter_sq: float, basal_ul_h: float, noise: ReadingNoise, strokes: Strokes
) -> tuple[float, tuple[NoiseLine, ...]]:
    """Return the stroke (µL) and the noise of levels and slope, from the residuals' mean square `scatter_sq` (µL²).

    `basal_ul_h` is the slope found. Covariances are as those of `CommonSlope`, (l + 1, l + 1).
    """
    rate_ul_h = strokes.programmed_ul_h or max(0.0, basal_ul_h)
    declared, shown_sq = _declared(levels, strokes.stroke_ul, rate_ul_h)
    known = noise.single_ul**2 + noise.walk_ul2_h * levels.expected_of_walk()
    explained = known + shown_sq
    single_sq = noise.single_ul**2 + max(0.0, scatter_sq - explained)
    stroke_ul, cut = strokes.stroke_ul, declared
    if scatter_sq > explained * (1.0 + _SCATTER_K * math.sqrt(2.0 / levels.dof)) and basal_ul_h > 0.0:
        found_ul, found = _found(levels, scatter_sq - known, rate_ul_h)
        restless = single_sq * levels.white() + declared
        if found_ul > stroke_ul and _of_steps(levels, found) >= _of_steps(levels, restless):
            stroke_ul, cut, single_sq = found_ul, found, noise.single_ul**2
        stroke_ul = max(stroke_ul, found_ul)
    averaged = noise.single_ul >= 0.5 * math.sqrt(12.0) * noise.digit_ul
    digit_sq = noise.digit_ul**2 * (levels.white() if averaged else _standing(levels))
    return stroke_ul, (
        NoiseLine("noise of the levels", "A", single_sq * levels.white(), levels.dof),
        NoiseLine("wander of the balance", "A", noise.walk_ul2_h * levels.walk(), noise.walk_dof),
        NoiseLine("strokes cut by the levels", "B", cut),
        NoiseLine("resolution", "B", digit_sq),
        NoiseLine("capillary force", "B", noise.level_ul**2 * _standing(levels)),
    )


def _declared(levels: CommonSlope, stroke_ul: float, rate_ul_h: float) -> tuple[FloatArray, float]:
    """Return the covariance for strokes of `stroke_ul`, and the mean square that residuals show of them."""
    if stroke_ul == 0.0:
        return np.zeros((levels.count.size + 1, levels.count.size + 1)), 0.0
    covariance = levels.strokes(_period_s(stroke_ul, rate_ul_h))
    return stroke_ul**2 * covariance, stroke_ul**2 * levels.expected_of_strokes(covariance)


def _found(levels: CommonSlope, excess_sq: float, rate_ul_h: float) -> tuple[float, FloatArray]:
    """Return the stroke whose saw-tooth has the mean square `excess_sq`, and its covariance over periods about its own.

    Slow strokes show less of themselves than s/√12: levels follow them.
    """

    def too_small(stroke_ul: float) -> bool:
        shown = levels.expected_of_strokes(levels.strokes(_period_s(stroke_ul, rate_ul_h)))
        return stroke_ul**2 * shown < excess_sq * (1.0 - _ROUNDING)

    candidates_ul = (math.sqrt(12.0 * excess_sq) * _STROKES).tolist()
    # The larger a stroke, the more of it shows; the largest stands for all beyond it.
    first = bisect_left(candidates_ul, 1, key=lambda stroke_ul: int(not too_small(stroke_ul)))
    stroke_ul = candidates_ul[min(first, len(candidates_ul) - 1)]
    period_s = _period_s(stroke_ul, rate_ul_h)
    over_periods = np.mean([levels.strokes(float(period_s * share)) for share in _PERIODS], axis=0)
    return stroke_ul, np.asarray(stroke_ul**2 * over_periods, np.float64)


def _period_s(stroke_ul: float, rate_ul_h: float) -> float:
    return stroke_ul / rate_ul_h * S_PER_H if rate_ul_h > 0.0 and stroke_ul > 0.0 else math.inf


def _of_steps(levels: CommonSlope, covariance: FloatArray) -> float:
    """Return the sum of the variances of all steps between levels."""
    distance_s = np.diff(levels.mid_s)
    n = distance_s.size
    to_steps = np.hstack((np.diff(np.eye(n + 1), axis=0), -distance_s[:, None]))
    return float(np.sum(np.einsum("ai,ij->aj", to_steps, covariance) * to_steps))


def _standing(levels: CommonSlope) -> FloatArray:
    return np.diag(np.append(np.ones(levels.count.size), 0.0))
