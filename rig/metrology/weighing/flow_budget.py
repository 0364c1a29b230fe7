"""The budget of a weighed volume and of a mean flow error, line by line.

Sources: JCGM 100:2008; Bissig et al., Biomed. Eng. 60 (2015) 301-316 (the components of low flow by weighing).
"""

import math
from dataclasses import dataclass

from rig.errors import MetrologyError
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.metrology.weighing.conditions import TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.gravimetry import WEIGHTS_KG_M3
from rig.quantities import S_PER_H

# Half of a rectangular distribution's width over its standard deviation.
_RECTANGULAR = math.sqrt(3.0)

TIME = "time"
"""The line of an error in percent that holds how well the time is known for which a rate was asked."""

NOISE = frozenset({"repeatability of start and end", "wander of the balance", "resolution", "capillary force"})
"""Components that fall anew with each reading; the others shift all results of a run alike."""


@dataclass(frozen=True, slots=True)
class Gain:
    """A gain of mass between two levels, corrected for evaporation, `hours` apart.

    `u_noise_mg` is the standard uncertainty of the difference from the readings' noise, `readings` the smaller number
    of readings that a level is the mean of (1 for single readings).
    """

    mass_mg: float
    hours: float
    u_noise_mg: float
    readings: int = 1


def volume_budget(gain: Gain, corrections: Corrections) -> Budget:
    """Return the volume in µL that a gain of mass stands for, with its budget.

    V = Z·F·m: Z by `z_factor`, F by `immersion_factor`. Components: noise of the two levels, the balance's wander in
    between, resolution, linearity, calibration, evaporation and its change, liquid and air density, capillary force,
    immersion and thermal expansion of the liquid in pump and line.
    """
    evaporation, ambient = corrections.evaporation, corrections.ambient
    balance, tip = corrections.balance, corrections.tip
    z = ambient.z_ul_mg
    per_mg = z * tip.immersion
    volume = per_mg * gain.mass_mg
    air, liquid = ambient.air_kg_m3, ambient.liquid_kg_m3
    per_air = volume * (1.0 / (liquid - air) - 1.0 / (WEIGHTS_KG_M3 - air))
    per_liquid = -volume / (liquid - air)
    u_temperature = liquid * ambient.liquid_expansion_per_k * ambient.u_liquid_temperature_k
    u_composition = liquid / ambient.relative_density * ambient.u_relative_density
    # Noise of half a digit and more carries the reading over the digit's edge, so that averaging works on it as well.
    averaged = gain.readings if balance.repeatability_mg >= 0.5 * balance.readability_mg else 1
    u_digit = balance.readability_mg * math.sqrt(2.0 / 12.0 / averaged)
    u_wander = math.sqrt(evaporation.wander_mg2_h * gain.hours)
    u_expansion = ambient.liquid_expansion_per_k * tip.liquid_ul * tip.u_warming_k_h
    return combine(
        volume,
        "µL",
        [
            Component("repeatability of start and end", "A", gain.mass_mg, gain.u_noise_mg, "mg", per_mg),
            Component("wander of the balance", "A", 0.0, u_wander, "mg", per_mg, dof=evaporation.dof),
            Component("resolution", "B", 0.0, u_digit, "mg", per_mg),
            Component("linearity", "B", 0.0, balance.linearity_mg / _RECTANGULAR, "mg", per_mg, shape="rectangular"),
            Component("calibration", "B", 1.0, balance.calibration_relative_u, "1", volume),
            Component(
                "evaporation",
                "A",
                evaporation.rate_mg_h,
                evaporation.u_mg_h,
                "mg/h",
                per_mg * gain.hours,
                evaporation.dof,
            ),
            Component(
                "change of evaporation in between", "B", 0.0, evaporation.u_between_mg_h, "mg/h", per_mg * gain.hours
            ),
            Component("liquid density, temperature", "B", liquid, u_temperature, "kg/m³", per_liquid),
            Component("liquid density, composition", "B", liquid, u_composition, "kg/m³", per_liquid),
            Component("air density", "B", air, ambient.u_air_kg_m3, "kg/m³", per_air),
            Component("capillary force", "B", 0.0, tip.capillary_mg * math.sqrt(2.0), "mg", per_mg),
            Component("immersed needle", "B", tip.immersion, tip.u_immersion, "1", z * gain.mass_mg),
            Component("thermal expansion in pump and line", "B", 0.0, u_expansion, "µL/h", gain.hours),
        ],
        evaporation.remarks,
    )


def strokes_cut(stroke_ul: float, sensitivity: float) -> Component:
    """Return what strokes add to a result whose both ends cut one, at a phase left to chance; `sensitivity` per µL.

    Each end misses or gains up to one stroke, rectangular: u = stroke·√(2/12).
    """
    return Component(
        "phase of the strokes at both ends", "B", 0.0, stroke_ul / math.sqrt(6.0), "µL", sensitivity, shape="triangular"
    )


def error_budget(volume: Budget, programmed_ul_h: float, hours: float, tip: TipInVessel) -> Budget:
    """Return the mean flow error in percent, 100·(V/(r·T) − 1), with the budget of the volume and the time.

    Raises MetrologyError for a programmed rate or a time that is not positive.
    """
    if not (0.0 < programmed_ul_h < math.inf and 0.0 < hours < math.inf):
        raise MetrologyError(f"{programmed_ul_h!r} µL/h for {hours!r} h: an error in percent needs both positive")
    return programmed_error(volume, programmed_ul_h * hours, programmed_ul_h * hours, hours, tip)


def programmed_error(
    volume: Budget, programmed_ul: float, of_rates_ul: float, hours: float, tip: TipInVessel
) -> Budget:
    """Return 100·(V/V₀ − 1) in percent of the programmed volume V₀ > 0.

    Rates ask for `of_rates_ul` of it in `hours`: how much that is goes by the clock; what a bolus is does not.
    """
    per_ul = 100.0 / programmed_ul
    u_relative = math.hypot(tip.clock_relative_u, math.sqrt(2.0) * tip.u_stamp_s / S_PER_H / hours)
    by_rates = of_rates_ul / programmed_ul
    time = Component(TIME, "B", hours, hours * u_relative, "h", -per_ul * by_rates * volume.value / hours)
    return volume.scaled(per_ul, -100.0, "%", [time])


def planned_error_budget(
    programmed_ul_h: float,
    hours: float,
    *,
    corrections: Corrections,
    readings: int = 1,
) -> Budget:
    """Return the budget (%) that measuring a true `programmed_ul_h` for `hours` would have, before it is measured.

    `readings` is how many are averaged at each end; only the uncertainty of the evaporation matters.
    """
    if not (0.0 < programmed_ul_h < math.inf and 0.0 < hours < math.inf and readings >= 1):
        raise MetrologyError(f"{programmed_ul_h!r} µL/h for {hours!r} h from {readings!r} readings is no plan")
    mass_mg = programmed_ul_h * hours / corrections.per_mg
    gain = Gain(mass_mg, hours, corrections.balance.repeatability_mg * math.sqrt(2.0 / readings), readings)
    return error_budget(volume_budget(gain, corrections), programmed_ul_h, hours, corrections.tip)
