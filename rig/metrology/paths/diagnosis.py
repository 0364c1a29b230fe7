"""What fits the pattern when measurements of one delivery disagree: bubble, leak, evaporation, drift, missed strokes.

The table below is the knowledge: which path is off, in which direction, in which shape. More than one cause may fit;
all that do are named, each with its evidence, and none is chosen by averaging. Causes that fit alike are told together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rig.metrology.paths.patterns import Pattern, Shape, rank_patterns
from rig.metrology.paths.two_paths import Comparison, Path, PathKind
from rig.quantities import S_PER_H

Cause = Literal[
    "bubble", "leak", "evaporation", "sensor drift", "missed strokes", "lost counts", "disturbed weighing", "unknown"
]

# (path that is off, whether it shows too little, shape) → causes, the likeliest first.
_CAUSES: dict[tuple[PathKind, bool, Shape], tuple[Cause, ...]] = {
    ("balance", True, "step"): ("bubble",),
    ("balance", True, "transient"): ("bubble",),
    ("balance", True, "steps"): ("leak",),
    ("balance", True, "ramp"): ("evaporation", "leak"),
    ("balance", True, "share"): ("leak",),
    ("balance", True, "late ramp"): ("leak",),
    ("balance", True, "growing"): ("evaporation", "leak"),
    ("balance", False, "step"): ("disturbed weighing",),
    ("balance", False, "transient"): ("disturbed weighing",),
    ("balance", False, "ramp"): ("evaporation",),
    ("balance", False, "growing"): ("evaporation",),
    ("flow sensor", True, "step"): ("bubble",),
    ("flow sensor", True, "transient"): ("bubble",),
    ("flow sensor", False, "step"): ("bubble",),
    ("flow sensor", False, "transient"): ("bubble",),
    ("motor counts", False, "step"): ("missed strokes", "bubble"),
    ("motor counts", False, "transient"): ("bubble",),
    ("motor counts", False, "steps"): ("missed strokes",),
    ("motor counts", False, "ramp"): ("leak", "missed strokes"),
    ("motor counts", False, "share"): ("leak", "missed strokes"),
    ("motor counts", False, "late ramp"): ("leak", "missed strokes"),
    ("motor counts", False, "growing"): ("leak", "missed strokes"),
    ("motor counts", True, "step"): ("lost counts",),
    ("motor counts", True, "steps"): ("lost counts",),
    ("motor counts", True, "ramp"): ("lost counts",),
    ("motor counts", True, "share"): ("lost counts",),
    ("motor counts", True, "late ramp"): ("lost counts",),
}
_DRIFTS: frozenset[Shape] = frozenset({"ramp", "late ramp", "share", "growing"})
# Shapes this much dearer than the best are not worth naming (Kass and Raftery 1995: strong evidence).
_WORTH_NAMING = 6.0
# Nothing speaks for a shape that is cheaper by less than this (Kass and Raftery: not worth more than a bare mention).
_ALIKE = 2.0
# Of what fits alike, the likelier first: what is lost on the way goes with the flow.
_LIKELIER: tuple[Shape, ...] = ("share", "ramp", "growing", "late ramp", "step", "transient", "steps")
# A step is a number of whole strokes when it is this close to one, in strokes: half of all sizes are not.
_WHOLE = 0.25


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause that fits: the path that it puts off against which other, the pattern, and the evidence in words."""

    cause: Cause
    path: PathKind
    other: PathKind
    pattern: Pattern
    evidence: str

    def fits_like(self, best: "Finding") -> bool:
        """Tell whether nothing speaks for the best finding rather than for this one, of the same two paths."""
        same = {self.path, self.other} == {best.path, best.other}
        return same and "unknown" not in (self.cause, best.cause) and self.pattern.cost <= best.pattern.cost + _ALIKE


def diagnose(
    comparison: Comparison, *, stroke_ul: float = 0.0, plausible_evaporation_ul_h: float = math.inf
) -> tuple[Finding, ...]:
    """Return what fits the disagreement, best first, of what fits alike the likelier; nothing when all paths agree.

    With three paths of which two agree, the third is off; else each path of each disagreeing pair is considered.
    `stroke_ul` is the pump's stroke (0: not known), `plausible_evaporation_ul_h` the largest loss that the vessel could
    have beyond its correction (inf: not known): what goes on beyond that is no evaporation.
    """
    odd = comparison.odd_one_out
    found: list[Finding] = []
    for index, difference in enumerate(comparison.differences):
        if difference.consistent or (odd is not None and odd not in (difference.first, difference.second)):
            continue
        suspects = (difference.first, difference.second) if odd is None else (odd,)
        for suspect in suspects:
            found.extend(_findings(comparison, index, suspect, stroke_ul, plausible_evaporation_ul_h))
    found.sort(key=lambda finding: (finding.cause == "unknown", finding.pattern.cost))
    alike = _once(sorted(alike_of(found), key=lambda finding: _LIKELIER.index(finding.pattern.shape)))
    return tuple(_once([*alike, *found]))


