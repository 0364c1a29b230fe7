"""From what a balance shows to what a pump delivered: densities, buoyancy, immersion, capillarity, expansion.

Sources: Tanaka et al., Metrologia 38 (2001) 301-309 (water); ISO 8655-6 (simplified CIPM air density, Z factor);
Bissig et al., Biomed. Eng. 60 (2015) 301-316 (immersed needle, capillary force). Temperatures are ITS-90.
"""

import math
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rig.errors import MetrologyError

FloatArray = NDArray[np.float64]
Number = TypeVar("Number", float, FloatArray)

WEIGHTS_KG_M3 = 8000.0
"""Density of the steel weights that a balance is adjusted with (OIML R 111 conventional value)."""

_A1, _A2, _A3, _A4, _A5 = -3.983035, 301.797, 522528.9, 69.34881, 999.974950
_KELVIN = 273.15
_GRAVITY_M_S2 = 9.80665
# Surface tension of clean water at 20 °C (IAPWS R1-76); drug solutions are lower.
_WATER_SURFACE_TENSION_N_M = 0.07274


def water_density(temperature_c: Number) -> Number:
    """Return the density of air-free water in kg/m³ at 101.325 kPa, same shape; 0 to 40 °C (Tanaka 2001, eq. 1).

    Raises MetrologyError outside of 0 to 40 °C, where the formula is not valid.
    """
    t = within(temperature_c, 0.0, 40.0, "liquid temperature", "°C")
    return _A5 * (1.0 - (t + _A1) ** 2 * (t + _A2) / (_A3 * (t + _A4)))


def water_expansion(temperature_c: Number) -> Number:
    """Return −(1/ρ)·dρ/dT of water in 1/K, same shape: the derivative of Tanaka's formula; 0 to 40 °C."""
    t = within(temperature_c, 0.0, 40.0, "liquid temperature", "°C")
    top = (t + _A1) ** 2 * (t + _A2)
    slope = 2.0 * (t + _A1) * (t + _A2) + (t + _A1) ** 2
    d_ratio = (slope * (t + _A4) - top) / (_A3 * (t + _A4) ** 2)
    return d_ratio / (1.0 - top / (_A3 * (t + _A4)))


def air_density(temperature_c: Number, pressure_hpa: Number, relative_humidity_percent: Number) -> Number:
    """Return the density of moist air in kg/m³; scalars, or arrays that broadcast (simplified CIPM, ISO 8655-6).

    Raises MetrologyError outside of 0 to 50 °C, 600 to 1100 hPa and 0 to 100 %RH.
    """
    t = within(temperature_c, 0.0, 50.0, "air temperature", "°C")
    p = within(pressure_hpa, 600.0, 1100.0, "air pressure", "hPa")
    h = within(relative_humidity_percent, 0.0, 100.0, "relative humidity", "%RH")
    vapour: Number = 0.009 * h * np.exp(0.061 * t)
    return (0.34848 * p - vapour) / (t + _KELVIN)


def z_factor(
    liquid_temperature_c: Number,
    air_temperature_c: Number,
    air_pressure_hpa: Number,
    relative_humidity_percent: Number,
    *,
    relative_density: float = 1.0,
    weights_kg_m3: float = WEIGHTS_KG_M3,
) -> Number:
    """Return the volume per indicated mass in µL/mg: Z = (1 − ρa/ρb)/(ρl − ρa) (ISO 8655-6).

    `relative_density` is the liquid's density over that of water at the same temperature. Scalars, or arrays that
    broadcast. Raises MetrologyError for conditions outside of the formulas' ranges and densities that are not positive.
    """
    if not (0.0 < relative_density < math.inf and 0.0 < weights_kg_m3 < math.inf):
        raise MetrologyError(f"relative density {relative_density!r} and weights of {weights_kg_m3!r} kg/m³: both > 0")
    air = air_density(air_temperature_c, air_pressure_hpa, relative_humidity_percent)
    liquid = relative_density * water_density(liquid_temperature_c)
    return 1000.0 * (1.0 - air / weights_kg_m3) / (liquid - air)


def immersion_factor(needle_mm: float, vessel_mm: float) -> float:
    """Return 1 − (d_needle/D_vessel)²: the share of the indicated gain that is liquid when the needle is immersed.

    The liquid climbs the needle as the vessel fills, and the balance carries what the needle displaces. Diameters in
    mm, `needle_mm` 0 for a needle above the liquid. Raises MetrologyError unless 0 ≤ needle < vessel.
    """
    if not 0.0 <= needle_mm < vessel_mm < math.inf:
        raise MetrologyError(f"a needle of {needle_mm!r} mm in a vessel of {vessel_mm!r} mm is not possible")
    return 1.0 - (needle_mm / vessel_mm) ** 2


def volume_from_mass(
    mass_mg: ArrayLike,
    liquid_temperature_c: Number,
    air_temperature_c: Number,
    air_pressure_hpa: Number,
    relative_humidity_percent: Number,
    *,
    relative_density: float = 1.0,
    needle_mm: float = 0.0,
    vessel_mm: float = math.inf,
) -> FloatArray:
    """Return the volumes in µL, shape of `mass_mg`, that masses indicated above the tare stand for.

    Buoyancy by `z_factor`, immersed needle by `immersion_factor` (left out when `needle_mm` is 0). Conditions are
    scalars, or arrays that broadcast with `mass_mg`. Evaporation is not corrected here: it needs time. Raises
    MetrologyError as those two do; NaN stays NaN, `check_series` is what refuses it.
    """
    factor = z_factor(
        liquid_temperature_c,
        air_temperature_c,
        air_pressure_hpa,
        relative_humidity_percent,
        relative_density=relative_density,
    )
    if needle_mm != 0.0:
        factor = factor * immersion_factor(needle_mm, vessel_mm)
    return np.asarray(mass_mg, dtype=np.float64) * factor


def thermal_expansion_flow(liquid_ul: Number, temperature_c: Number, warming_k_h: Number) -> Number:
    """Return the flow in µL/h that warming squeezes out of `liquid_ul` in pump and line: γ(T)·V·dT/dt."""
    return water_expansion(temperature_c) * liquid_ul * warming_k_h


def capillary_mass(needle_mm: float, surface_tension_n_m: float = _WATER_SURFACE_TENSION_N_M) -> float:
    """Return the mass in mg that the surface pulling on an immersed needle looks like: π·d·γ/g, fully wetted.

    A wetting that changes by 1 % shows as a step of 1 % of it.
    """
    if not (0.0 <= needle_mm < math.inf and 0.0 < surface_tension_n_m < math.inf):
        raise MetrologyError(f"needle of {needle_mm!r} mm at {surface_tension_n_m!r} N/m is not possible")
    return math.pi * needle_mm * 1e-3 * surface_tension_n_m / _GRAVITY_M_S2 * 1e6


def within(value: Number, low: float, high: float, what: str, unit: str) -> Number:
    """Return `value` as it is, or raise MetrologyError when any of it is NaN or outside of [low, high]."""
    inside = np.logical_and(np.greater_equal(value, low), np.less_equal(value, high))
    if not np.all(inside):
        found = np.asarray(value, dtype=np.float64)[np.logical_not(inside)]
        raise MetrologyError(f"{what} {found.flat[0]:g} {unit} is not within {low:g} to {high:g} {unit}")
    return value
