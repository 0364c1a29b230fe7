"""The shapes that a deviation between two measurements of one delivery can take, fitted and ranked.

Each shape is a curve that is 0 at the start; what it costs in parameters is charged by the Bayesian information
criterion (Schwarz, Ann. Statist. 6 (1978) 461-464), so that a ramp is not called a late ramp for its better fit alone.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from rig.metrology.readings.checked import FloatArray
from rig.quantities import S_PER_H

Shape = Literal["step", "steps", "transient", "ramp", "late ramp", "share", "growing"]
# More steps than this are a slow change in stairs, which other shapes describe better; no run has so many bubbles.
_MOST_STEPS = 16


@dataclass(frozen=True, slots=True)
class Pattern:
    """A shape fitted to a deviation.

    `size_ul` is the deviation that the shape reaches (its depth for a transient), `rate_ul_h` its slope (ramps; else
    0), `onset_s` and `end_s` where it begins and ends. `explained` is the share of the deviation's mean square that it
    accounts for; `cost` ranks shapes: the lowest fits best, 6 more is strong evidence against.
    """

    shape: Shape
    size_ul: float
    rate_ul_h: float
    onset_s: float
    end_s: float
    explained: float
    cost: float


def rank_patterns(
    t_s: FloatArray, deviation_ul: FloatArray, volume_ul: FloatArray, noise_ul: float
) -> tuple[Pattern, ...]:
    """Return the shapes fitted to `deviation_ul` (n,) at `t_s` (n,) seconds, best first; none when nothing deviates.

    `volume_ul` (n,) is what was delivered, 0 at the start like the deviation, `noise_ul` the standard deviation of one
    point.
    """
    total = float(deviation_ul @ deviation_ul)
    if total == 0.0:
        return ()
    found = []
    for shape, curve, parameters, onset, end in _candidates(t_s, deviation_ul, volume_ul, noise_ul):
        norm = float(curve @ curve)
        if norm == 0.0:
            continue
        scale = float(curve @ deviation_ul) / norm
        rest = deviation_ul - scale * curve
        # Below the noise a better fit says nothing.
        mean_square = max(float(rest @ rest) / t_s.size, noise_ul**2, 1e-12 * total / t_s.size)
        cost = t_s.size * math.log(mean_square) + parameters * math.log(t_s.size)
        size = float(scale * curve[np.argmax(np.abs(curve))])
        hours = float(t_s[-1] - t_s[onset]) / S_PER_H
        rate = size / hours if shape in ("ramp", "late ramp") else 0.0
        explained = 1.0 - float(rest @ rest) / total
        found.append(Pattern(shape, size, rate, float(t_s[onset]), float(t_s[end]), explained, cost))
    return tuple(sorted(found, key=lambda pattern: pattern.cost))


def _candidates(
    t: FloatArray, d: FloatArray, volume: FloatArray, noise_ul: float
) -> Iterator[tuple[Shape, FloatArray, int, int, int]]:
    """Yield shape, curve up to its scale, parameters, and the indices of onset and end."""
    n = t.size
    since = t - t[0]
    yield "ramp", since, 1, 0, n - 1
    yield "share", volume, 1, 0, n - 1
    yield "growing", since**2, 1, 0, n - 1
    onset = _best_step(d)
    yield "step", (np.arange(n) >= onset).astype(np.float64), 2, onset, onset
    late = max(range(1, n - 2), key=lambda i: _fit_gain(np.maximum(0.0, t - t[i]), d))
    yield "late ramp", np.maximum(0.0, t - t[late]), 2, late, n - 1
    begin, end = _best_transient(d)
    yield "transient", ((np.arange(n) >= begin) & (np.arange(n) < end)).astype(np.float64), 3, begin, end
    edges, levels = _best_steps(d, noise_ul)
    if len(edges) > 1 and np.all(np.diff(levels, prepend=0.0) * levels[-1] > 0.0):
        curve = np.repeat(levels, np.diff([*edges, n]))
        yield "steps", np.concatenate([np.zeros(edges[0]), curve]), 2 * len(edges), edges[0], edges[-1]


def _fit_gain(curve: FloatArray, d: FloatArray) -> float:
    """Return by how much the sum of squares falls when the best multiple of `curve` is taken out."""
    return float(curve @ d) ** 2 / float(curve @ curve)


def _best_step(d: FloatArray) -> int:
    """Return the index from which a constant fits best."""
    tail = np.cumsum(d[::-1])[::-1][1:]
    return 1 + int(np.argmax(tail**2 / np.arange(tail.size, 0.0, -1.0)))


def _best_transient(d: FloatArray) -> tuple[int, int]:
    """Return the first index of the best constant that ends again, and the one after its last."""
    total = np.concatenate([[0.0], np.cumsum(d)])
    begin = np.arange(1, d.size - 1)[:, None]
    end = np.arange(2, d.size)[None, :]
    width = np.where(end > begin, end - begin, 1)
    gain = np.where(end > begin, (total[end] - total[begin]) ** 2 / width, 0.0)
    i, j = np.unravel_index(int(np.argmax(gain)), gain.shape)
    return int(i) + 1, int(j) + 2


def _best_steps(d: FloatArray, noise_ul: float) -> tuple[list[int], FloatArray]:
    """Return first indices and levels of the steps that pay for themselves, split off one by one; before them is 0."""
    bounds = [0, d.size]
    total = np.concatenate([[0.0], np.cumsum(d)])
    while len(bounds) <= _MOST_STEPS + 1:
        cuts = [_best_cut(total, begin, end) for begin, end in pairwise(bounds)]
        gain, cut = max(cuts)
        rest = float(d @ d) - sum((total[j] - total[i]) ** 2 / (j - i) for i, j in pairwise(bounds))
        floor = max(d.size * noise_ul**2, 1e-12 * float(d @ d))
        if d.size * math.log(max(rest, floor) / max(rest - gain, floor)) <= 2.0 * math.log(d.size):
            break
        bounds = sorted([*bounds, cut])
    levels = np.diff(total[bounds]) / np.diff(bounds)
    return bounds[1:-1], levels[1:]


def _best_cut(total: FloatArray, begin: int, end: int) -> tuple[float, int]:
    """Return by how much the sum of squares falls when the segment is cut at its best place, and where that is."""
    if end - begin < 2:
        return 0.0, begin
    cut = np.arange(begin + 1, end)
    low, high = total[cut] - total[begin], total[end] - total[cut]
    gain = low**2 / (cut - begin) + high**2 / (end - cut) - (low[0] + high[0]) ** 2 / (end - begin)
    best = int(np.argmax(gain))
    return float(gain[best]), int(cut[best])
