"""One verdict on a curve or on several results at once: what holds for all of them together.

Accepting says that every point conforms. Each point passing its own guard band is enough for that: whichever point did
not conform would have to pass wrongly, so the risk is that of one point (intersection-union test, Berger 1982).
Rejecting says that at least one point does not conform; with many points chance would find one, so the guard band of
rejection is widened for their number. The probability that all conform needs no correlations to be bounded: it lies
between Bonferroni's and Fréchet's bound. Source: JCGM 106:2012 for the single decisions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.errors import MetrologyError
from rig.metrology.readings.demands import finite_array, fraction
from rig.metrology.uncertainty.correlation import check_correlation
from rig.metrology.uncertainty.coverage import LEVEL_OF_K_2
from rig.metrology.uncertainty.decision import Decision, Verdict, decide
from rig.quantities import Measured


@dataclass(frozen=True, slots=True)
class JointPoint:
    """One point of a curve: its name (a window, a rate), what was measured there, and its limits in that unit.

    `dof` are the degrees of freedom of its uncertainty, `within` the bound of a part that is known by that alone.
    """

    name: str
    measured: Measured
    lower: float | None
    upper: float | None
    dof: float = math.inf
    within: float = 0.0

    def decided(self, k: float) -> Decision:
        """Return the decision on this point alone with the coverage factor `k`."""
        return decide(self.measured, self.lower, self.upper, k=k, dof=self.dof, within=self.within)


@dataclass(frozen=True, slots=True)
class JointDecision:
    """The verdict on all points together, with the single decisions in order of the points.

    A point's own verdict is by `k_accept`; a FAIL of the whole takes `k_reject`. The probability that all points
    conform is at least `conformance_probability` and at most `conformance_at_most`; accepting wrongly has at most the
    specific risk `wrong_accept_risk`, rejecting wrongly at most `wrong_reject_risk`.
    """

    verdict: Verdict
    decisions: tuple[Decision, ...]
    k_accept: float
    k_reject: float
    conformance_probability: float
    conformance_at_most: float
    reasons: tuple[str, ...]

    @property
    def wrong_accept_risk(self) -> float:
        """Return the most that the probability of a point outside of its limits can be."""
        return 1.0 - self.conformance_probability

    @property
    def wrong_reject_risk(self) -> float:
        """Return the most that the probability of all points within their limits can be."""
        return self.conformance_at_most


def decide_jointly(points: Sequence[JointPoint], invalid: Sequence[str] = (), k: float = 2.0) -> JointDecision:
    """Decide whether all `points` lie within their limits, with the risk of one decision with coverage factor `k`.

    PASS when every point passes with k; FAIL when one fails with the k of rejection, Φ(−k') = Φ(−k)/n for n points;
    else INCONCLUSIVE; INVALID when `invalid` gives a reason. Raises MetrologyError without points and as `decide` does.
    """
    from scipy.special import ndtr, ndtri  # takes long to import: only what settles waits for it

    if not points:
        raise MetrologyError("a joint decision needs at least one point")
    decisions = tuple(point.decided(k) for point in points)
    k_reject = -float(ndtri(ndtr(-k) / len(points)))
    rejected = [point.decided(k_reject) for point in points]
    outside = math.fsum(decision.wrong_accept_risk for decision in decisions)
    verdict, reasons = _together(points, decisions, rejected)
    if invalid:
        verdict, reasons = Verdict.INVALID, tuple(invalid)
    return JointDecision(
        verdict=verdict,
        decisions=decisions,
        k_accept=k,
        k_reject=k_reject,
        conformance_probability=max(0.0, 1.0 - outside),
        conformance_at_most=min(decision.conformance_probability for decision in decisions),
        reasons=reasons,
    )


def _together(
    points: Sequence[JointPoint], accepted: Sequence[Decision], rejected: Sequence[Decision]
) -> tuple[Verdict, tuple[str, ...]]:
    failed = [
        f"{point.name}: {reason}"
        for point, decision in zip(points, rejected, strict=True)
        if decision.verdict is Verdict.FAIL
        for reason in decision.reasons
    ]
    if failed:
        return Verdict.FAIL, tuple(failed)
    open_ = [
        f"{point.name}: {reason}"
        for point, decision in zip(points, accepted, strict=True)
        if decision.verdict is not Verdict.PASS
        for reason in decision.reasons
    ]
    return (Verdict.INCONCLUSIVE if open_ else Verdict.PASS), tuple(open_)


def joint_coverage_factor(n: int, level: float = LEVEL_OF_K_2) -> float:
    """Return k such that n intervals ± k·u hold all true values together with `level`, however they are correlated.

    Bonferroni: Φ(k) = 1 − (1 − level)/(2n). Raises MetrologyError for n < 1 or a level outside (0, 1).
    """
    if n < 1:
        raise MetrologyError(f"{n} intervals hold nothing")
    from scipy.special import ndtri  # takes long to import: only what settles waits for it

    return -float(ndtri((1 - fraction(level, "level")) / (2 * n)))


def joint_conformance(points: Sequence[JointPoint], correlation: ArrayLike) -> float:
    """Return the probability that all true values lie within their limits when the `correlation` (n, n) is known.

    The multivariate normal probability of the box of limits (Genz 1992), good to about 1e-4. Raises MetrologyError for
    a matrix that is no correlation matrix of the points, and without uncertainty (u = 0).
    """
    from scipy.stats import multivariate_normal  # takes long to import, which every session of plans would wait for

    matrix = finite_array(correlation, "correlation", ndim=2)
    n = len(points)
    if matrix.shape != (n, n):
        raise MetrologyError(f"correlation of shape {matrix.shape} for {n} points")
    check_correlation(matrix)
    if any(point.measured.u == 0 for point in points):
        raise MetrologyError("a result without uncertainty is not correlated with anything")
    low = [-math.inf if p.lower is None else (p.lower - p.measured.value) / p.measured.u for p in points]
    high = [math.inf if p.upper is None else (p.upper - p.measured.value) / p.measured.u for p in points]
    box = multivariate_normal(np.zeros(n), matrix, allow_singular=True, seed=0, maxpts=20_000 * n, abseps=1e-5)
    return float(np.clip(box.cdf(np.array(high), lower_limit=np.array(low)), 0.0, 1.0))
