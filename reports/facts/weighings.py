"""The balance's readings as volumes at the times that start-up graph and trumpet curve ask for."""

import math
from dataclasses import dataclass

from reports.facts.charts import FloatArray
from reports.facts.run_facts import ShownResult
from reports.facts.traces import NS_PER_MIN
from rig.evaluation import inputs
from rig.metrology.curves.from_readings import delivered_volume
from rig.metrology.curves.schedules import Schedule
from rig.metrology.curves.trumpet import StartUp, Trumpet, startup, trumpet
from rig.metrology.readings.checked import check_series
from rig.metrology.readings.sampling_grid import at_intervals
from rig.metrology.weighing.conditions import Ambient, TipInVessel
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.record.bodies.events import ZeroFlow
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# Commands and windows do not begin at the very instant of a reading: this much beyond a whole interval is not missed.
_SLACK_NS = 1_000_000_000


# What stands in where evaporation is not known; the graph then says so.
_NOT_KNOWN = EvaporationRate(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Weighed:
    """How masses become volumes, as for a result's own evaluation; `evaporation` is None when it is not known."""

    ambient: Ambient
    tip: TipInVessel
    evaporation: EvaporationRate | None

    def volume_ul(self, t_s: FloatArray, mass_mg: FloatArray) -> FloatArray:
        """Return the volume in µL since the first reading, for masses (n,) at `t_s` (n,) seconds."""
        return delivered_volume(
            t_s,
            mass_mg,
            evaporation=self.evaporation or _NOT_KNOWN,
            ambient=self.ambient,
            tip=self.tip,
        )

    @property
    def per_mg(self) -> float:
        """Return µL per mg indicated."""
        return self.ambient.z_ul_mg * self.tip.immersion


@dataclass(frozen=True, slots=True)
class Noise:
    """The balance's noise as volume: u of one reading, and the variance that its random walk adds per hour."""

    u_reading_ul: float
    wander_ul2_h: float


def weigh(reader: RecordReader, result: ShownResult) -> Weighed:
    """Return what the evaluation of a result used; raises MetrologyError when it could not weigh either."""
    recipe = result.recipe
    if _weighed_by_then(reader, recipe):
        return reader.once(("weighed", recipe.from_ns, recipe.to_ns), lambda: _weighed(reader, recipe))
    with reader.as_of(recipe.last_seq) as then:
        return _weighed(then, recipe)


def _weighed(reader: RecordReader, recipe: Recipe) -> Weighed:
    used = inputs.corrections(reader, recipe)
    return Weighed(used.ambient, used.tip, used.evaporation)


def _weighed_by_then(reader: RecordReader, recipe: Recipe) -> bool:
    """Tell whether the weighings around a window are the same today as when it was evaluated.

    Then the record need not be opened once more as it was: what lies between them does not change.
    """
    known = {entry.body for entry in reader.events(ZeroFlow) if entry.seq <= recipe.last_seq}
    return known.issuperset(inputs.weighings_around(reader, recipe))


def weigh_roughly(reader: RecordReader, from_ns: int, to_ns: int) -> Weighed:
    """Return how masses of a span become volumes, evaporation left out; raises MetrologyError without conditions."""
    used = inputs.corrections_with(reader, from_ns, to_ns, _NOT_KNOWN)
    return Weighed(used.ambient, used.tip, None)


def noise_of(reader: RecordReader, weighed: Weighed, result: ShownResult) -> Noise:
    """Return the noise of a result's readings: the balance's stated one, or that seen without flow if it is larger."""
    balance = inputs.balance_of(inputs.weighing_facts(reader))
    u_mg = math.hypot(balance.repeatability_mg, balance.readability_mg / math.sqrt(12.0))
    evaporation = weighed.evaporation or _NOT_KNOWN
    t_s = inputs.weighing(reader, result.recipe.from_ns, result.recipe.to_ns).t_s
    if len(t_s) > 1 and t_s[-1] > t_s[0]:
        every_s = float(t_s[-1] - t_s[0]) / (len(t_s) - 1)
        u_mg = max(u_mg, math.sqrt(evaporation.white_mg2_s / every_s))
    return Noise(weighed.per_mg * u_mg, weighed.per_mg**2 * evaporation.wander_mg2_h)


def volumes_at(reader: RecordReader, weighed: Weighed, from_ns: int, intervals: int, interval_min: float) -> FloatArray:
    """Return the volume (intervals + 1,) in µL at `from_ns` and after each interval.

    Raises SeriesError when readings are missing there, or are no series: reversed time, NaN, a tare in the middle.
    """
    to_ns = from_ns + round(intervals * interval_min * NS_PER_MIN)
    around_ns = round(inputs.weighing(reader, from_ns, from_ns + 1).max_gap_s * 1e9)
    readings = inputs.weighing(reader, from_ns - around_ns, to_ns + around_ns)
    balance = inputs.balance_of(inputs.weighing_facts(reader))
    check_series(readings.t_s, readings.mass_mg, max_gap_s=math.inf, fall_mg=balance.fall_mg)
    volume = weighed.volume_ul(readings.t_s, readings.mass_mg)
    return at_intervals(
        readings.t_s, volume, interval_s=60.0 * interval_min, samples=intervals + 1, start_s=around_ns / 1e9
    )


def whole_intervals(from_ns: int, to_ns: int, interval_min: float) -> int:
    """Return how many whole sample intervals a span holds."""
    return math.floor((to_ns - from_ns + _SLACK_NS) / (interval_min * NS_PER_MIN))


def start_up_of(
    reader: RecordReader, weighed: Weighed, noise: Noise, from_ns: int, intervals: int, interval_min: float, rate: float
) -> StartUp:
    """Return the start-up graph of `rate` µL/h from `from_ns` on, so many intervals long; raises MetrologyError."""
    minutes = intervals * interval_min
    schedule = Schedule(
        interval_min=interval_min,
        startup_min=minutes,
        analysis_start_min=0.0,
        analysis_min=minutes,
        windows_min=(interval_min,),
    )
    volume = volumes_at(reader, weighed, from_ns, intervals, interval_min)
    return startup(volume, schedule, rate, u_reading_ul=noise.u_reading_ul)


def trumpet_of(
    reader: RecordReader,
    weighed: Weighed,
    noise: Noise,
    result: ShownResult,
    interval_min: float,
    windows_min: tuple[float, ...],
) -> Trumpet:
    """Return the trumpet curve of a result's window, over its whole intervals; raises MetrologyError."""
    intervals = whole_intervals(result.recipe.from_ns, result.recipe.to_ns, interval_min)
    schedule = Schedule(
        interval_min=interval_min,
        startup_min=intervals * interval_min,
        analysis_start_min=0.0,
        analysis_min=intervals * interval_min,
        windows_min=windows_min,
    )
    return trumpet(
        volumes_at(reader, weighed, result.recipe.from_ns, intervals, interval_min),
        schedule,
        float(result.recipe.parameters["programmed_ul_h"]),
        u_reading_ul=noise.u_reading_ul,
        wander_ul2_h=noise.wander_ul2_h,
    )
