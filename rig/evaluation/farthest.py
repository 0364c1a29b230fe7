"""Decides a number that is the farthest off of several: all of them must lie within the limit."""

from dataclasses import replace

from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.decision import Decision, Verdict
from rig.metrology.uncertainty.joint import JointPoint, decide_jointly
from rig.record.bodies.codec import Json
from rig.record.bodies.judging import Limit


def farthest_of(
    alone: Decision, evaluation: Evaluation, limit: Limit, coverage_k: float
) -> tuple[Decision, dict[str, Json]]:
    """Return the decision on all of `evaluation.each` for the number decided `alone`, and the two coverage factors.

    PASS when each passes with `coverage_k`, FAIL when one fails with the k of rejection, Φ(−k') = Φ(−k)/n for n values;
    the guard band stays the one for accepting. The risks are the most that they can be for all values together. Both
    factors are those of a normal distribution; `guard_bands` are what each value's own spread makes of the first.
    """
    own = evaluation.budget.spread
    spreads = evaluation.spreads or tuple(own.scaled_to(measured.u) for measured in evaluation.each)
    points = [
        JointPoint(f"{number} of {len(spreads)}", measured, limit.lower, limit.upper, spread.dof, spread.within)
        for number, (measured, spread) in enumerate(zip(evaluation.each, spreads, strict=True), start=1)
    ]
    joint = decide_jointly(points, evaluation.invalid, coverage_k)
    reasons = joint.reasons
    if alone.verdict is Verdict.FAIL and joint.verdict is Verdict.INCONCLUSIVE:
        beyond = f"beyond k = {joint.k_accept:.4g}, not beyond the k = {joint.k_reject:.4g} that a FAIL of one in"
        reasons = (f"{beyond} {len(points)} values takes", *reasons)
    decision = replace(
        alone,
        verdict=joint.verdict,
        conformance_probability=joint.conformance_probability,
        wrong_accept_risk=joint.wrong_accept_risk,
        wrong_reject_risk=joint.wrong_reject_risk,
        reasons=reasons,
    )
    guard_bands = [one.guard_band for one in joint.decisions]
    return decision, {"accept_k": joint.k_accept, "reject_k": joint.k_reject, "guard_bands": guard_bands}
