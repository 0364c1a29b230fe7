"""Every line of the budget of a weighed volume, worked out by hand: none is left out, halved, or counted twice."""

import math

import pytest

from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow_budget import Gain, error_budget, planned_error_budget, strokes_cut, volume_budget

# A solution of 1.05 times the density of water at 20 °C (998.2067 kg/m³, Tanaka 2001), in air of 1.1993 kg/m³.
LIQUID_KG_M3, AIR_KG_M3 = 1.05 * 998.2067, 1.1993
Z_UL_MG = 1000.0 * (1.0 - AIR_KG_M3 / 8000.0) / (LIQUID_KG_M3 - AIR_KG_M3)
# Water expands by 2.068e-4 per kelvin at 20 °C.
PER_K = 2.068e-4
IMMERSION = 1.0 - (0.8 / 30.0) ** 2
CORRECTIONS = Corrections(
    EvaporationRate(0.1, 0.004, 50.0, wander_mg2_h=0.0025, u_between_mg_h=0.006),
    Ambient(
        liquid_temperature_c=20.0,
        air_temperature_c=20.0,
        air_pressure_hpa=1013.25,
        relative_humidity_percent=50.0,
        u_liquid_temperature_k=0.3,
        u_air_temperature_k=0.0,
        u_air_pressure_hpa=2.0,
        u_relative_humidity_percent=0.0,
        relative_density=1.05,
        u_relative_density=0.001,
    ),
    BalanceSpecification(readability_mg=0.01, repeatability_mg=0.02, linearity_mg=0.06, calibration_relative_u=2e-5),
    TipInVessel(
        needle_mm=0.8,
        vessel_mm=30.0,
        u_diameter_mm=0.02,
        u_vessel_mm=0.3,
        capillary_mg=0.05,
        liquid_ul=200.0,
        u_warming_k_h=0.01,
        clock_relative_u=1e-4,
        u_stamp_s=0.5,
    ),
)
GAIN = Gain(mass_mg=1000.0, hours=24.0, u_noise_mg=0.03, readings=4)
PER_MG = Z_UL_MG * IMMERSION
VOLUME_UL = 1000.0 * PER_MG
# Of the simplified formula for air 4e-4, and 0.34848/293.15 kg/m³ for each of 2 hPa.
U_AIR_KG_M3 = math.hypot(4e-4 * AIR_KG_M3, 0.34848 / 293.15 * 2.0)


@pytest.mark.parametrize(
    "name, contribution_ul",
    [
        ("repeatability of start and end", 0.03 * PER_MG),
        ("wander of the balance", math.sqrt(0.0025 * 24.0) * PER_MG),
        # Two readings, each rounded to a digit of 0.01 mg, averaged over four.
        ("resolution", 0.01 * math.sqrt(2.0 / 12.0 / 4.0) * PER_MG),
        ("linearity", 0.06 / 1.7320508 * PER_MG),
        ("calibration", 2e-5 * VOLUME_UL),
        ("evaporation", 0.004 * 24.0 * PER_MG),
        ("change of evaporation in between", 0.006 * 24.0 * PER_MG),
        ("liquid density, temperature", VOLUME_UL * PER_K * 0.3 * LIQUID_KG_M3 / (LIQUID_KG_M3 - AIR_KG_M3)),
        ("liquid density, composition", VOLUME_UL * 0.001 / 1.05 * LIQUID_KG_M3 / (LIQUID_KG_M3 - AIR_KG_M3)),
        ("air density", VOLUME_UL * U_AIR_KG_M3 * (1.0 / (LIQUID_KG_M3 - AIR_KG_M3) - 1.0 / (8000.0 - AIR_KG_M3))),
        ("capillary force", 0.05 * 1.4142136 * PER_MG),
        ("immersed needle", Z_UL_MG * 1000.0 * 2.0 * (0.8 / 30.0) ** 2 * math.hypot(0.02 / 0.8, 0.3 / 30.0)),
        ("thermal expansion in pump and line", PER_K * 200.0 * 0.01 * 24.0),
    ],
)
def test_a_line_of_the_budget_of_a_volume_is_what_is_worked_out_by_hand(name, contribution_ul):
    (line,) = [one for one in volume_budget(GAIN, CORRECTIONS).components if one.name == name]
    assert line.contribution == pytest.approx(contribution_ul, rel=2e-3)


def test_a_budget_of_a_volume_has_these_lines_and_no_other():
    assert len(volume_budget(GAIN, CORRECTIONS).components) == 13


def test_the_volume_is_z_times_immersion_times_mass():
    assert volume_budget(GAIN, CORRECTIONS).value == pytest.approx(VOLUME_UL, rel=1e-6)


def test_strokes_are_cut_at_both_ends():
    # A rectangle of one stroke at each end: twice 0.5²/12.
    assert strokes_cut(0.5, 2.0).contribution == pytest.approx(2.0 * math.sqrt(2.0 * 0.25 / 12.0))


def test_time_takes_its_share_of_an_error_in_percent():
    volume = volume_budget(GAIN, CORRECTIONS)
    found = error_budget(volume, 41.0, 24.0, CORRECTIONS.tip)
    (time,) = [one for one in found.components if one.name == "time"]
    # The clock's 1e-4, and two stamps of 0.5 s within 86,400 s.
    expected = 100.0 * VOLUME_UL / (41.0 * 24.0) * math.hypot(1e-4, 0.5 * 1.4142136 / 86_400.0)
    assert time.contribution == pytest.approx(expected, rel=1e-6)


def test_what_weighings_at_zero_flow_found_has_their_degrees_of_freedom():
    few = {one.name: one.dof for one in volume_budget(GAIN, CORRECTIONS).components if math.isfinite(one.dof)}
    assert few == {"wander of the balance": 50.0, "evaporation": 50.0}


def test_a_plan_averages_the_readings_of_each_end():
    # Four readings of 0.02 mg at either end: √2 of half of one.
    planned = planned_error_budget(41.0, 24.0, corrections=CORRECTIONS, readings=4)
    (line,) = [one for one in planned.components if one.name == "repeatability of start and end"]
    assert line.u == pytest.approx(0.02 / 2.0 * math.sqrt(2.0))
