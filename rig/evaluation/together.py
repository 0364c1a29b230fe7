"""All that measured or counted one delivery, as one volume with its uncertainty; where they disagree, which is off."""

import math
from dataclasses import dataclass, replace

import numpy as np

from rig.errors import MetrologyError, PathsDisagreeError
from rig.evaluation.case import Case, WeighedCourse
from rig.evaluation.evidence import motor
from rig.evaluation.paths_of_a_case import between_counts, paths_of, seconds, times_ns
from rig.metrology.paths.fused import Fused, fuse
from rig.metrology.paths.two_paths import POINTS, Path, PathKind
from rig.quantities import Measured

K = 2.0
"""With which coverage the volume of all paths together is shown, wherever it is."""

# What is supposed of strokes of which nothing is stated: one differs from the next by a twentieth.
_STROKES_SCATTER = 0.05
_OF_THE_STROKE = "stroke"
_SQRT_3 = math.sqrt(3.0)


@dataclass(frozen=True, slots=True)
class Together:
    """What all paths of a delivery come to: the volume and each path's share of it, fractions that add up to 1.

    `total` is None where they disagree: `disagree` then says which of them is off, by how much and from when on, and
    `lying` names it.
    """

    total: Measured | None
    shares: tuple[tuple[PathKind, float], ...]
    disagree: str = ""
    lying: tuple[str, ...] = ()

    @property
    def expanded_ul(self) -> float:
        """Return U with the coverage `K`, µL; 0 where there is no volume."""
        return 0.0 if self.total is None else self.total.expanded(K)

    @property
    def said(self) -> str:
        """Return it in one sentence."""
        if self.total is None:
            return self.disagree
        of = ", ".join(f"{kind} {100.0 * share:.1f} %" for kind, share in self.shares)
        return f"{self.total.value:.6g} ± {self.expanded_ul:.2g} µL (k = {K:g}), of which {of}"


def together_of(case: Case) -> Together | None:
    """Return what all paths of a delivery come to; None for one path alone, and where a challenge parted them."""
    try:
        paths = fusible(case)
        if len(paths) < 2:
            return None
        found = fuse(paths, independent=_independent(case))
    except PathsDisagreeError as error:
        return Together(None, (), str(error), error.lying)
    except MetrologyError:
        return None  # readings that are no series: the rows of the truths say why
    return _told(found)


def fusible(case: Case) -> list[Path]:
    """Return the paths of a delivery, each with its errors as they go on in time; none where a challenge parted them.

    Raises SeriesError for readings that are no series.
    """
    weighed = case.weighed
    if case.parted or weighed is None:
        return []
    stroke_ul = case.start.dut.stroke_ul
    walk_ul = stroke_ul * _STROKES_SCATTER**2
    found = []
    for path in paths_of(case):
        if path.kind == "balance":
            found.append(_in_time(path, weighed))
        elif path.kind == "motor counts":
            found.append(replace(path, wander_ul=walk_ul, scale=_OF_THE_STROKE))
        else:
            found.append(path)
    books = _books(case)
    return found if books is None else [*found, books]


def _in_time(path: Path, weighed: WeighedCourse) -> Path:
    """Return the balance's path without the strokes that two readings cut, with what strays and what bends apart."""
    c = weighed.corrections
    reading_sq = weighed.reading_mg**2 + c.balance.readability_mg**2 / 12.0 + c.tip.capillary_mg**2
    gain_ul = max(abs(float(path.volume_ul[-1])), c.per_mg * c.balance.linearity_mg)
    bent = c.per_mg * c.balance.linearity_mg / _SQRT_3 / gain_ul if gain_ul else 0.0
    return replace(
        path,
        u_reading_ul=c.per_mg * math.sqrt(reading_sq),
        relative_u=math.hypot(path.relative_u, bent),
        wander_ul2_h=c.per_mg**2 * c.evaporation.wander_mg2_h,
    )


def _books(case: Case) -> Path | None:
    """Return the pump's own count as volume: between two readings of it it goes as the programme does."""
    counted_ns, told = case.counted
    t_ns, dut = times_ns(case), case.start.dut
    if "delivered" not in told or len(counted_ns) < 2 or not dut.stroke_ul:
        return None
    inside = t_ns[(t_ns >= counted_ns[0]) & (t_ns <= counted_ns[-1])]
    if len(inside) < 2:
        return None
    volume = between_counts(case, counted_ns, told["delivered"], inside)
    return Path(
        kind="pump's books",
        t_s=seconds(case, inside),
        volume_ul=volume - volume[0],
        u_reading_ul=dut.stroke_ul / math.sqrt(6.0),
        relative_u=case.limits.agreement.books_percent / 100.0 / _SQRT_3,
        u_rate_ul_h=0.0,
        wander_ul=dut.stroke_ul * _STROKES_SCATTER**2,
        scale=_OF_THE_STROKE,
    )


def _independent(case: Case) -> int:
    """Return how many readings of the scarcest path have an error of their own: counts, and strokes between them."""
    begin_ns, end_ns = case.delivers_ns
    asked_ul = float(np.diff(case.programme.volume_ul(np.asarray([begin_ns, end_ns], np.int64)))[0])
    stroke_ul = case.start.dut.stroke_ul
    scarce = [POINTS] + ([int(asked_ul / stroke_ul)] if stroke_ul else [])
    if counts := motor.edges_of(case):
        scarce.append(len(counts))
    return max(2, min(scarce))


def _told(found: Fused) -> Together:
    return Together(found.total, tuple(zip(found.paths, found.shares, strict=True)))
