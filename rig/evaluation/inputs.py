"""What evaluations read from a record: the balance's series, the air around it, evaporation before and after.

Nothing here computes a result; it collects the inputs of metrology and the reasons why they would not be valid.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation.delivered import streams_of
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate, combine_evaporation, evaporation_rate
from rig.metrology.weighing.gravimetry import z_factor
from rig.record.bodies.events import ZeroFlow
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import StatedAir, WeighingFacts
from rig.record.reader import RecordReader
from rig.record.series import Series

# A gap longer than so many sampling intervals means that readings are missing.
GAP_INTERVALS = 3.0
_MINUTE_NS = 60 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Weighing:
    """The balance's readings in a window, `t_s` float64 (n,) seconds from its begin, `mass_mg` float64 (n,)."""

    t_s: NDArray[np.float64]
    mass_mg: NDArray[np.float64]
    max_gap_s: float
    invalid: tuple[str, ...]


def weighing(reader: RecordReader, from_ns: int, to_ns: int) -> Weighing:
    """Return the balance's readings in [from_ns, to_ns), each corrected to the window's mean air.

    Raises SeriesError when the run has no balance.
    """
    name = _stream(reader, "balance")
    series = reader.series(name, from_ns, to_ns, ["mass"])
    invalid = [f"{series.lost} balance readings were lost"] if series.lost else []
    every_s = reader.start().instruments[name].sample_every_s or 0.0
    return Weighing(
        t_s=_seconds(series, from_ns),
        mass_mg=_in_mean_air(reader, name, series, from_ns, to_ns),
        max_gap_s=GAP_INTERVALS * every_s,
        invalid=tuple(invalid),
    )


def corrections(reader: RecordReader, recipe: Recipe) -> Corrections:
    """Return the corrections for a recipe's window; raises SeriesError as the functions below do."""
    return corrections_with(reader, recipe.from_ns, recipe.to_ns, evaporation_around(reader, recipe))


def corrections_with(reader: RecordReader, from_ns: int, to_ns: int, evaporation: EvaporationRate) -> Corrections:
    """Return the corrections for a span with an evaporation that is known (or supposed) from elsewhere."""
    return Corrections(evaporation, ambient_of(reader, from_ns, to_ns), balance_of(reader), tip_of(reader))


def balance_of(reader: RecordReader) -> BalanceSpecification:
    """Return what the bench file says the balance is worth."""
    weighing = _weighing_section(reader)
    return BalanceSpecification(
        readability_mg=weighing.readability_mg,
        repeatability_mg=weighing.repeatability_mg,
        linearity_mg=weighing.linearity_mg,
        calibration_relative_u=weighing.calibration_u_percent / 100.0,
    )


def tip_of(reader: RecordReader) -> TipInVessel:
    """Return how the liquid gets into the vessel on this bench."""
    weighing = _weighing_section(reader)
    return TipInVessel(
        needle_mm=weighing.needle_diameter_mm,
        vessel_mm=weighing.vessel_diameter_mm,
        capillary_mg=weighing.capillary_mg,
        clock_relative_u=weighing.clock_ppm * 1e-6,
    )


def ambient_of(reader: RecordReader, from_ns: int, to_ns: int) -> Ambient:
    """Return the air and liquid during a window: the DAQ's means, else what the bench file states.

    Raises SeriesError when neither is there: without ambient conditions a mass is no volume.
    """
    weighing = _weighing_section(reader)
    values = _measured_air(reader, from_ns, to_ns) or reader.start().ambient
    if values is None:
        raise SeriesError("ambient conditions were neither measured (a DAQ with air channels) nor stated ([ambient])")
    return Ambient(
        liquid_temperature_c=values.liquid_temperature_c,
        air_temperature_c=values.air_temperature_c,
        air_pressure_hpa=values.air_pressure_hpa,
        relative_humidity_percent=values.air_humidity_percent,
        u_liquid_temperature_k=weighing.u_temperature_k,
        u_air_temperature_k=weighing.u_temperature_k,
        u_air_pressure_hpa=weighing.u_pressure_hpa,
        u_relative_humidity_percent=weighing.u_humidity_percent,
    )


def evaporation_around(reader: RecordReader, recipe: Recipe) -> EvaporationRate:
    """Return the evaporation from the zero-flow runs next before and next after a recipe's window.

    Raises SeriesError when one of the two is missing or when they disagree.
    """
    known = [entry.body for entry in reader.events(ZeroFlow)]
    before = [one for one in known if one.to_ns <= recipe.from_ns + 1]
    after = [one for one in known if one.from_ns >= recipe.to_ns - 1]
    if not before or not after:
        missing = " and ".join(word for word, runs in (("before", before), ("after", after)) if not runs)
        raise SeriesError(f"evaporation was not determined {missing} this window: no zero-flow run there")
    return combine_evaporation(zero_flow_rate(reader, before[-1]), zero_flow_rate(reader, after[0]))


