"""Global risks of a decision rule: against draws, the bivariate normal, and what is known in limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from rig.errors import MetrologyError
from rig.metrology.uncertainty.decision import Verdict, decide
from rig.metrology.uncertainty.risks import global_risks
from rig.quantities import Measured

# The items' mean and standard deviation, u, the limits, the guard band.
SETTINGS = [
    (0.0, 1.0 / 1.959964, 0.125, -1.0, 1.0, 0.0),
    (0.0, 1.0 / 1.959964, 0.125, -1.0, 1.0, 0.25),
    (0.3, 0.8, 0.5, -1.0, 2.0, -0.5),
    (1500.0, 0.12, 0.04, 1499.8, 1500.2, 0.02),
    (0.0, 1.0, 5.0, -1.0, 1.0, 0.1),
]


def risks(mean, sd, u, lower, upper, guard_band):
    return global_risks(Measured(mean, sd, "%"), u, lower, upper, guard_band)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_million_items(setting):
    mean, sd, u, lower, upper, guard_band = setting
    rng = np.random.default_rng(1)
    true = rng.normal(mean, sd, 1_000_000)
    measured = true + rng.normal(0.0, u, true.size)
    conforms = (true >= lower) & (true <= upper)
    accepted = (measured >= lower + guard_band) & (measured <= upper - guard_band)
    found = risks(*setting)
    for share, risk in ((~conforms & accepted, found.consumer), (conforms & ~accepted, found.producer)):
        assert share.mean() == pytest.approx(risk, abs=4.0 * math.sqrt(risk / true.size))


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_bivariate_normal_of_true_and_measured_value(setting):
    mean, sd, u, lower, upper, guard_band = setting
    low, high = lower + guard_band, upper - guard_band
    both = multivariate_normal([mean, mean], [[sd**2, sd**2], [sd**2, sd**2 + u**2]])
    right = both.cdf([upper, high], lower_limit=[lower, low])
    wide = math.hypot(sd, u)
    accepted = ndtr((high - mean) / wide) - ndtr((low - mean) / wide)
    conforming = ndtr((upper - mean) / sd) - ndtr((lower - mean) / sd)
    found = risks(*setting)
    assert (found.consumer, found.producer) == (
        pytest.approx(accepted - right, abs=1e-12),
        pytest.approx(conforming - right, abs=1e-12),
    )


@pytest.mark.parametrize("sd, u", [(1.0, 0.5), (0.1, 2.0), (3.0, 0.01)])
def test_items_in_the_middle_of_a_single_limit(sd, u):
    # Sheppard's quadrant: P(true > 0, measured < 0) = arccos(ρ)/2π with ρ = sd/√(sd² + u²).
    quadrant = math.atan2(u, sd) / (2.0 * math.pi)
    found = global_risks(Measured(0.0, sd, "%"), u, None, 0.0)
    assert (found.consumer, found.producer) == (pytest.approx(quadrant, rel=1e-12), pytest.approx(quadrant, rel=1e-12))


@pytest.mark.parametrize("guard_band_in_u", [0.0, 2.0, -1.0])
def test_a_measurement_far_better_than_the_items_scatter(guard_band_in_u):
    # u → 0: the density of items is flat about each limit, g·u·∫ of Φ beyond w: both limits, each g·u·(φ(w) − w·Φ(−w)).
    w, u = guard_band_in_u, 1e-7
    at_limit = 2.0 * math.exp(-0.5) / math.sqrt(2.0 * math.pi)
    phi = math.exp(-0.5 * w * w) / math.sqrt(2.0 * math.pi)
    found = risks(0.0, 1.0, u, -1.0, 1.0, w * u)
    assert found.consumer == pytest.approx(at_limit * u * (phi - w * ndtr(-w)), rel=1e-5)
    assert found.producer == pytest.approx(at_limit * u * (phi + w * ndtr(w)), rel=1e-5)


def test_a_measurement_that_says_nothing_accepts_at_chance():
    # u → ∞: accepted with (upper − lower)/(u·√2π) whatever the item is.
    chance, conforming = 2.0 / (1e4 * math.sqrt(2.0 * math.pi)), ndtr(1.0) - ndtr(-1.0)
    found = risks(0.0, 1.0, 1e4, -1.0, 1.0, 0.0)
    assert found.consumer == pytest.approx(chance * (1.0 - conforming), rel=1e-6)
    assert found.producer == pytest.approx((1.0 - chance) * conforming, rel=1e-6)


def test_small_risks_keep_their_digits():
    # A limit 9 standard deviations out, measured with u = sd/1000: the tail of items beyond it bounds the risk.
    found = global_risks(Measured(0.0, 1.0, "%"), 1e-3, None, 9.0)
    at_limit = math.exp(-40.5) / math.sqrt(2.0 * math.pi)
    assert found.consumer == pytest.approx(at_limit * 1e-3 / math.sqrt(2.0 * math.pi), rel=0.01)


@given(st.floats(-2.0, 2.0), st.floats(0.05, 3.0), st.floats(0.01, 1.0), st.floats(0.0, 0.4))
def test_a_guard_band_moves_risk_from_who_buys_to_who_makes(mean, sd, u, guard_band):
    plain, guarded = risks(mean, sd, u, -1.0, 1.0, 0.0), risks(mean, sd, u, -1.0, 1.0, guard_band)
    assert guarded.consumer <= plain.consumer * (1.0 + 1e-9)
    assert guarded.producer >= plain.producer * (1.0 - 1e-9)


@given(st.floats(-2.0, 2.0), st.floats(0.05, 3.0), st.floats(0.01, 1.0), st.floats(-0.4, 0.4))
def test_limits_and_items_may_be_mirrored(mean, sd, u, guard_band):
    one, other = risks(mean, sd, u, -1.0, 1.5, guard_band), risks(-mean, sd, u, -1.5, 1.0, guard_band)
    assert one.consumer == pytest.approx(other.consumer, rel=1e-9, abs=1e-30)
    assert one.producer == pytest.approx(other.producer, rel=1e-9, abs=1e-30)


def test_they_are_the_shares_of_wrong_verdicts_of_the_decision_rule():
    # Accepted is PASS with w = 2u; a negative guard band has what is not accepted as FAIL.
    rng, u = np.random.default_rng(2), 0.3
    true = rng.normal(0.2, 0.8, 20_000)
    verdicts = [decide(Measured(value, u, "%"), -1.0, 1.0).verdict for value in true + rng.normal(0.0, u, true.size)]
    outside = np.abs(true) > 1.0
    passed = np.mean(outside & np.array([verdict is Verdict.PASS for verdict in verdicts]))
    failed = np.mean(~outside & np.array([verdict is Verdict.FAIL for verdict in verdicts]))
    consumer, producer = risks(0.2, 0.8, u, -1.0, 1.0, 2 * u).consumer, risks(0.2, 0.8, u, -1.0, 1.0, -2 * u).producer
    assert passed == pytest.approx(consumer, abs=4.0 * math.sqrt(consumer / true.size))
    assert failed == pytest.approx(producer, abs=4.0 * math.sqrt(producer / true.size))


@pytest.mark.parametrize(
    "setting, said",
    [
        ((0.0, 0.0, 0.1, -1.0, 1.0, 0.0), "of the items"),
        ((0.0, 1.0, 0.0, -1.0, 1.0, 0.0), "of the measurement"),
        ((0.0, 1.0, 0.1, None, None, 0.0), "limit"),
        ((0.0, 1.0, 0.1, 1.0, -1.0, 0.0), "not below"),
        ((0.0, 1.0, 0.1, -1.0, 1.0, 1.0), "nothing between"),
        ((0.0, 1.0, 0.1, -1.0, 1.0, math.nan), "guard band"),
    ],
)
def test_what_is_no_rule_is_refused(setting, said):
    with pytest.raises(MetrologyError, match=said):
        risks(*setting)
