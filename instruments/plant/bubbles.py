"""Air in the line: it makes the line softer while it travels, and weighs nothing when it comes out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Compliance of a bubble: its volume over the absolute pressure (Boyle, at constant temperature).
AMBIENT_KPA = 101.325


@dataclass(frozen=True, slots=True)
class Bubble:
    """A bubble, and what has to leave the tip before it does."""

    volume_ul: float
    comes_at_ul: float

    @property
    def compliance_ul_kpa(self) -> float:
        """Return by how much it makes the line softer, in µL/kPa."""
        return self.volume_ul / AMBIENT_KPA

    @property
    def gone_at_ul(self) -> float:
        """Return what has left the tip when all of it has."""
        return self.comes_at_ul + self.volume_ul


class Bubbles:
    """All bubbles of one line of `line_ul` from pump to tip, since the beginning."""

    def __init__(self, line_ul: float) -> None:
        self._line_ul = line_ul
        self._all: list[Bubble] = []
        self._gone = 0

    @property
    def ever(self) -> bool:
        """Tell whether there ever was one."""
        return bool(self._all)

    def __bool__(self) -> bool:
        """Tell whether one is under way."""
        return self._gone < len(self._all)

    def take(self, tip_ul: float, volume_ul: float) -> float:
        """Let a bubble begin its way when `tip_ul` has left the tip; return how much softer the line is by it."""
        behind_ul = self._all[-1].gone_at_ul if self._all else 0.0
        self._all.append(Bubble(volume_ul, max(tip_ul + self._line_ul, behind_ul)))
        return self._all[-1].compliance_ul_kpa

    def gone(self, tip_ul: float) -> float:
        """Let go of the bubbles that have left by now; return how much stiffer the line is without them."""
        stiffer = 0.0
        while self and self._all[self._gone].gone_at_ul <= tip_ul:
            stiffer += self._all[self._gone].compliance_ul_kpa
            self._gone += 1
        return stiffer

    def air_ul(self, tip_ul: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much of `tip_ul` was air."""
        came = [np.clip(tip_ul - bubble.comes_at_ul, 0.0, bubble.volume_ul) for bubble in self._all]
        return np.sum(came, axis=0) if came else np.zeros(len(tip_ul))
