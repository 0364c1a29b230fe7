"""The beaker on the balance: what a perfect balance would indicate.

Water arrives from the immersed tip, evaporates, and hangs on the needle. The physics is written here from the same
public formulas that the rig's evaluation uses, but apart from it: a mistake in one shows as a bias in the other.
Sources: Tanaka et al. 2001 (water), ISO 8655-6 (air), needle force π·d·γ.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from instruments.plant.environment import Environment
from instruments.plant.line import Line

NS_PER_H = 3.6e12
WEIGHT_DENSITY_KG_M3 = 8000.0
MENISCUS_NS = 4 * 3_600_000_000_000  # how long the contact line stays pinned


@lru_cache(maxsize=4096)
def _held(seed: int, slot: int) -> float:
    """Return where the contact line hangs during one slot, as a standard normal number."""
    return float(np.random.default_rng([seed, slot]).normal())


@dataclass(frozen=True, slots=True)
class Beaker:
    """A beaker under an immersed needle, since `t0_ns`."""

    line: Line
    environment: Environment
    t0_ns: int
    initial_mg: float
    evaporation_mg_h: float
    needle_diameter_mm: float
    vessel_diameter_mm: float
    capillary_mg: float
    seed: int

    def indicated_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mass in mg that a perfect balance in this air would indicate at each of `t_ns`."""
        hours = (t_ns - self.t0_ns) / NS_PER_H
        immersion = 1.0 - (self.needle_diameter_mm / self.vessel_diameter_mm) ** 2
        gained = self.line.tip_ul(t_ns) * self._mg_per_ul(t_ns) / immersion
        return np.asarray(self.initial_mg + gained - self.evaporation_mg_h * hours + self._meniscus_mg(t_ns))

    def _mg_per_ul(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what 1 µL indicates, in mg: water's density less the air's, against steel weights."""
        # The liquid's swing is slow and small; its water is weighed at the bench's mean temperature.
        t = self.environment.temperature_c
        water = 999.974950 * (1.0 - (t - 3.983035) ** 2 * (t + 301.797) / (522528.9 * (t + 69.34881)))
        air_t, pressure_hpa, humidity_percent = self.environment.air(t_ns)
        humid = 0.009 * humidity_percent * np.exp(0.061 * air_t)
        air = (0.34848 * pressure_hpa - humid) / (air_t + 273.15)
        return np.asarray((water - air) / (1.0 - air / WEIGHT_DENSITY_KG_M3) / 1000.0)

    def _meniscus_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the needle's capillary force as mass: it sits still, then jumps when the contact line slips."""
        slots = t_ns // MENISCUS_NS
        first = int(slots.min()) if len(slots) else 0
        held = [_held(self.seed, slot) for slot in range(first, int(slots.max(initial=first)) + 1)]
        return np.asarray(self.capillary_mg * np.asarray(held)[slots - first])