def alike_of(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that fit as well as the best does, itself among them; none of none.

    The first is the best, or one that fits like it.
    """
    best = min(findings, key=lambda one: (one.cause == "unknown", one.pattern.cost), default=None)
    return tuple(one for one in findings if best is not None and (one is best or one.fits_like(best)))


def _findings(
    comparison: Comparison, index: int, suspect: PathKind, stroke_ul: float, plausible_ul_h: float
) -> list[Finding]:
    """Return what fits when `suspect` is the path of the pair that is off."""
    difference = comparison.differences[index]
    sign = 1.0 if suspect == difference.first else -1.0
    other = difference.second if suspect == difference.first else difference.first
    deviation = sign * difference.difference_ul
    kinds = [path.kind for path in comparison.paths]
    pair = [comparison.paths[kinds.index(kind)] for kind in (suspect, other)]
    volume = comparison.volume_ul[kinds.index(other)]
    patterns = rank_patterns(comparison.t_s, deviation, volume, _noise_ul(pair))
    return [
        Finding(cause, suspect, other, pattern, _evidence(pattern, suspect, other, difference.at_end_k, patterns))
        for pattern in patterns
        if pattern.cost <= patterns[0].cost + _WORTH_NAMING
        for cause in _causes(suspect, pattern, stroke_ul, plausible_ul_h)
    ]


def _causes(suspect: PathKind, pattern: Pattern, stroke_ul: float, plausible_ul_h: float) -> tuple[Cause, ...]:
    low = pattern.size_ul < 0.0
    if suspect == "flow sensor" and pattern.shape in _DRIFTS:
        return ("sensor drift",)
    causes = _CAUSES.get((suspect, low, pattern.shape), ("unknown",))
    if "evaporation" in causes and abs(_mean_rate_ul_h(pattern)) > plausible_ul_h:
        return tuple(cause for cause in causes if cause != "evaporation") or ("disturbed weighing",)
    if pattern.shape == "step" and "missed strokes" in causes and stroke_ul > 0.0:
        strokes = pattern.size_ul / stroke_ul
        whole = abs(strokes - round(strokes)) < _WHOLE and round(strokes) >= 1
        return causes if whole else ("bubble",)
    return causes


def _mean_rate_ul_h(pattern: Pattern) -> float:
    """Return how fast a deviation that goes on to the end grows in the mean, µL/h."""
    return pattern.size_ul / (pattern.end_s - pattern.onset_s) * S_PER_H


def _evidence(
    pattern: Pattern, suspect: PathKind, other: PathKind, at_end_k: float, patterns: tuple[Pattern, ...]
) -> str:
    direction = "less" if pattern.size_ul < 0.0 else "more"
    alike = [one for one in patterns if abs(one.cost - pattern.cost) <= _ALIKE]
    alike.sort(key=lambda one: _LIKELIER.index(one.shape))
    where = ", or as well ".join(map(_where, alike))
    rivals = [each for each in patterns if each not in alike]
    lead = rivals[0].cost - pattern.cost if rivals else 0.0
    rival = f"; next shape, {rivals[0].shape}, costs {lead:+.0f}" if rivals else ""
    return (
        f"{suspect} shows {abs(pattern.size_ul):.3g} µL {direction} than {other} ({at_end_k:.1f} standard "
        f"uncertainties at the end): {where}; explains {100.0 * pattern.explained:.0f} % of the deviation{rival}"
    )


def _where(pattern: Pattern) -> str:
    return {
        "step": f"a step at {pattern.onset_s / S_PER_H:.2f} h",
        "steps": f"steps from {pattern.onset_s / S_PER_H:.2f} to {pattern.end_s / S_PER_H:.2f} h",
        "transient": (
            f"a dent from {pattern.onset_s / S_PER_H:.2f} to {pattern.end_s / S_PER_H:.2f} h that closes again"
        ),
        "ramp": f"steadily from the start, {pattern.rate_ul_h:+.3g} µL/h, whatever the flow",
        "late ramp": f"steadily from {pattern.onset_s / S_PER_H:.2f} h on, {pattern.rate_ul_h:+.3g} µL/h",
        "share": "in proportion to what was delivered",
        "growing": "faster and faster from the start",
    }[pattern.shape]


def _noise_ul(pair: list[Path]) -> float:
    return math.hypot(*(path.u_reading_ul for path in pair))


def _once(found: list[Finding]) -> list[Finding]:
    """Return the first finding of each cause and path."""
    seen: dict[tuple[Cause, PathKind], Finding] = {}
    for finding in found:
        seen.setdefault((finding.cause, finding.path), finding)
    return list(seen.values())
