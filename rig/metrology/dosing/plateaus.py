"""Doses that are weighed between plateaus, on which nothing is delivered: the noise that they have in common.

Where one dose ends the next may begin, so that both rest on one plateau; and the balance wanders from each plateau to
the next. Source: the law of propagation for linear functions (JCGM 102:2011, 6.2).
"""

import math
from collections.abc import Sequence

import numpy as np

from rig.metrology.dosing.level_noise import shared_readings, walk_of_means
from rig.metrology.dosing.noise_lines import NoiseLine
from rig.metrology.readings.checked import FloatArray, IndexArray
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.levels import level

Span = tuple[float, float]

# Standard uncertainty of a level over the stated linearity: that of the difference of two is as in `volume_budget`.
_LINEARITY_OF_A_LEVEL = 1.0 / math.sqrt(6.0)


def noise_of_doses(
    t_s: FloatArray, mass_mg: FloatArray, plateaus_s: Sequence[tuple[Span, Span]], corrections: Corrections
) -> tuple[NoiseLine, ...]:
    """Return the noise of n doses, each between the two plateaus (first and last second) of `plateaus_s`, µL².

    `mass_mg` (m,) at `t_s` (m,) seconds are the readings of all of them. Plateaus that overlap share as much of their
    noise as of their readings. Raises SeriesError for a plateau without a reading.
    """
    c, balance, evaporation = corrections, corrections.balance, corrections.evaporation
    spans = _spans(plateaus_s)
    levels = [level(t_s, mass_mg, span, balance, evaporation.white_mg2_s, 0.0) for span in spans]
    first, last = _readings(t_s, spans)
    shared = shared_readings(first, last)
    u_noise = np.array([each.u_mg for each in levels])
    # Noise of half a digit and more carries the reading over the digit's edge, so that averaging works on it as well.
    averaged = balance.repeatability_mg >= 0.5 * balance.readability_mg
    u_digit = np.array([balance.readability_mg / math.sqrt(12.0 * (e.readings if averaged else 1)) for e in levels])
    lines = (
        NoiseLine("noise of the levels", "A", shared * np.outer(u_noise, u_noise)),
        NoiseLine(
            "wander of the balance", "A", evaporation.wander_mg2_h * walk_of_means(t_s, first, last), evaporation.dof
        ),
        NoiseLine("resolution", "B", shared * np.outer(u_digit, u_digit)),
        NoiseLine("capillary force", "B", shared * c.tip.capillary_mg**2),
    )
    return tuple(line.seen_through(_to_doses(spans) * c.per_mg) for line in lines)


def linearity_of_plateaus(
    t_s: FloatArray, plateaus_s: Sequence[tuple[Span, Span]], corrections: Corrections
) -> NoiseLine:
    """Return what the balance's linearity does to n doses, each between the two plateaus of `plateaus_s`, µL².

    One dose has it like any gain of mass. On a plateau that two doses share the balance is off by one amount, too much
    for the one and too little for the other.
    """
    spans = _spans(plateaus_s)
    return _linearity(shared_readings(*_readings(t_s, spans)), _to_doses(spans), corrections)


def linearity_of_steps(doses: int, corrections: Corrections) -> NoiseLine:
    """Return the same for n doses that are the steps between n + 1 levels."""
    levels = np.eye(doses + 1)
    return _linearity(levels, np.diff(levels, axis=0), corrections)


def _linearity(shared: FloatArray, to_doses: FloatArray, corrections: Corrections) -> NoiseLine:
    """Return the line of doses (n, l) that are made of l levels whose errors are correlated as `shared` (l, l)."""
    u_level_ul = corrections.per_mg * corrections.balance.linearity_mg * _LINEARITY_OF_A_LEVEL
    return NoiseLine("linearity", "B", u_level_ul**2 * shared).seen_through(to_doses)


def _spans(plateaus_s: Sequence[tuple[Span, Span]]) -> list[Span]:
    return [span for before, after in plateaus_s for span in (before, after)]


def _readings(t_s: FloatArray, spans: Sequence[Span]) -> tuple[IndexArray, IndexArray]:
    """Return the first reading of each span, and the first behind it."""
    first = np.searchsorted(t_s, [begin for begin, _ in spans], side="left")
    return first, np.searchsorted(t_s, [end for _, end in spans], side="right")


def _to_doses(spans: Sequence[Span]) -> FloatArray:
    return np.kron(np.eye(len(spans) // 2), np.array([[-1.0, 1.0]]))
