"""Looking at a running measurement and stopping when it is decided, without raising the risk of a wrong verdict.

Deciding by one guard band at every look gives chance several tries: at a true value on the limit, k = 2 at five looks
accepts wrongly in more than twice as many runs as it does at one. So the risk is spent over looks that are fixed
beforehand, and each look gets the guard band that its share allows: wide early, at the last hardly wider than that of a
single decision. Extending an undecided run is a later look of the same plan, up to the last, which is the bound.

Why the risks hold: on the limit the standardised errors of the looks are normal with known correlations. They are
replaced by those of a chain (each look depends on the one before alone), chosen such that none is more correlated than
it is; by Slepian's inequality the chance to cross any boundary is then overestimated, never under. The boundaries of
PASS and FAIL are reckoned each as if the other did not exist, which overestimates both.

Sources: Lan and DeMets, Biometrika 70 (1983) 659-663 (alpha spending); Armitage, McPherson and Rowe, J. R. Statist.
Soc. A 132 (1969) 235-244 (recursive integration); Slepian, Bell Syst. Tech. J. 41 (1962) 463-501.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rig.errors import MetrologyError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.demands import finite_array, positive
from rig.metrology.uncertainty.decision import Decision, decide
from rig.metrology.weighing.precision import Precision
from rig.quantities import Measured

MOST_LOOKS = 50
"""More looks save no time to speak of: one decides at most a look, here a fiftieth of the run, too late."""

# Lower correlation is the safe side; above this the recursion would need ever finer nodes for nothing.
_HIGHEST_CORRELATION = 0.999
# Beyond ±9 a normal has 1e-19; beyond 38 less than the smallest double (2e-308): no chance reaches that.
_LOWEST_SCORE, _HIGHEST_SCORE, _NEVER = -9.0, 9.0, 38.0


@dataclass(frozen=True, slots=True)
class SequentialPlan:
    """Looks after `looks_s` (increasing, the last is the bound), each with the coverage factor of its guard band.

    `risk` is the chance of a wrong verdict at a true value on the limit, over all looks together: Φ(−k) of a single
    decision with k.
    """

    looks_s: tuple[float, ...]
    k: tuple[float, ...]
    risk: float
    precision: Precision

    def decide(
        self, look: int, measured: Measured, lower: float | None, upper: float | None, invalid: Sequence[str] = ()
    ) -> Decision:
        """Decide at look number `look` (from 0); a verdict other than INCONCLUSIVE stops the run.

        Raises MetrologyError for a look that the plan does not have, and as `decision.decide` does.
        """
        if not 0 <= look < len(self.k):
            raise MetrologyError(f"look {look} is not among the {len(self.k)} looks of the plan")
        return decide(measured, lower, upper, invalid, k=self.k[look])


def sequential_plan(
    looks_s: Sequence[float], precision: Precision, k: float = 2.0, shares: Sequence[float] | None = None
) -> SequentialPlan:
    """Return the plan that looks after `looks_s` seconds with the risk of one decision with coverage factor `k`.

    `shares` (looks,) are the fractions of the risk that the looks may spend, together at most 1; without them they
    follow O'Brien and Fleming's shape over the information I = (u at the bound/u)²: by a look 2·(1 − Φ(z/√I)) is spent,
    z the upper risk/2 quantile, which leaves nearly all to the end. Raises MetrologyError unless there are 1 to 50
    looks, positive and increasing, k is positive and the shares are fractions that fit the looks.
    """
    from scipy.special import ndtr, ndtri  # takes long to import: only what plans looks waits for it

    looks = tuple(float(look) for look in finite_array(looks_s, "looks of a plan"))
    if len(looks) > MOST_LOOKS:
        raise MetrologyError(f"{len(looks)} looks are more than the {MOST_LOOKS} that a plan may have")
    positive(looks[0], "first look in s")
    if any(late <= early for early, late in pairwise(looks)):
        raise MetrologyError("the looks of a plan must come one after the other")
    positive(k, "coverage factor k")
    risk = float(ndtr(-k))
    u = np.array([precision.u_percent(look) for look in looks])
    if shares is None:
        spend = np.diff(2 * ndtr(float(ndtri(risk / 2)) / (u[-1] / u)), prepend=0.0)
    else:
        spend = risk * _checked_shares(shares, len(looks))
    covariance = np.array([[precision.covariance(early, late) for late in looks] for early in looks])
    return SequentialPlan(looks, _boundaries(spend, _chain(covariance / np.outer(u, u))), risk, precision)


def _checked_shares(shares: Sequence[float], looks: int) -> FloatArray:
    fractions = finite_array(shares, "shares of the risk")
    if fractions.size != looks or not np.all(fractions >= 0) or not 0 < fractions.sum() <= 1 + 1e-12:
        raise MetrologyError(f"shares {list(shares)!r} are not {looks} fractions of together at most 1")
    return fractions


def _chain(correlation: FloatArray) -> list[float]:
    """Return correlations of neighbours whose products along the way exceed no entry of a matrix (looks, looks)."""
    chain: list[float] = []
    for late in range(1, len(correlation)):
        most, product = float(correlation[late - 1, late]), 1.0
        for early in range(late - 2, -1, -1):
            product *= chain[early]
            most = min(most, float(correlation[early, late]) / product)
        chain.append(min(most, _HIGHEST_CORRELATION))
    return chain


def _boundaries(shares: FloatArray, neighbours: Sequence[float]) -> tuple[float, ...]:
    """Return the scores that chains of standard normal values with these correlations first exceed with `shares`."""
    found: list[float] = []
    # The chain before its first look is at 0 for certain: one node of weight one, from which the look is independent.
    nodes, mass = np.zeros(1), np.ones(1)
    for share, correlation in zip(shares, [0.0, *neighbours], strict=True):
        spread = math.sqrt(1 - correlation**2)
        boundary = _boundary(nodes, mass, correlation, spread, float(share))
        found.append(boundary)
        # What goes on: the density below the boundary, on nodes fine enough for the next step.
        points = int(min(2000, max(160, 40 / spread)))
        unit, weight = np.polynomial.legendre.leggauss(points)
        half = (min(boundary, _HIGHEST_SCORE) - _LOWEST_SCORE) / 2
        reached = _LOWEST_SCORE + half * (unit + 1)
        density = np.exp(-(((reached[:, None] - correlation * nodes[None, :]) / spread) ** 2) / 2) @ mass
        nodes, mass = reached, half * weight * density / (spread * math.sqrt(2 * math.pi))
    return tuple(found)


def _boundary(nodes: FloatArray, mass: FloatArray, correlation: float, spread: float, share: float) -> float:
    # Both take long to import: only what plans looks waits for them.
    from scipy.optimize import brentq
    from scipy.special import ndtr

    def excess(score: float) -> float:
        return float(mass @ ndtr((correlation * nodes - score) / spread)) - share

    # A share too small for a double is not spent: at 38 standard uncertainties nothing is decided by chance.
    return float(brentq(excess, 0.0, _NEVER, xtol=1e-10)) if share > 0 and excess(_NEVER) < 0 else _NEVER
