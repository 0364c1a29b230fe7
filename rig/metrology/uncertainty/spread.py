"""How a value may differ from the true one, and the guard band that this asks for: the shape behind a coverage factor.

A factor of 2 leaves 2.28 % on each side of a normal distribution. Of what is known by bounds alone it leaves nothing:
an alarm that rose at any moment between two readings of the status lies within ± 1.73 u, always. So the largest part
that is bounded keeps its shape, and all else is Student's t beside it. Sources: JCGM 101:2008, 6.4.2 (rectangular) and
7.7 (an interval from the distribution itself); JCGM 100:2008 (GUM), G.1.4 and G.3.2.
"""

import math
from dataclasses import dataclass

import numpy as np

from rig.errors import MetrologyError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.uncertainty.coverage import student_factor

# The squares of a bound alone and of u are equal but for steps of rounding.
_ROUNDING = 1e-9
# Of a risk, what no verdict sees; found in some 25 steps.
_CLOSE, _STEPS, _TINY = 1e-11, 100, 1e-300
# Degrees from which on the series of ln Γ is right to the last digit.
_MANY = 1e5
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True, slots=True)
class Spread:
    """What stands between a value and the true one: Student's t of `dof` degrees with the standard uncertainty `u`,
    and on top of it anything within ± `within`, as likely here as there; both in the value's unit.

    Raises MetrologyError for a u or a bound that is negative or no number, and for `dof` below 1.
    """

    u: float
    dof: float = math.inf
    within: float = 0.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.u < math.inf and 0.0 <= self.within < math.inf):
            raise MetrologyError(f"u {self.u!r} and a bound {self.within!r}: both must be numbers from 0 on")
        if not self.dof >= 1:
            raise MetrologyError(f"{self.dof!r} degrees of freedom: an uncertainty needs at least 1")

    @classmethod
    def of_combined(cls, u: float, dof: float = math.inf, within: float = 0.0) -> "Spread":
        """Return the spread of which `u` is the combined standard uncertainty, and `dof` those of what is not bounded.

        Raises MetrologyError as Spread does, and for a bound that is wider than u allows.
        """
        rest_sq = u * u - within * within / 3.0
        if rest_sq < -_ROUNDING * u * u:
            raise MetrologyError(f"what lies within ± {within!r} alone has more than the u of {u!r}")
        return cls(math.sqrt(max(0.0, rest_sq)), dof, within)

    @property
    def combined_u(self) -> float:
        """Return the standard uncertainty of both together."""
        return math.hypot(self.u, self.within / math.sqrt(3.0))

    def scaled_to(self, u: float) -> "Spread":
        """Return a spread of the same shape of which `u` is the combined standard uncertainty."""
        combined = self.combined_u
        return Spread(u) if combined == 0.0 else Spread(self.u * u / combined, self.dof, self.within * u / combined)

    def beyond(self, distance: float) -> float:
        """Return the probability that the true value lies more than `distance` above the value (or below it)."""
        if math.isinf(distance):
            return 0.0 if distance > 0 else 1.0
        if self.u == 0.0 and self.within == 0.0:
            return 1.0 if distance < 0.0 else 0.0
        if self.u == 0.0:
            return min(1.0, max(0.0, 0.5 - 0.5 * distance / self.within))
        score, half = distance / self.u, self.within / self.u
        if half == 0.0:
            return float(_tail(score, self.dof))
        if half < 1.0:
            return float(_tail(score + half * _NODES, self.dof) @ _WEIGHTS) / 2.0
        return (_area(score - half, self.dof) - _area(score + half, self.dof)) / (2.0 * half)

    def guard_band(self, k: float) -> float:
        """Return the distance beyond which lies, on one side, what `k` standard deviations of a normal leave there.

        Without bounds it is Student's factor times u. Infinite where few degrees and a large k ask for that.
        """
        of_normal = student_factor(k, self.dof) * self.u if self.u else 0.0
        if self.within == 0.0 or not math.isfinite(of_normal):
            return of_normal
        from scipy.special import ndtr  # takes long to import: only what settles waits for it

        risk = float(ndtr(-k))
        if risk == 0.0 or self.u == 0.0:
            return of_normal + self.within * (1.0 - 2.0 * risk)
        return self._where(risk, of_normal + self.within)

    def _where(self, risk: float, farthest: float) -> float:
        """Return where `beyond` is `risk`, nearer than `farthest`.

        False position on logarithms; the end that stays counts half each time, so that both close in. By hand, as
        scipy's root finding takes longer to import than a plan of an hour takes to run.
        """
        near, far = 0.0, farthest
        above, below = math.log(0.5 / risk), self._off(far, risk)
        for _ in range(_STEPS):
            if below >= 0.0:  # by a step of rounding, where the bound is next to nothing
                return far
            at = (far * above - near * below) / (above - below)
            off = self._off(at, risk)
            if abs(off) < _CLOSE:
                return at
            if off > 0.0:
                near, above, below = at, off, 0.5 * below
            else:
                far, below, above = at, off, 0.5 * above
        return far

    def _off(self, distance: float, risk: float) -> float:
        # Behind a wide bound nothing is left, or by a rounding step less than that.
        return math.log(max(self.beyond(distance), _TINY) / risk)


def _tail(score: float | FloatArray, dof: float) -> FloatArray:
    """Return the probability that a standard Student's t of `dof` (infinite: a normal) exceeds each `score`."""
    from scipy.special import ndtr, stdtr  # takes long to import: only what settles waits for it

    return np.asarray(ndtr(-score) if math.isinf(dof) else stdtr(dof, -score))


def _area(score: float, dof: float) -> float:
    """Return the integral of the tail from `score` on.

    φ(z) − z·Q(z) of a normal, and (ν + z²)/(ν − 1)·f(z) − z·Q(z) of Student's t.
    """
    if math.isinf(dof):
        return math.exp(-0.5 * score**2) / math.sqrt(2.0 * math.pi) - score * float(_tail(score, dof))
    # With one degree the area has no bound: a hair more gives differences of areas all the same.
    nu = max(dof, 1.0 + 1e-6)
    log_density = _log_gamma_step(nu) - 0.5 * math.log(nu * math.pi)
    density = math.exp(log_density - 0.5 * (nu + 1) * math.log1p(score**2 / nu))
    return (nu + score**2) / (nu - 1.0) * density - score * float(_tail(score, nu))


def _log_gamma_step(nu: float) -> float:
    """Return ln Γ((ν + 1)/2) − ln Γ(ν/2), which of many degrees is a small difference of two large numbers."""
    if nu < _MANY:
        return math.lgamma((nu + 1.0) / 2.0) - math.lgamma(nu / 2.0)
    return 0.5 * math.log(nu / 2.0) - 0.25 / nu
