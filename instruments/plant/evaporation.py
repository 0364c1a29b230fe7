"""What the beaker loses to the air: at a constant rate, or at one that swings, trends, walks and jumps.

Told to vary, the rate runs straight from one node to the next, six nodes an hour, and never goes below zero, so that
what was lost since the beginning is a closed form: any moment can be asked for in any order.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from instruments.plant.environment import Environment
from instruments.plant.moments import NS_PER_H, Steps, hours_since
from rig.bench_file.tables import TwinParameters

_NODES_PER_H = 6
_NODES_PER_DAY = 24 * _NODES_PER_H
_NODE_H = 1.0 / _NODES_PER_H


class EvaporationKeys(TwinParameters):
    """How the beaker evaporates."""

    evaporation_mg_h: float = Field(default=0.05, ge=0, le=10)
    evaporation_swing_percent: float = Field(default=0.0, ge=0, le=100)
    evaporation_swing_phase_h: float = Field(default=0.0, ge=0, lt=24)
    evaporation_trend_percent_day: float = Field(default=0.0, ge=-100, le=1000)
    evaporation_walk_percent_rt_h: float = Field(default=0.0, ge=0, le=100)
    evaporation_humidity_percent_per_percent: float = Field(default=0.0, ge=0, le=20)
    evaporation_jump_at_h: float = Field(default=0.0, ge=0)
    evaporation_jump_hours: float = Field(default=0.0, ge=0)
    evaporation_jump_factor: float = Field(default=1.0, ge=0, le=1000)


class Evaporation:
    """The loss of one beaker since `t0_ns`."""

    def __init__(self, keys: EvaporationKeys, environment: Environment, t0_ns: int, seed: int) -> None:
        self.times = Steps(1.0)  # by what a challenge multiplies the loss
        self._keys = keys
        self._environment = environment
        self._t0_ns = t0_ns
        self._seed = seed
        self._varies = any(
            (
                keys.evaporation_swing_percent,
                keys.evaporation_trend_percent_day,
                keys.evaporation_walk_percent_rt_h,
                keys.evaporation_humidity_percent_per_percent,
            )
        )
        self._walked = 0.0
        self._rates_mg_h = np.zeros(0)
        self._lost_mg = np.zeros(0)

    def lost_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what has evaporated since the beginning, in mg, at each of `t_ns`."""
        return self.times.grown(self._unchallenged_mg, t_ns) if self.times.changed else self._unchallenged_mg(t_ns)

    def _unchallenged_mg(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        keys, hours = self._keys, hours_since(self._t0_ns, t_ns)
        lost = self._with_lid_on_mg(hours)
        if keys.evaporation_jump_hours == 0.0 or keys.evaporation_jump_factor == 1.0:
            return lost
        begin_h = keys.evaporation_jump_at_h
        end_h = begin_h + keys.evaporation_jump_hours
        during = self._with_lid_on_mg(np.minimum(hours, end_h)) - self._with_lid_on_mg(np.minimum(hours, begin_h))
        return lost + (keys.evaporation_jump_factor - 1.0) * during

    def _with_lid_on_mg(self, hours: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the loss without the jump."""
        if not self._varies:
            return self._keys.evaporation_mg_h * hours
        hours = np.maximum(hours, 0.0)
        node = np.asarray(hours * _NODES_PER_H, np.int64)
        self._reach(int(node.max(initial=0)) + 1)
        since_h = hours - node * _NODE_H
        rate, next_rate = self._rates_mg_h[node], self._rates_mg_h[node + 1]
        return np.asarray(self._lost_mg[node] + since_h * (rate + (next_rate - rate) * since_h / (2.0 * _NODE_H)))

    def _reach(self, last_node: int) -> None:
        """Make the nodes up to `last_node` known, a day of them at a time."""
        while last_node >= len(self._rates_mg_h):
            self._rates_mg_h = np.concatenate([self._rates_mg_h, self._next_day_mg_h()])
            means_mg_h = (self._rates_mg_h[1:] + self._rates_mg_h[:-1]) / 2.0
            self._lost_mg = np.concatenate([[0.0], np.cumsum(means_mg_h * _NODE_H)])

    def _next_day_mg_h(self) -> NDArray[np.float64]:
        """Return the rate at the nodes of the first day that is not known yet."""
        keys, known = self._keys, len(self._rates_mg_h)
        hours = np.arange(known, known + _NODES_PER_DAY) * _NODE_H
        t_ns = self._t0_ns + np.asarray(np.rint(hours * NS_PER_H), np.int64)
        steps = np.random.default_rng([self._seed, known]).standard_normal(_NODES_PER_DAY)
        walked = self._walked + np.concatenate([[0.0], np.cumsum(steps)])
        self._walked = float(walked[-1])
        drier_percent = self._environment.humidity_percent - self._environment.relative_humidity_percent(t_ns)
        percent = (
            keys.evaporation_swing_percent * np.sin(2.0 * np.pi * (hours - keys.evaporation_swing_phase_h) / 24.0)
            + keys.evaporation_trend_percent_day * hours / 24.0
            + keys.evaporation_walk_percent_rt_h * np.sqrt(_NODE_H) * walked[:-1]
            + keys.evaporation_humidity_percent_per_percent * drier_percent
        )
        return np.asarray(np.maximum(keys.evaporation_mg_h * (1.0 + percent / 100.0), 0.0), np.float64)
