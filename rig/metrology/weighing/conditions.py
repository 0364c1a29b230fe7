"""What a weighing was done with and in: the balance's characteristics, the conditions, the delivery into the vessel."""

import math
from dataclasses import dataclass, fields

from rig.errors import MetrologyError
from rig.metrology.weighing.gravimetry import air_density, immersion_factor, water_density, water_expansion, z_factor

# Water in an open vessel in the still air of a room (22 °C, 50 %RH) loses 0.1 kg/(m²·h), within a factor of two: a
# vapour pressure deficit of 1.3 kPa times the mass transfer of free convection.
_OPEN_LOSS_MG_MM2_H = 0.1


def _demand_not_negative(thing: object, *names: str) -> None:
    for name in names:
        value = getattr(thing, name)
        if not (math.isfinite(value) and value >= 0):
            raise MetrologyError(f"{type(thing).__name__}.{name} is {value!r}; a finite number ≥ 0 is needed")


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceSpecification:
    """A balance as its certificate and data sheet describe it.

    `repeatability_mg` is the standard deviation of one reading, `linearity_mg` the largest deviation (±, rectangular),
    `calibration_relative_u` the relative standard uncertainty of its sensitivity (1e-5 is 10 ppm) with temperature.
    Raises MetrologyError for anything negative or not finite.
    """

    readability_mg: float
    repeatability_mg: float
    linearity_mg: float
    calibration_relative_u: float

    def __post_init__(self) -> None:
        _demand_not_negative(self, *(field.name for field in fields(self)))

    @property
    def single_mg(self) -> float:
        """Return what one reading is good for: its repeatability, a digit at the least."""
        return max(self.repeatability_mg, self.readability_mg)

    @property
    def fall_mg(self) -> float:
        """Return the abrupt change from reading to reading that noise cannot make: 10 standard deviations."""
        return 10.0 * self.single_mg


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambient:
    """The conditions of a weighing, means over the window, each with its standard uncertainty.

    `relative_density` is that of the liquid against water at the same temperature (`u_relative_density` standard).
    Raises MetrologyError for conditions outside of the density formulas' ranges.
    """

    liquid_temperature_c: float
    air_temperature_c: float
    air_pressure_hpa: float
    relative_humidity_percent: float
    u_liquid_temperature_k: float
    u_air_temperature_k: float
    u_air_pressure_hpa: float
    u_relative_humidity_percent: float
    relative_density: float = 1.0
    u_relative_density: float = 0.0

    def __post_init__(self) -> None:
        _demand_not_negative(self, *(field.name for field in fields(self) if field.name.startswith("u_")))
        if not self.z_ul_mg > 0:
            raise MetrologyError(f"a liquid of relative density {self.relative_density!r} floats in air")

    @property
    def air_kg_m3(self) -> float:
        """Return the air density."""
        return float(air_density(self.air_temperature_c, self.air_pressure_hpa, self.relative_humidity_percent))

    @property
    def u_air_kg_m3(self) -> float:
        """Return its standard uncertainty: the formula's (4e-4 relative at 37 °C) and that of the three readings."""
        t, h = self.air_temperature_c, self.relative_humidity_percent
        air = self.air_kg_m3
        d_pressure = 0.34848 / (t + 273.15)
        d_humidity = 0.009 * math.exp(0.061 * t) / (t + 273.15)
        d_temperature = (air + 0.061 * 0.009 * h * math.exp(0.061 * t)) / (t + 273.15)
        return math.hypot(
            4e-4 * air,
            d_pressure * self.u_air_pressure_hpa,
            d_humidity * self.u_relative_humidity_percent,
            d_temperature * self.u_air_temperature_k,
        )

    @property
    def liquid_kg_m3(self) -> float:
        """Return the liquid's density."""
        return float(self.relative_density * water_density(self.liquid_temperature_c))

    @property
    def liquid_expansion_per_k(self) -> float:
        """Return the liquid's volumetric expansion, taken as that of water."""
        return float(water_expansion(self.liquid_temperature_c))

    @property
    def z_ul_mg(self) -> float:
        """Return the volume per indicated mass."""
        return float(
            z_factor(
                self.liquid_temperature_c,
                self.air_temperature_c,
                self.air_pressure_hpa,
                self.relative_humidity_percent,
                relative_density=self.relative_density,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TipInVessel:
    """How the liquid gets into the vessel, and how time is kept.

    `needle_mm` 0 is a needle above the liquid, else `vessel_mm` is needed; `u_diameter_mm` is that of the needle,
    `u_vessel_mm` that of the vessel. `capillary_mg` is the standard deviation of the wetting's force in one reading: a
    difference of two has √2 of it. `liquid_ul` in pump and line expands as it warms by 0 ± `u_warming_k_h`.
    `clock_relative_u` is that of the rig's clock, `u_stamp_s` of one stamp.
    """

    needle_mm: float = 0.0
    vessel_mm: float = math.inf
    u_diameter_mm: float = 0.0
    capillary_mg: float = 0.0
    liquid_ul: float = 0.0
    u_warming_k_h: float = 0.0
    clock_relative_u: float = 0.0
    u_stamp_s: float = 0.0
    u_vessel_mm: float = 0.0

    def __post_init__(self) -> None:
        _demand_not_negative(self, *(field.name for field in fields(self) if field.name != "vessel_mm"))
        if self.needle_mm > 0:
            immersion_factor(self.needle_mm, self.vessel_mm)

    @property
    def immersion(self) -> float:
        """Return the share of the indicated gain that is liquid."""
        return immersion_factor(self.needle_mm, self.vessel_mm) if self.needle_mm > 0 else 1.0

    @property
    def u_immersion(self) -> float:
        """Return its standard uncertainty: 2·(d/D)²·√((u(d)/d)² + (u(D)/D)²)."""
        share = self.needle_mm / self.vessel_mm
        return 2.0 * share * math.hypot(self.u_diameter_mm, share * self.u_vessel_mm) / self.vessel_mm

    @property
    def open_loss_mg_h(self) -> float:
        """Return what the vessel could lose at most without any cover, inf for a vessel of no known size."""
        return _OPEN_LOSS_MG_MM2_H * math.pi / 4.0 * self.vessel_mm**2
