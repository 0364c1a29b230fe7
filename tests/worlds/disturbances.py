"""What may go on in a laboratory that an evaluation takes no account of: each a scene made into another."""

from dataclasses import replace

import numpy as np

from rig.record.bodies.start import LiquidFacts
from tests.worlds.bench import REFERENCE_C, Bench, true_density
from tests.worlds.physics import water_kg_m3
from tests.worlds.scene import Scene
from tests.worlds.schedule import PER_H

Draw = np.random.Generator


def _floor_mg_h(bench: Bench) -> float:
    """Return by how much the loss may differ while the pump runs, as the bench file says: standard, mg/h."""
    stated = bench.weighing
    return float(np.hypot(stated.evaporation_floor_mg_h, stated.evaporation_floor_percent / 100.0 * bench.loss_mg_h))


def as_stated(scene: Scene, rng: Draw) -> Scene:
    """The loss while the pump runs differs from that at rest by as much as the bench file says that it may."""
    bench, schedule = scene.bench, scene.schedule
    running = (scene.hours >= schedule.run_h) & (scene.hours < schedule.to_h)
    return replace(
        scene, loss_factor=np.where(running, 1.0 + rng.normal(0.0, _floor_mg_h(bench)) / bench.loss_mg_h, 1.0)
    )


def as_stated_by_the_dose(scene: Scene, rng: Draw) -> Scene:
    """The loss differs from dose to dose by as much as the bench file says that it may while the pump runs."""
    bench, schedule = scene.bench, scene.schedule
    more = 1.0 + rng.normal(0.0, _floor_mg_h(bench), schedule.doses + 1) / bench.loss_mg_h
    return replace(scene, loss_factor=more[np.searchsorted(schedule.dose_h, scene.hours)])


def daily_swing(scene: Scene, rng: Draw) -> Scene:
    """Evaporation swings by ±30 % over the day, at any phase."""
    phase = rng.uniform(0.0, 2.0 * np.pi)
    return replace(scene, loss_factor=1.0 + 0.3 * np.sin(2.0 * np.pi * scene.hours / 24.0 + phase))


def walking_loss(scene: Scene, rng: Draw) -> Scene:
    """Evaporation walks by 2 to 8 % of its beginning in √h, and never turns into condensation."""
    steps = rng.normal(0.0, rng.uniform(0.02, 0.08) / np.sqrt(PER_H), scene.hours.shape)
    return replace(scene, loss_factor=np.abs(1.0 + np.cumsum(steps)))


def trend(scene: Scene, rng: Draw) -> Scene:
    """Evaporation rises or falls linearly, by 20 % from the beginning to the end."""
    up = rng.choice([-0.2, 0.2])
    return replace(scene, loss_factor=1.0 + up * scene.hours / scene.schedule.end_h)


def open_door(scene: Scene, rng: Draw) -> Scene:
    """A door stands open for 6 h, anywhere in the run."""
    begin_h = rng.uniform(0.0, scene.schedule.end_h - 6.0)
    is_open = (scene.hours >= begin_h) & (scene.hours < begin_h + 6.0)
    return replace(scene, loss_factor=np.where(is_open, rng.uniform(3.0, 10.0), 1.0))


def creep(scene: Scene, rng: Draw) -> Scene:
    """The balance creeps up or down while the window lasts."""
    schedule = scene.schedule
    mg_h = rng.choice([-1.0, 1.0]) * rng.uniform(0.02, 0.1)
    return scene.disturbed(mg_h * np.clip(scene.hours - schedule.from_h, 0.0, schedule.window_h))


def on_the_pan(scene: Scene, rng: Draw) -> Scene:
    """Something falls on the pan, or off it, at some moment of the window."""
    schedule = scene.schedule
    size_mg = rng.choice([-1.0, 1.0]) * rng.uniform(5.0, 30.0)
    return scene.disturbed(np.where(scene.hours >= rng.uniform(schedule.from_h, schedule.to_h), size_mg, 0.0))


