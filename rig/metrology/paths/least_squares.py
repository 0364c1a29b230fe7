"""Generalised least squares of several paths with errors that are shared: sparse, and exact.

Errors that are one number each (first reading, scale, steady flow) and the walks are estimated beside the volumes, each
with the variance that is stated of it: that is the same as least squares with the full covariance, and leaves a band
matrix with a border. (A sum V + w + G·θ + noise whose parts have known variances has the covariance C; the estimate of
V is (HᵀC⁻¹H)⁻¹HᵀC⁻¹y by either way: Rao, Linear Statistical Inference, 2nd ed., 4a.)
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from rig.metrology.paths.two_paths import Path
from rig.metrology.readings.checked import FloatArray

# A path that states no noise, and a walk where nothing flows: so little of the largest uncertainty is put in for them
# that no figure shows it, and nothing is divided by zero.
_LEAST = 1e-3


class Errors:
    """The errors of `paths` on a delivery of about `volume_ul` (n,) over `hours` (n,) since the beginning."""

    def __init__(self, paths: Sequence[Path], volume_ul: FloatArray, hours: FloatArray) -> None:
        self._n = volume_ul.size
        self._noise_ul = [_noise_ul(path, volume_ul, hours) for path in paths]
        self._walk_ul2 = [_walk_ul2(path, volume_ul, hours) for path in paths]
        self._walkers = [i for i, walk in enumerate(self._walk_ul2) if walk.any()]
        self._border = _border(paths, volume_ul, hours)

    @property
    def _states(self) -> int:
        """Return how many numbers are sought at each moment: the volume, and where each path that walks has got to."""
        return 1 + len(self._walkers)

    @cached_property
    def _band(self) -> FloatArray:
        """Return the normal matrix of volumes and walks, moment after moment, as lower bands (states + 1, n·states)."""
        m = self._states
        band = np.zeros((m + 1, self._n * m))
        for i, noise in enumerate(self._noise_ul):
            band[0, ::m] += 1.0 / noise**2
            if i in self._walkers:
                own = 1 + self._walkers.index(i)
                band[0, own::m] += 1.0 / noise**2
                band[own, ::m] += 1.0 / noise**2
        for own, i in enumerate(self._walkers, 1):
            steps = np.maximum(self._walk_ul2[i], (_LEAST * self._noise_ul[i]) ** 2)
            band[0, own::m] += 1.0 / steps
            band[0, own::m][:-1] += 1.0 / steps[1:]
            band[m, own::m][:-1] -= 1.0 / steps[1:]
        return band

    def _column(self, path: int, of_readings: FloatArray) -> FloatArray:
        """Return what readings (n,) of a path put into the normal equations of volumes and walks: (n·states,)."""
        column = np.zeros((self._n, self._states))
        column[:, 0] = of_readings / self._noise_ul[path] ** 2
        if path in self._walkers:
            column[:, 1 + self._walkers.index(path)] = column[:, 0]
        return column.ravel()

    @cached_property
    def _solved(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the border's columns, what the band makes of them, and the inverse of what is left of its corner."""
        columns = [np.zeros(self._n * self._states) for _ in self._border]
        corner = np.eye(len(self._border))
        for i, noise in enumerate(self._noise_ul):
            parts = [of.get(i) for of in self._border]
            for a, part in enumerate(parts):
                if part is None:
                    continue
                columns[a] += self._column(i, part)
                for b, other in enumerate(parts):
                    if other is not None:
                        corner[a, b] += float(part @ other) / noise**2
        border = np.array(columns).T
        through = self._solve_band(border)
        return border, through, np.asarray(np.linalg.inv(corner - border.T @ through), np.float64)

    def _solve_band(self, right: FloatArray) -> FloatArray:
        from scipy.linalg import solveh_banded  # takes long to import, which every session of plans would wait for

        return np.asarray(solveh_banded(self._band, right, lower=True), np.float64)

    def estimate_ul(self, seen_ul: FloatArray) -> FloatArray:
        """Return the volumes (n,) that readings `seen_ul` (paths, n) come from most likely, in µL."""
        return np.asarray(self._estimates_ul(seen_ul[None])[0], np.float64)

    def _estimates_ul(self, seen_ul: FloatArray) -> FloatArray:
        """Return the volumes (sets, n) of several sets of readings (sets, paths, n)."""
        weighted = seen_ul / np.asarray(self._noise_ul)[None, :, None] ** 2
        right = np.zeros((self._n, self._states, len(seen_ul)))
        right[:, 0] = weighted.sum(axis=1).T
        for own, i in enumerate(self._walkers, 1):
            right[:, own] = weighted[:, i].T
        of_border = np.array([sum(weighted[:, i] @ part for i, part in of.items()) for of in self._border])
        border, through, inner = self._solved
        own_part = self._solve_band(right.reshape(-1, len(seen_ul)))
        whole = own_part - through @ (inner @ (of_border - border.T @ own_part))
        return np.asarray(whole[:: self._states].T, np.float64)

    @cached_property
    def covariance_ul2(self) -> FloatArray:
        """Return the covariance of the volumes (n, n), µL²."""
        units = np.zeros((self._n * self._states, self._n))
        units[np.arange(self._n) * self._states, np.arange(self._n)] = 1.0
        _, through, inner = self._solved
        of_volumes = through[:: self._states]
        whole = self._solve_band(units)[:: self._states] + of_volumes @ inner @ of_volumes.T
        return np.asarray(0.5 * (whole + whole.T), np.float64)

    def shares(self, volume_ul: FloatArray) -> tuple[float, ...]:
        """Return how much of the last of `volume_ul` (n,) each path contributes: fractions that add up to 1."""
        paths = len(self._noise_ul)
        if not volume_ul[-1]:
            volume_ul = np.ones(self._n)  # of nothing there are no shares: those of any volume of a moment
        alone = np.eye(paths)[:, :, None] * volume_ul
        return tuple(float(of_one[-1] / volume_ul[-1]) for of_one in self._estimates_ul(alone))


def _noise_ul(path: Path, volume_ul: FloatArray, hours: FloatArray) -> float:
    return max(path.u_reading_ul, _LEAST * float(path.u_ul(volume_ul, hours).max()))


def _walk_ul2(path: Path, volume_ul: FloatArray, hours: FloatArray) -> FloatArray:
    """Return by how much the variance of a path's walk grows up to each moment from the one before, µL² (n,)."""
    grown = np.maximum.accumulate(np.maximum(volume_ul, 0.0))
    return path.wander_ul2_h * np.diff(hours, prepend=0.0) + path.wander_ul * np.diff(grown, prepend=0.0)


def _border(paths: Sequence[Path], volume_ul: FloatArray, hours: FloatArray) -> list[dict[int, FloatArray]]:
    """Return each error that is one number, as what one standard deviation of it does to readings: by path, (n,)."""
    found: list[dict[int, FloatArray]] = []
    scales: dict[str, dict[int, FloatArray]] = {}
    for i, path in enumerate(paths):
        found.append({i: np.full(volume_ul.size, path.u_reading_ul)})
        if path.u_rate_ul_h:
            found.append({i: path.u_rate_ul_h * hours})
        if path.relative_u:
            scales.setdefault(path.scale or path.kind, {})[i] = path.relative_u * volume_ul
    return [*found, *scales.values()]
