"""From readings as they came to the curves: corrected, sampled and with their uncertainty."""

import math

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.metrology.curves.from_readings import curves, delivered_volume
from rig.metrology.curves.schedules import ambulatory
from rig.metrology.readings.checked import BLOCK
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow import mean_flow

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
BALANCE = BalanceSpecification(
    readability_mg=0.01, repeatability_mg=0.05, linearity_mg=0.2, calibration_relative_u=1e-5
)
EVAPORATION = EvaporationRate(0.1, 0.004, 50.0, white_mg2_s=0.05**2 * 10.0)
SCHEDULE = ambulatory(15.0)
T_S = np.arange(0.0, 49.0 * 3600.0 + 1.0, 10.0)
KNOWN = {"corrections": Corrections(EVAPORATION, AMBIENT, BALANCE)}


def weighed(rate_ul_h, seed=1, noise_mg=0.05):
    volume = rate_ul_h * T_S / 3600.0
    noise = np.random.default_rng(seed).normal(0.0, noise_mg, T_S.size) if noise_mg else 0.0
    return 300.0 + volume / AMBIENT.z_ul_mg - 0.1 * T_S / 3600.0 + noise


def test_a_perfect_pump_without_noise_has_a_flat_trumpet():
    result = curves(T_S, weighed(10.0, noise_mg=0.0), schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN)
    extremes = [(window.max_percent, window.min_percent) for window in result.trumpet.windows]
    assert np.array(extremes) == pytest.approx(0.0, abs=1e-6)
    assert result.startup.error_percent == pytest.approx(0.0, abs=1e-6)


def test_the_overall_error_is_that_of_the_trumpet_with_a_budget():
    result = curves(T_S, weighed(10.3), schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN)
    assert result.overall.value == pytest.approx(result.trumpet.overall_percent)
    assert result.overall.value == pytest.approx(3.0, abs=3.0 * result.overall.u)


def test_the_overall_error_is_the_mean_flow_error_of_the_analysis_period():
    mass = weighed(10.3)
    analysis = T_S >= 24.0 * 3600.0
    overall = curves(T_S, mass, schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN).overall
    mean = mean_flow(T_S[analysis], mass[analysis], programmed_ul_h=10.0, **KNOWN).error
    assert overall.value == pytest.approx(mean.value, abs=4.0 * 100.0 * 0.05 / 250.0)


def test_what_shifts_the_whole_curve_is_told_beside_the_noise_of_a_window():
    curve = curves(T_S, weighed(10.0), schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN).trumpet
    # 0.004 mg/h of 10 µL/h dominate; linearity, density and calibration are less.
    assert curve.u_common_percent == pytest.approx(0.04 * AMBIENT.z_ul_mg, rel=0.6)
    window = curve.windows[0]
    assert curve.u_total_percent(window) == pytest.approx(math.hypot(window.u_percent, curve.u_common_percent))


def test_averaging_narrows_curve_and_envelope_alike():
    mass = weighed(10.0)
    single, averaged = (
        curves(T_S, mass, schedule=SCHEDULE, programmed_ul_h=10.0, average_s=average_s, **KNOWN).trumpet.windows[0]
        for average_s in (0.0, 160.0)
    )
    assert averaged.u_percent < 0.4 * single.u_percent
    assert averaged.max_percent < 0.6 * single.max_percent


def test_the_trumpet_of_noise_alone_fills_its_envelope():
    windows = [
        curves(T_S, weighed(10.0, seed), schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN).trumpet.windows[0]
        for seed in range(40)
    ]
    shown = np.mean([window.max_percent for window in windows])
    assert shown == pytest.approx(windows[0].perfect_max_percent, rel=0.05)


def test_volume_is_corrected_reading_by_reading_across_blocks():
    t = np.linspace(0.0, 3600.0, 2 * BLOCK + 3)
    mass = np.linspace(5.0, 25.0, t.size)
    volume = delivered_volume(t, mass, evaporation=EVAPORATION, ambient=AMBIENT, tip=TipInVessel())
    assert volume == pytest.approx(AMBIENT.z_ul_mg * (mass - 5.0 + 0.1 * t / 3600.0))


def test_the_readings_are_left_alone():
    mass = weighed(10.0)
    before = mass.copy()
    curves(T_S, mass, schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN)
    assert np.array_equal(mass, before)


def test_a_tare_in_the_middle_is_refused():
    mass = weighed(10.0)
    mass[9000:] -= mass[9000]
    with pytest.raises(SeriesError, match="tare"):
        curves(T_S, mass, schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN)


def test_a_missing_sample_is_refused():
    keep = (T_S < 40_000.0) | (T_S > 42_000.0)
    with pytest.raises(SeriesError, match="no reading for sample"):
        curves(T_S[keep], weighed(10.0)[keep], schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN)


def test_a_reading_that_is_no_number_is_refused():
    mass = weighed(10.0)
    mass[5] = math.nan
    with pytest.raises(SeriesError, match="reading 5"):
        curves(T_S, mass, schedule=SCHEDULE, programmed_ul_h=10.0, **KNOWN)
