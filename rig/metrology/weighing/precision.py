"""How the uncertainty of a mean flow error falls with the duration of the measurement.

u²(T) = constant² + wander²/T + 2·reading²/T²: what time does not reduce (calibration, density, evaporation), what
wanders (balance drift, pump scatter), and the readings at both ends. Source: the budget of a mean flow error by the law
of propagation, seen as a function of T.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from rig.errors import MetrologyError
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.flow_budget import planned_error_budget
from rig.quantities import S_PER_H


@dataclass(frozen=True, slots=True)
class Precision:
    """What the uncertainty of a mean flow error is made of, by how it falls with the duration.

    `constant_percent` stays, `wander_percent_rt_h` (%·√h) falls with the root of the duration, `reading_percent_h`
    (%·h), the standard uncertainty of one end reading, falls with the duration. Raises MetrologyError unless all are
    finite, none is negative and one is positive.
    """

    constant_percent: float
    wander_percent_rt_h: float
    reading_percent_h: float

    def __post_init__(self) -> None:
        parts = (self.constant_percent, self.wander_percent_rt_h, self.reading_percent_h)
        if not all(math.isfinite(part) and part >= 0 for part in parts) or not any(parts):
            raise MetrologyError(f"precision of {parts!r}: finite parts, none negative and one positive, are needed")

    def u_percent(self, duration_s: float) -> float:
        """Return u of the mean flow error over `duration_s`; raise MetrologyError unless that is positive."""
        return math.sqrt(self.covariance(duration_s, duration_s))

    def covariance(self, first_s: float, second_s: float) -> float:
        """Return the covariance in %² of the errors after two durations from the same start.

        The start reading and the path that wandered are shared, the end readings are shared only when they are one.
        """
        short_h, long_h = sorted((first_s / S_PER_H, second_s / S_PER_H))
        if not (short_h > 0 and math.isfinite(long_h)):
            raise MetrologyError(f"durations of {first_s!r} and {second_s!r} s; finite ones above 0 are needed")
        readings = 2 if short_h == long_h else 1
        return (
            self.constant_percent**2
            + self.wander_percent_rt_h**2 / long_h
            + readings * self.reading_percent_h**2 / (short_h * long_h)
        )

    def duration_s(self, u_percent: float) -> float:
        """Return after how long u has fallen to `u_percent`; raise MetrologyError when it never does."""
        rest = u_percent**2 - self.constant_percent**2
        if not (u_percent > 0 and rest > 0):
            raise MetrologyError(
                f"no duration brings the uncertainty to {u_percent:.3g} %: {self.constant_percent:.3g} % of it "
                "(calibration, density, evaporation) does not fall with time"
            )
        # u² − constant² = wander²·x + 2·reading²·x² with x = 1/T, in the form that stays exact without either part.
        wander, reading = self.wander_percent_rt_h**2, 2 * self.reading_percent_h**2
        return (wander + math.sqrt(wander**2 + 4 * reading * rest)) / (2 * rest) * S_PER_H


def planned_precision(
    programmed_ul_h: float,
    *,
    corrections: Corrections,
    readings: int = 1,
    pump_wander_percent_rt_h: float = 0.0,
) -> Precision:
    """Return the precision of measuring `programmed_ul_h` on this balance, before it is measured.

    `planned_error_budget` gives the uncertainty at durations from a minute to a year, the three parts follow by least
    squares without negative ones. `pump_wander_percent_rt_h` (%·√h) is the pump's own scatter, which no budget of the
    weighing knows. Raises MetrologyError as `planned_error_budget` does.
    """
    hours = np.geomspace(1 / 60, 8760, 9)
    u_sq = np.array(
        [
            planned_error_budget(
                programmed_ul_h,
                float(duration_h),
                corrections=corrections,
                readings=readings,
            ).u
            ** 2
            for duration_h in hours
        ]
    )
    # Relative to u² itself: a minute's 1000 % must not drown a year's 0.1 %.
    terms = np.column_stack((np.ones_like(hours), 1 / hours, 2 / hours**2)) / u_sq[:, None]
    constant, wander, reading = (math.sqrt(float(part)) for part in _without_negative_ones(terms, np.ones_like(hours)))
    return Precision(constant, math.hypot(wander, pump_wander_percent_rt_h), reading)


def _without_negative_ones(terms: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the parts (m,) ≥ 0 for which terms (n, m) · parts comes nearest to wanted (n,), for a few parts.

    The best of them are free least squares in those that are not 0 (Lawson and Hanson, Solving Least Squares Problems,
    1974, chapter 23): with three parts all choices of those are tried.
    """
    best, nearest = np.zeros(terms.shape[1]), float(wanted @ wanted)
    for size in range(1, terms.shape[1] + 1):
        for chosen in map(list, combinations(range(terms.shape[1]), size)):
            parts = np.zeros(terms.shape[1])
            parts[chosen] = np.linalg.lstsq(terms[:, chosen], wanted, rcond=None)[0]
            off = wanted - terms @ parts
            if parts.min() >= 0.0 and float(off @ off) < nearest:
                best, nearest = parts, float(off @ off)
    return best
