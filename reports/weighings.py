"""The balance's readings as volumes at the times that start-up graph and trumpet curve ask for."""

import math
from dataclasses import dataclass

from reports.charts import FloatArray
from reports.facts import Result
from reports.samples import NS_PER_MIN
from reports.volumes import MassToVolume
from rig.evaluation import inputs
from rig.metrology.evaporation import EvaporationRate
from rig.metrology.sampling_grid import at_intervals
from rig.metrology.schedules import Schedule
from rig.metrology.trumpet import StartUp, Trumpet, startup, trumpet
from rig.record import RecordReader
from rig.window import Recipe

# Commands and windows do not begin at the very instant of a reading: this much beyond a whole interval is not missed.
_SLACK_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a result's readings become volumes, and the balance's noise as volume.

    `u_reading_ul` is the standard uncertainty of one reading, `wander_ul2_h` the variance that a random walk adds.
    """

    conversion: MassToVolume
    u_reading_ul: float
    wander_ul2_h: float


def weigh(reader: RecordReader, result: Result) -> Weighed:
    """Return what the evaluation of a result used; raises MetrologyError when it could not weigh either."""
    recipe = recipe_of(result)
    evaporation = inputs.evaporation_around(reader, recipe)
    per_mg = volume_per_mass(reader, result.from_ns, result.to_ns)
    u_mg = _noise_of_one_reading_mg(reader, evaporation, result)
    return Weighed(MassToVolume(per_mg, evaporation.rate_mg_h), per_mg * u_mg, per_mg**2 * evaporation.wander_mg2_h)


def volume_per_mass(reader: RecordReader, from_ns: int, to_ns: int) -> float:
    """Return µL per mg indicated, buoyancy and immersed needle included; raises MetrologyError without conditions."""
    return inputs.ambient_of(reader, from_ns, to_ns).z_ul_mg * inputs.delivery_of(reader).immersion


def recipe_of(result: Result) -> Recipe:
    """Return the recipe that a result was settled by."""
    return Recipe(result.function, result.parameters, result.from_ns, result.to_ns, result.last_seq)


def volumes_at(
    reader: RecordReader, conversion: MassToVolume, from_ns: int, intervals: int, interval_min: float
) -> FloatArray:
    """Return the volume (intervals + 1,) in µL at `from_ns` and after each interval, evaporation corrected.

    Raises SeriesError when readings are missing there.
    """
    to_ns = from_ns + round(intervals * interval_min * NS_PER_MIN)
    around_ns = round(inputs.weighing(reader, from_ns, from_ns + 1).max_gap_s * 1e9)
    readings = inputs.weighing(reader, from_ns - around_ns, to_ns + around_ns)
    t_s = readings.t_s - around_ns / 1e9
    volume = conversion.per_mg * (readings.mass_mg + (conversion.evaporation_mg_h or 0.0) * t_s / 3600.0)
    return at_intervals(t_s, volume, interval_s=60.0 * interval_min, samples=intervals + 1)


def whole_intervals(from_ns: int, to_ns: int, interval_min: float) -> int:
    """Return how many whole sample intervals a span holds."""
    return math.floor((to_ns - from_ns + _SLACK_NS) / (interval_min * NS_PER_MIN))


def start_up_of(
    reader: RecordReader, weighed: Weighed, from_ns: int, to_ns: int, interval_min: float, rate_ul_h: float
) -> StartUp:
    """Return the start-up graph from `from_ns` on, over all whole intervals of the span; raises MetrologyError."""
    intervals = whole_intervals(from_ns, to_ns, interval_min)
    minutes = intervals * interval_min
    schedule = Schedule(
        interval_min=interval_min,
        startup_min=minutes,
        analysis_start_min=0.0,
        analysis_min=minutes,
        windows_min=(interval_min,),
    )
    volume = volumes_at(reader, weighed.conversion, from_ns, intervals, interval_min)
    return startup(volume, schedule, rate_ul_h, u_reading_ul=weighed.u_reading_ul)


def trumpet_of(
    reader: RecordReader, weighed: Weighed, result: Result, interval_min: float, windows_min: tuple[float, ...]
) -> Trumpet:
    """Return the trumpet curve of a result's window, over its whole intervals; raises MetrologyError."""
    intervals = whole_intervals(result.from_ns, result.to_ns, interval_min)
    schedule = Schedule(
        interval_min=interval_min,
        startup_min=intervals * interval_min,
        analysis_start_min=0.0,
        analysis_min=intervals * interval_min,
        windows_min=windows_min,
    )
    return trumpet(
        volumes_at(reader, weighed.conversion, result.from_ns, intervals, interval_min),
        schedule,
        float(result.parameters["programmed_ul_h"]),
        u_reading_ul=weighed.u_reading_ul,
        wander_ul2_h=weighed.wander_ul2_h,
    )


def _noise_of_one_reading_mg(reader: RecordReader, evaporation: EvaporationRate, result: Result) -> float:
    """Return the noise of a reading: the balance's stated one, or that seen without flow when it is larger."""
    balance = inputs.balance_of(reader)
    stated = math.hypot(balance.repeatability_mg, balance.readability_mg / math.sqrt(12.0))
    readings = inputs.weighing(reader, result.from_ns, result.to_ns)
    if len(readings.t_s) < 2:
        return stated
    every_s = float(readings.t_s[-1] - readings.t_s[0]) / (len(readings.t_s) - 1)
    return max(stated, math.sqrt(evaporation.white_mg2_s / every_s)) if every_s > 0 else stated
