"""A straight line through readings whose residuals are correlated: white noise plus a random walk.

The readings are averaged in up to 128 equal spans of time, in one pass over the data; `step_noise` fits the steps from
span to span, jumps of the level along with them.
"""

from dataclasses import dataclass

import numpy as np

from rig.errors import SeriesError
from rig.metrology.readings.checked import FloatArray, IndexArray
from rig.metrology.readings.step_noise import fit_steps
from rig.quantities import S_PER_H

MOST_SPANS = 128
"""Spans of a fit; 126 degrees of freedom know the noise to 6 % (1/√(2·126)), and twice as many would still say 4 %."""
FEWEST_SPANS = 4
"""Three steps: a slope and, with 2 degrees of freedom, the noise about it."""

# 1/Φ⁻¹(3/4): makes the median absolute deviation of normal values their standard deviation.
_MAD_TO_SD = 1.4826
# Of 127 normal steps one lies beyond 5 standard deviations in 14,000 fits.
_JUMP_K = 5.0
# At most 5 jumps in 127 steps: each takes a degree of freedom, and what steps more often is how the pump delivers.
_ISOLATED_SHARE = 0.04
# Means of a million readings carry some 1e-10 of their size as rounding; noise is far above that.
_ROUNDING = 1e-9
# So many readings know their standard deviation to 1.1 %, 1/√(2·4096).
_SCATTER_READINGS = 4096
# The polygon of 16 corners follows what changes over a sixteenth of the record and takes an eighth of the freedom.
_SPANS_PER_CORNER = 8


@dataclass(frozen=True, slots=True)
class FittedLine:
    """A line through a series in `unit`: slope per hour with standard uncertainty and degrees of freedom.

    `u_slope_h` is that of the noise found in the residuals, `u_steady_h` that of the white noise found and the walk
    that was expected. `white_s` is the white part as a spectral density (unit²·s: divided by an averaging time it is
    the variance of that average), `walk_h` the variance that the random walk gains per hour (unit²/h). `t_mid_s` and
    `mid` are the centre of the readings. `scatter` is the standard deviation of single readings about a polygon that
    follows slow changes, by their median deviation: what happens once does not count. `jumps` are isolated steps of the
    level, as (time in s, size), which the slope leaves out.
    """

    slope_h: float
    u_slope_h: float
    u_steady_h: float
    dof: float
    white_s: float
    walk_h: float
    t_mid_s: float
    mid: float
    scatter: float
    jumps: tuple[tuple[float, float], ...]


def fit_line(t_s: FloatArray, y: FloatArray, walk_h: float | None = None) -> FittedLine:
    """Fit `y` (n,) at `t_s` (n,), seconds that do not go back, both finite (`check_series` sees to that).

    `walk_h` is the walk to expect (unit²/h), None for the one that the residuals show. Raises SeriesError when the
    readings do not fill at least 4 equal spans of time.
    """
    centre_s, mean, width_s = span_means(t_s, y)
    steps = np.diff(mean)
    jumps = isolated_jumps(steps)
    fit = fit_steps(steps, jumps, None if walk_h is None else walk_h * width_s / S_PER_H)
    per_h = S_PER_H / width_s
    return FittedLine(
        slope_h=fit.step * per_h,
        u_slope_h=fit.u_step * per_h,
        u_steady_h=fit.u_steady * per_h,
        dof=float(steps.size - 1 - jumps.size),
        white_s=fit.white * width_s,
        walk_h=fit.walk * per_h,
        t_mid_s=float(centre_s.mean()),
        mid=float(mean.mean()),
        scatter=_scatter(t_s, y, centre_s, mean),
        jumps=_merged(centre_s[jumps] + width_s / 2.0, fit.jumps, width_s),
    )


def span_means(t_s: FloatArray, y: FloatArray, most: int = MOST_SPANS) -> tuple[FloatArray, FloatArray, float]:
    """Return centres (s), means and width (s) of the most equal spans, 4 to `most`, of which none is empty."""
    spans = most
    while True:
        edges_s = np.linspace(t_s[0], t_s[-1], spans + 1)
        first = np.searchsorted(t_s, edges_s[:-1])
        last = np.append(first[1:], t_s.size)
        if np.all(last > first):
            break
        spans //= 2
        if spans < FEWEST_SPANS:
            raise SeriesError(f"{t_s.size} readings do not fill {FEWEST_SPANS} equal spans of time: no line to fit")
    count = (last - first).astype(np.float64)
    mean = np.add.reduceat(y, first) / count
    mean_t = np.add.reduceat(t_s, first) / count
    centre_s = (edges_s[:-1] + edges_s[1:]) / 2.0
    slope = (mean[-1] - mean[0]) / (mean_t[-1] - mean_t[0])
    return centre_s, mean + slope * (centre_s - mean_t), float(edges_s[1] - edges_s[0])


def isolated_jumps(steps: FloatArray) -> IndexArray:
    """Return the steps that are jumps: a bubble, a touched table. Steps that are many belong to the pump."""
    centre = float(np.median(steps))
    sd = float(np.median(np.abs(steps - centre))) * _MAD_TO_SD
    jumps = np.flatnonzero(np.abs(steps - centre) > _JUMP_K * sd)
    # Without noise nothing tells a jump from a digit that turns over or from rounding.
    noisy = sd > _ROUNDING * float(np.abs(steps).max())
    return jumps if noisy and jumps.size <= steps.size * _ISOLATED_SHARE else jumps[:0]


def _merged(t_s: FloatArray, size: FloatArray, width_s: float) -> tuple[tuple[float, float], ...]:
    """Return jumps as (time, size), those of neighbouring spans as one: it happened within a span."""
    merged: list[tuple[float, float]] = []
    for when_s, step in zip(t_s.tolist(), size.tolist(), strict=True):
        if merged and when_s - merged[-1][0] < 1.5 * width_s:
            last_s, last = merged.pop()
            merged.append(((last_s * abs(last) + when_s * abs(step)) / (abs(last) + abs(step)), last + step))
        else:
            merged.append((when_s, step))
    return tuple(merged)


def _scatter(t_s: FloatArray, y: FloatArray, centre_s: FloatArray, mean: FloatArray) -> float:
    """Return the standard deviation of single readings, thinned evenly, about a polygon with a corner each 8 spans.

    By the median deviation, so that a disturbance does not widen what is allowed to it.
    """
    corners = max(2, centre_s.size // _SPANS_PER_CORNER)
    corner_s, corner = (part.reshape(corners, -1).mean(axis=1) for part in (centre_s, mean))
    # Beyond the outermost corners the polygon goes on straight.
    first, last = ((corner[i + 1] - corner[i]) / (corner_s[i + 1] - corner_s[i]) for i in (0, -2))
    corner = np.concatenate(
        [[corner[0] + first * (t_s[0] - corner_s[0])], corner, [corner[-1] + last * (t_s[-1] - corner_s[-1])]]
    )
    corner_s = np.concatenate([t_s[:1], corner_s, t_s[-1:]])
    thin = slice(None, None, max(1, t_s.size // _SCATTER_READINGS))
    rest = y[thin] - np.interp(t_s[thin], corner_s, corner)
    return float(np.median(np.abs(rest - np.median(rest)))) * _MAD_TO_SD
