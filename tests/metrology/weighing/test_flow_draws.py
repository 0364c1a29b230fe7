"""What the draws of a mean flow error are drawn from: each input with its value and its uncertainty, by hand."""

import math

import pytest

from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow_budget import Gain
from rig.metrology.weighing.flow_draws import error_inputs

CORRECTIONS = Corrections(
    EvaporationRate(0.1, 0.003, wander_mg2_h=0.0009, u_between_mg_h=0.004),
    Ambient(
        liquid_temperature_c=20.0,
        air_temperature_c=22.0,
        air_pressure_hpa=1000.0,
        relative_humidity_percent=40.0,
        u_liquid_temperature_k=0.3,
        u_air_temperature_k=0.4,
        u_air_pressure_hpa=1.5,
        u_relative_humidity_percent=3.0,
        relative_density=1.01,
        u_relative_density=0.002,
    ),
    BalanceSpecification(readability_mg=0.1, repeatability_mg=0.2, linearity_mg=0.3, calibration_relative_u=1e-4),
    TipInVessel(
        needle_mm=2.0,
        vessel_mm=20.0,
        u_diameter_mm=0.02,
        u_vessel_mm=0.4,
        capillary_mg=0.05,
        liquid_ul=5_000.0,
        u_warming_k_h=0.01,
        clock_relative_u=5e-5,
        u_stamp_s=3.6,
    ),
)
# 50 mg in 25 h beside what evaporated, between levels of four readings that are known to 0.07 mg together.
GAIN = Gain(50.0, 25.0, 0.07, 4)


@pytest.mark.parametrize(
    "name, value, u",
    [
        # What the balance showed: 0.1 mg/h less, for 25 h. Noise, wander, two digits of four readings each, linearity
        # as a rectangle, and the wetting twice.
        (
            "mass",
            47.5,
            math.sqrt(0.07**2 + 0.0009 * 25.0 + 2.0 * 0.1**2 / 12.0 / 4.0 + 0.3**2 / 3.0 + 2.0 * 0.05**2),
        ),
        # 3 and 4 make 5: both weighings, and what they do not know of the time between them.
        ("evaporation", 0.1, 0.005),
        ("calibration", 1.0, 1e-4),
        ("liquid temperature", 20.0, 0.3),
        ("relative density", 1.01, 0.002),
        ("air temperature", 22.0, 0.4),
        ("air pressure", 1000.0, 1.5),
        ("relative humidity", 40.0, 3.0),
        # 1 − (2/20)², and twice that share by 1 % of the needle and 2 % of the vessel.
        ("immersed needle", 0.99, 0.02 * math.hypot(0.01, 0.02)),
        # Water expands by 2.068e-4 per kelvin at 20 °C.
        ("thermal expansion", 0.0, 2.068e-4 * 5_000.0 * 0.01),
        # 5e-5 of 25 h, and two stamps of a thousandth of an hour.
        ("time", 25.0, math.hypot(25.0 * 5e-5, math.sqrt(2.0) * 0.001)),
    ],
)
def test_an_input_is_drawn_from_what_is_known_of_it(name, value, u):
    (one,) = [each for each in error_inputs(GAIN, CORRECTIONS) if each.name == name]
    assert (one.value, one.u) == pytest.approx((value, u), rel=1e-3)
