"""The four corrections that turn a gain of mass into a volume, and how well each is known."""

from dataclasses import dataclass, field

from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.evaporation import EvaporationRate


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
