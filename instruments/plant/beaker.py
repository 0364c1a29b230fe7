"""The beaker on the balance: what a perfect balance would indicate.

The liquid arrives from the immersed tip, evaporates, and hangs on the needle. The physics is written here from the same
public formulas that the rig's evaluation uses, but apart from it: a mistake in one shows as a bias in the other.
Sources: Tanaka et al. 2001 (water), ISO 8655-6 (air), needle force π·d·γ.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from instruments.plant.environment import Environment
from instruments.plant.evaporation import Evaporation
from instruments.plant.line import Line
from instruments.plant.liquid import LiquidKeys, density_kg_m3
from instruments.plant.moments import NS_PER_H, Steps, hours_since, is_within
from instruments.plant.pan import Pan
from instruments.plant.seepage import Leak
from rig.bench_file.tables import TwinParameters

WEIGHT_DENSITY_KG_M3 = 8000.0
MENISCUS_NS = 4 * 3_600_000_000_000  # how long the contact line stays pinned
# In a drifting room the liquid is as dense as at the middle of the slot in which it arrives.
_WARMING_NS = 600_000_000_000


class BeakerKeys(TwinParameters):
    """The beaker and the needle in it."""

    beaker_mg: float = Field(default=30_000.0, ge=0)
    needle_diameter_mm: float = Field(default=0.8, ge=0, le=5)
    vessel_diameter_mm: float = Field(default=30.0, gt=1, le=500)
    capillary_mg: float = Field(default=0.03, ge=0, le=20)
    vessel_displaces_ml: float = Field(default=0.0, ge=0, le=1000)
    tip_touch_percent: float = Field(default=0.0, ge=0, le=100)
    tip_touch_from_h: float = Field(default=0.0, ge=0)
    tip_touch_hours: float | None = Field(default=None, gt=0)


@lru_cache(maxsize=4096)
def _held(seed: int, slot: int) -> float:
    """Return where the contact line hangs during one slot, as a standard normal number."""
    return float(np.random.default_rng([seed, slot]).normal())


@dataclass(frozen=True, slots=True)
class Beaker:
    """A beaker under an immersed needle, since `t0_ns`; `lost_share` of what would arrive leaves the line before."""

    keys: BeakerKeys
    liquid: LiquidKeys
    line: Line
    leak: Leak
    environment: Environment
    evaporation: Evaporation
    pan: Pan
    t0_ns: int
    seed: int
    lost_share: Steps = field(default_factory=lambda: Steps(0.0))

    def indicated_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mass in mg that a perfect balance in this air would indicate at each of `t_ns`."""
        gained = self._gained_mg(t_ns)
        at_rest = self.keys.beaker_mg + gained - self.evaporation.lost_mg(t_ns) + self._meniscus_mg(t_ns)
        return np.asarray(at_rest - self._carried_mg(t_ns, gained) - self._buoyed_mg(t_ns) + self.pan.force_mg(t_ns))

    def arrived_ul(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the volume that has reached the beaker since the beginning, in µL, at each of `t_ns`."""
        came_ul = self._came_ul(t_ns)
        return came_ul - self.lost_share.grown(self._came_ul, t_ns) if self.lost_share.changed else came_ul

    def _came_ul(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the liquid that would have arrived if the line did not leak by a challenge, in µL."""
        return self.line.tip_ul(t_ns) - self.leak.lost_ul(self.line.tip_ul, t_ns) - self.line.air_ul(t_ns)

    def _gained_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what the liquid that arrived indicates, in mg, with its share for the needle in it."""
        immersion = 1.0 - (self.keys.needle_diameter_mm / self.keys.vessel_diameter_mm) ** 2
        gained = self.arrived_ul(t_ns) * self._mg_per_ul(t_ns) / immersion
        if self.environment.bath_c.changed:
            gained += self.environment.bath_c.grown(self.arrived_ul, t_ns, self._denser_mg_per_ul) / immersion
        if self.environment.temperature_drift_k_h == 0.0:
            return np.asarray(gained)
        return np.asarray(gained + self._denser_mg(t_ns) / immersion)

    def _mg_per_ul(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what 1 µL indicates, in mg: the liquid's density less the air's, against steel weights."""
        # The liquid's swing is slow and small; it is weighed at the bench's mean temperature.
        liquid = density_kg_m3(self.liquid, self.environment.temperature_c)
        air = self.environment.density_kg_m3(t_ns)
        return np.asarray((liquid - air) / (1.0 - air / WEIGHT_DENSITY_KG_M3) / 1000.0)

    def _denser_mg_per_ul(self, bath_c: float) -> float:
        """Return how much heavier 1 µL is that was pumped out of a bath, in mg; outside of one (NaN) it is not."""
        if math.isnan(bath_c):
            return 0.0
        there, here = density_kg_m3(self.liquid, np.asarray([bath_c, self.environment.temperature_c]))
        return float(there - here) / 1000.0

    def _denser_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how much heavier the liquid arrived than at the bench's mean temperature, in mg: ∫ Δρ dV."""
        slot = np.maximum(t_ns - self.t0_ns, 0) // _WARMING_NS
        borders_ns = self.t0_ns + np.arange(int(slot.max(initial=0)) + 2) * _WARMING_NS
        mean_c = self.environment.temperature_c
        drifted_k = self.environment.drifted_k(borders_ns[:-1] + _WARMING_NS // 2)
        denser_kg_m3 = density_kg_m3(self.liquid, mean_c + drifted_k) - density_kg_m3(self.liquid, mean_c)
        denser = denser_kg_m3 / 1000.0
        arrived_ul = self.arrived_ul(borders_ns[:-1])
        by_then_mg = np.concatenate([[0.0], np.cumsum(denser[:-1] * np.diff(arrived_ul))])
        return np.asarray(by_then_mg[slot] + denser[slot] * (self.arrived_ul(t_ns) - arrived_ul[slot]))

    def _meniscus_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the needle's capillary force as mass: it sits still, then jumps when the contact line slips."""
        slots = (t_ns - self.environment.later_ns) // MENISCUS_NS
        first = int(slots.min()) if len(slots) else 0
        held = [_held(self.seed, slot) for slot in range(first, int(slots.max(initial=first)) + 1)]
        return np.asarray(self.keys.capillary_mg * np.asarray(held)[slots - first])

    def _carried_mg(self, t_ns: NDArray[np.int64], gained_mg: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the tube bears while its tip touches the wall, in mg: a share of what came since it does."""
        keys = self.keys
        if keys.tip_touch_percent == 0.0:
            return np.zeros(len(t_ns))
        touched_ns = np.asarray([self.t0_ns + round(keys.tip_touch_from_h * NS_PER_H)], np.int64)
        hours = hours_since(self.t0_ns, t_ns)
        touching = is_within(hours, keys.tip_touch_from_h, keys.tip_touch_hours)
        if not touching.any():
            return np.zeros(len(t_ns))
        came_mg = gained_mg - self._gained_mg(touched_ns)
        return np.where(touching, keys.tip_touch_percent / 100.0 * came_mg, 0.0)

    def _buoyed_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how much more the air bears of vessel and first content than at the beginning, in mg."""
        if self.keys.vessel_displaces_ml == 0.0:
            return np.zeros(len(t_ns))
        began = self.environment.density_kg_m3(np.asarray([self.t0_ns], np.int64))
        # 1 kg/m³ is 1 mg/mL.
        return np.asarray(self.keys.vessel_displaces_ml * (self.environment.density_kg_m3(t_ns) - began))
