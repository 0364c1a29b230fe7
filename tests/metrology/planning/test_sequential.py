import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rig.errors import MetrologyError
from rig.metrology.planning.sequential import SequentialPlan, _chain, sequential_plan
from rig.metrology.planning.stopping import adjusted, characteristics
from rig.metrology.uncertainty.decision import Verdict
from rig.metrology.weighing.precision import Precision
from rig.quantities import Measured

HOUR_S = 3600.0
LOOKS_S = tuple(hours * HOUR_S for hours in (5, 10, 15, 20, 25, 50))
PRECISIONS = [Precision(0.3, 0.2, 5.0), Precision(0.0, 1.0, 0.0), Precision(0.0, 0.0, 5.0), Precision(0.5, 1.0, 0.1)]
part = st.one_of(st.just(0.0), st.floats(0.01, 10))


def runs(precision, true_percent, n, seed=0):
    """Draw runs from the physics of the noise: a constant, a random walk, readings at the start and at each look."""
    rng = np.random.default_rng(seed)
    looks_h = np.array(LOOKS_S) / HOUR_S
    steps = np.sqrt(np.diff(looks_h, prepend=0.0)) * rng.normal(size=(n, looks_h.size))
    walked = precision.wander_percent_rt_h * np.cumsum(steps, axis=1)
    read = precision.reading_percent_h * (rng.normal(size=(n, looks_h.size)) - rng.normal(size=(n, 1)))
    return true_percent + precision.constant_percent * rng.normal(size=(n, 1)) + (walked + read) / looks_h


def verdict_shares(plan, y, lower, upper):
    """Walk through the looks and stop at the first verdict; return the shares of PASS and FAIL."""
    open_, passed, failed = np.ones(len(y), bool), 0, 0
    for look, k in enumerate(plan.k):
        guard = k * plan.precision.u_percent(plan.looks_s[look])
        passing = open_ & (y[:, look] >= lower + guard) & (y[:, look] <= upper - guard)
        failing = open_ & ((y[:, look] < lower - guard) | (y[:, look] > upper + guard))
        passed, failed = passed + passing.sum(), failed + failing.sum()
        open_ &= ~(passing | failing)
    return passed / len(y), failed / len(y)


def test_boundaries_are_the_published_ones():
    # Lan-DeMets, O'Brien-Fleming shape, one-sided 0.025, five equal looks: 4.8769, 3.3569, 2.6803, 2.2898, 2.0310.
    plan = sequential_plan([1, 2, 3, 4, 5], Precision(0.0, 1.0, 0.0), k=1.959964)
    assert plan.k == pytest.approx((4.8769, 3.3569, 2.6803, 2.2898, 2.0310), abs=1.5e-4)


def test_single_look_has_the_guard_band_of_a_single_decision():
    assert sequential_plan([HOUR_S], Precision(0.3, 0.2, 5.0)).k == pytest.approx((2.0,))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shares", [None, (0.05, 0.05, 0.1, 0.1, 0.4, 0.3)])
@pytest.mark.parametrize("true_percent", [3.0, 3.05, -3.0])
def test_wrong_accepts_stay_within_the_risk_of_one_decision(precision, shares, true_percent):
    plan = sequential_plan(LOOKS_S, precision, shares=shares)
    n = 40_000
    accepted, _ = verdict_shares(plan, runs(precision, true_percent, n), -3.0, 3.0)
    assert accepted <= plan.risk + 3 * math.sqrt(plan.risk / n)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("true_percent", [3.0, 2.95, -3.0])
def test_wrong_rejects_stay_within_the_risk_of_one_decision(precision, true_percent):
    plan = sequential_plan(LOOKS_S, precision)
    n = 40_000
    _, rejected = verdict_shares(plan, runs(precision, true_percent, n), -3.0, 3.0)
    assert rejected <= plan.risk + 3 * math.sqrt(plan.risk / n)


def test_the_risk_is_spent_where_the_correlations_are_known_exactly():
    precision = Precision(0.0, 1.0, 0.0)
    plan = sequential_plan(LOOKS_S, precision)
    accepted, _ = verdict_shares(plan, runs(precision, 3.0, 200_000), -30.0, 3.0)
    assert accepted == pytest.approx(plan.risk, abs=0.0012)


def test_one_guard_band_at_every_look_would_accept_wrongly_far_more_often():
    precision = PRECISIONS[0]
    careless = SequentialPlan(LOOKS_S, (2.0,) * len(LOOKS_S), 0.02275, precision)
    accepted, _ = verdict_shares(careless, runs(precision, 3.0, 40_000), -3.0, 3.0)
    assert accepted > 2 * careless.risk


