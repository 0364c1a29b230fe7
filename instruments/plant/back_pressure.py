"""What presses on the catheter's tip: a constant, and heartbeat and breathing on top of it.

The line answers a wave A·sin(ωt) at its tip as an RC element does. With e the line's pressure above the tip's,
e′ = −e/τ − p′, so that behind the decay of what was there a wave stays:
e = −A/(1 + a²)·(a²·sin ωt + a·cos ωt) with a = ω·τ; a closed line (τ infinite) keeps its pressure, e = −p.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from instruments.plant.moments import Steps

# Beats and breaths of somebody who lies still: 72 and 15 a minute.
BEATS_PER_S = 1.2
BREATHS_PER_S = 0.25
NS_PER_S = 1e9


class Driven(NamedTuple):
    """What waves at the tip have come to since a segment of the line began: pressure above the tip's, and tip volume.

    `tip_ul_per_compliance` is to be multiplied by the compliance.
    """

    excess_kpa: NDArray[np.float64]
    tip_ul_per_compliance: NDArray[np.float64]


class BackPressure:
    """The pressure above ambient at the tip, since the beginning."""

    def __init__(self, kpa: float = 0.0) -> None:
        self._constant_kpa = Steps(kpa)
        self._waves = ((BEATS_PER_S, Steps(0.0)), (BREATHS_PER_S, Steps(0.0)))
        # A wave begins at zero when it is changed.
        self._changed_ns: list[int] = [0]

    def change(self, t_ns: int, *, kpa: float, beat_kpa: float, breath_kpa: float) -> None:
        """Press otherwise from `t_ns` on."""
        self._constant_kpa.change(t_ns, kpa)
        for (_, amplitude_kpa), value in zip(self._waves, (beat_kpa, breath_kpa), strict=True):
            amplitude_kpa.change(t_ns, value)
        self._changed_ns.append(t_ns)

    def __bool__(self) -> bool:
        """Tell whether there ever were waves."""
        return self._waves[0][1].changed or self._waves[1][1].changed

    def kpa(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the pressure at each of `t_ns`."""
        return self._constant_kpa.at(t_ns) + (self._waving_kpa(t_ns, t_ns) if self else 0.0)

    def driven(self, t_ns: NDArray[np.int64], since_ns: NDArray[np.int64], tau_ns: NDArray[np.float64]) -> Driven:
        """Return what the waves have come to from `since_ns` to `t_ns`, over which they did not change."""
        decay = np.exp(-np.maximum(t_ns - since_ns, 0) / tau_ns)
        now, begun = self._answer_kpa(t_ns, since_ns, tau_ns), self._answer_kpa(since_ns, since_ns, tau_ns)
        pressed = self._waving_kpa(t_ns, since_ns) - self._waving_kpa(since_ns, since_ns)
        return Driven(now - begun * decay, -begun * (1.0 - decay) - pressed - (now - begun))

    def _waving_kpa(self, t_ns: NDArray[np.int64], as_of_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the waves at `t_ns`, as they were set at `as_of_ns`."""
        total = np.zeros(len(t_ns))
        for per_s, amplitude_kpa in self._waves:
            total += amplitude_kpa.at(as_of_ns) * np.sin(self._turned(per_s, t_ns, as_of_ns))
        return total

    def _answer_kpa(
        self, t_ns: NDArray[np.int64], as_of_ns: NDArray[np.int64], tau_ns: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the wave that stays in the line's pressure above the tip's."""
        total = np.zeros(len(t_ns))
        for per_s, amplitude_kpa in self._waves:
            a = 2.0 * np.pi * per_s * tau_ns / NS_PER_S
            turned = self._turned(per_s, t_ns, as_of_ns)
            # Written so that an infinite time constant gives 1 and 0.
            answer = np.sin(turned) / (1.0 + 1.0 / a**2) + np.cos(turned) / (a + 1.0 / a)
            total -= amplitude_kpa.at(as_of_ns) * answer
        return total

    def _turned(self, per_s: float, t_ns: NDArray[np.int64], as_of_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        changed_ns = np.asarray(self._changed_ns, np.int64)
        begun_ns = changed_ns[np.searchsorted(changed_ns, as_of_ns, side="right") - 1]
        return np.asarray(2.0 * np.pi * per_s * ((t_ns - begun_ns) / NS_PER_S))
