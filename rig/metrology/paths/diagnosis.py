"""What fits the pattern when measurements of one delivery disagree: bubble, leak, evaporation, drift, missed strokes.

The table below is the knowledge: which path is off, in which direction, in which shape. More than one cause may fit;
all that do are named, each with its evidence, and none is chosen by averaging.
"""

import math
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
# A step is a number of whole strokes when it is this close to one, in strokes: half of all sizes are not.
_WHOLE = 0.25


@dataclass(frozen=True, slots=True)
class Finding:
    """A cause that fits: the path that it puts off, the pattern, and the evidence in words."""

    cause: Cause
    path: PathKind
    pattern: Pattern
    evidence: str


def diagnose(
    comparison: Comparison, *, stroke_ul: float = 0.0, plausible_evaporation_ul_h: float = math.inf
) -> tuple[Finding, ...]:
    """Return what fits the disagreement, best first; nothing when all paths agree.

    With three paths of which two agree, the third is off; else each path of each disagreeing pair is considered.
    `stroke_ul` is the pump's stroke (0: not known), `plausible_evaporation_ul_h` the largest loss that the vessel could
    have beyond its correction (inf: not known): a steady loss beyond that is a leak and no evaporation.
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
    return tuple(_once(found))


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
        Finding(cause, suspect, pattern, _evidence(pattern, suspect, other, difference.at_end_k, patterns))
        for pattern in patterns
        if pattern.cost <= patterns[0].cost + _WORTH_NAMING
        for cause in _causes(suspect, pattern, stroke_ul, plausible_ul_h)
    ]


def _causes(suspect: PathKind, pattern: Pattern, stroke_ul: float, plausible_ul_h: float) -> tuple[Cause, ...]:
    low = pattern.size_ul < 0.0
    if suspect == "flow sensor" and pattern.shape in _DRIFTS:
        return ("sensor drift",)
    causes = _CAUSES.get((suspect, low, pattern.shape), ("unknown",))
    if suspect == "balance" and low and pattern.shape == "ramp":
        return ("evaporation", "leak") if abs(pattern.rate_ul_h) <= plausible_ul_h else ("leak",)
    if pattern.shape == "step" and "missed strokes" in causes and stroke_ul > 0.0:
        strokes = pattern.size_ul / stroke_ul
        whole = abs(strokes - round(strokes)) < _WHOLE and round(strokes) >= 1
        return causes if whole else ("bubble",)
    return causes


def _evidence(
    pattern: Pattern, suspect: PathKind, other: PathKind, at_end_k: float, patterns: tuple[Pattern, ...]
) -> str:
    direction = "less" if pattern.size_ul < 0.0 else "more"
    where = {
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
    rivals = [each for each in patterns if each.shape != pattern.shape]
    lead = rivals[0].cost - pattern.cost if rivals else 0.0
    rival = f"; next shape, {rivals[0].shape}, costs {lead:+.0f}" if rivals else ""
    return (
        f"{suspect} shows {abs(pattern.size_ul):.3g} µL {direction} than {other} ({at_end_k:.1f} standard "
        f"uncertainties at the end): {where}; explains {100.0 * pattern.explained:.0f} % of the deviation{rival}"
    )


def _noise_ul(pair: list[Path]) -> float:
    return math.hypot(*(path.u_reading_ul for path in pair))


def _once(found: list[Finding]) -> list[Finding]:
    """Return the first finding of each cause and path."""
    seen: dict[tuple[Cause, PathKind], Finding] = {}
    for finding in found:
        seen.setdefault((finding.cause, finding.path), finding)
    return list(seen.values())
