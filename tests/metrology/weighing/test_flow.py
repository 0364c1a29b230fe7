"""Delivered volume and mean flow: closed forms, both ways of finding it, and refusals."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from rig.errors import MetrologyError, SeriesError
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate, evaporation_rate
from rig.metrology.weighing.flow import mean_flow, mean_flow_error, volume_delivered

Z_UL_MG = 1.0028512
AMBIENT = Ambient(
    liquid_temperature_c=20.0,
    air_temperature_c=20.0,
    air_pressure_hpa=1013.25,
    relative_humidity_percent=50.0,
    u_liquid_temperature_k=0.3,
    u_air_temperature_k=0.3,
    u_air_pressure_hpa=1.0,
    u_relative_humidity_percent=3.0,
)
BALANCE = BalanceSpecification(readability_mg=0.01, repeatability_mg=0.1, linearity_mg=0.2, calibration_relative_u=1e-5)
EVAPORATION = EvaporationRate(0.1, 0.004, 50.0, white_mg2_s=0.1**2 * 60.0)
T_S = np.arange(0.0, 25.0 * 3600.0 + 1.0, 60.0)
T_H = T_S / 3600.0
CORRECTIONS = Corrections(EVAPORATION, AMBIENT, BALANCE)
KNOWN = {"corrections": CORRECTIONS}


def weighed(rate_ul_h, seed=1, noise_mg=0.1):
    """Return what a balance shows of a steady flow, while 0.1 mg/h evaporate."""
    noise = np.random.default_rng(seed).normal(0.0, noise_mg, T_S.size) if noise_mg else 0.0
    return 500.0 + (rate_ul_h / Z_UL_MG - 0.1) * T_H + noise


@pytest.mark.parametrize("rate_ul_h, error_percent", [(2.0, 0.0), (41.7, 3.0), (1000.0, -14.5)])
def test_a_steady_flow_gives_its_error_in_percent(rate_ul_h, error_percent):
    mass = weighed(rate_ul_h * (1.0 + error_percent / 100.0), noise_mg=0.0)
    budget = mean_flow_error(T_S, mass, programmed_ul_h=rate_ul_h, **KNOWN)
    assert budget.unit == "%"
    assert budget.value == pytest.approx(error_percent, abs=1e-5)


def test_flow_and_error_are_one_result_in_two_units():
    result = mean_flow(T_S, weighed(42.0), programmed_ul_h=41.7, **KNOWN)
    assert result.flow.value == pytest.approx(41.7 * (1.0 + result.error.value / 100.0))
    assert result.flow.u == pytest.approx(0.417 * result.error.u)


def test_evaporation_left_out_is_five_percent_at_2_ul_h():
    known = {"corrections": replace(CORRECTIONS, evaporation=EvaporationRate(0.0, 0.004, 50.0))}
    budget = mean_flow_error(T_S, weighed(2.0, noise_mg=0.0), programmed_ul_h=2.0, **known)
    assert budget.value == pytest.approx(-5.0, abs=0.02)


def test_an_immersed_needle_takes_its_share():
    tips = (TipInVessel(needle_mm=0.81, vessel_mm=10.0), TipInVessel())
    with_needle, without = (
        mean_flow_error(
            T_S, weighed(1000.0, noise_mg=0.0), programmed_ul_h=1000.0, corrections=replace(CORRECTIONS, tip=tip)
        ).value
        for tip in tips
    )
    assert with_needle - without == pytest.approx(-0.656, abs=0.001)


def test_end_point_and_regression_agree_on_a_steady_flow():
    agreed = [mean_flow(T_S, weighed(2.0, seed), programmed_ul_h=2.0, **KNOWN).agree for seed in range(200)]
    assert np.mean(agreed) > 0.9


def test_they_agree_when_noise_is_strongly_correlated():
    rng = np.random.default_rng(3)
    agreed = []
    for _ in range(200):
        wander = lfilter([0.02], [1.0, -0.98], rng.normal(size=3 * T_S.size))
        rate = evaporation_rate(T_S, -0.1 * T_H + wander[: T_S.size])
        mass = weighed(2.0, noise_mg=0.0) + wander[-T_S.size :]
        agreed.append(
            mean_flow(T_S, mass, programmed_ul_h=2.0, corrections=replace(CORRECTIONS, evaporation=rate)).agree
        )
    assert np.mean(agreed) > 0.85


@pytest.mark.parametrize("stroke_ul", [0.2, 2.0, 5.0])
def test_they_agree_on_a_pump_that_delivers_in_strokes(stroke_ul):
    volume = stroke_ul * np.floor(41.7 * T_H / stroke_ul + 0.4)
    agreed = [
        mean_flow(T_S, volume / Z_UL_MG - 0.1 * T_H + noise, programmed_ul_h=41.7, **KNOWN).agree
        for noise in np.random.default_rng(4).normal(0.0, 0.1, (50, T_S.size))
    ]
    assert np.mean(agreed) > 0.9


@pytest.mark.parametrize("hour", [1.0, 12.5, 24.0])
def test_a_jump_makes_them_disagree_and_the_result_says_so(hour):
    result = mean_flow(T_S, weighed(41.7) + 4.0 * (hour <= T_H), programmed_ul_h=41.7, **KNOWN)
    assert not result.agree
    assert "disagree" in result.error.remarks[0]
    assert "jumped by" in result.error.remarks[0]


@pytest.mark.parametrize("pump_percent, dropped_mg", [(-10.0, 25.0), (0.0, 20.0), (0.0, -20.0), (5.0, 3.0)])
def test_what_falls_on_the_pan_is_within_the_uncertainty(pump_percent, dropped_mg):
    rate = 12.5
    mass = weighed(rate * (1.0 + pump_percent / 100.0), noise_mg=0.02) + dropped_mg * (T_H >= 9.0)
    # What is taken off is as lasting a fall as a touched vessel: 5 mg and more are refused.
    if dropped_mg < -5.0:
        with pytest.raises(SeriesError, match="vessel touched"):
            mean_flow_error(T_S, mass, programmed_ul_h=rate, **KNOWN)
        return
    error = mean_flow_error(T_S, mass, programmed_ul_h=rate, **KNOWN)
    assert abs(error.value - pump_percent) <= 2.0 * error.u


@pytest.mark.parametrize("factor", [1.5, 4.0])
@pytest.mark.parametrize("rate_ul_h", [2.0, 12.5])
def test_a_lid_left_open_is_within_the_uncertainty(rate_ul_h, factor):
    more = np.clip(T_H - 8.0, 0.0, 6.0) * 0.3 * (factor - 1.0)
    quiet = replace(EVAPORATION, white_mg2_s=0.02**2 * 60.0)
    error = mean_flow_error(
        T_S,
        weighed(rate_ul_h, noise_mg=0.02) - more,
        programmed_ul_h=rate_ul_h,
        corrections=replace(CORRECTIONS, evaporation=quiet),
    )
    assert abs(error.value) <= 2.0 * error.u


def test_strokes_that_nobody_declared_are_found():
    volume = 2.0 * np.floor((10.0 * T_H + 0.3) / 2.0)
    mass = 500.0 + volume / Z_UL_MG - 0.1 * T_H + np.random.default_rng(3).normal(0.0, 0.1, T_S.size)
    result = mean_flow(T_S, mass, programmed_ul_h=10.0, **KNOWN)
    assert result.stroke_ul == pytest.approx(2.0, rel=0.15)
    assert any("strokes" in line.name for line in result.error.components)


def test_a_bent_flow_makes_them_disagree():
    bent = weighed(41.7) + np.where(T_H < 5.0, 0.4 * (5.0 - T_H), 0.0)
    assert not mean_flow(T_S, bent, programmed_ul_h=41.7, **KNOWN).agree


def test_bursts_duplicates_and_jitter_change_nothing_beyond_noise():
    rng = np.random.default_rng(5)
    stamps = np.repeat(np.sort(T_S + rng.uniform(-20.0, 20.0, T_S.size)), 3)
    mass = 500.0 + (41.7 / Z_UL_MG - 0.1) * stamps / 3600.0 + rng.normal(0.0, 0.1, stamps.size)
    result = mean_flow(stamps, mass, programmed_ul_h=41.7, **KNOWN)
    assert result.error.value == pytest.approx(0.0, abs=3.0 * result.error.u)


def test_same_readings_same_bits():
    first, second = (mean_flow(T_S, weighed(2.0), programmed_ul_h=2.0, **KNOWN) for _ in range(2))
    assert (first.error, first.regression_ul_h) == (second.error, second.regression_ul_h)


def test_a_step_between_plateaus_is_a_volume():
    mass = 500.0 + np.where(T_S > 3600.0, 20.0 / Z_UL_MG, 0.0) - 0.1 * T_H
    budget = volume_delivered(T_S, mass, before_s=(0.0, 1800.0), after_s=(5400.0, 7200.0), **KNOWN)
    assert budget.unit == "µL"
    assert budget.value == pytest.approx(20.0, abs=1e-5)


def test_a_step_of_nothing_is_a_volume_too():
    budget = volume_delivered(T_S, 500.0 - 0.1 * T_H, before_s=(0.0, 600.0), after_s=(1200.0, 1800.0), **KNOWN)
    assert budget.value == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("before_s, after_s", [((0.0, 600.0), (300.0, 900.0)), ((900.0, 1200.0), (0.0, 600.0))])
def test_plateaus_in_the_wrong_order_are_refused(before_s, after_s):
    with pytest.raises(SeriesError, match="not one before the other"):
        volume_delivered(T_S, weighed(2.0), before_s=before_s, after_s=after_s, **KNOWN)


def test_a_plateau_without_a_reading_is_refused():
    with pytest.raises(SeriesError, match="no reading between"):
        volume_delivered(T_S, weighed(2.0), before_s=(1.0, 59.0), after_s=(600.0, 900.0), **KNOWN)


@pytest.mark.parametrize(
    "mass, reason",
    [
        (np.where(T_S > 40_000.0, 0.0, weighed(2.0)), "tare in the middle"),
        (np.where(T_S == 6000.0, math.nan, weighed(2.0)), "not a finite number"),
    ],
)
def test_masses_that_allow_no_flow_are_refused(mass, reason):
    with pytest.raises(SeriesError, match=reason):
        mean_flow_error(T_S, mass, programmed_ul_h=2.0, **KNOWN)


def test_no_flow_is_a_flow_of_nothing():
    noise = np.random.default_rng(6).normal(0.0, 0.1, T_S.size)
    error = mean_flow_error(T_S, 500.0 - 0.1 * T_H + noise, programmed_ul_h=41.7, **KNOWN)
    assert error.value == pytest.approx(-100.0, abs=2.0 * error.u)


def test_liquid_that_runs_back_is_less_than_nothing():
    error = mean_flow_error(T_S, 500.0 - 5.1 * T_H, programmed_ul_h=5.0, **KNOWN)
    assert error.value == pytest.approx(-200.0, abs=1.0)


def test_reversed_time_is_refused():
    with pytest.raises(SeriesError, match="goes back"):
        mean_flow_error(T_S[::-1], weighed(2.0), programmed_ul_h=2.0, **KNOWN)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_too_few_readings_are_refused(n):
    with pytest.raises(SeriesError, match="at least 4"):
        mean_flow_error(T_S[:n], T_S[:n], programmed_ul_h=2.0, **KNOWN)


def test_a_gap_is_refused():
    keep = (T_H < 10.0) | (T_H > 12.0)
    with pytest.raises(SeriesError, match="gap of"):
        mean_flow_error(T_S[keep], weighed(2.0)[keep], programmed_ul_h=2.0, **KNOWN)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_an_error_against_no_rate_is_refused(rate):
    with pytest.raises(MetrologyError, match="positive rate"):
        mean_flow_error(T_S, weighed(2.0), programmed_ul_h=rate, **KNOWN)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True) | st.sampled_from([0.0, 1.0, 1e308])),
        max_size=40,
    )
)
@example([(0.0, 0.0), (0.0, 0.0), (0.0, -2.0), (1.0, -6.0)])  # what fell, fell behind readings of one moment
def test_garbage_gives_a_refusal_or_finite_numbers(readings):
    t, mass = (np.array([reading[i] for reading in readings], dtype=np.float64) for i in (0, 1))
    try:
        result = mean_flow(np.sort(t), mass, programmed_ul_h=2.0, max_gap_s=math.inf, **KNOWN)
    except MetrologyError:
        return
    assert math.isfinite(result.error.value)
    assert result.error.u > 0.0


def dripping(hours=2.0, rate_ul_h=2400.0, seed=1):
    """Return a balance that streams while 40 mg drops fall: bursts under one stamp, overshoot, wandering plateaus."""
    rng = np.random.default_rng(seed)
    t = np.arange(0.0, hours * 3600.0, 0.11 / 2.5)
    drops = np.floor(rate_ul_h / Z_UL_MG * t / 3600.0 / 40.0 + 0.5)
    since = t - (np.ceil(drops - 0.5) * 40.0 - 20.0) / (rate_ul_h / Z_UL_MG / 3600.0)
    ringing = np.where(drops > 0, 4.5 * np.exp(-since / 0.25) * np.cos(9.0 * since), 0.0)
    wander = lfilter([0.002], [1.0, -0.9999], rng.normal(size=t.size))
    mass = 40.0 * drops + ringing + wander + rng.normal(0.0, 0.03, t.size) - 0.1 * t / 3600.0
    return 0.11 * np.ceil(t / 0.11), np.round(mass, 1)


def test_a_real_balance_under_a_dripping_needle_gives_its_flow():
    t, mass = dripping()
    balance = BalanceSpecification(
        readability_mg=0.1, repeatability_mg=0.1, linearity_mg=0.2, calibration_relative_u=1e-5
    )
    result = mean_flow(t, mass, programmed_ul_h=2400.0, corrections=replace(CORRECTIONS, balance=balance))
    drop_percent = 100.0 * 40.0 / (2400.0 * 2.0)
    assert result.error.value == pytest.approx(0.0, abs=drop_percent)
    assert result.agree
