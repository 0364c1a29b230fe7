"""From readings as they came to start-up graph, trumpet curve and overall error, each with its uncertainty."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rig.metrology.curves.schedules import Schedule
from rig.metrology.curves.trumpet import StartUp, Trumpet, startup, trumpet
from rig.metrology.readings.checked import BLOCK, FloatArray, as_series, check_series
from rig.metrology.readings.sampling_grid import at_intervals
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.conditions import Ambient, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow_budget import NOISE, Gain, error_budget, volume_budget
from rig.quantities import S_PER_H

_S_PER_MIN = 60.0


@dataclass(frozen=True, slots=True)
class Curves:
    """What a run over a whole schedule shows; `overall` is the overall error A (%) with its full budget."""

    startup: StartUp
    trumpet: Trumpet
    overall: Budget


def delivered_volume(
    t_s: ArrayLike,
    mass_mg: ArrayLike,
    *,
    evaporation: EvaporationRate,
    ambient: Ambient,
    tip: TipInVessel,
) -> FloatArray:
    """Return the volume in µL (n,) delivered since the first of the readings `mass_mg` (n,) at `t_s` (n,) seconds.

    V_i = Z·F·(M_i − M_0 + e·(t_i − t_0)), block by block: one array is made, the result. NaN stays NaN.
    """
    t, m = as_series(t_s, mass_mg, "mass", 1)
    per_mg = ambient.z_ul_mg * tip.immersion
    loss_mg_s = evaporation.rate_mg_h / S_PER_H
    volume = np.empty(t.size)
    for start in range(0, t.size, BLOCK):
        part = volume[start : start + BLOCK]
        np.subtract(t[start : start + BLOCK], t[0], out=part)
        part *= loss_mg_s
        part += m[start : start + BLOCK]
        part -= m[0]
        part *= per_mg
    return volume


def curves(
    t_s: ArrayLike,
    mass_mg: ArrayLike,
    *,
    schedule: Schedule,
    programmed_ul_h: float,
    corrections: Corrections,
    start_s: float = 0.0,
    average_s: float = 0.0,
) -> Curves:
    """Return start-up graph, trumpet curve and overall error of a run that began at `start_s`.

    Readings `mass_mg` (n,) at `t_s` (n,) seconds are taken at start + i·S, as the mean of those within ± average/2 when
    `average_s` is positive; their noise is that of the balance, averaged down, and the digit.
    Raises SeriesError as `check_series` and `at_intervals` do, WindowError when the run is shorter than the schedule.
    """
    evaporation, balance, per_mg = corrections.evaporation, corrections.balance, corrections.per_mg
    t, m = as_series(t_s, mass_mg, "mass", 2)
    interval_s = schedule.interval_min * _S_PER_MIN
    facts = check_series(t, m, max_gap_s=math.inf, fall_mg=balance.fall_mg)
    masses = at_intervals(t, m, interval_s=interval_s, samples=schedule.samples, start_s=start_s, average_s=average_s)
    volume = _volume_on_grid(masses, evaporation.rate_mg_h * interval_s / S_PER_H, per_mg)
    readings = max(1, math.floor(average_s / facts.mean_interval_s))
    u_mg = math.hypot(balance.repeatability_mg / math.sqrt(readings), balance.readability_mg / math.sqrt(12.0))
    first = schedule.intervals(schedule.analysis_start_min, "start of the analysis period", least=0)
    last = first + schedule.intervals(schedule.analysis_min, "analysis period")
    hours = schedule.analysis_min / _S_PER_MIN
    mass_mg_gained = float(volume[last] - volume[first]) / per_mg
    u_noise_mg = balance.repeatability_mg * math.sqrt(2.0 / readings)
    gained = volume_budget(Gain(mass_mg_gained, hours, u_noise_mg, readings), corrections)
    overall = error_budget(gained, programmed_ul_h, hours, corrections.tip)
    return Curves(
        startup(volume, schedule, programmed_ul_h, u_reading_ul=per_mg * u_mg),
        trumpet(
            volume,
            schedule,
            programmed_ul_h,
            u_reading_ul=per_mg * u_mg,
            wander_ul2_h=per_mg**2 * evaporation.wander_mg2_h,
            u_common_percent=math.hypot(*(c.contribution for c in overall.components if c.name not in NOISE)),
        ),
        overall,
    )


def _volume_on_grid(mass_mg: FloatArray, loss_mg: float, per_mg: float) -> FloatArray:
    """Return `mass_mg` (n,), which is used up, as volume since its first, with `loss_mg` evaporating per interval."""
    first_mg = float(mass_mg[0])
    for start in range(0, mass_mg.size, BLOCK):
        part = mass_mg[start : start + BLOCK]
        part += loss_mg * np.arange(start, start + part.size) - first_mg
        part *= per_mg
    return mass_mg
