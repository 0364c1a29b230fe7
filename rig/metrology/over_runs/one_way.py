"""One-way analysis of variance: what differs between days (runs, benches, pumps), and what scatters within one.

Source: JCGM 100:2008 (GUM), H.5 (analysis of variance of day by day observations); for days of unequal size the
expectation of the mean square between them, E = σ_W² + n₀·σ_B² with n₀ = (N − Σn²/N)/(J − 1) (Searle, Casella and
McCulloch, Variance Components, 1992, chapter 3). F and its probability are scipy's.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError, SeriesError
from rig.metrology.readings.demands import finite_array

# Readings that differ by less, as a share of the largest, differ by rounding only.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class OneWayAnova:
    """J groups with N readings together; `mean` and standard deviations in the unit of the readings.

    `between_mean_square` has `between_dof` = J − 1, `within_mean_square` has `within_dof` = N − J degrees of freedom.
    `f` is their ratio, `p` the probability of one as large when the groups do not differ. `effective_size` is n₀, the
    number of readings in each group where all have as many. `spread` is Σn²/N², 1/J where all groups are as large.
    """

    mean: float
    between_mean_square: float
    between_dof: int
    within_mean_square: float
    within_dof: int
    f: float
    p: float
    effective_size: float
    spread: float

    @property
    def within(self) -> float:
        """Return σ_W, the standard deviation of readings within one group (GUM H.5.2)."""
        return math.sqrt(self.within_mean_square)

    @property
    def between_variance(self) -> float:
        """Return the estimate of σ_B²; negative where groups differ by less than the scatter within them explains."""
        return (self.between_mean_square - self.within_mean_square) / self.effective_size

    @property
    def between(self) -> float:
        """Return σ_B, what groups differ by beyond the scatter within them; 0 for a negative estimate (GUM H.5.2)."""
        return math.sqrt(max(0.0, self.between_variance))

    @property
    def u_mean(self) -> float:
        """Return the standard uncertainty of `mean` when groups differ at random; it has `between_dof` (GUM H.5.2).

        For groups as large as each other it is the scatter of their means over √J; for a negative estimate of σ_B² the
        scatter of all readings within groups over √N.
        """
        readings = self.between_dof + self.within_dof + 1
        return math.sqrt(self.between**2 * self.spread + self.within_mean_square / readings)

    @property
    def u_mean_pooled(self) -> float:
        """Return the standard uncertainty of `mean` when groups do not differ: all readings are one sample (GUM H.5.2).

        It has N − 1 degrees of freedom, and is too small where `p` says that they do differ.
        """
        dof = self.between_dof + self.within_dof
        squares = self.between_dof * self.between_mean_square + self.within_dof * self.within_mean_square
        return math.sqrt(squares / dof / (dof + 1))


def one_way(groups: Sequence[ArrayLike]) -> OneWayAnova:
    """Analyse `groups`, a row of readings for each day (run, bench, pump), all in one unit; rows may differ in length.

    Raises SeriesError for fewer than 2 groups, groups of one reading each, an empty one, or a reading that is not
    finite; MetrologyError when readings within groups never differ: there is no scatter to compare with.
    """
    from scipy.stats import f_oneway

    rows = [finite_array(group, f"readings of group {place}") for place, group in enumerate(groups, 1)]
    sizes = np.array([row.size for row in rows])
    total, count = int(sizes.sum()), len(rows)
    if count < 2 or total == count:
        raise SeriesError(f"{count} group(s) with {total} readings: at least 2 are needed, one with 2 readings or more")
    everything = np.concatenate(rows)
    mean = float(everything.mean())
    # Centred first: squares of readings with a large offset would lose the digits in which they differ.
    centred = [row - mean for row in rows]
    means = np.array([row.mean() for row in centred])
    within = math.fsum(float(np.sum((row - own) ** 2)) for row, own in zip(centred, means, strict=True))
    if math.sqrt(within / total) <= _ROUNDING * float(np.abs(everything).max()):
        raise MetrologyError("readings within groups never differ: the resolution is too coarse to show their scatter")
    tested = f_oneway(*centred)
    return OneWayAnova(
        mean=mean,
        between_mean_square=float(np.sum(sizes * (means - np.sum(sizes * means) / total) ** 2)) / (count - 1),
        between_dof=count - 1,
        within_mean_square=within / (total - count),
        within_dof=total - count,
        f=float(tested.statistic),
        p=float(tested.pvalue),
        effective_size=float((total - np.sum(sizes**2) / total) / (count - 1)),
        spread=float(np.sum(sizes**2)) / total**2,
    )
