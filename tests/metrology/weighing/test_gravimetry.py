"""Densities and corrections against published tables and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import MetrologyError
from rig.metrology.weighing.gravimetry import (
    air_density,
    capillary_mass,
    immersion_factor,
    thermal_expansion_flow,
    volume_from_mass,
    water_density,
    water_expansion,
    z_factor,
)


@pytest.mark.parametrize(
    "temperature_c, kg_m3",
    # Tanaka et al. 2001, table 2, to its digits, and the reference's three.
    [(0.0, 999.8428), (4.0, 999.9749), (10.0, 999.7027), (15.0, 999.1026), (30.0, 995.6488), (40.0, 992.2152)],
)
def test_water_density_is_that_of_tanakas_table(temperature_c, kg_m3):
    assert water_density(temperature_c) == pytest.approx(kg_m3, abs=6e-5)


@pytest.mark.parametrize("temperature_c, kg_m3", [(20.0, 998.20675), (25.0, 997.04702), (37.0, 993.32895)])
def test_water_density_to_five_decimals(temperature_c, kg_m3):
    assert water_density(temperature_c) == pytest.approx(kg_m3, abs=5e-6)


@given(st.floats(0.01, 39.99))
def test_expansion_is_the_derivative_of_density(temperature_c):
    step = 1e-4
    low, high = water_density(temperature_c - step), water_density(temperature_c + step)
    slope = (high - low) / (2.0 * step)
    assert water_expansion(temperature_c) == pytest.approx(-slope / water_density(temperature_c), abs=2e-9)


@pytest.mark.parametrize("temperature_c, per_k", [(20.0, 2.07e-4), (37.0, 3.6e-4)])
def test_expansion_at_the_temperatures_that_pumps_are_tested_at(temperature_c, per_k):
    assert water_expansion(temperature_c) == pytest.approx(per_k, rel=0.01)


def test_air_density_of_a_standard_day():
    # CIPM-2007 at 20 °C, 1013.25 hPa, 50 %RH and 400 µmol/mol CO2: 1.19924 kg/m³.
    assert air_density(20.0, 1013.25, 50.0) == pytest.approx(1.19924, rel=1e-4)


@pytest.mark.parametrize(
    "temperature_c, pressure_hpa, ul_mg",
    # ISO 8655-6 table A.1 (Z at 50 %RH, 4 decimals).
    [(15.0, 1013.0, 1.0020), (20.0, 1013.0, 1.0029), (25.0, 1013.0, 1.0040), (30.0, 1013.0, 1.0054)],
)
def test_z_is_that_of_the_standards_table(temperature_c, pressure_hpa, ul_mg):
    assert z_factor(temperature_c, temperature_c, pressure_hpa, 50.0) == pytest.approx(ul_mg, abs=6e-5)


def test_z_to_five_decimals():
    assert z_factor(20.0, 20.0, 1013.25, 50.0) == pytest.approx(1.00285, abs=5e-6)


def test_leaving_buoyancy_out_is_a_tenth_of_a_percent():
    without = 1000.0 / water_density(20.0)
    assert 100.0 * (without / z_factor(20.0, 20.0, 1013.25, 50.0) - 1.0) == pytest.approx(-0.105, abs=5e-4)


def test_a_denser_liquid_is_less_volume():
    water, saline = (z_factor(20.0, 20.0, 1013.25, 50.0, relative_density=d) for d in (1.0, 1.0046))
    assert water / saline == pytest.approx(1.0046, abs=1e-5)


@pytest.mark.parametrize("vessel_mm, percent", [(30.0, 0.07), (10.0, 0.66)])
def test_an_immersed_21_gauge_needle(vessel_mm, percent):
    assert 100.0 * (1.0 - immersion_factor(0.81, vessel_mm)) == pytest.approx(percent, abs=0.005)


def test_the_capillary_force_on_a_21_gauge_needle_looks_like_19_mg():
    assert capillary_mass(0.82) == pytest.approx(19.0, abs=0.2)


def test_20_ml_drifting_a_tenth_of_a_kelvin_per_hour_is_a_flow_of_0_4_ul_h():
    assert thermal_expansion_flow(20_000.0, 20.0, 0.1) == pytest.approx(0.414, abs=0.001)


def test_masses_become_volumes_by_z_and_immersion():
    volume = volume_from_mass(np.array([0.0, 1.0, 50.0]), 20.0, 20.0, 1013.25, 50.0, needle_mm=1.0, vessel_mm=10.0)
    assert volume == pytest.approx(np.array([0.0, 1.0, 50.0]) * 1.0028512 * 0.99, rel=1e-6)


def test_conditions_may_change_from_reading_to_reading():
    temperatures = np.array([20.0, 25.0])
    volume = volume_from_mass(np.ones(2), temperatures, temperatures, np.full(2, 1013.0), np.full(2, 50.0))
    assert volume == pytest.approx([1.0029, 1.0040], abs=6e-5)


@pytest.mark.parametrize("temperature_c", [-0.1, 40.1, math.nan, math.inf])
def test_temperatures_outside_of_the_formula_are_refused(temperature_c):
    with pytest.raises(MetrologyError, match="liquid temperature"):
        water_density(temperature_c)


def test_one_bad_value_in_an_array_is_refused_by_its_value():
    with pytest.raises(MetrologyError, match="55 °C"):
        water_density(np.array([20.0, 55.0]))


@pytest.mark.parametrize("pressure_hpa, humidity", [(1.0, 50.0), (101.325, 50.0), (1013.0, -1.0), (1013.0, 101.0)])
def test_air_in_other_units_is_refused(pressure_hpa, humidity):
    with pytest.raises(MetrologyError):
        air_density(20.0, pressure_hpa, humidity)


@pytest.mark.parametrize("needle_mm, vessel_mm", [(10.0, 10.0), (-1.0, 10.0), (math.nan, 10.0), (1.0, math.nan)])
def test_a_needle_that_does_not_fit_is_refused(needle_mm, vessel_mm):
    with pytest.raises(MetrologyError, match="needle"):
        immersion_factor(needle_mm, vessel_mm)
