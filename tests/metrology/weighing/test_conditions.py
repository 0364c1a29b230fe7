"""What balance, air and evaporation are worth, by their formulas written out anew."""

import math
from dataclasses import replace

import pytest

from rig.errors import MetrologyError
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate, combine_evaporation

AMBIENT = Ambient(
    liquid_temperature_c=21.0,
    air_temperature_c=23.0,
    air_pressure_hpa=980.0,
    relative_humidity_percent=60.0,
    u_liquid_temperature_k=0.0,
    u_air_temperature_k=0.0,
    u_air_pressure_hpa=0.0,
    u_relative_humidity_percent=0.0,
)
BALANCE = BalanceSpecification(
    readability_mg=0.01, repeatability_mg=0.03, linearity_mg=0.06, calibration_relative_u=0.0
)


def air_kg_m3(temperature_c=23.0, pressure_hpa=980.0, humidity_percent=60.0):
    """The simplified formula of the CIPM, as OIML R 111 (E.3-1) has it."""
    vapour = 0.009 * humidity_percent * math.exp(0.061 * temperature_c)
    return (0.34848 * pressure_hpa - vapour) / (273.15 + temperature_c)


@pytest.mark.parametrize(
    "of_ambient, of_formula",
    [
        ({"u_air_temperature_k": 2.0}, {"temperature_c": 23.5}),
        ({"u_air_pressure_hpa": 2.0}, {"pressure_hpa": 980.5}),
        ({"u_relative_humidity_percent": 2.0}, {"humidity_percent": 60.5}),
    ],
)
def test_air_density_is_as_uncertain_as_its_formula_is_steep(of_ambient, of_formula):
    # The formula's slope, from a quarter of the uncertainty, beside its own 4e-4.
    of_reading = 4.0 * (air_kg_m3(**of_formula) - air_kg_m3())
    expected = math.hypot(4e-4 * air_kg_m3(), of_reading)
    assert replace(AMBIENT, **of_ambient).u_air_kg_m3 == pytest.approx(expected, rel=5e-3)


def test_a_reading_is_worth_its_repeatability():
    assert BALANCE.single_mg == 0.03


def test_a_reading_is_worth_a_digit_at_the_least():
    assert replace(BALANCE, repeatability_mg=0.001).single_mg == 0.01


def test_a_fall_is_ten_times_what_a_reading_is_worth():
    assert BALANCE.fall_mg == pytest.approx(0.3)


def test_a_fall_is_ten_digits_of_a_coarse_balance():
    assert replace(BALANCE, repeatability_mg=0.001).fall_mg == pytest.approx(0.1)


def test_an_open_beaker_loses_a_tenth_of_a_milligram_for_each_square_millimetre_and_hour():
    assert TipInVessel(vessel_mm=20.0).open_loss_mg_h == pytest.approx(0.1 * math.pi * 100.0)


def test_a_needle_above_the_liquid_takes_no_share():
    assert (TipInVessel(vessel_mm=30.0).immersion, TipInVessel(vessel_mm=30.0, u_diameter_mm=0.1).u_immersion) == (1, 0)


def test_an_immersed_needle_is_as_uncertain_as_both_diameters():
    # 1 − (d/D)²: two times a hundredth, by 1 % of the needle and 2 % of the vessel.
    tip = TipInVessel(needle_mm=2.0, vessel_mm=20.0, u_diameter_mm=0.02, u_vessel_mm=0.4)
    assert tip.u_immersion == pytest.approx(0.02 * math.hypot(0.01, 0.02))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1e-9])
def test_what_is_no_uncertainty_is_refused(bad):
    with pytest.raises(MetrologyError, match="u_air_pressure_hpa"):
        replace(AMBIENT, u_air_pressure_hpa=bad)


def test_a_cold_room_is_no_uncertainty():
    assert replace(AMBIENT, air_temperature_c=15.0).air_kg_m3 == pytest.approx(air_kg_m3(15.0))


def test_strokes_show_as_what_readings_scatter_beyond_their_own_noise():
    corrections = Corrections(EvaporationRate(0.1, 0.0), AMBIENT, BALANCE)
    # Of 0.05 mg 0.04 are no noise (3, 4, 5). A saw-tooth of one stroke has a median deviation of a quarter of it, which
    # 1.4826 makes the scatter: the stroke is 4/1.4826 of that.
    expected_ul = corrections.per_mg * 0.04 * 4.0 / 1.4826
    assert corrections.stroke_shown_ul(0.05) == pytest.approx(expected_ul, rel=0.01)


BEFORE = EvaporationRate(0.3, 0.03, 4.0, white_mg2_s=0.01, wander_mg2_h=0.2, remarks=("a draught",))
AFTER = EvaporationRate(0.5, 0.04, 9.0, white_mg2_s=0.03, wander_mg2_h=0.6, remarks=("a jump",))


@pytest.mark.parametrize(
    "name, value",
    [
        ("rate_mg_h", 0.4),
        ("u_mg_h", 0.025),
        # 0.05⁴ over 0.03⁴/4 + 0.04⁴/9.
        ("dof", 625.0 / (81.0 / 4.0 + 256.0 / 9.0)),
        ("white_mg2_s", 0.02),
        ("wander_mg2_h", 0.4),
        ("change_mg_h", 0.2),
        ("u_change_mg_h", 0.05),
        # A floor of 0.03 mg/h, 10 % of 0.4 mg/h, and a rectangle 0.2 mg/h wide.
        ("u_between_mg_h", math.sqrt(0.03**2 + 0.04**2 + 0.2**2 / 12.0)),
    ],
)
def test_two_weighings_make_one_loss(name, value):
    mean = combine_evaporation(BEFORE, AFTER, floor_mg_h=0.03, floor_relative=0.1)
    assert getattr(mean, name) == pytest.approx(value)


def test_what_was_said_of_either_weighing_is_said_of_both():
    assert combine_evaporation(BEFORE, AFTER).remarks == ("a draught", "a jump")
