import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import MetrologyError
from rig.metrology.dosing.bolus import evaluate_series
from rig.metrology.uncertainty.decision import Verdict, conformance, decide, decide_budget
from rig.metrology.uncertainty.spread import Spread
from rig.quantities import Measured

finite = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    "value, verdict",
    [
        (4.8, Verdict.PASS),  # the edge of the acceptance zone belongs to it
        (4.81, Verdict.INCONCLUSIVE),
        (5.2, Verdict.INCONCLUSIVE),  # the edge of the rejection zone does not
        (5.21, Verdict.FAIL),
        (-4.8, Verdict.PASS),
        (-4.81, Verdict.INCONCLUSIVE),
        (-5.21, Verdict.FAIL),
        (0.0, Verdict.PASS),
    ],
)
def test_guard_band_divides_the_axis_at_limit_plus_and_minus_two_u(value, verdict):
    assert decide(Measured(value, 0.1, "%"), -5, 5).verdict is verdict


def test_edge_reached_but_for_rounding_is_reached():
    # 0.3 − 2 · 0.05 is 0.19999999999999998 in binary.
    assert decide(Measured(0.2, 0.05, "µL"), None, 0.3).verdict is Verdict.PASS


def test_one_sided_limit_at_the_95_percent_quantile():
    # The normal quantile 1.6448536 from tables.
    decision = decide(Measured(10 - 1.6448536269514722, 1.0, "mV"), None, 10)
    assert decision.conformance_probability == pytest.approx(0.95, abs=1e-12)
    assert decision.wrong_accept_risk == pytest.approx(0.05, abs=1e-12)
    assert decision.wrong_reject_risk == pytest.approx(0.95, abs=1e-12)


def test_zener_diode_of_jcgm_106():
    # JCGM 106:2012, clause 7.4, example: -5.47 V with u = 0.05 V against an upper limit of -5.40 V: p = Φ(1.40) = 0.92.
    decision = decide(Measured(-5.47, 0.05, "V"), None, -5.40)
    assert round(decision.conformance_probability, 2) == 0.92


def test_two_sided_conformance_probability_is_the_mass_between_the_limits():
    # Φ(2) − Φ(−3), from tables.
    decision = decide(Measured(0.0, 1.0, "%"), -3, 2)
    assert decision.conformance_probability == pytest.approx(0.9772498680518208 - 0.0013498980316301, abs=1e-12)


def test_small_risk_keeps_its_digits():
    # Φ(−9) = 1.1285884059538e-19; 1 − p_c would be 0.
    decision = decide(Measured(0.0, 1.0, "%"), None, 9)
    assert decision.wrong_accept_risk == pytest.approx(1.1285884059538e-19, rel=1e-9)


def test_small_chance_of_conforming_keeps_its_digits_between_two_limits():
    decision = decide(Measured(0.0, 1.0, "%"), 9, 20)
    assert decision.conformance_probability == pytest.approx(1.1285884059538e-19, rel=1e-9)


def test_guard_band_wider_than_the_tolerance_never_passes():
    assert decide(Measured(0.0, 3.0, "%"), -5, 5).verdict is Verdict.INCONCLUSIVE


def test_invalid_prevails_and_keeps_every_reason():
    decision = decide(Measured(0.0, 0.1, "%"), -5, 5, invalid=["balance overdue", "evaporation not determined"])
    assert (decision.verdict, decision.reasons) == (
        Verdict.INVALID,
        ("balance overdue", "evaporation not determined"),
    )


def test_count_without_uncertainty_is_decided_on_the_limit():
    assert decide(Measured(6, 0, "1"), None, 6).verdict is Verdict.PASS
    assert decide(Measured(7, 0, "1"), None, 6).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "lower, upper, k", [(None, None, 2), (5, -5, 2), (1, 1, 2), (math.nan, 5, 2), (0, math.inf, 2), (0, 1, 0)]
)
def test_limits_that_are_none_are_refused(lower, upper, k):
    with pytest.raises(MetrologyError):
        decide(Measured(0.0, 1.0, "%"), lower, upper, k=k)


