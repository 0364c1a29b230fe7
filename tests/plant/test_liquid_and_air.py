"""The liquid's density and a room that drifts: what a volume weighs."""

import numpy as np
import pytest
from pydantic import ValidationError

from instruments.plant.laboratory import Parameters
from tests.plant.worlds import change_mg, moments, pump, quiet

SALINE = {"liquid_density_kg_m3": 1005.0, "liquid_reference_c": 20.0, "liquid_expansion_per_k": 0.0003}


def gained_mg(lab, from_h=-0.1, to_h=0.1):
    pump(lab, 1000.0, 0.0)
    return change_mg(lab, from_h, to_h)


def test_a_liquid_of_its_own_density_weighs_by_it():
    # (1005/(1 + 0.0003·2) − ρ)/(1 − ρ/8000) kg/m³. At 08:00 of that day the air has 22 °C, 1013.25 − 5.20 hPa and
    # 50.9 %RH: ρ = (0.34848·1008.05 − 0.009·50.9·e^(0.061·22))/295.15 = 1.1843 kg/m³ (ISO 8655-6).
    air = 1.1843
    expected = (1005.0 / 1.0006 - air) / (1 - air / 8000)
    assert gained_mg(quiet(**SALINE)) == pytest.approx(expected, abs=0.001)


def test_half_a_percent_denser_than_water_weighs_half_a_percent_more():
    # Water of 22 °C: 997.77 kg/m³ (tables).
    denser = {"liquid_density_kg_m3": 1.005 * 997.77, "liquid_reference_c": 22.0, "liquid_expansion_per_k": 0.0}
    assert gained_mg(quiet(**denser)) / gained_mg(quiet()) == pytest.approx(1.005, abs=1e-5)


@pytest.mark.parametrize("left_out", list(SALINE))
def test_density_comes_with_its_temperature_and_expansion(left_out):
    with pytest.raises(ValidationError, match="come together"):
        Parameters(**{key: value for key, value in SALINE.items() if key != left_out})


@pytest.mark.parametrize("hours, drifted_k", [(-5, 0.0), (0, 0.0), (4, 2.0), (16, 8.0), (200, 8.0)])
def test_the_room_drifts_as_far_as_eight_kelvin(hours, drifted_k):
    lab = quiet(air_temperature_c=20.0, air_temperature_drift_k_h=0.5)
    assert lab.environment.air_temperature_c(moments(hours))[0] == pytest.approx(20.0 + drifted_k)


def test_the_liquid_drifts_with_the_room():
    lab = quiet(air_temperature_c=20.0, air_temperature_drift_k_h=-0.5)
    assert lab.environment.liquid_temperature_c(moments(4))[0] == pytest.approx(18.0)


@pytest.mark.parametrize("hours, drifted_hpa", [(0, 0.0), (10, -20.0), (30, -60.0), (300, -60.0)])
def test_the_pressure_drifts_as_far_as_a_storm(hours, drifted_hpa):
    drifting, steady = quiet(air_pressure_drift_hpa_h=-2), quiet()
    at = moments(hours)
    difference = drifting.environment.air_pressure_hpa(at) - steady.environment.air_pressure_hpa(at)
    assert difference[0] == pytest.approx(drifted_hpa)


def test_liquid_that_arrives_warmer_is_lighter():
    # 4 h at +1 K/h: 1005/1.0018 instead of 1005/1.0006 kg/m³, and air of 26 instead of 22 °C.
    drifting = quiet(**SALINE, air_temperature_drift_k_h=1.0)
    pump(drifting, 1000.0, 4.0)
    (air,) = drifting.environment.density_kg_m3(moments(4.05))
    expected = (1005.0 / 1.0018 - air) / (1 - air / 8000)
    assert change_mg(drifting, 3.95, 4.05) == pytest.approx(expected, abs=0.03)


def test_liquid_that_has_arrived_keeps_its_mass_while_the_room_warms():
    # Only the air that bears it changes, by 8 K and −3 % of 1.2 kg/m³: 0.04 mg of a gram.
    drifting = quiet(**SALINE, air_temperature_drift_k_h=1.0)
    pump(drifting, 1000.0, 0.0)
    assert change_mg(drifting, 0.1, 9.0) == pytest.approx(0.04, abs=0.02)


def test_the_air_weighs_what_tables_say():
    # CIPM-2007 at 1013.25 hPa, 22 °C and 50 %RH: p·M/(Z·R·T)·(1 − 0.378·x_v)
    # = 101325·0.0289655/(0.9996·8.31447·295.15)·(1 − 0.378·0.0131) = 1.1905 kg/m³. 120 h are one swing of the pressure.
    lab = quiet()
    days = moments(*np.arange(0, 120, 0.5))
    assert lab.environment.density_kg_m3(days).mean() == pytest.approx(1.1905, abs=2e-4)
