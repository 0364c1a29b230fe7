"""How much the loss between two weighings at zero flow may differ from their mean: what the readings show of it.

Nothing keeps evaporation and a balance's creep constant while a pump runs: a day's swing, a lid left open, a room that
dries out. The loss is taken for a random walk; how far it walks is read from the slopes of the mass from span to span
while the flow was steady, and from the difference of the two weighings. A pump whose own flow is unsteady looks the
same, and widens the uncertainty as well: the balance alone cannot tell the two apart. Where the programme changes its
rate, a pump that gives one share too much or too little of all of it, or late behind a line that gives way, is told
apart: no room's air follows a programme. Each such explanation is one more model; the likelihood weighs them.

A slope is taken for the loss in its middle, though it averages over two spans: of a walk that is louder than the noise
some 45 % of its variance are found. Steps from a steady flow before the window, and the rectangle between the two
weighings where that is wider, make up for it: the worlds "walk" and "daily swing" hold the truth in 96 % and more.

Sources: Patterson and Thompson, Biometrika 58 (1971) 545-554 (restricted likelihood); Harvey, Forecasting, Structural
Time Series Models (1989), ch. 2 (a local linear trend); the average over the likelihood instead of its highest point
keeps a loss that seems to stand still from being certain after few spans.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rig.metrology.readings.checked import FloatArray
from rig.metrology.readings.regression import isolated_jumps, span_means
from rig.quantities import S_PER_H

# Spans of each stretch: enough to tell a day's swing, few enough to be quick.
_SPANS = 32
# Shares of the variance of a slope that a grid of models gives to the walk of the mass (bubbles, the balance's wander)
# and, of what remains, to the walk of the loss itself.
_MASS_SHARES = (0.0, 0.03, 0.1, 0.3, 0.6, 0.9)
_LOSS_SHARES = np.concatenate([[0.0], np.geomspace(1e-6, 0.97, 22)])
_ROUNDING = 1e-9
# Readings that are not quite evenly spaced make slopes of one rate that differ by so much of it.
_ONE_RATE = 0.05
# A lag is looked for as that of a quarter of a span: what gives way does so within minutes.
_LAG_OF_SPAN = 0.25
# So many slopes at changes of the rate leave enough others to tell how the loss walks.
_FEW_OF_SLOPES = 1 / 3
# What leaves fewer slopes than this to tell the noise from would explain anything.
_LEAST_FREE = 4
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class LossWalk:
    """How far the loss walks: `variance_mg2_h3` is the variance of the loss rate (mg²/h²) gained per hour."""

    variance_mg2_h3: float

    def u_of_mean_mg_h(self, hours: float, lead_h: float = 0.0, lag_h: float = 0.0) -> float:
        """Return the standard uncertainty of the mean loss over `hours` as that of the two weighings around it.

        `lead_h` and `lag_h` lie between the weighings and the window. The rate is a random walk: with both ends known
        the mean of a bridge has the variance σ²·T/12 (Brownian bridge); what lies off the middle adds to it.
        """
        whole_h = lead_h + hours + lag_h
        if not whole_h > 0.0:
            return 0.0
        # Mean over the window less the mean of both ends, of a walk from 0 at the first end.
        t = lead_h + hours * (np.arange(64) + 0.5) / 64
        at_end_sq = 0.25 * whole_h
        mean_sq = float(np.minimum.outer(t, t).mean())
        mixed = float(t.mean())
        return math.sqrt(max(0.0, self.variance_mg2_h3 * (mean_sq + at_end_sq - mixed)))


def loss_walk(
    stretches: Sequence[tuple[FloatArray, FloatArray]],
    change_mg_h: float = 0.0,
    u_change_mg_h: float = math.inf,
    hours_apart: float = 0.0,
    programmed_mg: FloatArray | None = None,
) -> LossWalk:
    """Return how far the loss walks, from stretches of one steady flow: seconds (n,) and masses in mg (n,) each.

    The seconds of all stretches are on one axis. `change_mg_h` ± `u_change_mg_h` is by how much the loss differs
    between two weighings `hours_apart`. `programmed_mg` (n,) is what a programme asks for at the readings of the only
    stretch, of which the pump gives an unknown share beside what was taken off already; None for a flow of one rate.
    Raises SeriesError when a stretch does not fill 4 equal spans.
    """
    slopes = [_slopes(t, y) for t, y in stretches]
    rate = np.concatenate([part.rate_mg_h for part in slopes])
    if float(np.ptp(rate)) <= _ROUNDING * float(np.abs(rate).max()):
        return LossWalk(0.0 if not hours_apart else change_mg_h**2 / hours_apart)
    at_h = np.concatenate([part.at_h for part in slopes])
    models = _models(slopes, at_h)
    curves = _curves(slopes)
    own = [] if programmed_mg is None else _own_of_pump(curves, stretches[0][0], programmed_mg)
    fits = [
        model.fit(rate, curves, change_mg_h, u_change_mg_h, hours_apart)
        for model in (models, *(models.beside(columns) for columns in own))
    ]
    likelihood, variance = (np.concatenate(parts) for parts in zip(*fits, strict=True))
    weight = np.exp(likelihood - likelihood.max())
    mean = float(np.sum(weight * variance) / weight.sum())
    # A variance has no more digits than this; the rest would depend on the machine's order of summation.
    return LossWalk(float(f"{mean:.{_DIGITS}g}"))


@dataclass(frozen=True, slots=True)
class _Slopes:
    """Slopes between neighbouring spans of one stretch, mg/h (n,) at hours (n,), spans `width_h` wide."""

    rate_mg_h: FloatArray
    at_h: FloatArray
    width_h: float
    jumps: tuple[int, ...]


def _slopes(t_s: FloatArray, y: FloatArray) -> _Slopes:
    centre_s, mean, width_s = span_means(t_s, y, _SPANS)
    steps = np.diff(mean)
    width_h = width_s / S_PER_H
    at_h = (centre_s[:-1] + centre_s[1:]) / 2.0 / S_PER_H
    return _Slopes(steps / width_h, at_h, width_h, tuple(isolated_jumps(steps).tolist()))


def _own_of_pump(curves: FloatArray, t_s: FloatArray, programmed_mg: FloatArray) -> list[FloatArray]:
    """Return what a pump may add to slopes by itself, each (n, p) an alternative: a lag, a lag and a share, or a share.

    `programmed_mg` is what its programme asks for at `t_s`. A lag is how the slopes of that differ when it comes a
    part of a span later: lines and tubes give way. Where the rate changes a few times, what comes about the changes
    may be anything beside the share. What `curves` hold already is left out; empty for one rate or none, and without
    what would leave too few slopes.
    """
    asked_mg = programmed_mg - programmed_mg[0]
    _, mean, width_s = span_means(t_s, asked_mg, _SPANS)
    slope = np.diff(mean)
    differs = _ONE_RATE * float(np.abs(slope).max())
    if float(np.ptp(slope)) <= differs:
        return []
    later_mg = np.interp(t_s - _LAG_OF_SPAN * width_s, t_s, asked_mg)
    lag = np.diff(span_means(t_s, later_mg, _SPANS)[1]) - slope
    changes = 1 + np.flatnonzero(np.abs(np.diff(slope)) > differs)
    few = changes.size <= _FEW_OF_SLOPES * slope.size
    alternatives = [[lag], [lag, slope], *([[*np.eye(slope.size)[changes], slope]] if few else [])]
    found = [_beyond(curves, columns) for columns in alternatives]
    return [one for one in found if slope.size - curves.shape[1] - one.shape[1] >= _LEAST_FREE]


def _beyond(curves: FloatArray, columns: Sequence[FloatArray]) -> FloatArray:
    """Return what columns (n,) hold that neither curves (n, p) nor the columns before them do, (n, k), k ≥ 0."""
    held = curves
    for column in columns:
        beta, *_ = np.linalg.lstsq(held, column, rcond=None)
        rest = column - np.einsum("ip,p->i", held, beta)
        if float(np.abs(rest).max()) > _ROUNDING * float(np.abs(column).max()):
            held = np.column_stack([held, rest / float(np.abs(rest).max())])
    return held[:, curves.shape[1] :]


def _curves(slopes: Sequence[_Slopes]) -> FloatArray:
    """Return what is no noise, a column each: the flow less the loss at the beginning, and each isolated jump."""
    n = sum(part.rate_mg_h.size for part in slopes)
    columns = [np.ones(n)]
    first = 0
    for part in slopes:
        for jump in part.jumps:
            column = np.zeros(n)
            column[first + jump] = 1.0
            columns.append(column)
        first += part.rate_mg_h.size
    return np.column_stack(columns)


@dataclass(frozen=True, slots=True)
class _Models:
    """Covariances of the slopes under each model, of trace n: `inverse` (m, n, n), `log_det` (m,), `loss` (m,).

    `loss` is the variance per hour that the model's loss gains for each unit of the model's scale; `taken` are the
    degrees of freedom that went into what a pump adds by itself.
    """

    inverse: FloatArray
    log_det: FloatArray
    loss: FloatArray
    taken: int = 0

    def beside(self, columns: FloatArray) -> "_Models":
        """Return the models with what `columns` (n, p) explain besides, of sizes that nobody knows.

        What is known of them beforehand is what one slope alone would tell (a prior of unit information; Kass and
        Wasserman, J. Amer. Statist. Assoc. 90 (1995) 928-934), so that likelihoods with and without may be compared.
        """
        n, p = columns.shape
        weighted = np.einsum("mij,jp->mip", self.inverse, columns)
        normal = np.einsum("ip,miq->mpq", columns, weighted)
        taken = np.einsum("mip,mpq,mjq->mij", weighted, np.linalg.inv(normal), weighted)
        told = np.linalg.slogdet(normal)[1] - np.linalg.slogdet(np.einsum("ip,iq->pq", columns, columns))[1]
        return _Models(self.inverse - taken, self.log_det + told + p * math.log(n), self.loss, self.taken + p)

    def fit(
        self, rate: FloatArray, curves: FloatArray, change: float, u_change: float, hours_apart: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return the log-likelihood and the walk's variance under each model, its scale being the likeliest."""
        free = len(rate) - curves.shape[1] - self.taken
        # Sums by einsum and not by BLAS, whose order of summation may change with its number of threads.
        weighted = np.einsum("mij,jp->mip", self.inverse, curves)
        normal = np.einsum("ip,miq->mpq", curves, weighted)
        right = np.einsum("mip,i->mp", weighted, rate)
        beta = np.linalg.solve(normal, right[..., None])[..., 0]
        rest = rate - np.einsum("ip,mp->mi", curves, beta)
        rss = np.einsum("mi,mij,mj->m", rest, self.inverse, rest)
        scale = np.maximum(rss, 0.0) / free + np.finfo(float).tiny
        likelihood = -0.5 * (self.log_det + np.linalg.slogdet(normal)[1] + free * np.log(scale))
        # What is known of the sizes beforehand goes by one scale for all models, the likeliest's.
        likelihood = likelihood - 0.5 * self.taken * math.log(scale[likelihood.argmax()])
        variance = self.loss * scale
        if hours_apart > 0.0 and math.isfinite(u_change):
            expected = variance * hours_apart + u_change**2 + np.finfo(float).tiny
            likelihood = likelihood - 0.5 * (np.log(expected) + change**2 / expected)
        return likelihood, variance


