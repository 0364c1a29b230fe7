"""The four corrections that turn a gain of mass into a volume, and how well each is known."""

import math
from dataclasses import dataclass, field

from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.evaporation import EvaporationRate

# A saw-tooth from −s/2 to s/2 has the median deviation s/4, which as a standard deviation of noise reads 1.4826·s/4.
_STROKE_OVER_UNREST = 4.0 / 1.4826


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a weighing was done in and with: evaporation, air and liquid, the balance, and how the liquid gets in."""

    evaporation: EvaporationRate
    ambient: Ambient
    balance: BalanceSpecification
    tip: TipInVessel = field(default_factory=TipInVessel)

    @property
    def per_mg(self) -> float:
        """Return µL per mg indicated: Z for the air's buoyancy, F for the immersed needle."""
        return self.ambient.z_ul_mg * self.tip.immersion

    def stroke_shown_ul(self, scatter_mg: float) -> float:
        """Return the stroke (µL) that readings show which scatter so much about the flow, beyond the balance's noise.

        `scatter_mg` is the standard deviation by the median deviation, as `FittedLine.scatter` is.
        """
        unrest_mg = math.sqrt(max(0.0, scatter_mg**2 - self.balance.single_mg**2))
        return self.per_mg * unrest_mg * _STROKE_OVER_UNREST
