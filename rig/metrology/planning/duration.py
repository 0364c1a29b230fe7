"""How long to measure: the duration that decides a limit, before a run, and what is to be expected of it, during one.

Before, the guard band has to fall below the margin that is expected between the value and its limit; during, the value
at the end is predicted from the value now. Source: normal prediction under a flat prior for the true value.
"""

import math
from dataclasses import dataclass

from rig.errors import MetrologyError
from rig.metrology.uncertainty.decision import Decision, Verdict, decide
from rig.metrology.weighing.precision import Precision
from rig.quantities import Measured


@dataclass(frozen=True, slots=True)
class Needed:
    """The duration after which a limit is decided with the wanted probability, and the u and verdict expected then."""

    duration_s: float
    u_percent: float
    verdict: Verdict
    probability: float


def needed_duration(
    precision: Precision,
    lower: float | None,
    upper: float | None,
    *,
    expected_percent: float = 0.0,
    probability: float = 0.95,
    k: float = 2.0,
) -> Needed:
    """Return how long to measure so that limits (percent) are decided with `probability`.

    The measured error is taken as normal about `expected_percent`, which decides the verdict meant: PASS when it lies
    within the limits, FAIL when it lies outside. Raises MetrologyError when it lies on a limit, when no duration is
    long enough, and as `decide` does for the limits.
    """
    from scipy.optimize import brentq  # takes long to import, which every session of plans would wait for

    if not 0.5 <= probability < 1:
        raise MetrologyError(f"probability {probability!r} is not a fraction from 0.5 to below 1")
    verdict = decide(Measured(expected_percent, 0.0, "%"), lower, upper, k=k).verdict
    nearest = min(abs(expected_percent - limit) for limit in (lower, upper) if limit is not None)
    if nearest == 0:
        raise MetrologyError(f"an error expected on the limit, {expected_percent:g} %, is not decided by any duration")

    def excess(u_percent: float) -> float:
        return _probabilities(expected_percent, u_percent, u_percent, lower, upper, k)[verdict] - probability

    # The chance of the verdict falls with u; it is 1 for u → 0 and below 1/2 where the guard band takes up the margin.
    u_percent = (
        float(brentq(excess, 1e-6 * nearest, nearest / k, xtol=1e-12)) if excess(nearest / k) < 0 else nearest / k
    )
    return Needed(precision.duration_s(u_percent), u_percent, verdict, probability)


@dataclass(frozen=True, slots=True)
class ProjectedDecision:
    """What is to be expected of a running measurement.

    `now` is the decision if it stopped now; the three probabilities are those of the verdicts at the end of the plan.
    `decided_after_s` is the duration after which the limit is decided if the value stays what it is (at most the end
    of the plan; None: not within it).
    """

    now: Decision
    pass_probability: float
    fail_probability: float
    inconclusive_probability: float
    decided_after_s: float | None

    @property
    def verdict(self) -> Verdict:
        """Return the verdict that is most probable at the end."""
        chances = {
            Verdict.PASS: self.pass_probability,
            Verdict.FAIL: self.fail_probability,
            Verdict.INCONCLUSIVE: self.inconclusive_probability,
        }
        return max(chances, key=lambda verdict: chances[verdict])


def project(
    measured: Measured,
    elapsed_s: float,
    end_s: float,
    precision: Precision,
    lower: float | None,
    upper: float | None,
    *,
    k: float = 2.0,
) -> ProjectedDecision:
    """Project a mean flow error `measured` (percent) after `elapsed_s` to the end of the plan at `end_s`.

    The measured u stands for now; how it falls from here is taken from `precision`, scaled to agree with it. The value
    at the end is normal about the value now with the variance of the difference of the two errors. Raises
    MetrologyError unless 0 < elapsed ≤ end and the unit is percent, and as `decide` does for the limits.
    """
    if measured.unit != "%" or not 0 < elapsed_s <= end_s < math.inf:
        raise MetrologyError(f"{measured} after {elapsed_s!r} of {end_s!r} s: a percentage within the plan is needed")
    now = decide(measured, lower, upper, k=k)
    scale = measured.u / precision.u_percent(elapsed_s)
    u_end = scale * precision.u_percent(end_s)
    spread_sq = measured.u**2 + u_end**2 - 2 * scale**2 * precision.covariance(elapsed_s, end_s)
    chances = _probabilities(measured.value, math.sqrt(max(0.0, spread_sq)), u_end, lower, upper, k)
    return ProjectedDecision(
        now=now,
        pass_probability=chances[Verdict.PASS],
        fail_probability=chances[Verdict.FAIL],
        inconclusive_probability=chances[Verdict.INCONCLUSIVE],
        decided_after_s=_decided_after_s(measured, now, elapsed_s, end_s, precision, lower, upper, k),
    )


def decided_after_s(
    measured: Measured,
    elapsed_s: float,
    precision: Precision,
    lower: float | None,
    upper: float | None,
    *,
    k: float = 2.0,
) -> float:
    """Return after how many seconds a mean flow error `measured` (percent) is decided, if its value stays what it is.

    How its u falls is taken from `precision`, scaled to agree with it after `elapsed_s`. Raises MetrologyError where no
    duration is long enough, and as `decide` does for the limits.
    """
    if decide(measured, lower, upper, k=k).verdict is not Verdict.INCONCLUSIVE:
        return elapsed_s
    margin = min(abs(measured.value - limit) for limit in (lower, upper) if limit is not None)
    return max(elapsed_s, precision.duration_s(margin / k * precision.u_percent(elapsed_s) / measured.u))


def _decided_after_s(
    measured: Measured,
    now: Decision,
    elapsed_s: float,
    end_s: float,
    precision: Precision,
    lower: float | None,
    upper: float | None,
    k: float,
) -> float | None:
    if now.verdict is not Verdict.INCONCLUSIVE:
        return elapsed_s
    margin = min(abs(measured.value - limit) for limit in (lower, upper) if limit is not None)
    wanted_u = margin / k * precision.u_percent(elapsed_s) / measured.u
    if wanted_u < precision.u_percent(end_s):
        return None
    return min(max(elapsed_s, precision.duration_s(wanted_u)), end_s)


def _probabilities(
    value: float, spread: float, u: float, lower: float | None, upper: float | None, k: float
) -> dict[Verdict, float]:
    """Return the chances of the verdicts of a y that is normal about `value` with `spread` and judged with k·u."""
    from scipy.special import ndtr  # takes long to import: only what plans a duration waits for it

    low, high = (-math.inf if lower is None else lower), (math.inf if upper is None else upper)

    def below(y: float) -> float:
        return float(ndtr((y - value) / spread)) if spread > 0 else float(y >= value)

    passing = max(0.0, below(high - k * u) - below(low + k * u))
    failing = below(low - k * u) + 1 - below(high + k * u)
    return {Verdict.PASS: passing, Verdict.FAIL: failing, Verdict.INCONCLUSIVE: max(0.0, 1 - passing - failing)}
