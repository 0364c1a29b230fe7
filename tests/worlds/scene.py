"""One run as it really is, and what the balance, the pump and the sensors show of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from tests.worlds.bench import Air, Bench
from tests.worlds.physics import GLASS_KG_M3, Floats, air_kg_m3, indicated_mg, water_kg_m3
from tests.worlds.schedule import PER_H, Schedule

VESSEL_MG = 30_000.0
# How long the contact line stays where it is while the level rises; on a level that stands still it is pinned.
_PINNED_H = 4.0


@dataclass(frozen=True)
class Scene:
    """One run: what is done, on which bench, by which pump, and what disturbs it.

    The pump delivers `error_percent` more than its programme, in strokes of `stroke_ul` (0: without any) that the bench
    file names or not; dose i is `dose_shares[i]` of what was asked for. `loss_factor` multiplies the bench's loss and
    `leak_ul_h` leaves the tip besides, at each reading; `extra_mg` is what the balance shows besides. The tube carries
    `tube_share` of what is gained within `tube_h`. The balance is tared at `tared_h`. What is pumped leaves the tip
    later, by an exponential of `lag_h`: the line gives way. The balance deviates by its linearity as `deviates` says,
    over the share of the window's gain that is on the pan.
    """

    schedule: Schedule
    bench: Bench
    error_percent: float
    stroke_ul: float = 0.0
    stroke_declared: bool = True
    dose_shares: Floats = field(default_factory=lambda: np.empty(0))
    loss_factor: Floats | float = 1.0
    leak_ul_h: Floats | float = 0.0
    extra_mg: Floats | float = 0.0
    tube_share: float = 0.0
    tube_h: tuple[float, float] = (0.0, 0.0)
    tared_h: float | None = None
    lag_h: float = 0.0
    deviates: Callable[[Floats], Floats] = lambda share: share

    @property
    def hours(self) -> Floats:
        """Return the times of all readings, h since the run's begin."""
        return self.schedule.hours

    def disturbed(self, extra_mg: Floats) -> "Scene":
        """Return the scene with more that the balance shows besides."""
        return replace(self, extra_mg=self.extra_mg + extra_mg)


@dataclass(frozen=True)
class Seen:
    """What the instruments show at each reading, and what is so: the true error of what left the tip, in percent.

    `counted_ul` is the pump's own count; `air` are the DAQ's channels by name; `flow_ul_h` is the sensor's.
    `left_percent` is the error of all that left the tip in the window, doses and infusion together.
    """

    mass_mg: Floats
    counted_ul: Floats
    flow_ul_h: Floats
    air: dict[str, Floats]
    true_percent: float
    left_percent: float


def seen(scene: Scene, rng: np.random.Generator) -> Seen:
    """Let a scene happen."""
    schedule, bench = scene.schedule, scene.bench
    clock = 1.0 + bench.clock
    asked_ul = schedule.rate_ul_h * schedule.running
    basal_ul = asked_ul * (1.0 + scene.error_percent / 100.0) * clock
    doses_ul = schedule.dosed(scene.dose_shares * (1.0 + scene.error_percent / 100.0))
    leak_ul_h = np.broadcast_to(np.asarray(scene.leak_ul_h, np.float64), scene.hours.shape)
    leaked_ul = _integral(leak_ul_h) * clock
    phase = rng.uniform()
    pumped_ul = _in_strokes(basal_ul + doses_ul, scene.stroke_ul * (1.0 + scene.error_percent / 100.0), phase)
    counted_ul = _in_strokes(asked_ul + schedule.dosed(np.ones(schedule.doses)), scene.stroke_ul, phase)
    flow = np.gradient(basal_ul + doses_ul, scene.hours) + leak_ul_h
    return Seen(
        mass_mg=_shown(scene, _late(pumped_ul, scene.lag_h) + leaked_ul, rng),
        counted_ul=counted_ul,
        flow_ul_h=flow * (1.0 + 0.03 * rng.uniform(-1.0, 1.0)) + rng.normal(0.0, 0.6, flow.shape),
        air=_measured(bench, schedule),
        true_percent=_true_percent(scene, basal_ul, doses_ul, leaked_ul),
        left_percent=_left_percent(scene, _late(basal_ul + doses_ul, scene.lag_h) + leaked_ul),
    )


def _left_percent(scene: Scene, left_ul: Floats) -> float:
    schedule = scene.schedule
    first, last = (round(h * PER_H) for h in (schedule.from_h, schedule.to_h))
    programmed_ul = schedule.rate_ul_h * schedule.window_h + schedule.doses * schedule.dose_ul
    return float(100.0 * ((left_ul[last] - left_ul[first]) / programmed_ul - 1.0))


def _true_percent(scene: Scene, basal_ul: Floats, doses_ul: Floats, leaked_ul: Floats) -> float:
    """Return the error of what left the tip in the window; a stroke that the window cuts counts by its share.

    Of doses it is the mean error of what they added to the basal infusion.
    """
    schedule = scene.schedule
    first, last = (round(h * PER_H) for h in (schedule.from_h, schedule.to_h))
    if schedule.doses:
        return float(100.0 * (doses_ul[last] / (schedule.doses * schedule.dose_ul) - 1.0))
    left_ul = basal_ul + leaked_ul
    programmed_ul = schedule.rate_ul_h * schedule.window_h * (1.0 + scene.bench.clock)
    return float(100.0 * ((left_ul[last] - left_ul[first]) / programmed_ul - 1.0))


