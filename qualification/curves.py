"""How small an error a plan finds: measured over seeds and sizes, and reckoned from its claims' uncertainty."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest, norm

from qualification.findings import Claim, Finding
from qualification.scaled import Trial

SIZES_PERCENT = (-4.0, 2.0, 4.0, 5.0, 5.2, 5.5, 6.0, 7.5, 10.0, 15.0)
"""Sizes of a stroke's error that records are tried with: close to each other round the limits of accuracy.

What lies within these is no error, and on either side: a plan that finds it calls a good pump faulty.
"""

WANTED = 0.95
_Z = float(norm.ppf(WANTED))


@dataclass(frozen=True, slots=True)
class Point:
    """How often an error of so many percent was found, with the exact 95 % confidence interval of the share."""

    percent: float
    found: int
    tried: int
    lower: float
    upper: float

    @property
    def share(self) -> float:
        """Return the share of the trials that found it, as a fraction of 1."""
        return self.found / self.tried


@dataclass(frozen=True, slots=True)
class Curve:
    """The probability with which one plan finds a stroke's error, over the error's size."""

    plan: str
    points: tuple[Point, ...]

    @property
    def smallest_percent(self) -> float | None:
        """Return the smallest size tried from which on 95 % and more are found; None when no size is."""
        smallest = None
        for point in reversed(self.points):
            if point.share < WANTED:
                break
            smallest = point.percent
        return smallest


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The smallest deviation that a claim calls FAIL with 95 % probability, from its limit and its uncertainty."""

    plan: str
    claim: str
    unit: str
    smallest: float


def curves_of(trials: Iterable[Trial]) -> tuple[Curve, ...]:
    """Return a curve for each plan that was tried with errors upwards, in order of plans."""
    held: dict[str, dict[float, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in trials:
        if one.percent > 0.0:
            held[one.plan][one.percent].append(one.found)
    return tuple(
        Curve(plan, tuple(_point(percent, found) for percent, found in sorted(sizes.items())))
        for plan, sizes in sorted(held.items())
    )


def reckoned(plans: Iterable[Finding]) -> tuple[Reckoned, ...]:
    """Return the detection limit of every claim about a number, in its own unit, as an upper deviation.

    A claim fails beyond limit + U, so that a deviation is called FAIL with 95 % probability from limit + U + 1.645 u on
    (JCGM 106:2012, 8.3.2, guarded rejection). Of a limit with two sides the nearer one counts.
    """
    return tuple(
        Reckoned(plan.plan, claim.name, claim.unit, smallest)
        for plan in plans
        for claim in plan.claims
        if (smallest := _smallest(claim)) is not None
    )


def _smallest(claim: Claim) -> float | None:
    value, expanded, k = claim.value, claim.expanded, claim.k
    if value is None or expanded is None or not k:
        return None
    sides: Sequence[float] = [abs(bound - value) for bound in (claim.lower, claim.upper) if bound is not None]
    return min(sides) + expanded * (1.0 + _Z / k) if sides else None


def _point(percent: float, found: list[bool]) -> Point:
    bounds = binomtest(sum(found), len(found)).proportion_ci(0.95, "exact")
    return Point(percent, sum(found), len(found), float(bounds[0]), float(bounds[1]))
