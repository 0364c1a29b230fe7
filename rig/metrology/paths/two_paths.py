"""Balance, flow sensor, motor counts and the pump's books as measurements of one delivery on one clock.

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

PathKind = Literal["balance", "flow sensor", "motor counts", "pump's books"]
POINTS = 400
"""Intervals of the common times: 0.25 % of the run each, and few enough to try each pair of them for a transient."""

MOST_PATHS = 4
# The end is one comparison (5 % by chance), the way there 400: even independent, one beyond 4 in 2.5 % of runs.
_K_END = 2.0
_K_ANYWHERE = 4.0
# With three paths or four there are three ends or six: each as much farther that all together are 5 % by chance.
_K_END_OF_PAIRS = {1: _K_END, 3: 2.4, 6: 2.65}


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One measurement of the delivery: cumulative `volume_ul` (n,) at `t_s` (n,) seconds of the common clock.

    Standard uncertainties: `u_reading_ul` of one value (noise, half a stroke), `relative_u` of its scale (calibration,
    stroke volume; 0.01 is 1 %), `u_rate_ul_h` of a constant flow that is no delivery (evaporation, zero of the sensor).
    Errors that walk: their variance grows by `wander_ul2_h` an hour (a loss that changes) and by `wander_ul` µL² a µL
    delivered (strokes that scatter). Paths of one `scale`, the stroke say, err together there; "" is one of its own.
    Raises SeriesError as `check_series` does, MetrologyError for uncertainties that are negative, or all zero.
    """

    kind: PathKind
    t_s: FloatArray
    volume_ul: FloatArray
    u_reading_ul: float
    relative_u: float
    u_rate_ul_h: float
    wander_ul2_h: float = 0.0
    wander_ul: float = 0.0
    scale: str = ""

    def __post_init__(self) -> None:
        parts = (self.u_reading_ul, self.relative_u, self.u_rate_ul_h, self.wander_ul2_h, self.wander_ul)
        if not all(math.isfinite(u) and u >= 0 for u in parts) or not any(parts):
            raise MetrologyError(f"{self.kind}: uncertainties {parts} claim certainty or are no uncertainties")
        t, v = as_series(self.t_s, self.volume_ul, f"volume by {self.kind}", 2)
        check_series(t, v, f"volume by {self.kind}", max_gap_s=math.inf)

    def u_ul(self, volume_ul: FloatArray, hours: FloatArray) -> FloatArray:
        """Return the standard uncertainty of volumes (n,) gained over `hours` (n,) since the start."""
        own_sq = self.variance_ul2(volume_ul, hours)
        return np.asarray(np.sqrt(own_sq + (self.relative_u * volume_ul) ** 2), np.float64)

    def u_apart_ul(self, other: "Path", volume_ul: FloatArray, other_ul: FloatArray, hours: FloatArray) -> FloatArray:
        """Return the standard uncertainty of how far apart two paths are that gained such volumes (n,) each."""
        if self.shares_scale_with(other):
            scale_sq = (self.relative_u * volume_ul - other.relative_u * other_ul) ** 2
            own_sq = self.variance_ul2(volume_ul, hours) + other.variance_ul2(other_ul, hours)
            return np.asarray(np.sqrt(own_sq + scale_sq), np.float64)
        return np.hypot(self.u_ul(volume_ul, hours), other.u_ul(other_ul, hours))

    def shares_scale_with(self, other: "Path") -> bool:
        """Tell whether an error of scale is one and the same in both."""
        return bool(self.scale) and self.scale == other.scale

    def variance_ul2(self, volume_ul: FloatArray, hours: FloatArray) -> FloatArray:
        """Return the variance of volumes (n,) gained over `hours` (n,), without that of the scale."""
        walked = self.wander_ul2_h * hours + self.wander_ul * np.abs(volume_ul)
        return np.asarray(2.0 * self.u_reading_ul**2 + (self.u_rate_ul_h * hours) ** 2 + walked, np.float64)


def _in_u(difference_ul: FloatArray, u_ul: FloatArray) -> FloatArray:
    """Return |difference|/u; what differs although it is certain not to is infinitely far off."""
    apart = np.abs(difference_ul)
    return np.divide(apart, u_ul, out=np.where(apart > 0.0, np.inf, 0.0), where=u_ul > 0.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """`first` less `second` at `t_s` (points,): the difference of what they gained and its standard uncertainty.

    `allowed_end_k` is how many of these the end may lie apart.
    """

    first: PathKind
    second: PathKind
    difference_ul: FloatArray
    u_ul: FloatArray
    allowed_end_k: float = _K_END

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
        """Tell whether they agree within their uncertainties: k = `allowed_end_k` at the end, 4 anywhere before."""
        return self.at_end_k <= self.allowed_end_k and self.largest_k <= _K_ANYWHERE

    @property
    def seen_from(self) -> int:
        """Return the first point from which on, up to the farthest, they lie more than k = 2 apart; that at the least.

        Where the end decides, the farthest is the end.
        """
        far = _in_u(self.difference_ul[1:], self.u_ul[1:])
        last = far.size - 1 if self.largest_k <= _K_ANYWHERE else int(np.argmax(far))
        close = np.flatnonzero(far[:last] <= _K_END)
        return int(close[-1]) + 2 if close.size else 1


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
    """Compare two to four paths over the time that they have in common.

    Raises SeriesError when they have none, MetrologyError for one path alone or two of one kind.
    """
    if not 2 <= len(paths) <= MOST_PATHS or len({path.kind for path in paths}) != len(paths):
        raise MetrologyError(f"{[path.kind for path in paths]} are not two to four different paths")
    begin_s = max(float(path.t_s[0]) for path in paths)
    end_s = min(float(path.t_s[-1]) for path in paths)
    if not end_s > begin_s:
        raise SeriesError(f"the paths have no time in common: one begins at {begin_s} s, another ends at {end_s} s")
    t = np.linspace(begin_s, end_s, POINTS + 1)
    rows = [np.interp(t, path.t_s, path.volume_ul) for path in paths]
    volume = np.array([row - row[0] for row in rows])
    hours = (t - begin_s) / S_PER_H
    pairs = list(combinations(range(len(paths)), 2))
    differences = tuple(
        Difference(
            paths[i].kind,
            paths[j].kind,
            volume[i] - volume[j],
            paths[i].u_apart_ul(paths[j], volume[i], volume[j], hours),
            _K_END_OF_PAIRS[len(pairs)],
        )
        for i, j in pairs
    )
    return Comparison(tuple(paths), t, volume, differences)


def volume_from_flow(t_s: ArrayLike, flow_ul_h: ArrayLike) -> FloatArray:
    """Return the cumulative volume in µL (n,), 0 at the start, of flow readings (n,) by the trapezoidal rule."""
    t, q = as_series(t_s, flow_ul_h, "flow", 2)
    check_series(t, q, "flow")
    volume = np.zeros(t.size)
    np.cumsum(0.5 * (q[1:] + q[:-1]) * np.diff(t) / S_PER_H, out=volume[1:])
    return volume
