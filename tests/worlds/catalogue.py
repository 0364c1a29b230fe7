"""The worlds: what each one does to a run, drawn anew for every run."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.worlds import disturbances as disturb
from tests.worlds.bench import drawn_bench
from tests.worlds.scene import Scene
from tests.worlds.schedule import Schedule, boluses, infusion

DECADES = ((2.0, 10.0), (10.0, 100.0), (100.0, 1000.0))
LIMIT_PERCENT = 5.0
HEALTHY_PERCENT = 1.0

Draw = np.random.Generator
Change = Callable[[Scene, Draw], Scene]


def _nothing(scene: Scene, _rng: Draw) -> Scene:
    return scene


def _basal(rate_ul_h: float, _rng: Draw) -> Schedule:
    return infusion(rate_ul_h)


@dataclass(frozen=True)
class World:
    """One kind of world: what it changes in a run that is as assumed.

    `sound` tells whether bench and pump are fit for a verdict: then no refusal is right.
    """

    name: str
    what: str
    change: Change = _nothing
    sound: bool = True
    schedule: Callable[[float, Draw], Schedule] = _basal

    def rng(self, decade: int, number: int) -> Draw:
        """Return the source of chance of run `number` in a decade: no run depends on another."""
        return np.random.default_rng([zlib.crc32(self.name.encode()), decade, number])

    def scene(self, decade: int, rng: Draw) -> Scene:
        """Draw one run. Half of the pumps are healthy, half lie anywhere up to half as far again as the limits."""
        low, high = DECADES[decade]
        rate_ul_h = round(low * (high / low) ** rng.uniform(), 3)
        bench = drawn_bench(rng)
        reach = HEALTHY_PERCENT if rng.uniform() < 0.5 else 1.5 * LIMIT_PERCENT
        schedule = self.schedule(rate_ul_h, rng)
        drawn = Scene(
            schedule,
            bench,
            error_percent=rng.uniform(-reach, reach),
            stroke_ul=0.1 * 20.0 ** rng.uniform() if rng.uniform() < 0.5 else 0.0,
            # A dose differs from the next by some tenths of a per cent, in some pumps by more.
            dose_shares=1.0 + rng.normal(0.0, 0.001 * 20.0 ** rng.uniform(), schedule.doses),
        )
        return self.change(drawn, rng)


def _doses(number: int) -> Callable[[float, Draw], Schedule]:
    def plan(rate_ul_h: float, rng: Draw) -> Schedule:
        return boluses(rate_ul_h, number, rng.uniform(0.25, 1.0))

    return plan


def _coarse_density(scene: Scene, rng: Draw) -> Scene:
    return disturb.denser(scene, rng, u_kg_m3=2.0)


WORLDS = (
    World("as assumed", "every assumption holds, and the loss never changes"),
    World("as stated", "the loss meanwhile differs by as much as the bench file says it may", disturb.as_stated),
    World("daily swing", "evaporation swings by ±30 % over the day, at any phase", disturb.daily_swing),
    World("walk", "evaporation walks, 2 to 8 % in √h", disturb.walking_loss),
    World("trend", "evaporation rises or falls by 20 % from beginning to end", disturb.trend),
    World("open door", "a door stands open for 6 h: 3 to 10 times the loss", disturb.open_door, sound=False),
    World("creep", "the balance creeps by 0.02 to 0.1 mg/h in the window only", disturb.creep, sound=False),
    World("thing on the pan", "5 to 30 mg fall on the pan or off it in the window", disturb.on_the_pan, sound=False),
    World("undeclared strokes", "strokes of 0.1 to 2 µL that the bench file does not name", disturb.undeclared_strokes),
    World("denser liquid", "a liquid 0.5 % denser than water, stated to 0.2 kg/m³", disturb.denser),
    World("density known coarsely", "a liquid 0.5 % denser than water, give or take 2 kg/m³", _coarse_density),
    World("room drifts, measured", "1 K and 10 hPa per day, seen by the DAQ", disturb.drift_measured),
    World("room drifts, stated", "1 K and 10 hPa per day, within the uncertainty stated", disturb.drift_stated),
    World("draughts", "6 to 24 gusts a day of 10 to 30 min, 0.1 to 1 mg", disturb.draughts, sound=False),
    World("static charge", "1 to 10 mg of a charge that decays in 2 to 20 h", disturb.static_charge, sound=False),
    World("tip touches", "the tube carries 3 % of the gain for some hours", disturb.tip_touches, sound=False),
    World("leak", "1 µL/h leaves the tip all the time, beside the pump's strokes", disturb.leak, sound=False),
    World("leak at rest", "1 µL/h leaves the tip while the pump is stopped", disturb.leak_at_rest, sound=False),
    World("tared", "the balance is tared while the pump stabilises, in a drifting room", disturb.tared),
    *(
        World(
            f"{number} boluses",
            f"{number} doses, one an hour, above a basal infusion",
            schedule=_doses(number),
        )
        for number in (3, 10, 25)
    ),
)
BY_NAME = {world.name: world for world in WORLDS}
