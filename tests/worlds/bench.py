"""A bench as its file states it, and what is really so: drawn from what the statements allow."""

from dataclasses import dataclass

import numpy as np

from rig.record.bodies.start import LiquidFacts, WeighingFacts
from tests.worlds.physics import water_kg_m3

REFERENCE_C = 20.0


@dataclass(frozen=True)
class Air:
    """Air and liquid, °C, hPa, %RH: means, and how they drift per hour."""

    air_c: float
    liquid_c: float
    pressure_hpa: float
    humidity_percent: float
    drift_k_h: float = 0.0
    drift_hpa_h: float = 0.0


@dataclass(frozen=True)
class Bench:
    """What the bench file says (`weighing`, `liquid`, `stated`) and what is so.

    `measured` tells whether a DAQ measures the air (its sensors are off by `sensor_off`: K, hPa, %RH, K of the
    liquid); else the air is `stated`. `calibration` and `clock` are relative errors, `needle_mm` and `vessel_mm` true
    diameters, `linearity` the share of the stated deviation that the window's gain shows, `density_kg_m3` the liquid's
    where the pump displaces it. The balance loses `loss_mg_h`, drifts by `drift_mg_h` and wanders by `walk_mg` in √h.
    """

    weighing: WeighingFacts
    liquid: LiquidFacts
    stated: Air
    true_air: Air
    measured: bool
    sensor_off: tuple[float, float, float, float]
    calibration: float
    clock: float
    needle_mm: float
    vessel_mm: float
    linearity: float
    density_kg_m3: float
    loss_mg_h: float
    drift_mg_h: float
    walk_mg: float


def drawn_bench(rng: np.random.Generator) -> Bench:
    """Draw a bench file, and then a bench that it is true of: each deviation from the distribution it is stated by."""
    u = rng.uniform
    weighing = WeighingFacts(
        readability_mg=float(rng.choice([0.01, 0.1])),
        repeatability_mg=0.02 * 5.0 ** u(),
        linearity_mg=0.2 * u(),
        calibration_u_percent=0.001 * 20.0 ** u(),
        needle_diameter_mm=0.8,
        vessel_diameter_mm=u(20.0, 40.0),
        capillary_mg=0.1 * u(),
        u_temperature_k=0.2,
        u_pressure_hpa=1.0,
        u_humidity_percent=3.0,
        clock_ppm=50.0,
        u_needle_mm=0.05,
        u_vessel_mm=0.5,
    )
    stated = Air(u(19.0, 26.0), u(19.0, 26.0), u(950.0, 1030.0), u(30.0, 70.0))
    off = (rng.normal(0.0, 0.2), rng.normal(0.0, 1.0), rng.normal(0.0, 3.0), rng.normal(0.0, 0.2))
    true_air = Air(
        stated.air_c + off[0], stated.liquid_c + off[3], stated.pressure_hpa + off[1], stated.humidity_percent + off[2]
    )
    water = float(water_kg_m3(REFERENCE_C))
    liquid = LiquidFacts("water", water, 0.05, REFERENCE_C, float(rng.choice([22.0, 37.0])))
    return Bench(
        weighing=weighing,
        liquid=liquid,
        stated=stated,
        true_air=true_air,
        measured=bool(u() < 0.5),
        sensor_off=(-off[0], -off[1], -off[2], -off[3]),
        calibration=rng.normal(0.0, weighing.calibration_u_percent / 100.0),
        clock=rng.normal(0.0, weighing.clock_ppm * 1e-6),
        needle_mm=max(0.1, rng.normal(weighing.needle_diameter_mm, weighing.u_needle_mm)),
        vessel_mm=rng.normal(weighing.vessel_diameter_mm, weighing.u_vessel_mm),
        linearity=u(-1.0, 1.0),
        density_kg_m3=true_density(liquid, rng, weighing.u_temperature_k),
        loss_mg_h=u(0.02, 0.4),
        drift_mg_h=rng.normal(0.0, 0.005),
        walk_mg=0.003 * 20.0 ** u() if u() < 0.5 else 0.0,
    )


def true_density(liquid: LiquidFacts, rng: np.random.Generator, u_temperature_k: float) -> float:
    """Draw the liquid's density where the pump displaces it: nearly as warm as volumes are stated at.

    It expands as water does.
    """
    at_reference = rng.normal(liquid.density_kg_m3, liquid.u_density_kg_m3)
    displaced_c = rng.normal(liquid.volume_at_c, u_temperature_k)
    return at_reference * float(water_kg_m3(displaced_c)) / float(water_kg_m3(liquid.reference_c))
