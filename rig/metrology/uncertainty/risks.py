"""Global risks: how often a decision rule is wrong over all items of a kind, before any of them is measured.

The specific risks of a decision (`decision.py`) are about one item that has been measured. Source: JCGM 106:2012,
clause 9.5 (global consumer's and producer's risk), for a normal prior and a normal measurement.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from rig.errors import MetrologyError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.demands import limits, positive
from rig.quantities import Measured

# Beyond this many standard deviations a normal holds 1e-88 of all items.
_FARTHEST = 20.0
# Pieces end so many standard deviations from each place where the integrand bends: within a piece of such a length a
# normal is a polynomial of low degree, to all digits with the nodes below.
_STEPS = (0.0, 1.0, 2.0, 4.0, 7.0, 12.0, 20.0)
# Gauss-Legendre nodes of a piece: with 32 a normal over 8 of its standard deviations comes out to 1e-15.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


@dataclass(frozen=True, slots=True)
class GlobalRisks:
    """What share of all items is decided wrongly, as fractions of 1.

    `consumer` is R_C, the probability that an item does not conform and is accepted; `producer` is R_P, the probability
    that an item conforms and is not accepted.
    """

    consumer: float
    producer: float


def global_risks(
    prior: Measured, u: float, lower: float | None, upper: float | None, guard_band: float = 0.0
) -> GlobalRisks:
    """Return the global risks of accepting what is measured within [lower + guard_band, upper − guard_band].

    `prior` is what is known of the items before: the mean of their true values and, as its u, their standard deviation.
    `u` is the standard uncertainty of the measurement; it, the limits (None: no limit on that side) and the guard band
    are in the prior's unit. A negative guard band widens the acceptance beyond the limits: with −w, `producer` is the
    risk of a FAIL where a guard band w stands on both sides of a limit. Raises MetrologyError when both limits are
    missing or not in order, the guard band leaves nothing to accept or is not finite, or a standard deviation is not
    positive.
    """
    limits(lower, upper)
    positive(prior.u, "standard deviation of the items")
    positive(u, "standard uncertainty of the measurement")
    if not math.isfinite(guard_band):
        raise MetrologyError(f"a guard band of {guard_band!r} {prior.unit} is none")
    low, high = (-math.inf if lower is None else lower), (math.inf if upper is None else upper)
    accept_low, accept_high = low + guard_band, high - guard_band
    if not accept_low < accept_high:
        raise MetrologyError(f"a guard band of {guard_band:g} {prior.unit} leaves nothing between the limits to accept")
    true_value, weight = _items(prior, u, (low, high, accept_low, accept_high))
    # The two tails by themselves: 1 − accepted has no digits left where nearly all is accepted.
    not_accepted = ndtr((accept_low - true_value) / u) + ndtr((true_value - accept_high) / u)
    accepted = _between((accept_low - true_value) / u, (accept_high - true_value) / u)
    conforms = (true_value >= low) & (true_value <= high)
    return GlobalRisks(
        consumer=float(np.sum((weight * accepted)[~conforms])),
        producer=float(np.sum((weight * not_accepted)[conforms])),
    )


def _items(prior: Measured, u: float, edges: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """Return true values (n,) and the share of the items (n,) that each stands for; no piece crosses a limit."""
    ends = prior.value - _FARTHEST * prior.u, prior.value + _FARTHEST * prior.u
    bends = [(prior.value, prior.u), *((edge, u) for edge in edges if math.isfinite(edge))]
    cuts = {place + side * step * width for place, width in bends for step in _STEPS for side in (-1.0, 1.0)}
    inside = np.array(sorted({*ends, *(cut for cut in cuts if ends[0] < cut < ends[1])}))
    half = np.diff(inside)[:, None] / 2
    values = (inside[:-1, None] + half + half * _NODES).ravel()
    density = np.exp(-0.5 * ((values - prior.value) / prior.u) ** 2) / (prior.u * math.sqrt(2 * math.pi))
    return values, density * (half * _WEIGHTS).ravel()


def _between(low: FloatArray, high: FloatArray) -> FloatArray:
    """Return Φ(high) − Φ(low), from the tail that has digits."""
    flip = low > 0
    from_low, to_high = np.where(flip, -high, low), np.where(flip, -low, high)
    held: FloatArray = ndtr(to_high) - ndtr(from_low)
    return held
