"""The mean of repeated runs: what falls anew in each averages out and is judged by its scatter, the rest stays.

Source: JCGM 100:2008, 4.2 (kind A of repeated observations).
"""

import math
from collections.abc import Sequence

import numpy as np

from rig.errors import MetrologyError, SeriesError
from rig.metrology.uncertainty.budget import Budget, Component, combine


def mean_of_runs(runs: Sequence[Budget], independent: frozenset[str] = frozenset()) -> Budget:
    """Return the mean of n ≥ 2 results of one kind, with s/√n for their scatter (n − 1 degrees of freedom).

    Components named in `independent` fall anew in each run, so that the scatter contains them; the larger of the
    scatter and of what they explain counts. All other components shift every run alike and are carried as the first run
    has them, with their correlations. Raises SeriesError for fewer than 2 runs, MetrologyError for results in different
    units, and for a component of either kind that is correlated with one of the other.
    """
    if len(runs) < 2:
        raise SeriesError(f"{len(runs)} run(s): a scatter needs at least 2")
    if len({run.unit for run in runs}) != 1:
        raise MetrologyError(f"results in {sorted({run.unit for run in runs})} have no mean")
    n = len(runs)
    values = np.array([run.value for run in runs])
    mean = float(values.mean())
    seen = float(values.std(ddof=1)) / math.sqrt(n)
    explained = math.hypot(*(_noise(run, independent) for run in runs)) / n
    scatter = (
        Component("repeat runs", "A", mean, seen, runs[0].unit, 1.0, n - 1)
        if seen >= explained
        else Component("noise of each run", "B", mean, explained, runs[0].unit, 1.0)
    )
    shared = [c for c in runs[0].components if c.name not in independent]
    together = [each for each in runs[0].correlations if each.first not in independent]
    remarks = tuple(dict.fromkeys(remark for run in runs for remark in run.remarks))
    return combine(mean, runs[0].unit, [scatter, *shared], remarks, together)


def _noise(run: Budget, independent: frozenset[str]) -> float:
    """Return the standard uncertainty by what falls anew in each run, 0 where nothing does."""
    for each in run.correlations:
        if (each.first in independent) != (each.second in independent):
            anew, shared = (each.first, each.second) if each.first in independent else (each.second, each.first)
            raise MetrologyError(f"{anew} falls anew in each run, {shared} shifts all: they cannot be correlated")
    lines = [c for c in run.components if c.name in independent]
    together = [each for each in run.correlations if each.first in independent]
    return combine(0.0, run.unit, lines, correlations=together).u if lines else 0.0
