"""Balance, flow sensor and motor counts as independent measurements of one delivery on one clock.

They are compared pair by pair, over the whole run and at its end. Nothing is averaged: when they disagree beyond their
uncertainties, the one that is off is named where there are three, and `diagnose` says what fits the pattern.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.checked import FloatArray, as_series, check_series
from rig.quantities import S_PER_H

PathKind = Literal["balance", "flow sensor", "motor counts"]
POINTS = 400
"""Intervals of the common times: 0.25 % of the run each, and few enough to try each pair of them for a transient."""

# The end is one comparison (5 % by chance), the way there 400: even independent, one beyond 4 in 2.5 % of runs.
_K_END = 2.0
_K_ANYWHERE = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One measurement of the delivery: cumulative `volume_ul` (n,) at `t_s` (n,) seconds of the common clock.

    Standard uncertainties: `u_reading_ul` of one value (noise, half a stroke), `relative_u` of its scale (calibration,
    stroke volume; 0.01 is 1 %), `u_rate_ul_h` of a constant flow that is no delivery (evaporation, zero of the sensor).
    Raises SeriesError as `check_series` does, MetrologyError for uncertainties that are negative, or all zero.
    """

    kind: PathKind
    t_s: FloatArray
    volume_ul: FloatArray
    u_reading_ul: float
    relative_u: float
    u_rate_ul_h: float

    def __post_init__(self) -> None:
        parts = (self.u_reading_ul, self.relative_u, self.u_rate_ul_h)
        if not all(math.isfinite(u) and u >= 0 for u in parts) or not any(parts):
            raise MetrologyError(f"{self.kind}: uncertainties {parts} claim certainty or are no uncertainties")
        t, v = as_series(self.t_s, self.volume_ul, f"volume by {self.kind}", 2)
        check_series(t, v, f"volume by {self.kind}", max_gap_s=math.inf)

    def u_ul(self, volume_ul: FloatArray, hours: FloatArray) -> FloatArray:
        """Return the standard uncertainty of volumes (n,) gained over `hours` (n,) since the start."""
        drift: FloatArray = np.sqrt(
            2.0 * self.u_reading_ul**2 + (self.relative_u * volume_ul) ** 2 + (self.u_rate_ul_h * hours) ** 2
        )
        return drift


def _in_u(difference_ul: FloatArray, u_ul: FloatArray) -> FloatArray:
    """Return |difference|/u; what differs although it is certain not to is infinitely far off."""
    apart = np.abs(difference_ul)
    return np.divide(apart, u_ul, out=np.where(apart > 0.0, np.inf, 0.0), where=u_ul > 0.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """`first` less `second` at `t_s` (points,): the difference of what they gained and its standard uncertainty."""

    first: PathKind
    second: PathKind
    difference_ul: FloatArray
    u_ul: FloatArray

    @property
    def at_end_k(self) -> float:
        """Return the final difference in units of its standard uncertainty."""
        return float(_in_u(self.difference_ul[-1:], self.u_ul[-1:]).max())

    @property
    def largest_k(self) -> float:
        """Return the largest difference on the way in units of its standard uncertainty."""
        return float(_in_u(self.difference_ul[1:], self.u_ul[1:]).max())

    @property
    def consistent(self) -> bool:
        """Tell whether they agree within their uncertainties: k = 2 at the end, 4 anywhere before."""
        return self.at_end_k <= _K_END and self.largest_k <= _K_ANYWHERE


@dataclass(frozen=True, slots=True)
class Comparison:
    """All paths on common times `t_s` (points,), `volume_ul` one row per path in the order of `paths`."""

    paths: tuple[Path, ...]
    t_s: FloatArray
    volume_ul: FloatArray
    differences: tuple[Difference, ...]

    @property
    def consistent(self) -> bool:
        """Tell whether every pair agrees."""
        return all(each.consistent for each in self.differences)

    @property
    def odd_one_out(self) -> PathKind | None:
        """Return the path that disagrees with two others that agree; None when there is no such."""
        agreeing = [each for each in self.differences if each.consistent]
        if len(self.paths) != 3 or len(agreeing) != 1:
            return None
        pair = {agreeing[0].first, agreeing[0].second}
        return next(path.kind for path in self.paths if path.kind not in pair)


def compare(paths: Sequence[Path]) -> Comparison:
    """Compare two or three paths over the time that they have in common.

    Raises SeriesError when they have none, MetrologyError for one path alone or two of one kind.
    """
    if len(paths) < 2 or len({path.kind for path in paths}) != len(paths):
        raise MetrologyError(f"{[path.kind for path in paths]} are not two or three different paths")
    begin_s = max(float(path.t_s[0]) for path in paths)
    end_s = min(float(path.t_s[-1]) for path in paths)
    if not end_s > begin_s:
        raise SeriesError(f"the paths have no time in common: one begins at {begin_s} s, another ends at {end_s} s")
    t = np.linspace(begin_s, end_s, POINTS + 1)
    rows = [np.interp(t, path.t_s, path.volume_ul) for path in paths]
    volume = np.array([row - row[0] for row in rows])
    hours = (t - begin_s) / S_PER_H
    u = [path.u_ul(row, hours) for path, row in zip(paths, volume, strict=True)]
    differences = tuple(
        Difference(paths[i].kind, paths[j].kind, volume[i] - volume[j], np.hypot(u[i], u[j]))
        for i, j in combinations(range(len(paths)), 2)
    )
    return Comparison(tuple(paths), t, volume, differences)


def volume_from_flow(t_s: ArrayLike, flow_ul_h: ArrayLike) -> FloatArray:
    """Return the cumulative volume in µL (n,), 0 at the start, of flow readings (n,) by the trapezoidal rule."""
    t, q = as_series(t_s, flow_ul_h, "flow", 2)
    check_series(t, q, "flow")
    volume = np.zeros(t.size)
    np.cumsum(0.5 * (q[1:] + q[:-1]) * np.diff(t) / S_PER_H, out=volume[1:])
    return volume