def undeclared_strokes(scene: Scene, rng: Draw) -> Scene:
    """The pump has strokes of 0.1 to 2 µL, and the bench file says nothing of them."""
    return replace(scene, stroke_ul=rng.uniform(0.1, 2.0), stroke_declared=False)


def denser(scene: Scene, rng: Draw, *, u_kg_m3: float = 0.2) -> Scene:
    """The liquid is 0.5 % denser than water, and is stated so, with the uncertainty that it is known to."""
    at_c = scene.bench.liquid.volume_at_c
    density = 1.005 * float(water_kg_m3(REFERENCE_C))
    stated = LiquidFacts("a solution", density, u_kg_m3, REFERENCE_C, at_c)
    density_kg_m3 = true_density(stated, rng, scene.bench.weighing.u_temperature_k)
    return replace(scene, bench=replace(scene.bench, liquid=stated, density_kg_m3=density_kg_m3))


def drift_measured(scene: Scene, rng: Draw) -> Scene:
    """The room drifts by 1 K and 10 hPa per day, up or down each, and a DAQ measures it."""
    bench = scene.bench
    air = replace(bench.true_air, drift_k_h=rng.choice([-1, 1]) / 24.0, drift_hpa_h=rng.choice([-1, 1]) * 10.0 / 24.0)
    return replace(scene, bench=replace(bench, true_air=air, measured=True))


def drift_stated(scene: Scene, rng: Draw) -> Scene:
    """The room drifts as far, and the bench file's uncertainty covers where it is."""
    drifting = drift_measured(scene, rng)
    weighing = replace(drifting.bench.weighing, u_temperature_k=1.0, u_pressure_hpa=10.0)
    return replace(drifting, bench=replace(drifting.bench, weighing=weighing, measured=False))


def draughts(scene: Scene, rng: Draw) -> Scene:
    """Gusts press on the pan: bursts in which the balance wanders."""
    extra = np.zeros_like(scene.hours)
    for begin_h in rng.uniform(0.0, scene.schedule.end_h, rng.poisson(rng.uniform(6.0, 24.0) * scene.hours[-1] / 24.0)):
        inside = (scene.hours >= begin_h) & (scene.hours < begin_h + rng.uniform(10.0, 30.0) / 60.0)
        extra[inside] += rng.uniform(0.1, 1.0) * rng.normal(0.0, 1.0, int(inside.sum()))
    return scene.disturbed(extra)


def static_charge(scene: Scene, rng: Draw) -> Scene:
    """A charge, from handling the vessel before the run, decays."""
    size_mg = rng.choice([-1.0, 1.0]) * rng.uniform(1.0, 10.0)
    return scene.disturbed(size_mg * np.exp(-scene.hours / rng.uniform(2.0, 20.0)))


def tip_touches(scene: Scene, rng: Draw) -> Scene:
    """The tip touches the vessel for some hours from within the window, and the tube carries 3 % of what comes."""
    begin_h = rng.uniform(scene.schedule.from_h, scene.schedule.to_h)
    return replace(scene, tube_share=0.03, tube_h=(begin_h, begin_h + rng.uniform(2.0, 15.0)))


def leak(scene: Scene, _rng: Draw) -> Scene:
    """1 µL/h leaves the tip all the time, whatever the pump does."""
    return replace(scene, leak_ul_h=1.0)


def leak_at_rest(scene: Scene, _rng: Draw) -> Scene:
    """1 µL/h leaves the tip while the pump is stopped; while it runs its dose is right."""
    schedule = scene.schedule
    at_rest = (scene.hours < schedule.run_h) | (scene.hours >= schedule.to_h)
    return replace(scene, leak_ul_h=np.where(at_rest, 1.0, 0.0))


def tared(scene: Scene, rng: Draw) -> Scene:
    """The balance is tared while the pump stabilises, in a room that drifts and is measured."""
    schedule = scene.schedule
    at_h = rng.uniform(schedule.run_h + 0.5, schedule.from_h - 0.5)
    return replace(drift_measured(scene, rng), tared_h=round(at_h * PER_H) / PER_H)