@settings(deadline=None)
@given(part, part, part, st.lists(st.floats(0.1, 1000), min_size=2, max_size=7, unique=True))
def test_chain_of_looks_is_nowhere_more_correlated_than_the_looks(constant, wander, reading, looks_h):
    # What Slepian's inequality needs.
    assume(constant + wander + reading > 0)
    precision = Precision(constant, wander, reading)
    looks = np.sort(looks_h) * HOUR_S
    covariance = np.array([[precision.covariance(a, b) for b in looks] for a in looks])
    u = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(u, u)
    chain = _chain(correlation)
    for i, j in combinations(range(len(looks)), 2):
        assert 0 <= math.prod(chain[i:j]) <= correlation[i, j] + 1e-12


def test_precise_run_stops_early():
    found = characteristics(sequential_plan(LOOKS_S, PRECISIONS[0]), 0.0, -5.0, 5.0)
    assert found.pass_share > 0.999
    assert found.mean_duration_s < 0.25 * LOOKS_S[-1]


def test_characteristics_are_those_of_simulated_runs():
    plan = sequential_plan(LOOKS_S, PRECISIONS[0])
    found = characteristics(plan, 2.4, -3.0, 3.0)
    passed, failed = verdict_shares(plan, runs(PRECISIONS[0], 2.4, 100_000), -3.0, 3.0)
    assert (found.pass_share, found.fail_share) == pytest.approx((passed, failed), abs=0.006)


def test_a_run_that_is_never_decided_lasts_to_the_last_look():
    # On a limit one run in twenty is decided at all, most of these late.
    plan = sequential_plan([HOUR_S, 10 * HOUR_S], Precision(0.0, 1.0, 0.0))
    found = characteristics(plan, 3.0, None, 3.0)
    assert found.inconclusive_share > 0.94
    assert found.mean_duration_s == pytest.approx(10 * HOUR_S, rel=0.06)


def test_extension_decides_more_runs_than_its_plan_without_it():
    shares = (0.05, 0.05, 0.1, 0.1, 0.4, 0.3)
    extended = characteristics(sequential_plan(LOOKS_S, PRECISIONS[0], shares=shares), 2.0, -3.0, 3.0)
    bounded = characteristics(sequential_plan(LOOKS_S[:-1], PRECISIONS[0], shares=shares[:-1]), 2.0, -3.0, 3.0)
    assert extended.pass_share > bounded.pass_share + 0.2


@pytest.mark.nightly
def test_value_of_stopped_runs_is_adjusted_to_be_median_unbiased_and_covers():
    precision, true_percent = PRECISIONS[0], 1.5
    plan = sequential_plan(LOOKS_S, precision, shares=(0.05, 0.05, 0.1, 0.1, 0.4, 0.3))
    above = held = raw_above = 0
    n = 100
    for y in runs(precision, true_percent, n, seed=7):
        for look in range(len(LOOKS_S)):
            measured = Measured(float(y[look]), precision.u_percent(LOOKS_S[look]), "%")
            if plan.decide(look, measured, -3.0, 3.0).verdict is not Verdict.INCONCLUSIVE:
                break
        found = adjusted(plan, look, measured, -3.0, 3.0)
        above += found.value_percent > true_percent
        raw_above += measured.value > true_percent
        held += found.lower_percent <= true_percent <= found.upper_percent
    assert above / n == pytest.approx(0.5, abs=3 * 0.5 / math.sqrt(n))
    assert abs(above / n - 0.5) < abs(raw_above / n - 0.5)
    assert held / n >= 0.9545 - 3 * math.sqrt(0.9545 * 0.0455 / n)


def test_run_without_early_looks_needs_no_adjustment():
    plan = sequential_plan([24 * HOUR_S], PRECISIONS[0])
    found = adjusted(plan, 0, Measured(1.0, 0.5, "%"), -3.0, 3.0)
    values = (found.value_percent, found.lower_percent, found.upper_percent)
    assert values == pytest.approx((1.0, 0.0, 2.0), abs=0.01)


@pytest.mark.parametrize("looks", [[], [0.0, 1.0], [2.0, 1.0], [1.0, 1.0], [1.0, math.inf], list(range(1, 60))])
def test_looks_that_are_no_plan_are_refused(looks):
    with pytest.raises(MetrologyError):
        sequential_plan(looks, PRECISIONS[0])


@pytest.mark.parametrize("shares", [(0.5, 0.6), (0.5,), (-0.1, 0.5), (0.0, 0.0)])
def test_shares_that_are_no_risk_are_refused(shares):
    with pytest.raises(MetrologyError):
        sequential_plan([1.0, 2.0], PRECISIONS[0], shares=shares)


def test_look_that_the_plan_does_not_have_is_refused():
    with pytest.raises(MetrologyError, match="look 2"):
        sequential_plan([1.0, 2.0], PRECISIONS[0]).decide(2, Measured(0.0, 1.0, "%"), -3.0, 3.0)
