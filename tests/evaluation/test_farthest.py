from statistics import NormalDist

import numpy as np
import pytest

from rig.evaluation.farthest import farthest_of
from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.budget import Component, combine
from rig.metrology.uncertainty.decision import Verdict, decide_budget
from rig.metrology.uncertainty.spread import Spread
from rig.quantities import Measured
from rig.record.bodies.judging import Limit

RUNS = 2000
BOLUSES = 25


def limit(lower=-20.0, upper=20.0):
    return Limit(lower=lower, upper=upper, unit="%", source="", coverage_k=2.0)


def decided(values, within=None, *, u=1.0, invalid=()):
    within = within or limit()
    each = tuple(Measured(float(value), u, "%") for value in values)
    worst = max(each, key=lambda one: abs(one.value))
    budget = combine(worst.value, "%", [Component("noise", "A", 0.0, u, "%", 1.0)])
    evaluation = Evaluation(budget, tuple(invalid), each=each)
    alone = decide_budget(budget, within.lower, within.upper, invalid, 2.0)
    return farthest_of(alone, evaluation, within, 2.0)


def test_a_pump_exactly_on_the_limit_fails_no_more_often_than_one_value_would():
    rng = np.random.default_rng(25)
    failed = sum(decided(20.0 + rng.normal(size=BOLUSES))[0].verdict is Verdict.FAIL for _ in range(RUNS))
    # Φ(−2) = 2.275 %; two standard errors of 2000 series are 0.67 %.
    assert failed / RUNS <= 0.02275 + 0.0067


def test_one_bolus_on_the_limit_is_accepted_no_more_often_than_the_risk_says():
    rng = np.random.default_rng(26)
    true = np.zeros(BOLUSES)
    true[3] = 20.0
    passed = sum(decided(true + rng.normal(size=BOLUSES))[0].verdict is Verdict.PASS for _ in range(RUNS // 2))
    assert passed / (RUNS // 2) <= 0.02275 + 0.0094


def test_a_bolus_far_beyond_fails():
    decision, _ = decided([0.0] * 24 + [30.0])
    assert decision.verdict is Verdict.FAIL
    assert decision.reasons[0].startswith("25 of 25: 10 % outside the upper limit 20")


def test_between_the_two_factors_nothing_is_said_and_the_reason_tells_why():
    decision, factors = decided([0.0] * 24 + [22.5])
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.reasons[0] == "beyond k = 2, not beyond the k = 3.118 that a FAIL of one in 25 values takes"
    normal = NormalDist()
    assert factors == {
        "accept_k": 2.0,
        "reject_k": pytest.approx(-normal.inv_cdf(normal.cdf(-2.0) / 25)),
        "guard_bands": pytest.approx([2.0] * 25),
    }


def test_each_value_is_decided_with_its_own_shape():
    each = (Measured(19.0, 1.0, "%"), Measured(18.5, 1.0, "%"))
    budget = combine(19.0, "%", [Component("strokes", "B", 0.0, 1.0, "%", 1.0, shape="rectangular")])
    found = Evaluation(budget, each=each, spreads=(budget.spread, Spread(1.0)))
    decision, factors = farthest_of(decide_budget(budget, -20.0, 20.0), found, limit(), 2.0)
    assert factors["guard_bands"] == pytest.approx([1.6532, 2.0], abs=1e-4)
    assert decision.reasons[0].startswith("1 of 2: 1 % inside the upper limit 20")


def test_the_guard_band_shown_is_that_of_accepting():
    assert decided([0.0] * 24 + [22.5])[0].guard_band == pytest.approx(2.0)


def test_a_bolus_nearer_to_its_limit_than_the_farthest_one_counts():
    # +10 is farther off than −6, which alone is outside of −5 … +20.
    decision, _ = decided([10.0, -9.0], limit(-5.0, 20.0))
    assert decision.verdict is Verdict.FAIL


def test_invalid_prevails():
    assert decided([0.0, 30.0], invalid=["lost"])[0].verdict is Verdict.INVALID


def test_the_risks_are_those_of_all_values_together():
    decision, _ = decided([17.0] * BOLUSES)
    # Each lies 3 u from its limit: one of 25 lies beyond it with 25·(1 − Φ(3)) at the most, and none with Φ(3).
    beyond = 1.0 - NormalDist().cdf(3.0)
    assert decision.verdict is Verdict.PASS
    assert decision.conformance_probability == pytest.approx(1.0 - BOLUSES * beyond)
    assert decision.wrong_accept_risk == pytest.approx(BOLUSES * beyond)
    assert decision.wrong_reject_risk == pytest.approx(1.0 - beyond)
