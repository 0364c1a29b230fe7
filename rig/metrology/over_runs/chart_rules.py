"""The zone and run rules of control charts: what makes a point of a chart a signal.

Source: Western Electric, Statistical Quality Control Handbook (1956), tests for instability; Nelson, Journal of Quality
Technology 16 (1984) 237-239. "Beyond" is strict; a point on the centre line is on neither side.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rig.metrology.readings.demands import finite_array

Flags = NDArray[np.bool_]
Scores = NDArray[np.float64]
Rules = Literal["western electric", "nelson", "limit"]
# Where a pattern is completed, and the places that make it.
Pattern = list[tuple[int, tuple[int, ...]]]


_WORDS = {
    ("limit", 1): "beyond a limit",
    ("western electric", 1): "beyond 3 σ",
    ("western electric", 2): "two of three beyond 2 σ",
    ("western electric", 3): "four of five beyond 1 σ",
    ("western electric", 4): "eight in a row on one side",
    ("nelson", 1): "beyond 3 σ",
    ("nelson", 2): "nine in a row on one side",
    ("nelson", 3): "six in a row rising or falling",
    ("nelson", 4): "fourteen in a row up and down in turn",
    ("nelson", 5): "two of three beyond 2 σ",
    ("nelson", 6): "four of five beyond 1 σ",
    ("nelson", 7): "fifteen in a row within 1 σ",
    ("nelson", 8): "eight in a row beyond 1 σ",
}


@dataclass(frozen=True, slots=True)
class RuleBreak:
    """Rule `number` of `rules` is met at index `point`; `points` are the indices that make the pattern."""

    rules: Rules
    number: int
    point: int
    points: tuple[int, ...]

    @property
    def said(self) -> str:
        """Return which rule it is, in words."""
        return f"{self.rules} {self.number}: {_WORDS[self.rules, self.number]}"


def western_electric(z: ArrayLike) -> tuple[RuleBreak, ...]:
    """Apply rules 1 to 4 to standard scores `z` (n,), (point − centre)/sigma, in order of time.

    1: a point beyond 3σ. 2: two of three in a row beyond 2σ on one side. 3: four of five in a row beyond 1σ on one
    side. 4: eight in a row on one side. The last point of a pattern takes part in it. Raises SeriesError for a score
    that is not finite.
    """
    scores = _checked(z)
    found = [
        *_signals("western electric", 1, scores, lambda s: _of(s > 3, 1, 1)),
        *_signals("western electric", 2, scores, lambda s: _of(s > 2, 2, 3)),
        *_signals("western electric", 3, scores, lambda s: _of(s > 1, 4, 5)),
        *_signals("western electric", 4, scores, lambda s: _of(s > 0, 8, 8)),
    ]
    return tuple(sorted(found, key=lambda signal: (signal.point, signal.number)))


def nelson(z: ArrayLike) -> tuple[RuleBreak, ...]:
    """Apply rules 1 to 8 to standard scores `z` (n,), (point − centre)/sigma, in order of time.

    1: a point beyond 3σ. 2: nine in a row on one side. 3: six in a row rising or falling. 4: fourteen in a row up and
    down in turn. 5: two of three beyond 2σ on one side. 6: four of five beyond 1σ on one side. 7: fifteen in a row
    within 1σ. 8: eight in a row beyond 1σ on either side. Raises SeriesError for a score that is not finite.
    """
    scores = _checked(z)
    steps = np.diff(scores)
    turns = steps[1:] * steps[:-1] < 0
    found = [
        *_signals("nelson", 1, scores, lambda s: _of(s > 3, 1, 1)),
        *_signals("nelson", 2, scores, lambda s: _of(s > 0, 9, 9)),
        *_signals("nelson", 3, scores, lambda s: _of(np.diff(s) > 0, 5, 5), lag=1),
        *_one_sided("nelson", 4, _of(turns, 12, 12), lag=2),
        *_signals("nelson", 5, scores, lambda s: _of(s > 2, 2, 3)),
        *_signals("nelson", 6, scores, lambda s: _of(s > 1, 4, 5)),
        *_one_sided("nelson", 7, _of(np.abs(scores) < 1, 15, 15)),
        *_one_sided("nelson", 8, _of(np.abs(scores) > 1, 8, 8)),
    ]
    return tuple(sorted(found, key=lambda signal: (signal.point, signal.number)))


def _of(flags: Flags, wanted: int, window: int) -> Pattern:
    """Find the places whose own flag is set and that have at least `wanted` set ones among the last `window`."""
    counts = np.cumsum(np.concatenate(([0], flags)))
    places = np.arange(flags.size)
    first = np.maximum(0, places - window + 1)
    hits = np.flatnonzero(flags & (counts[places + 1] - counts[first] >= wanted))
    return [(int(i), tuple(int(j) for j in range(first[i], i + 1) if flags[j])) for i in hits]


def _signals(
    rules: Literal["western electric", "nelson"],
    number: int,
    z: Scores,
    find: Callable[[Scores], Pattern],
    lag: int = 0,
) -> list[RuleBreak]:
    """Apply a one-sided rule above and below the centre line."""
    return _one_sided(rules, number, find(z) + find(-z), lag)


def _one_sided(
    rules: Literal["western electric", "nelson"], number: int, found: Pattern, lag: int = 0
) -> list[RuleBreak]:
    """Turn patterns into signals; flags of differences stand `lag` places before the point that completes them."""
    return [
        RuleBreak(rules, number, last + lag, tuple(sorted({i + step for i in points for step in range(lag + 1)})))
        for last, points in found
    ]


def _checked(z: ArrayLike) -> Scores:
    return finite_array(z, "scores of a chart", least=0)
