"""Evaporation from runs without flow: found with its uncertainty, and refused when before and after disagree."""

import math

import numpy as np
import pytest

from rig.errors import MetrologyError, SeriesError
from rig.metrology.weighing.evaporation import EvaporationRate, combine_evaporation, evaporation_rate

T_S = np.arange(0.0, 4.0 * 3600.0, 10.0)


def run(rate_mg_h=0.1, seed=1, sd_mg=0.05):
    return 20.0 - rate_mg_h * T_S / 3600.0 + np.random.default_rng(seed).normal(0.0, sd_mg, T_S.size)


def test_a_loss_is_a_positive_rate():
    assert evaporation_rate(T_S, 20.0 - 0.25 * T_S / 3600.0).rate_mg_h == pytest.approx(0.25)


def test_a_gain_is_a_negative_rate():
    assert evaporation_rate(T_S, 20.0 + 0.25 * T_S / 3600.0).rate_mg_h == pytest.approx(-0.25)


def test_the_interval_holds_the_rate():
    found = [evaporation_rate(T_S, run(seed=seed)) for seed in range(500)]
    held = np.mean([abs(each.rate_mg_h - 0.1) <= 2.0 * each.u_mg_h for each in found])
    assert 0.92 <= held <= 0.99


def test_the_balances_noise_is_told_along():
    found = [evaporation_rate(T_S, run(seed=seed)).white_mg2_s for seed in range(50)]
    assert np.mean(found) == pytest.approx(0.05**2 * 10.0, rel=0.15)


def test_before_and_after_are_averaged():
    both = combine_evaporation(EvaporationRate(0.10, 0.006, 60.0), EvaporationRate(0.12, 0.008, 60.0))
    assert both.rate_mg_h == pytest.approx(0.11)
    assert both.u_mg_h == pytest.approx(0.005)
    # Welch-Satterthwaite by hand: 0.010⁴·60/(0.006⁴ + 0.008⁴).
    assert both.dof == pytest.approx(1e-8 * 60.0 / (0.006**4 + 0.008**4))


def test_what_changed_between_the_two_is_uncertain_as_a_rectangle_from_one_to_the_other():
    both = combine_evaporation(EvaporationRate(0.10, 0.001), EvaporationRate(0.16, 0.001))
    assert both.change_mg_h == pytest.approx(0.06)
    assert both.u_between_mg_h == pytest.approx(0.06 / math.sqrt(12))


def test_the_floor_that_a_bench_states_holds_where_the_two_agree():
    one = EvaporationRate(0.20, 0.001)
    both = combine_evaporation(one, one, floor_mg_h=0.03, floor_relative=0.2)
    assert both.u_between_mg_h == pytest.approx(0.05)


def test_a_tare_in_the_middle_is_refused():
    mass = run()
    mass[700:] -= mass[700]
    with pytest.raises(SeriesError, match="tare in the middle"):
        evaporation_rate(T_S, mass)


def test_a_disturbance_is_told():
    mass = run()
    mass[700:] += 1.0
    (remark,) = evaporation_rate(T_S, mass).remarks
    assert "jumped by" in remark


@pytest.mark.parametrize("n", [0, 1, 3])
def test_too_few_readings_are_refused(n):
    with pytest.raises(SeriesError, match="at least 4"):
        evaporation_rate(T_S[:n], T_S[:n])


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_readings_that_are_no_numbers_are_refused(value):
    mass = run()
    mass[100] = value
    with pytest.raises(SeriesError, match="not a finite number"):
        evaporation_rate(T_S, mass)


@pytest.mark.parametrize("rate, u, dof", [(math.nan, 0.1, 5.0), (0.1, -0.1, 5.0), (0.1, 0.1, 0.0)])
def test_a_rate_that_is_none_cannot_be_stated(rate, u, dof):
    with pytest.raises(MetrologyError):
        EvaporationRate(rate, u, dof)
