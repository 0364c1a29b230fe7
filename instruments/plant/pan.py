"""What disturbs a weighing besides the liquid: forces on the pan, and a zero that does not stay.

Draughts come in bursts that are drawn for each two hours from a seed of their own, so that any moment can be asked for
in any order.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from instruments.plant.environment import Environment
from instruments.plant.moments import Steps, hours_since, hours_within, is_within
from rig.bench_file.tables import TwinParameters

_SLOT_H = 2.0
_SHORTEST_H, _LONGEST_H = 10.0 / 60.0, 30.0 / 60.0
# A draught's wander is a sum of waves with these periods, shortest and longest.
_WAVES = 8
_SHORTEST_PERIOD_H, _LONGEST_PERIOD_H = 1.0 / 60.0, 10.0 / 60.0


class PanKeys(TwinParameters):
    """What disturbs the balance."""

    touch_mg: float = Field(default=0.0, ge=-10_000, le=10_000)
    touch_at_h: float = Field(default=0.0, ge=0)
    draught_mg: float = Field(default=0.0, ge=0, le=100)
    draughts_per_day: float = Field(default=6.0, ge=0, le=48)
    static_mg: float = Field(default=0.0, ge=-1000, le=1000)
    static_at_h: float = Field(default=0.0, ge=0)
    static_decay_h: float = Field(default=2.0, gt=0, le=1000)
    creep_mg_h: float = Field(default=0.0, ge=-100, le=100)
    creep_from_h: float = Field(default=0.0, ge=0)
    creep_hours: float | None = Field(default=None, gt=0)
    balance_tempco_mg_k: float = Field(default=0.0, ge=-100, le=100)


@dataclass(frozen=True, slots=True)
class _Burst:
    """One draught: when, in h since the beginning, and its waves."""

    from_h: float
    for_h: float
    turns_per_h: tuple[float, ...]
    phases_rad: tuple[float, ...]


@lru_cache(maxsize=4096)
def _bursts(seed: int, per_day: float, slot: int) -> tuple[_Burst, ...]:
    """Return the draughts that begin in one slot."""
    rng = np.random.default_rng([seed, slot])
    found = []
    for _ in range(int(rng.poisson(per_day * _SLOT_H / 24.0))):
        from_h = (slot + float(rng.random())) * _SLOT_H
        for_h = float(rng.uniform(_SHORTEST_H, _LONGEST_H))
        periods_h = _SHORTEST_PERIOD_H * (_LONGEST_PERIOD_H / _SHORTEST_PERIOD_H) ** rng.random(_WAVES)
        phases = rng.uniform(0.0, 2.0 * np.pi, _WAVES)
        found.append(_Burst(from_h, for_h, tuple((1.0 / periods_h).tolist()), tuple(phases.tolist())))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Pan:
    """The pan of the bench's balance since `t0_ns`."""

    keys: PanKeys
    environment: Environment
    t0_ns: int
    seed: int
    _bumped_mg: Steps = field(default_factory=lambda: Steps(0.0))

    def bump(self, t_ns: int, mg: float) -> None:
        """Let the balance show so much more from `t_ns` on."""
        self._bumped_mg.change(t_ns, float(self._bumped_mg.at(np.asarray([t_ns], np.int64))[0]) + mg)

    def force_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what touches, static charge, draughts and bumps weigh at each of `t_ns`, in mg."""
        keys, hours = self.keys, hours_since(self.t0_ns, t_ns)
        force = np.where(hours >= keys.touch_at_h, keys.touch_mg, 0.0)
        if keys.static_mg != 0.0:
            charged = np.exp(-np.maximum(hours - keys.static_at_h, 0.0) / keys.static_decay_h)
            force += np.where(hours >= keys.static_at_h, keys.static_mg * charged, 0.0)
        if keys.draught_mg != 0.0:
            force += keys.draught_mg * self._draught(hours)
        return force + self._bumped_mg.at(t_ns) if self._bumped_mg.changed else force

    def zero_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return where creep and the room's temperature have moved the balance's zero at each of `t_ns`, in mg."""
        keys = self.keys
        shift = keys.creep_mg_h * hours_within(hours_since(self.t0_ns, t_ns), keys.creep_from_h, keys.creep_hours)
        if keys.balance_tempco_mg_k == 0.0:
            return shift
        warmer_k = self.environment.air_temperature_c(t_ns) - self.environment.temperature_c
        return np.asarray(shift + keys.balance_tempco_mg_k * warmer_k)

    def _draught(self, hours: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the draught as a number whose mean square during a burst is 1."""
        felt = np.zeros(len(hours))
        slots = np.asarray(np.floor(hours / _SLOT_H), np.int64)
        beginnings = {slot for slot in np.unique([slots - 1, slots]).tolist() if slot >= 0}
        for slot in sorted(beginnings):
            for burst in _bursts(self.seed, self.keys.draughts_per_day, slot):
                blown = is_within(hours, burst.from_h, burst.for_h)
                turns = np.outer(hours[blown] - burst.from_h, burst.turns_per_h)
                felt[blown] += np.sqrt(2.0 / _WAVES) * np.sin(2.0 * np.pi * turns + burst.phases_rad).sum(axis=1)
        return felt
