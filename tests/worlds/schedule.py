"""What is done in a run and when: weighing at zero flow, delivery, a window of it, weighing once more."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tests.worlds.physics import Floats

PER_H = 60  # the balance, the pump's status and the DAQ are read each minute


@dataclass(frozen=True)
class Schedule:
    """Hours since the run's begin. The pump runs at `rate_ul_h`; doses come on top, each at `dose_rate_ul_h`."""

    rate_ul_h: float
    zero_flow_h: float = 4.0
    stabilising_h: float = 24.0
    window_h: float = 25.0
    lead_h: float = 0.0
    dose_every_h: float = 0.0
    doses: int = 0
    dose_ul: float = 0.0
    dose_rate_ul_h: float = 0.0

    @property
    def run_h(self) -> float:
        """Return when the pump is told to run."""
        return self.zero_flow_h

    @property
    def from_h(self) -> float:
        """Return when the window begins."""
        return self.run_h + self.stabilising_h

    @property
    def to_h(self) -> float:
        """Return when the window ends and the pump is stopped."""
        return self.from_h + self.window_h

    @property
    def end_h(self) -> float:
        """Return when the second weighing ends."""
        return self.to_h + self.zero_flow_h

    @property
    def dose_h(self) -> tuple[float, ...]:
        """Return when each dose begins."""
        return tuple(self.from_h + self.lead_h + i * self.dose_every_h for i in range(self.doses))

    @cached_property
    def hours(self) -> Floats:
        """Return the times of all readings."""
        return np.arange(round(self.end_h * PER_H) + 1) / PER_H

    @cached_property
    def running(self) -> Floats:
        """Return how long the pump has been running at each reading, h."""
        return np.clip(self.hours, self.run_h, self.to_h) - self.run_h

    def dosed(self, shares: Floats) -> Floats:
        """Return the volume (µL) of all doses at each reading, dose i being `shares[i]` of what was asked for."""
        volume = np.zeros_like(self.hours)
        for begin_h, share in zip(self.dose_h, shares, strict=True):
            volume += share * np.clip((self.hours - begin_h) * self.dose_rate_ul_h, 0.0, self.dose_ul)
        return volume


def infusion(rate_ul_h: float) -> Schedule:
    """Return 24 h of stabilising and a window of 25 h, as IEC 60601-2-24 has it for ambulatory pumps."""
    return Schedule(rate_ul_h)


def boluses(rate_ul_h: float, number: int, dose_share: float) -> Schedule:
    """Return `number` doses, one each hour, on a basal infusion; each is `dose_share` of an hour of it, in 3 min."""
    dose_ul = round(dose_share * rate_ul_h, 3)
    return Schedule(
        rate_ul_h,
        stabilising_h=1.0,
        window_h=0.5 + number,
        lead_h=0.5,
        dose_every_h=1.0,
        doses=number,
        dose_ul=dose_ul,
        dose_rate_ul_h=20.0 * dose_ul,
    )
