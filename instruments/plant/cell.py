"""The cell of a simulated pump as it truly is: what is drawn from it, and what voltage it leaves.

Its voltage is even for nearly all of its charge and falls at the end; its inside resists whatever is drawn. What the
pump's firmware believes of it is the firmware's own affair.
"""

from dataclasses import dataclass

from pydantic import Field

from instruments.plant.power import IDLE_A, MOTOR_A
from rig.bench_file.tables import TwinParameters

# Up to this share of what it truly holds the cell's voltage is even; from there it falls to that of a flat one,
# which still feeds the electronics of a pump, and nothing else.
KNEE_SHARE = 0.98
FLAT_SHARE_OF_V = 0.75
_AS_PER_MAH = 3.6


class CellKeys(TwinParameters):
    """The cell in the `twin` table of a mocked pump: larger than an implant's, as the pump's needs are."""

    cell_mah: float = Field(default=15_000.0, gt=0, le=1_000_000)
    cell_fade_percent: float = Field(default=0.0, ge=0, lt=100)
    cell_used_mah: float = Field(default=0.0, ge=0, le=1_000_000)
    cell_ohm: float = Field(default=0.0, ge=0, le=10_000)
    cell_drop_v_per_ah: float = Field(default=0.0, ge=0, le=1000)


@dataclass(slots=True)
class Cell:
    """One cell; it holds `cell_fade_percent` less than `cell_mah`, which is what its label says."""

    keys: CellKeys
    drawn_as: float = 0.0

    @property
    def used_mah(self) -> float:
        """Return what was drawn since the cell was new, in mAh."""
        return self.keys.cell_used_mah + self.drawn_as / _AS_PER_MAH

    def draw(self, ampere_s: float) -> None:
        """Draw a charge, in As."""
        self.drawn_as += ampere_s

    def drain(self, mah: float) -> None:
        """Draw a charge past the pump, in mAh."""
        self.drawn_as += mah * _AS_PER_MAH

    def volts(self, fed_v: float) -> float:
        """Return the voltage in V that is left of that of a new cell while the pump idles."""
        held_mah = self.keys.cell_mah * (1.0 - self.keys.cell_fade_percent / 100.0)
        beyond = (self.used_mah / held_mah - KNEE_SHARE) / (1.0 - KNEE_SHARE)
        share = 1.0 - (1.0 - FLAT_SHARE_OF_V) * min(1.0, max(0.0, beyond))
        sag_v = self.keys.cell_drop_v_per_ah * self.drawn_as / 3600.0 + self.keys.cell_ohm * IDLE_A
        return max(0.0, fed_v * share - sag_v)

    def volts_turning(self, fed_v: float) -> float:
        """Return the voltage in V that is left while the motor turns."""
        return max(0.0, self.volts(fed_v) - self.keys.cell_ohm * MOTOR_A)
