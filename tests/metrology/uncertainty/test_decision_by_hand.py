"""Decisions worked out by hand: at the edge of the guard band, and what is left of a risk."""

import math

import pytest

from rig.metrology.uncertainty.budget import Component, combine
from rig.metrology.uncertainty.decision import Verdict, conformance, decide, decide_budget
from rig.metrology.uncertainty.spread import Spread
from rig.quantities import Measured


@pytest.mark.parametrize(
    "value, verdict",
    [
        # Limits of ±5 and u = 0.5: with k = 2 the guard band is 1. What is on its edge is still on the safe side of it.
        (4.0, Verdict.PASS),
        (-4.0, Verdict.PASS),
        (4.001, Verdict.INCONCLUSIVE),
        (-4.001, Verdict.INCONCLUSIVE),
        (6.0, Verdict.INCONCLUSIVE),
        (-6.0, Verdict.INCONCLUSIVE),
        (6.001, Verdict.FAIL),
        (-6.001, Verdict.FAIL),
    ],
)
def test_the_guard_band_is_two_standard_uncertainties_on_either_side(value, verdict):
    assert decide(Measured(value, 0.5, "%"), -5.0, 5.0).verdict is verdict


@pytest.mark.parametrize(
    "value, lower, upper, inside",
    [
        # Φ by table: Φ(1) = 0.8413, Φ(2) = 0.9772, Φ(3) = 0.99865.
        (4.0, None, 5.0, 0.84134),
        (6.0, None, 5.0, 0.15866),
        (4.0, 3.0, None, 0.84134),
        (2.0, 3.0, None, 0.15866),
        (4.0, 2.0, 5.0, 0.84134 - 0.02275),
        (3.0, 2.0, 5.0, 0.84134 - 0.02275),
        (6.0, 3.0, 5.0, 0.15866 - 0.00135),
        (2.0, 3.0, 5.0, 0.15866 - 0.00135),
    ],
)
def test_probabilities_of_a_normal_value_are_those_of_the_table(value, lower, upper, inside):
    assert conformance(value, lower, upper, Spread(1.0)) == pytest.approx((inside, 1.0 - inside), abs=2e-5)


# Student's t with one degree of freedom is Cauchy's: 1/2 + arctan(1)/π, and with arctan(2) and arctan(3).
@pytest.mark.parametrize(
    "value, inside",
    [
        (4.0, (math.atan(1.0) + math.atan(2.0)) / math.pi),
        (6.0, (math.atan(4.0) - math.atan(1.0)) / math.pi),
        (1.0, (math.atan(4.0) - math.atan(1.0)) / math.pi),
    ],
)
def test_probabilities_with_one_degree_of_freedom_are_cauchys(value, inside):
    assert conformance(value, 2.0, 5.0, Spread(1.0, 1.0)) == pytest.approx((inside, 1.0 - inside))


@pytest.mark.parametrize(
    "value, lower, upper, within",
    [
        (3.0, None, 3.0, True),
        (4.0, None, 3.0, False),
        (3.0, 3.0, None, True),
        (2.0, 3.0, None, False),
        (3.0, 1.0, 5.0, True),
        (0.0, 1.0, 5.0, False),
        (6.0, 1.0, 5.0, False),
    ],
)
def test_a_count_is_within_its_limits_or_it_is_not(value, lower, upper, within):
    assert conformance(value, lower, upper, Spread(0.0)) == ((1.0, 0.0) if within else (0.0, 1.0))


def test_a_pass_may_be_wrong_where_the_value_is_outside_and_a_fail_where_it_is_inside():
    decision = decide(Measured(4.0, 1.0, "%"), None, 5.0)
    risks = (decision.wrong_accept_risk, decision.wrong_reject_risk, decision.conformance_probability)
    assert risks == pytest.approx((0.15866, 0.84134, 0.84134), abs=2e-5)


def test_a_budget_of_few_degrees_of_freedom_has_a_wider_guard_band():
    budget = combine(4.0, "%", [Component("all of it", "A", 0.0, 0.5, "%", 1.0, dof=4.0)])
    # What 2 leaves on one side of a normal distribution, 2.275 %, Student's t with 4 leaves beyond 2.869.
    assert decide_budget(budget, None, 5.0).guard_band == pytest.approx(0.5 * 2.869, rel=1e-3)


def test_a_budgets_own_degrees_of_freedom_are_welch_and_satterthwaites():
    lines = [
        Component("of four", "A", 0.0, 3.0, "%", 1.0, dof=4.0),
        Component("of nine", "A", 0.0, 2.0, "%", -2.0, dof=9.0),
        Component("known well", "B", 0.0, 12.0, "%", 1.0),
    ]
    budget = combine(0.0, "%", lines)
    # 13⁴ over 3⁴/4 + 4⁴/9.
    assert (budget.u, budget.effective_dof) == pytest.approx((13.0, 28561.0 / (81.0 / 4.0 + 256.0 / 9.0)))


def test_a_scaled_budget_scales_its_lines_and_not_what_it_is_shifted_by():
    budget = combine(2.0, "µL", [Component("all of it", "A", 0.0, 0.3, "µL", 1.0)])
    percent = budget.scaled(-50.0, -100.0, "%", [Component("time", "B", 0.0, 4.0, "h", 5.0)])
    assert (percent.value, percent.u) == pytest.approx((-200.0, 25.0))
