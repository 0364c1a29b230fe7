import numpy as np
import pytest

from rig.errors import MetrologyError
from rig.metrology.dosing.transition import transition

COMMANDED_S, SETTLED_S = 7200.0, 10_800.0


def first_order(from_ul_h, to_ul_h, tau_s, noise_ul=0.0, seed=0, dead_s=0.0):
    """Five hours at 0.1 Hz; the rate goes to the new one as 1 − exp(−t/τ) after a dead time."""
    t = np.arange(0.0, 18_000.0, 10.0)
    since = np.clip(t - COMMANDED_S - dead_s, 0, None)
    lagging = since - (tau_s * -np.expm1(-since / tau_s) if tau_s else 0.0)
    v = (from_ul_h * t + (to_ul_h - from_ul_h) * lagging) / 3600
    return t, v + noise_ul * np.random.default_rng(seed).normal(size=t.size)


def change(t, v, **options):
    return transition(t, v, commanded_s=COMMANDED_S, settled_s=SETTLED_S, **options)


@pytest.mark.parametrize("from_ul_h, to_ul_h", [(40.0, 100.0), (100.0, 40.0), (0.0, 60.0), (60.0, 0.0)])
def test_lag_of_a_first_order_change_is_its_time_constant(from_ul_h, to_ul_h):
    found = change(*first_order(from_ul_h, to_ul_h, tau_s=300.0))
    assert found.lag.value == pytest.approx(300.0, rel=1e-3)
    # ∫ (r1 − r0)·exp(−t/τ) dt = (r1 − r0)·τ is missing.
    assert found.volume_error.value == pytest.approx(-(to_ul_h - from_ul_h) * 300 / 3600, rel=1e-3)


def test_settling_of_a_first_order_change_is_three_time_constants():
    # exp(−t/τ) = 5 % at 2.9957 τ.
    found = change(*first_order(40.0, 100.0, tau_s=300.0))
    assert found.settling.value == pytest.approx(2.9957 * 300, abs=10)
    assert found.open_percent == pytest.approx(5.0)


def test_lag_of_a_dead_time_is_the_dead_time():
    found = change(*first_order(40.0, 100.0, tau_s=0.0, dead_s=120.0))
    assert found.lag.value == pytest.approx(120.0, abs=0.5)


def test_immediate_change_costs_nothing():
    found = change(*first_order(40.0, 100.0, tau_s=0.0))
    assert found.volume_error.value == pytest.approx(0.0, abs=1e-9)
    assert found.settling.value == 0.0


def test_lag_and_volume_hold_the_truth_within_their_uncertainties():
    outside = 0
    for seed in range(60):
        found = change(*first_order(40.0, 100.0, tau_s=300.0, noise_ul=0.2, seed=seed))
        outside += abs(found.lag.value - 300) > 2 * found.lag.u
        outside += abs(found.volume_error.value + 5) > 2 * found.volume_error.u
        outside += abs(found.rate_step.value - 60) > 2 * found.rate_step.u
    assert outside <= 180 * 0.05 + 3 * (180 * 0.05 * 0.95) ** 0.5


def test_settling_that_noise_hides_in_part_is_what_its_open_share_says():
    outside = 0
    for seed in range(60):
        found = change(*first_order(40.0, 100.0, tau_s=300.0, noise_ul=0.2, seed=seed))
        assert found.open_percent > 5.0
        # An exponential has so much left then.
        outside += abs(found.settling.value + 300 * np.log(found.open_percent / 100)) > 2 * found.settling.u
    assert outside <= 60 * 0.05 + 3 * (60 * 0.05 * 0.95) ** 0.5


def test_strokes_in_step_with_the_readings_are_owned_up_to():
    # 90 s and 36 s from stroke to stroke, a reading each 10 s: the phase shifts the levels and does not average.
    t, v = first_order(40.0, 100.0, tau_s=300.0)
    rng = np.random.default_rng(3)
    outside = 0
    for _ in range(60):
        strokes = np.floor(v + rng.uniform()) + 0.05 * rng.normal(size=t.size)
        found = change(t, strokes)
        outside += abs(found.volume_error.value + 5) > 2 * found.volume_error.u
    assert outside <= 60 * 0.05 + 3 * (60 * 0.05 * 0.95) ** 0.5


def test_late_command_stamp_enters_the_lag():
    found = change(*first_order(40.0, 100.0, tau_s=300.0), u_commanded_s=4.0)
    assert found.lag.u == pytest.approx(4.0, rel=0.01)


def test_equal_rates_are_no_change():
    with pytest.raises(MetrologyError, match="no change"):
        change(*first_order(40.0, 40.0, tau_s=300.0, noise_ul=0.1))


def test_delivery_that_has_not_settled_is_refused():
    t, v = first_order(40.0, 100.0, tau_s=300.0)
    with pytest.raises(MetrologyError, match="not settled"):
        transition(t, v + 3.0 * (t <= 7260), commanded_s=COMMANDED_S, settled_s=7260.0)


@pytest.mark.parametrize("options", [{"open_percent": 0.0}, {"open_percent": 100.0}])
def test_share_left_open_is_a_percentage(options):
    with pytest.raises(MetrologyError):
        change(*first_order(40.0, 100.0, tau_s=300.0), **options)
