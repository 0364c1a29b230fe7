"""Paths that agree, fused: one volume over time with its full covariance, by generalised least squares.

Each path errs by white noise of its readings, of which the first is in all its gains, by a share of the volume, by a
steady flow that is none, and by walks in time and volume; paths of one scale share that error. The estimate is the
unbiased one of least variance, (HᵀC⁻¹H)⁻¹HᵀC⁻¹y, where H stacks one identity per path and C is the covariance of all
errors (`rig.metrology.paths.least_squares`). Paths that disagree are never fused: the one that lies is named.
Sources: Aitken, Proc. R. Soc. Edinb. 55 (1935) 42-48 (least squares with covariances); D'Agostini, Nucl. Instrum. Meth.
A 346 (1994) 306-311: an error of scale is a share of one common volume, for as a share of each reading it pulls the
estimate down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from rig.errors import PathsDisagreeError
from rig.metrology.paths.least_squares import Errors
from rig.metrology.paths.two_paths import POINTS, Comparison, Difference, Path, PathKind, compare
from rig.metrology.readings.checked import FloatArray
from rig.quantities import S_PER_H, Measured

# The share of a volume is taken of the estimate itself: the second time it is as good as it gets.
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Fused:
    """One estimate of what was delivered: `volume_ul` (n,) since the beginning, at `t_s` (n,) of the common clock.

    `covariance_ul2` (n, n) is that of its errors; `shares` says how much of the last volume comes from each of `paths`,
    fractions that add up to 1: a path has a negative one where it corrects an error that it shares with another.
    """

    paths: tuple[PathKind, ...]
    t_s: FloatArray
    volume_ul: FloatArray
    covariance_ul2: FloatArray
    shares: tuple[float, ...]

    @property
    def u_ul(self) -> FloatArray:
        """Return the standard uncertainty of each volume, µL (n,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance_ul2)), np.float64)

    @property
    def total(self) -> Measured:
        """Return what was delivered in all, µL."""
        return Measured(float(self.volume_ul[-1]), float(self.u_ul[-1]), "µL")


def fuse(paths: Sequence[Path], *, independent: int = POINTS) -> Fused:
    """Return one estimate of the volume over the time that two to four paths have in common.

    `independent` is how many readings with noise of their own the scarcest path has: so many points are told at the
    most. Raises PathsDisagreeError when any two disagree, and what `compare` raises.
    """
    comparison = compare(paths)
    if not comparison.consistent:
        raise _disagreement(comparison)
    scarcest = min(independent, *(int(np.count_nonzero(_within(path, comparison))) for path in paths))
    every = max(1, -(-POINTS // max(1, scarcest)))
    t = comparison.t_s[::-every][::-1]
    t, first = (t[1:], 1) if t[0] == comparison.t_s[0] else (t, 0)
    hours = (t - comparison.t_s[0]) / S_PER_H
    seen = comparison.volume_ul[:, ::-every][:, ::-1][:, first:]
    surest = int(np.argmin([path.u_ul(row[-1:], hours[-1:])[0] for path, row in zip(paths, seen, strict=True)]))
    volume = seen[surest]
    for _ in range(_ROUNDS):
        errors = Errors(paths, volume, hours)
        volume = errors.estimate_ul(seen)
    return Fused(tuple(path.kind for path in paths), t, volume, errors.covariance_ul2, errors.shares(volume))


def _within(path: Path, comparison: Comparison) -> np.ndarray:
    return np.asarray((path.t_s >= comparison.t_s[0]) & (path.t_s <= comparison.t_s[-1]))


def lying_in(comparison: Comparison) -> tuple[PathKind, ...]:
    """Return the path without which all others agree, or those of one scale; () for none, or where it could be several.

    At least two paths of scales of their own must be left: motor and books agree on a stroke that is too small.
    """
    paths = comparison.paths
    scales = {path.scale for path in paths if path.scale}
    single = [(path.kind,) for path in paths]
    grouped = [tuple(path.kind for path in paths if path.scale == scale) for scale in sorted(scales)]
    for suspects in (single, [group for group in grouped if len(group) > 1]):
        found = [one for one in suspects if _rest_agrees(comparison, one)]
        if found:
            return found[0] if len(found) == 1 else ()
    return ()


def _rest_agrees(comparison: Comparison, without: tuple[PathKind, ...]) -> bool:
    rest = [path for path in comparison.paths if path.kind not in without]
    apart = any(not a.shares_scale_with(b) for a, b in combinations(rest, 2))
    kept = [one for one in comparison.differences if one.first not in without and one.second not in without]
    return apart and all(one.consistent for one in kept)


def _disagreement(comparison: Comparison) -> PathsDisagreeError:
    """Return the error that says which path lies, by how much and from when on."""
    lying = lying_in(comparison)
    parted = [one for one in comparison.differences if not one.consistent]
    worst = max(parted, key=lambda one: max(one.at_end_k / one.allowed_end_k, one.largest_k / 4.0))
    sign = -1.0 if worst.second in lying else 1.0
    suspect, other = (worst.second, worst.first) if sign < 0.0 else (worst.first, worst.second)
    from_s = float(comparison.t_s[worst.seen_from] - comparison.t_s[0])
    apart_ul = sign * _apart_ul(worst)
    way = "more" if apart_ul > 0.0 else "less"
    who = " and ".join(lying) if lying else "either of the two"
    advice = "look at it before any volume of this delivery is used" if lying else "a third path would tell which"
    said = (
        f"{suspect} shows {abs(apart_ul):.3g} µL {way} than {other}, from {from_s / S_PER_H:.2f} h on: {who} "
        f"{'are' if len(lying) > 1 else 'is'} off and there is no volume of all paths together; {advice}"
    )
    return PathsDisagreeError(said, lying, apart_ul, from_s)


def _apart_ul(difference: Difference) -> float:
    """Return how far the two lie apart: at the end where that decides, else at the farthest."""
    if difference.at_end_k > difference.allowed_end_k:
        return float(difference.difference_ul[-1])
    return float(difference.difference_ul[int(np.argmax(np.abs(difference.difference_ul)))])