def _shown(scene: Scene, volume_ul: Floats, rng: np.random.Generator) -> Floats:
    """Return what the balance prints, mg."""
    schedule, bench, hours = scene.schedule, scene.bench, scene.hours
    stated = bench.weighing
    air_c, pressure_hpa, humidity_percent, liquid_c = room(bench.true_air, schedule)
    air = air_kg_m3(air_c, pressure_hpa, humidity_percent)
    warm = water_kg_m3(liquid_c) / water_kg_m3(bench.liquid.volume_at_c)
    liquid_mg = volume_ul * bench.density_kg_m3 / 1000.0
    lost_mg = bench.loss_mg_h * _integral(np.broadcast_to(scene.loss_factor, hours.shape))
    # The needle displaces liquid as the level rises, and less as it falls.
    gained_mg = indicated_mg(liquid_mg, bench.density_kg_m3 * warm, air) - lost_mg
    gained_mg = gained_mg / (1.0 - (bench.needle_mm / bench.vessel_mm) ** 2)
    gained_mg = gained_mg - _carried(scene, gained_mg)
    first, last = (round(h * PER_H) for h in (schedule.from_h, schedule.to_h))
    share = (gained_mg - gained_mg[first]) / max(1e-9, gained_mg[last] - gained_mg[first])
    load_mg = gained_mg * (1.0 + bench.calibration) + bench.linearity * stated.linearity_mg * scene.deviates(share)
    load_mg = load_mg + indicated_mg(VESSEL_MG, GLASS_KG_M3, air)
    wander_mg = bench.walk_mg * np.cumsum(rng.normal(0.0, 1.0 / np.sqrt(PER_H), hours.shape))
    load_mg = load_mg + wander_mg + bench.drift_mg_h * hours + _wetting(scene, rng) + scene.extra_mg
    if scene.tared_h is not None:
        tared = round(scene.tared_h * PER_H)
        load_mg = np.where(np.arange(len(hours)) > tared, load_mg - load_mg[tared], load_mg)
    noisy = load_mg + rng.normal(0.0, stated.repeatability_mg, hours.shape)
    return np.round(noisy / stated.readability_mg) * stated.readability_mg


def room(air: Air, schedule: Schedule) -> tuple[Floats, Floats, Floats, Floats]:
    """Return air temperature, pressure, humidity and the liquid's temperature; drifts pass their means mid-window."""
    since_h = schedule.hours - 0.5 * (schedule.from_h + schedule.to_h)
    warmer = air.drift_k_h * since_h
    level = np.ones_like(since_h)
    return (
        air.air_c + warmer,
        air.pressure_hpa + air.drift_hpa_h * since_h,
        air.humidity_percent * level,
        air.liquid_c + warmer,
    )


def _measured(bench: Bench, schedule: Schedule) -> dict[str, Floats]:
    """Return what the DAQ's sensors say of the room, each off by its own error; nothing where there is none."""
    if not bench.measured:
        return {}
    names = ("air_temperature", "air_pressure", "air_humidity", "liquid_temperature")
    return {
        name: value + off
        for name, value, off in zip(names, room(bench.true_air, schedule), bench.sensor_off, strict=True)
    }


def _integral(rate_h: Floats) -> Floats:
    """Return the integral of a rate per hour over the readings' times, from 0, by trapezoids."""
    return np.concatenate([[0.0], np.cumsum(0.5 * (rate_h[1:] + rate_h[:-1]))]) / PER_H


def _in_strokes(volume_ul: Floats, stroke_ul: float, phase: float) -> Floats:
    if stroke_ul == 0.0:
        return volume_ul
    # A volume that is whole strokes up to rounding is whole strokes.
    return stroke_ul * np.floor(volume_ul / stroke_ul + phase + 1e-9)


def _late(volume_ul: Floats, lag_h: float) -> Floats:
    """Return what has left a line that gives way: behind what came in by an exponential of `lag_h`."""
    if lag_h == 0.0:
        return volume_ul
    left = np.zeros_like(volume_ul)
    keeps = np.exp(-1.0 / (PER_H * lag_h))
    for i in range(1, len(left)):
        left[i] = keeps * left[i - 1] + (1.0 - keeps) * volume_ul[i]
    return left


def _carried(scene: Scene, gained_mg: Floats) -> Floats:
    """Return what of the gain the tube carries while the tip touches, mg."""
    begin_h, end_h = scene.tube_h
    touching = (scene.hours >= begin_h) & (scene.hours < end_h)
    at_begin = gained_mg[np.searchsorted(scene.hours, begin_h).clip(max=len(gained_mg) - 1)]
    return np.where(touching, scene.tube_share * (gained_mg - at_begin), 0.0)


def _wetting(scene: Scene, rng: np.random.Generator) -> Floats:
    """Return the needle's capillary force as mass: it sits still, then slips, as the level rises and with each dose."""
    slots = (scene.schedule.running / _PINNED_H).astype(int)
    for begin_h in scene.schedule.dose_h:
        slots = slots + (scene.hours > begin_h)
    held = rng.normal(0.0, scene.bench.weighing.capillary_mg, int(slots.max()) + 1)
    return held[slots]
