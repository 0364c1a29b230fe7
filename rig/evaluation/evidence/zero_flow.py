"""Nothing comes from a pump that stands still: the weighings at zero flow, and the motor meanwhile."""

import math

import numpy as np

from rig.clock import NS_PER_S
from rig.errors import MetrologyError
from rig.evaluation import inputs
from rig.evaluation.case import Case
from rig.evaluation.directions import moved
from rig.evaluation.edges import counted_edges
from rig.evaluation.inputs import Weighing
from rig.evaluation.testimony import Testimony, Witness
from rig.metrology.readings.regression import fit_line
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.quantities import S_PER_H
from rig.record.bodies.events import ZeroFlow
from rig.record.bodies.start import WeighingFacts

# A weighing is looked at in so many parts: what came early or late, and then no more, is no steady loss.
_PARTS = 8


def testify(case: Case) -> Testimony:
    """Hold each weighing at zero flow to what a stopped pump delivers: nothing."""
    if case.start.weighing is None or not case.zero_flows:
        return Testimony(not_asked="nothing was weighed at zero flow")
    against: list[str] = []
    said: list[str] = []
    for one in case.zero_flows:
        try:
            rate = inputs.zero_flow_rate(case.reader, one)
        except MetrologyError as error:
            said.append(f"not usable: {error}")  # results that need it say so themselves
            continue
        said.append(f"{-rate.rate_mg_h:+.3f} ± {inputs.widening(rate.dof) * rate.u_mg_h:.2g} mg/h")
        where = _where(case, one)
        against += _gains(case, one, rate, where)
        against += _comes_at_once(case, one, where)
        against += _known_loss(rate, case.start.weighing, where)
    return Testimony(f"at zero flow the vessel changed by {', '.join(said)}", tuple(against), undermines=True)


def _where(case: Case, one: ZeroFlow) -> str:
    before = one.to_ns <= case.delivers_ns[0] + 1
    return "before delivery" if before else f"{case.hour(one.from_ns):.2f} h after its begin"


def _gains(case: Case, one: ZeroFlow, rate: EvaporationRate, where: str) -> list[str]:
    if inputs.gain_mg_h(rate, inputs.weighing_facts(case.reader)) <= 0.0:
        return []
    u_mg_h = inputs.widening(rate.dof) * rate.u_mg_h
    per_mg = inputs.corrections_with(case.reader, one.from_ns, one.to_ns, rate).per_mg
    return [
        f"with the pump stopped, {where}, the vessel gained {-rate.rate_mg_h:.3g} ± {u_mg_h:.2g} mg/h "
        f"({-per_mg * rate.rate_mg_h:.3g} µL/h): no evaporation does that; liquid flows freely (a leak, a siphon, "
        "a pump that runs on) or the weighing was disturbed"
    ]


def _known_loss(rate: EvaporationRate, facts: WeighingFacts, where: str) -> list[str]:
    stated, u_stated = facts.evaporation_mg_h, facts.u_evaporation_mg_h
    if stated is None or u_stated is None:
        return []
    off_mg_h = rate.rate_mg_h - stated
    allowed_mg_h = inputs.widening(rate.dof) * math.hypot(rate.u_mg_h, u_stated, facts.evaporation_floor_mg_h)
    if abs(off_mg_h) <= allowed_mg_h:
        return []
    what = "more than blanks of this bench" if off_mg_h > 0 else "less than blanks of this bench: something flows in"
    changed = moved(-rate.rate_mg_h, "mg/h", ".3g", up="gained", down="lost")
    return [
        f"with the pump stopped, {where}, the vessel {changed}, {abs(off_mg_h):.2g} ± {allowed_mg_h:.2g} mg/h {what}"
    ]


def _comes_at_once(case: Case, one: ZeroFlow, where: str) -> list[str]:
    """Return what came in one part of the weighing alone, unless it fell in one piece and the motor stood still."""
    facts = case.start.weighing
    readings = inputs.weighing(case.reader, one.from_ns + case.settle_ns, one.to_ns)
    if facts is None or len(readings.t_s) < 2 * _PARTS:
        return []
    edges = np.linspace(readings.t_s[0], readings.t_s[-1], _PARTS + 1)
    levels = _levels(readings, edges)
    hours = (edges[1] - edges[0]) / S_PER_H
    per_part = len(readings.t_s) / _PARTS
    # A wetting that slips, and digits, at both ends of a part; the noise is averaged over the part.
    noise_mg = math.sqrt(
        2.0 * (facts.capillary_mg**2 + facts.repeatability_mg**2 / per_part + facts.readability_mg**2 / 12.0)
    )
    k = inputs.widening(math.inf) + math.log10(_PARTS)
    allowed_mg = k * noise_mg + inputs.GAIN_FLOORS * facts.evaporation_floor_mg_h * hours
    # By medians before and behind: a gust raises one part, and what was delivered stays.
    steps = np.asarray([np.median(levels[i:]) - np.median(levels[:i]) for i in range(1, _PARTS)])
    gain_mg = float(steps.max())
    if gain_mg <= allowed_mg or _fell_in_one_piece(case, one, readings, gain_mg):
        return []
    i = _step_before(levels)
    begin_min, end_min = (edge / 60 + case.settle_ns / NS_PER_S / 60 for edge in (edges[i - 1], edges[i + 1]))
    return [
        f"with the pump stopped, {where}, {gain_mg:.3g} ± {allowed_mg:.2g} mg came between {begin_min:.0f} and "
        f"{end_min:.0f} min after the stop: it was delivered late, or the weighing was disturbed"
    ]


def _levels(readings: Weighing, edges: np.ndarray) -> np.ndarray:
    """Return the mean mass of each part, mg (parts,)."""
    first = np.searchsorted(readings.t_s, edges[:-1])
    last = np.append(first[1:], len(readings.t_s))
    return np.asarray([readings.mass_mg[a:b].mean() if b > a else np.nan for a, b in zip(first, last, strict=True)])


def _step_before(levels: np.ndarray) -> int:
    """Return before which part a step lies: levels on either side are nearest to their own median.

    Medians alone do not tell: a step in the middle leaves them apart wherever the parts are divided.
    """

    def left_over(i: int) -> float:
        return sum(float(np.abs(side - np.median(side)).sum()) for side in (levels[:i], levels[i:]))

    return min(range(1, len(levels)), key=left_over)


def _fell_in_one_piece(case: Case, one: ZeroFlow, readings: Weighing, gain_mg: float) -> bool:
    """Tell whether the gain is one isolated step and the motor is known to have stood still: a touch, not a flow."""
    turned = turned_edges(case, one)
    if turned is None or turned > 0:
        return False
    jumps = fit_line(readings.t_s, readings.mass_mg).jumps
    return any(size > 0.5 * gain_mg for _, size in jumps)


def turned_edges(case: Case, one: ZeroFlow) -> int | None:
    """Return how many edges the motor made during a weighing, after settling; None where nothing counts them."""
    inside = counted_edges(case.reader, one.from_ns + case.settle_ns, one.to_ns)
    if len(inside) < 2:
        return None
    return inside[-1].edges - inside[0].edges


WITNESS = Witness("weighing at zero flow", testify)
