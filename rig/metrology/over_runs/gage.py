"""Gage R&R by analysis of variance: how much of the seen variation is the rig's own.

Source: AIAG, Measurement Systems Analysis, 4th edition, chapter III section B "ANOVA method" and appendix A (crossed
study, random effects; the interaction is pooled into repeatability when its significance is above 0.25).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2
from scipy.stats import f as fisher_f

from rig.errors import MetrologyError
from rig.metrology.readings.demands import finite_array, positive

POOLING_SIGNIFICANCE = 0.25
"""Above it the interaction is pooled into repeatability: the value of AIAG's manual (its appendix A)."""


@dataclass(frozen=True, slots=True)
class AnovaLine:
    """One source of variation; `f` and `p` are None where the table has no test."""

    source: str
    dof: int
    sum_of_squares: float
    f: float | None = None
    p: float | None = None

    @property
    def mean_square(self) -> float:
        """Return the sum of squares per degree of freedom."""
        return self.sum_of_squares / self.dof


@dataclass(frozen=True, slots=True)
class GageStudy:
    """Standard deviations in the unit of the readings, percentages of the total variation.

    `ev` is the equipment (repeatability), `av` the appraiser, `interaction` part by appraiser (0 when pooled), `pv` the
    parts. `set_to_zero` names the variances whose estimate was negative, which the method reads as zero.
    `grr_interval` holds the true GRR with 95 % confidence (Satterthwaite on the mean squares).
    """

    anova: tuple[AnovaLine, ...]
    interaction_pooled: bool
    ev: float
    av: float
    interaction: float
    pv: float
    set_to_zero: tuple[str, ...]
    grr_interval: tuple[float, float]

    @property
    def grr(self) -> float:
        """Return the gage's own standard deviation: equipment, appraiser and interaction."""
        return math.hypot(self.ev, self.av, self.interaction)

    @property
    def reproducibility(self) -> float:
        """Return what appraisers and their interaction with parts add, as a standard deviation."""
        return math.hypot(self.av, self.interaction)

    @property
    def tv(self) -> float:
        """Return the total standard deviation."""
        return math.hypot(self.grr, self.pv)

    @property
    def grr_percent(self) -> float:
        """Return %GRR = 100·GRR/TV."""
        return 100 * self.grr / self.tv

    @property
    def ev_percent(self) -> float:
        """Return %EV = 100·EV/TV."""
        return 100 * self.ev / self.tv

    @property
    def av_percent(self) -> float:
        """Return %AV = 100·AV/TV."""
        return 100 * self.av / self.tv

    @property
    def pv_percent(self) -> float:
        """Return %PV = 100·PV/TV."""
        return 100 * self.pv / self.tv

    @property
    def grr_contribution_percent(self) -> float:
        """Return the share of the total variance, 100·GRR²/TV²."""
        return 100 * (self.grr / self.tv) ** 2

    @property
    def categories(self) -> float:
        """Return 1.41·PV/GRR before it is truncated."""
        return 1.41 * self.pv / self.grr

    @property
    def ndc(self) -> int:
        """Return the number of distinct categories, 1.41·PV/GRR truncated; 5 or more is wanted."""
        return math.floor(self.categories)

    def grr_percent_of_tolerance(self, tolerance_width: float, spread: float = 6.0) -> float:
        """Return 100·spread·GRR/width for a tolerance of `tolerance_width`; raise MetrologyError unless positive."""
        return 100 * spread * self.grr / positive(tolerance_width, "width of the tolerance")