def stroke_ul(reader: RecordReader) -> float:
    """Return the declared volume of one stroke of the pump under test, 0 for one without strokes."""
    return reader.start().dut.stroke_ul


def _in_mean_air(reader: RecordReader, balance: str, series: Series, from_ns: int, to_ns: int) -> NDArray[np.float64]:
    """Return the masses as the window's mean air would have shown them.

    Buoyancy acts on all the liquid that has been delivered since the run began, not on a window's gain alone: with
    50 mL in the vessel a falling barometer looks like evaporation. So each reading's gain since the run's first one is
    taken with the Z factor of its own time, over that of the mean. Without measured air nothing is corrected.
    """
    mass_mg = series.columns["mass"]
    air = _air_by_the_minute(reader, from_ns, to_ns)
    if air is None or not len(mass_mg):
        return mass_mg
    t_ns, temperature_c, pressure_hpa, humidity_percent = air
    liquid_c = np.full_like(temperature_c, temperature_c.mean())  # its own swing belongs to the ambient's uncertainty
    z = z_factor(liquid_c, temperature_c, pressure_hpa, humidity_percent)
    ratio = np.interp(series.t_ns.astype(np.float64), t_ns, z / z.mean())
    first_mg = float(reader.first_value(balance, "mass"))
    return np.asarray(first_mg + (mass_mg - first_mg) * ratio, np.float64)


def _air_by_the_minute(reader: RecordReader, from_ns: int, to_ns: int) -> tuple[NDArray[np.float64], ...] | None:
    """Return time (UTC ns), temperature, pressure, humidity as means over minutes; None where no DAQ measures them."""
    names = ["air_temperature", "air_pressure", "air_humidity"]
    for stream in streams_of(reader, "daq"):
        if set(names) <= {channel.name for channel in reader.channels(stream)}:
            series = reader.series(stream, from_ns, to_ns, names)
            if not len(series.t_ns):
                return None
            starts = np.flatnonzero(np.diff(series.t_ns // _MINUTE_NS, prepend=-1))
            counts = np.diff(starts, append=len(series.t_ns))
            columns = (series.t_ns.astype(np.float64), *(series.columns[name] for name in names))
            return tuple(np.add.reduceat(column, starts) / counts for column in columns)
    return None


def standing_invalid(reader: RecordReader) -> tuple[str, ...]:
    """Return what makes every result of this run invalid: calibrations that were overdue at its start."""
    return reader.start().overdue


def zero_flow_rate(reader: RecordReader, weighed: ZeroFlow) -> EvaporationRate:
    """Evaluate a zero-flow run, leaving out its beginning, while the line still runs empty."""
    settle_ns = round(reader.start().limits.evaporation.settle_minutes * 60 * NS_PER_S)
    readings = weighing(reader, weighed.from_ns + settle_ns, weighed.to_ns)
    return evaporation_rate(readings.t_s, readings.mass_mg, max_gap_s=readings.max_gap_s)


def _measured_air(reader: RecordReader, from_ns: int, to_ns: int) -> StatedAir | None:
    """Return the DAQ's means in the window, None when the bench has no DAQ with all four channels."""
    wanted = {
        "air_temperature": "air_temperature_c",
        "air_pressure": "air_pressure_hpa",
        "air_humidity": "air_humidity_percent",
        "liquid_temperature": "liquid_temperature_c",
    }
    for stream in streams_of(reader, "daq"):
        if set(wanted) <= {channel.name for channel in reader.channels(stream)}:
            columns = reader.series(stream, from_ns, to_ns, list(wanted)).columns
            if not len(columns["air_temperature"]):
                raise SeriesError("the DAQ recorded no ambient conditions in this window")
            return StatedAir(**{key: float(np.mean(columns[name])) for name, key in wanted.items()})
    return None


def _weighing_section(reader: RecordReader) -> WeighingFacts:
    section = reader.start().weighing
    if section is None:
        raise SeriesError("the bench file has no [weighing] table: what the balance is worth is not known")
    return section


def _stream(reader: RecordReader, capability: str) -> str:
    streams = streams_of(reader, capability)
    if not streams:
        raise SeriesError(f"the run recorded no {capability}")
    return streams[0]


def _seconds(series: Series, from_ns: int) -> NDArray[np.float64]:
    return np.asarray((series.t_ns - from_ns) / NS_PER_S, np.float64)
