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
    factors are those of a normal distribution; guard bands widen them by Student's t, as the effective degrees of
    freedom of the number shown ask for.
    """
    dof = evaluation.budget.effective_dof
    points = [
        JointPoint(f"{number} of {len(evaluation.each)}", measured, limit.lower, limit.upper, dof)
        for number, measured in enumerate(evaluation.each, start=1)
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
    return decision, {"accept_k": joint.k_accept, "reject_k": joint.k_reject}