def gage_study(readings: ArrayLike, pooling_significance: float = POOLING_SIGNIFICANCE) -> GageStudy:
    """Evaluate a crossed study `readings` (parts, appraisers, trials) in any unit.

    On an automatic rig the appraisers are benches, operators or days. Raises SeriesError unless there are at least 2 of
    each and every reading is finite (a crossed study has no holes); MetrologyError when repeated readings never differ
    (the resolution hides the repeatability).
    """
    x = finite_array(readings, "readings by part, appraiser and trial", ndim=3, least=2)
    parts, appraisers, interaction, error = _lines(x)
    if error.sum_of_squares <= 1e-24 * float(np.sum(x**2)):
        raise MetrologyError("repeated readings never differ: the resolution is too coarse to show repeatability")
    interaction = _tested(interaction, error)
    pooled = interaction.p is not None and interaction.p > pooling_significance
    if pooled:
        repeatability = AnovaLine(
            "repeatability", interaction.dof + error.dof, interaction.sum_of_squares + error.sum_of_squares
        )
        lines = (_tested(parts, repeatability), _tested(appraisers, repeatability), interaction, repeatability)
    else:
        lines = (_tested(parts, interaction), _tested(appraisers, interaction), interaction, error)
    return _components(lines, x.shape, pooled=pooled)


def _lines(x: NDArray[np.float64]) -> tuple[AnovaLine, AnovaLine, AnovaLine, AnovaLine]:
    parts, appraisers, trials = x.shape
    # Centred first: the sums of squares of readings with a large offset would lose their digits.
    x = x - x.mean()
    by_part, by_appraiser, by_cell = x.mean(axis=(1, 2)), x.mean(axis=(0, 2)), x.mean(axis=2)
    residual = by_cell - by_part[:, None] - by_appraiser[None, :]
    return (
        AnovaLine("parts", parts - 1, appraisers * trials * float(np.sum(by_part**2))),
        AnovaLine("appraisers", appraisers - 1, parts * trials * float(np.sum(by_appraiser**2))),
        AnovaLine("parts by appraisers", (parts - 1) * (appraisers - 1), trials * float(np.sum(residual**2))),
        AnovaLine("repeatability", parts * appraisers * (trials - 1), float(np.sum((x - by_cell[:, :, None]) ** 2))),
    )


def _tested(line: AnovaLine, against: AnovaLine) -> AnovaLine:
    if against.mean_square == 0:
        return AnovaLine(line.source, line.dof, line.sum_of_squares, math.inf, 0.0)
    ratio = line.mean_square / against.mean_square
    return AnovaLine(
        line.source, line.dof, line.sum_of_squares, ratio, float(fisher_f.sf(ratio, line.dof, against.dof))
    )


def _components(lines: tuple[AnovaLine, ...], shape: tuple[int, ...], *, pooled: bool) -> GageStudy:
    parts, appraisers, trials = shape
    ms_part, ms_appraiser, ms_interaction, ms_error = (line.mean_square for line in lines)
    if pooled:
        ms_interaction = ms_error
    variance = {
        "parts": (ms_part - ms_interaction) / (appraisers * trials),
        "appraisers": (ms_appraiser - ms_interaction) / (parts * trials),
        "parts by appraisers": (ms_interaction - ms_error) / trials,
    }
    sd = {name: math.sqrt(max(0.0, value)) for name, value in variance.items()}
    # GRR² as a sum of mean squares; each weight is positive, which Satterthwaite's approximation needs.
    per_cell, per_appraiser = 1 / trials, 1 / (parts * trials)
    if pooled:
        weights = [(1 - per_appraiser, lines[3]), (per_appraiser, lines[1])]
    else:
        weights = [(1 - per_cell, lines[3]), (per_cell - per_appraiser, lines[2]), (per_appraiser, lines[1])]
    return GageStudy(
        anova=lines,
        interaction_pooled=pooled,
        ev=math.sqrt(ms_error),
        av=sd["appraisers"],
        interaction=sd["parts by appraisers"],
        pv=sd["parts"],
        set_to_zero=tuple(name for name, value in variance.items() if value < 0),
        grr_interval=_satterthwaite(weights),
    )


def _satterthwaite(weights: list[tuple[float, AnovaLine]], level: float = 0.95) -> tuple[float, float]:
    terms = [(weight * line.mean_square, line.dof) for weight, line in weights]
    total = sum(term for term, _ in terms)
    dof = total**2 / sum(term**2 / term_dof for term, term_dof in terms)
    low, high = (math.sqrt(total * dof / float(chi2.isf(tail, dof))) for tail in ((1 - level) / 2, (1 + level) / 2))
    return low, high
