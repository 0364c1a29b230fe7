"""The whole, not linear model of a mean flow error, drawn by Monte Carlo: the check of its budget.

Source: JCGM 101:2008 (GUM Supplement 1). The densities are evaluated anew in each draw.
"""

import math
from collections.abc import Sequence

from rig.metrology.uncertainty.propagation import Input, MonteCarlo, monte_carlo
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.flow_budget import Gain
from rig.metrology.weighing.gravimetry import WEIGHTS_KG_M3, FloatArray, air_density, water_density
from rig.quantities import S_PER_H

_RECTANGULAR = math.sqrt(3.0)


def draw_error(
    gain: Gain,
    programmed_ul_h: float,
    *,
    corrections: Corrections,
    seed: int,
    draws: int = 1_000_000,
    level: float = 0.9545,
) -> MonteCarlo:
    """Return the distribution of the mean flow error in percent over draws of everything that its budget lists.

    The interval is the counterpart of the budget's k = 2. Raises MetrologyError for conditions so uncertain that draws
    leave the range of the density formulas.
    """

    def error_percent(
        mass_mg: FloatArray,
        loss_mg_h: FloatArray,
        sensitivity: FloatArray,
        liquid_c: FloatArray,
        composition: FloatArray,
        air_c: FloatArray,
        pressure_hpa: FloatArray,
        humidity: FloatArray,
        formula: FloatArray,
        immersion: FloatArray,
        pushed_ul_h: FloatArray,
        hours: FloatArray,
    ) -> FloatArray:
        air = formula * air_density(air_c, pressure_hpa, humidity)
        liquid = composition * water_density(liquid_c)
        z = 1000.0 * (1.0 - air / WEIGHTS_KG_M3) / (liquid - air)
        volume = z * immersion * sensitivity * (mass_mg + loss_mg_h * hours) + pushed_ul_h * hours
        return 100.0 * (volume / (programmed_ul_h * hours) - 1.0)

    inputs = error_inputs(gain, corrections)
    return monte_carlo(error_percent, inputs, "%", seed=seed, draws=draws, level=level)


def error_inputs(gain: Gain, corrections: Corrections) -> Sequence[Input]:
    """Return the inputs of the model in order, with the distributions that the budget's components stand for."""
    evaporation, balance, tip = corrections.evaporation, corrections.balance, corrections.tip
    indicated_mg = gain.mass_mg - evaporation.rate_mg_h * gain.hours
    averaged = gain.readings if balance.repeatability_mg >= 0.5 * balance.readability_mg else 1
    u_mass_mg = math.hypot(
        gain.u_noise_mg,
        math.sqrt(evaporation.wander_mg2_h * gain.hours),
        balance.readability_mg * math.sqrt(2.0 / 12.0 / averaged),
        balance.linearity_mg / _RECTANGULAR,
        tip.capillary_mg * math.sqrt(2.0),
    )
    u_hours = math.hypot(gain.hours * tip.clock_relative_u, math.sqrt(2.0) * tip.u_stamp_s / S_PER_H)
    a = corrections.ambient
    u_loss_mg_h = math.hypot(evaporation.u_mg_h, evaporation.u_between_mg_h)
    u_pushed_ul_h = a.liquid_expansion_per_k * tip.liquid_ul * tip.u_warming_k_h
    return (
        Input("mass", indicated_mg, u_mass_mg, "mg", "A"),
        Input("evaporation", evaporation.rate_mg_h, u_loss_mg_h, "mg/h", "A"),
        Input("calibration", 1.0, balance.calibration_relative_u, "1"),
        Input("liquid temperature", a.liquid_temperature_c, a.u_liquid_temperature_k, "°C"),
        Input("relative density", a.relative_density, a.u_relative_density, "1"),
        Input("air temperature", a.air_temperature_c, a.u_air_temperature_k, "°C"),
        Input("air pressure", a.air_pressure_hpa, a.u_air_pressure_hpa, "hPa"),
        Input("relative humidity", a.relative_humidity_percent, a.u_relative_humidity_percent, "%RH"),
        Input("air density formula", 1.0, 4e-4, "1"),
        Input("immersed needle", tip.immersion, tip.u_immersion, "1"),
        Input("thermal expansion", 0.0, u_pushed_ul_h, "µL/h"),
        Input("time", gain.hours, u_hours, "h"),
    )