def _models(slopes: Sequence[_Slopes], at_h: FloatArray) -> _Models:
    geometry = tuple((part.rate_mg_h.size, part.width_h) for part in slopes)
    return _models_at(geometry, tuple(at_h.tolist()))


@lru_cache(maxsize=32)
def _models_at(geometry: tuple[tuple[int, float], ...], at_h: tuple[float, ...]) -> _Models:
    n = len(at_h)
    white, walk = np.zeros((n, n)), np.zeros((n, n))
    first = 0
    for size, width_h in geometry:
        part = slice(first, first + size)
        # Differences of neighbouring means: of white noise (2, −1), of a walk's averages (2/3, 1/6).
        off = np.eye(size, k=1) + np.eye(size, k=-1)
        white[part, part] = (2.0 * np.eye(size) - off) / width_h**2
        walk[part, part] = (2.0 / 3.0 * np.eye(size) + off / 6.0) / width_h
        first += size
    hours = np.asarray(at_h) - at_h[0]
    loss = np.minimum.outer(hours, hours)
    white_unit, walk_unit = (each / (np.trace(each) / n) for each in (white, walk))
    loss_unit = loss / (np.trace(loss) / n)
    per_unit = n / float(np.trace(loss))
    found = [
        ((1.0 - own) * ((1.0 - mass) * white_unit + mass * walk_unit) + own * loss_unit, own * per_unit)
        for mass in _MASS_SHARES
        for own in _LOSS_SHARES
    ]
    covariance = np.array([each for each, _ in found])
    return _Models(np.linalg.inv(covariance), np.linalg.slogdet(covariance)[1], np.array([own for _, own in found]))
