"""From the uncertainties of inputs to that of a result: the law of propagation, and Monte Carlo as its check.

Sources: JCGM 100:2008 (GUM) 5.1.2 and 5.2.2 (correlated inputs); JCGM 101:2008 (GUM Supplement 1), clauses 6.4
(distributions; 6.4.8 for normal ones that are correlated), 7 (propagation by draws) and 8 (validation of the law of
propagation).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from uncertainties import ufloat, wrap

from rig.errors import MetrologyError
from rig.metrology.readings.checked import FloatArray
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.metrology.uncertainty.correlation import Correlation, correlated_groups, correlation_matrix, matrix_root

Distribution = Literal["normal", "rectangular", "triangular", "arcsine", "student"]
# Draws handled at once: a model's temporaries stay within the cache.
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a model: best estimate, standard uncertainty (both in `unit`) and the distribution of its value.

    "student" needs `dof` > 2 and is scaled by `u` as in JCGM 101 6.4.9; the others have the standard deviation `u`.
    Raises MetrologyError for numbers that are not finite, a negative u, or degrees of freedom that do not fit.
    """

    name: str
    value: float
    u: float
    unit: str
    kind: Literal["A", "B"] = "B"
    distribution: Distribution = "normal"
    dof: float = math.inf

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and math.isfinite(self.u) and self.u >= 0 and self.dof > 0):
            raise MetrologyError(f"{self.name}: {self.value!r} ± {self.u!r}, {self.dof!r} degrees of freedom: no input")
        if self.distribution == "student" and not 2 < self.dof < math.inf:
            raise MetrologyError(
                f"{self.name}: Student's distribution needs more than 2 degrees, finite; not {self.dof!r}"
            )

    def draw(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """Return `draws` values (draws,)."""
        match self.distribution:
            case "normal":
                return rng.normal(self.value, self.u, draws)
            case "rectangular":
                half = self.u * math.sqrt(3.0)
                return rng.uniform(self.value - half, self.value + half, draws)
            case "triangular":
                half = self.u * math.sqrt(6.0)
                return self.value + half * (rng.random(draws) - rng.random(draws))
            case "arcsine":
                return self.value + self.u * math.sqrt(2.0) * np.sin(2.0 * np.pi * rng.random(draws))
            case "student":
                return self.value + self.u * rng.standard_t(self.dof, draws)


Model = Callable[..., FloatArray]
"""One argument per input, in order, as floats or as arrays of one shape; returns the result of that shape."""


def propagate(model: Model, inputs: Sequence[Input], unit: str, correlations: Sequence[Correlation] = ()) -> Budget:
    """Return the result of `model` at the best estimates, in `unit`, with its budget by the law of propagation.

    Sensitivities are central differences; inputs are independent but for `correlations`. Raises MetrologyError when the
    model gives no finite number, and for correlations that are none of these inputs.
    """
    variables = [ufloat(each.value, each.u if each.u > 0 else 1.0) for each in inputs]
    result = wrap(lambda *values: float(model(*values)))(*variables)
    return combine(
        float(result.nominal_value),
        unit,
        [
            Component(
                each.name, each.kind, each.value, each.u, each.unit, float(result.derivatives[variable]), each.dof
            )
            for each, variable in zip(inputs, variables, strict=True)
        ],
        correlations=correlations,
    )


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """What the draws say: mean and standard uncertainty in `unit`, and the interval that holds `level` of them.

    `low` and `high` leave out as much on either side; `shortest_low` and `shortest_high` are the shortest interval.
    """

    mean: float
    u: float
    unit: str
    low: float
    high: float
    shortest_low: float
    shortest_high: float
    level: float
    draws: int


@dataclass(frozen=True, slots=True)
class _Coupled:
    """The places (m,) of inputs that are correlated, and a root (m, m) of their correlation matrix."""

    places: tuple[int, ...]
    root: FloatArray

    @classmethod
    def of(cls, inputs: Sequence[Input], correlations: Sequence[Correlation]) -> "_Coupled":
        matrix = correlation_matrix([each.name for each in inputs], correlations)
        places = [i for group in correlated_groups(matrix) if len(group) > 1 for i in group]
        if other := [inputs[i].name for i in places if inputs[i].distribution != "normal"]:
            raise MetrologyError(f"only normal inputs are drawn correlated; {', '.join(other)} is not normal")
        return cls(tuple(places), matrix_root(matrix[np.ix_(places, places)]))

    def draw(self, inputs: Sequence[Input], rng: np.random.Generator, draws: int) -> list[FloatArray]:
        """Return `draws` values (draws,) of each input."""
        scores = self.root @ rng.standard_normal((len(self.places), draws))
        together = {i: inputs[i].value + inputs[i].u * score for i, score in zip(self.places, scores, strict=True)}
        return [together[i] if i in together else each.draw(rng, draws) for i, each in enumerate(inputs)]


def monte_carlo(
    model: Model,
    inputs: Sequence[Input],
    unit: str,
    *,
    seed: int,
    draws: int = 1_000_000,
    level: float = 0.95,
    correlations: Sequence[Correlation] = (),
) -> MonteCarlo:
    """Return the distribution of `model` over `draws` draws of its inputs; the same seed gives the same numbers.

    Raises MetrologyError for too few draws for `level` (JCGM 101 7.2.2 asks for 1e4/(1 − level)), a model that gives
    anything that is not finite, and `correlations` that are none of these inputs or of inputs that are not normal.
    """
    if not (0.0 < level < 1.0 and draws * (1.0 - level) >= 100.0):
        raise MetrologyError(f"{draws!r} draws are too few to find the interval of {level!r}")
    rng = np.random.default_rng(seed)
    coupled = _Coupled.of(inputs, correlations)
    results = np.empty(draws)
    for start in range(0, draws, _CHUNK):
        part = results[start : start + _CHUNK]
        part[:] = model(*coupled.draw(inputs, rng, part.size))
    mean, u = float(results.mean()), float(results.std(ddof=1))
    if not (math.isfinite(mean) and math.isfinite(u)):
        raise MetrologyError("the model gives values that are not finite within the uncertainties of its inputs")
    results.sort()
    held = round(level * draws)
    tail = (draws - held) // 2
    shortest = int(np.argmin(results[held:] - results[: draws - held]))
    return MonteCarlo(
        mean,
        u,
        unit,
        float(results[tail]),
        float(results[tail + held]),
        float(results[shortest]),
        float(results[shortest + held]),
        level,
        draws,
    )


@dataclass(frozen=True, slots=True)
class Validation:
    """Whether the law of propagation may be used: both ends of its interval within `tolerance` of the draws' ends."""

    valid: bool
    d_low: float
    d_high: float
    tolerance: float


def validate(budget: Budget, drawn: MonteCarlo, digits: int = 2) -> Validation:
    """Compare the intervals of `budget` and of `drawn` (JCGM 101, 8.1), u being meaningful to `digits` digits."""
    if drawn.unit != budget.unit:
        raise MetrologyError(f"a budget in {budget.unit} is not comparable with draws in {drawn.unit}")
    expanded = budget.expanded(drawn.level)
    d_low = abs(budget.value - expanded - drawn.low)
    d_high = abs(budget.value + expanded - drawn.high)
    tolerance = numerical_tolerance(budget.u, digits)
    return Validation(max(d_low, d_high) <= tolerance, d_low, d_high, tolerance)


def numerical_tolerance(u: float, digits: int) -> float:
    """Return half of the last of `digits` significant digits of `u` (JCGM 101, 7.9.2)."""
    if not (u > 0.0 and digits >= 1):
        return 0.0
    last = math.floor(math.log10(u)) - digits + 1
    return 0.5 * 10.0**last
