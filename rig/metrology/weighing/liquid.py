"""The liquid that is pumped: its density at any temperature, from what is stated at one."""

import math
from dataclasses import dataclass

from rig.errors import MetrologyError
from rig.metrology.readings.demands import not_negative, positive
from rig.metrology.weighing.gravimetry import water_density


@dataclass(frozen=True, slots=True)
class Liquid:
    """A liquid of `density_kg_m3` ± `u_density_kg_m3` (standard) at `reference_c`.

    `expansion_per_k` is its volumetric expansion −(1/ρ)·dρ/dT ± `u_expansion_per_k`, None for a watery solution that
    expands as water does (Tanaka 2001). Raises MetrologyError for a density that is not positive, a negative
    uncertainty, or temperatures outside of 0 to 40 °C.
    """

    density_kg_m3: float
    u_density_kg_m3: float
    reference_c: float
    expansion_per_k: float | None = None
    u_expansion_per_k: float = 0.0

    def __post_init__(self) -> None:
        positive(self.density_kg_m3, "density of the liquid in kg/m³")
        not_negative(self.u_density_kg_m3, "standard uncertainty of the density in kg/m³")
        not_negative(self.u_expansion_per_k, "standard uncertainty of the expansion per K")
        if self.expansion_per_k is not None and not math.isfinite(self.expansion_per_k):
            raise MetrologyError(f"an expansion of {self.expansion_per_k!r} per K is no number")
        water_density(self.reference_c)

    def density_at(self, temperature_c: float) -> float:
        """Return the density in kg/m³ at a temperature, by the expansion stated: ρ = ρ_ref·exp(−γ·(T − T_ref))."""
        water = water_density(temperature_c) / water_density(self.reference_c)
        if self.expansion_per_k is None:
            return float(self.density_kg_m3 * water)
        return self.density_kg_m3 * math.exp(-self.expansion_per_k * (temperature_c - self.reference_c))

    def relative_density_at(self, temperature_c: float) -> float:
        """Return the density over that of water at the same temperature."""
        return float(self.density_at(temperature_c) / water_density(temperature_c))

    def u_relative_density_at(self, temperature_c: float) -> float:
        """Return its standard uncertainty: the stated density's and, away from `reference_c`, the expansion's."""
        own = self.u_density_kg_m3 / self.density_kg_m3
        expanded = self.u_expansion_per_k * (temperature_c - self.reference_c)
        return self.relative_density_at(temperature_c) * math.hypot(own, expanded)