@settings(deadline=None)
@given(finite, st.floats(1e-3, 1e3), finite, st.floats(1e-3, 1e6))
def test_inside_and_outside_are_complementary_probabilities(value, u, lower, width):
    inside, outside = conformance(value, lower, lower + width, Spread(u))
    assert 0 <= inside <= 1
    assert 0 <= outside <= 1
    assert inside + outside == pytest.approx(1, abs=1e-12)


@settings(deadline=None)
@given(finite, st.floats(1e-3, 1e3), finite, st.floats(1e-3, 1e6))
def test_verdict_mirrors_with_its_limits(value, u, lower, width):
    upright = decide(Measured(value, u, "%"), lower, lower + width)
    mirrored = decide(Measured(-value, u, "%"), -(lower + width), -lower)
    assert upright.verdict is mirrored.verdict


@settings(deadline=None)
@given(finite, st.floats(1e-3, 1e3), finite, st.floats(1e-3, 1e6), st.sampled_from([1.0, 3.0, 24.0]))
def test_students_probabilities_are_complementary_too(value, u, lower, width, dof):
    inside, outside = conformance(value, lower, lower + width, Spread(u, dof))
    assert inside + outside == pytest.approx(1, abs=1e-12)


def test_few_degrees_of_freedom_widen_the_guard_band():
    # Student's t for 4 degrees of freedom at 97.725 % is 2.869 (GUM table G.2, 95.45 %: 2.87).
    assert decide(Measured(0, 1, "%"), -5, 5, dof=4).guard_band == pytest.approx(2.87, abs=0.005)


def test_many_degrees_of_freedom_are_the_normal_rule():
    normal, student = (decide(Measured(3.5, 1, "%"), -5, 5, dof=dof) for dof in (math.inf, 1e7))
    assert student.guard_band == pytest.approx(normal.guard_band, rel=1e-6)
    assert student.conformance_probability == pytest.approx(normal.conformance_probability, rel=1e-6)


def test_degrees_of_freedom_below_one_are_refused():
    with pytest.raises(MetrologyError):
        decide(Measured(0, 1, "%"), -5, 5, dof=0.5)


@pytest.mark.parametrize("n", [3, 5, 25])
def test_short_series_on_the_limit_are_wrongly_accepted_no_more_often_than_long_ones(n):
    rng = np.random.default_rng(4)
    accepted = sum(
        decide_budget(evaluate_series(10.5 + 0.1 * rng.normal(size=n), 0.0, 10.0).mean_error, None, 5.0).verdict
        is Verdict.PASS
        for _ in range(4000)
    )
    assert accepted / 4000 == pytest.approx(0.02275, abs=3 * (0.02275 / 4000) ** 0.5)


@pytest.mark.parametrize("dof", [3.0, 100.0, 8e8])
@pytest.mark.parametrize("k", [8.3, 8.94, 12.0, 30.0])
def test_a_wide_guard_band_never_passes_what_lies_outside(k, dof):
    # The upper tail of a normal beyond 8.3 has no digits left; the quantile must come from the lower one.
    decision = decide(Measured(40.9, 0.22, "%"), -5.0, 5.0, k=k, dof=dof)
    assert decision.verdict is not Verdict.PASS
    assert decision.guard_band >= k * 0.22


def test_the_guard_band_with_few_degrees_of_freedom_is_the_same_from_either_tail():
    decision = decide(Measured(0.0, 1.0, "%"), -50.0, 50.0, k=8.94, dof=100.0)
    assert decision.guard_band == pytest.approx(11.10, abs=0.01)


def test_a_guard_band_beyond_all_numbers_is_refused():
    with pytest.raises(MetrologyError, match="guard band"):
        decide(Measured(0.0, 1.0, "%"), -5.0, 5.0, k=45.0, dof=5.0)
