"""The air and the liquid of a weighing as the record has them, and what the air does to a reading."""

import math
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rig.clock import NS_PER_S
from rig.errors import MisfitError, SeriesError
from rig.evaluation.absences import away_in
from rig.evaluation.columns import column, read_column
from rig.evaluation.delivered import streams_of
from rig.metrology.weighing.conditions import Ambient
from rig.metrology.weighing.gravimetry import z_factor
from rig.metrology.weighing.liquid import Liquid
from rig.quantities import convert
from rig.record.bodies.start import LiquidFacts, StatedAir, WeighingFacts
from rig.record.reader import RecordReader
from rig.record.series import Series

_BEGINNING_NS = -(2**62)
_MINUTE_NS = 60 * NS_PER_S
# For how long the air may be taken for what it was before and after: it changes slowly beside what it is worth.
_AIR_UNSEEN_S = 1800.0
_NAMES = ("air_temperature", "air_pressure", "air_humidity")
# Verbs after which the balance shows another number for the same load.
_ZEROING = ("tare", "zero")
# A fall that no command explains and no weighing knows is another vessel, or this one emptied.
_FRESH_VESSEL_MG = 1000.0


def ambient_of(reader: RecordReader, weighing: WeighingFacts, from_ns: int, to_ns: int) -> Ambient:
    """Return air and liquid of a window: the air by the DAQ's means, else as stated; the liquid as stated.

    Volumes are those at the liquid's `volume_at_c`; without a stated liquid it is water as warm as the beaker.
    Raises SeriesError when no ambient conditions are there: without them a mass is no volume.
    """
    start = reader.start()
    values = _measured_air(reader, from_ns, to_ns) or start.ambient
    if values is None:
        raise MisfitError("ambient conditions were neither measured (a DAQ with air channels) nor stated ([ambient])")
    liquid_c, relative, u_relative = _liquid(start.liquid, values.liquid_temperature_c)
    return Ambient(
        liquid_temperature_c=liquid_c,
        air_temperature_c=values.air_temperature_c,
        air_pressure_hpa=values.air_pressure_hpa,
        relative_humidity_percent=values.air_humidity_percent,
        u_liquid_temperature_k=weighing.u_temperature_k,
        u_air_temperature_k=weighing.u_temperature_k,
        u_air_pressure_hpa=weighing.u_pressure_hpa,
        u_relative_humidity_percent=weighing.u_humidity_percent,
        relative_density=relative,
        u_relative_density=u_relative,
    )


def _liquid(stated: LiquidFacts | None, beaker_c: float) -> tuple[float, float, float]:
    """Return the temperature that volumes are stated at, and the density relative to water there with its u."""
    if stated is None:
        return beaker_c, 1.0, 0.0
    liquid = Liquid(
        stated.density_kg_m3,
        stated.u_density_kg_m3,
        stated.reference_c,
        stated.expansion_per_k,
        stated.u_expansion_per_k,
    )
    at_c = stated.volume_at_c
    return at_c, liquid.relative_density_at(at_c), liquid.u_relative_density_at(at_c)


def in_mean_air(reader: RecordReader, balance: str, series: Series, from_ns: int, to_ns: int) -> NDArray[np.float64]:
    """Return the masses (mg) as the window's mean air would have shown them.

    Buoyancy acts on all the liquid in the vessel, not on a window's gain alone: with 50 mL in it a falling barometer
    looks like evaporation. So what has come since the vessel was fresh is taken with the Z factor of each reading's own
    time, over that of the mean. Without measured air nothing is corrected.
    """
    mass_mg = column(series, "mass")
    air = _air_by_the_minute(reader, from_ns, to_ns)
    if air is None or not len(mass_mg):
        return mass_mg
    t_ns, temperature_c, pressure_hpa, humidity_percent = air
    liquid_c = np.full_like(temperature_c, temperature_c.mean())  # its own swing belongs to the ambient's uncertainty
    z = z_factor(liquid_c, temperature_c, pressure_hpa, humidity_percent)
    ratio = np.interp(series.t_ns.astype(np.float64), t_ns, z / z.mean())
    shown_empty_mg = _shown_empty_mg(reader, balance, series.t_ns)
    return np.asarray(shown_empty_mg + (mass_mg - shown_empty_mg) * ratio, np.float64)


def content_mg(
    reader: RecordReader, balance: str, t_ns: NDArray[np.int64], mass_mg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return masses (n,) at UTC ns (n,) as one course: less what tares, zero settings and fresh vessels shifted."""
    if not len(t_ns):
        return mass_mg
    shown_empty_mg = _shown_empty_mg(reader, balance, t_ns)
    course = mass_mg - shown_empty_mg
    for i in np.flatnonzero(np.diff(shown_empty_mg)) + 1:
        # A fresh vessel begins at nothing, and between the two readings the flow went on as before.
        before = course[i - 1] - course[i - 2] if i >= 2 else 0.0
        course[i:] += course[i - 1] - course[i] + before
    return np.asarray(course, np.float64)


@dataclass(slots=True)
class _Vessel:
    """What a balance would show without liquid, from which moment on (UTC ns), as far as a record was looked at."""

    looked_to_ns: int
    last_mg: float
    from_ns: list[int]
    empty_mg: list[float]


# A record is looked at by its reader many times while a plan is settled; each looks at the past once.
_VESSELS: WeakKeyDictionary[RecordReader, dict[str, _Vessel]] = WeakKeyDictionary()


def _shown_empty_mg(reader: RecordReader, balance: str, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what the balance would show at each of `t_ns` without the liquid that has come since the vessel was fresh.

    It follows tares and zero settings, which shift all readings behind them, and fresh vessels, which hold nothing yet.
    """
    vessels = _VESSELS.setdefault(reader, {})
    vessel = vessels.get(balance)
    to_ns = int(t_ns.max()) + 1
    if vessel is None:
        first_mg = float(reader.first_value(balance, "mass"))
        vessel = vessels[balance] = _Vessel(_BEGINNING_NS, math.nan, [_BEGINNING_NS], [first_mg])
        vessel.empty_mg[0] *= convert(1.0, _unit_of_mass(reader, balance), "mg")
    if to_ns > vessel.looked_to_ns:
        _look_on(reader, balance, vessel, to_ns)
    index = np.maximum(np.searchsorted(vessel.from_ns, t_ns, side="right") - 1, 0)
    return np.asarray(vessel.empty_mg)[index]


def _unit_of_mass(reader: RecordReader, balance: str) -> str:
    return next(channel.unit for channel in reader.channels(balance) if channel.name == "mass")


def _look_on(reader: RecordReader, balance: str, vessel: _Vessel, to_ns: int) -> None:
    """Follow the vessel up to `to_ns`."""
    mass_mg, series = read_column(reader, balance, "mass", vessel.looked_to_ns, to_ns)
    order = np.argsort(series.t_ns, kind="stable")
    at_ns, mass_mg = series.t_ns[order], mass_mg[order]
    if not len(mass_mg):
        return
    zeroed = [one.body.sent_ns or one.t_ns for one in reader.commands(balance) if one.body.verb in _ZEROING]
    inside = [ns for ns in zeroed if vessel.looked_to_ns <= ns < to_ns]
    tared = set(np.searchsorted(at_ns, np.asarray(inside, np.int64), side="left").tolist())
    before_mg = np.concatenate([[vessel.last_mg], mass_mg[:-1]])
    # Before the very first reading there is none to fall from: it compares with nothing.
    fresh = set(np.flatnonzero(mass_mg - before_mg < -_FRESH_VESSEL_MG).tolist())
    for i in sorted(tared | fresh):
        if i >= len(at_ns) or math.isnan(before_mg[i]):
            continue
        shift_mg = float(mass_mg[i] - before_mg[i])
        vessel.from_ns.append(int(at_ns[i]))
        vessel.empty_mg.append(vessel.empty_mg[-1] + shift_mg if i in tared else float(mass_mg[i]))
    vessel.looked_to_ns, vessel.last_mg = to_ns, float(mass_mg[-1])


def _daq_stream(reader: RecordReader, names: tuple[str, ...]) -> str | None:
    """Return the first stream of a DAQ that has all channels of `names`; None where no DAQ measures them."""
    for stream in streams_of(reader, "daq"):
        if set(names) <= {channel.name for channel in reader.channels(stream)}:
            return stream
    return None


def _air_by_the_minute(reader: RecordReader, from_ns: int, to_ns: int) -> tuple[NDArray[np.float64], ...] | None:
    """Return time (UTC ns), temperature, pressure, humidity as means over minutes; None where no DAQ measures them."""
    stream = _daq_stream(reader, _NAMES)
    if stream is None:
        return None
    series = reader.series(stream, from_ns, to_ns, list(_NAMES))
    if not len(series.t_ns):
        return None
    starts = np.flatnonzero(np.diff(series.t_ns // _MINUTE_NS, prepend=-1))
    counts = np.diff(starts, append=len(series.t_ns))
    columns = (series.t_ns.astype(np.float64), *(column(series, name) for name in _NAMES))
    return tuple(np.add.reduceat(values, starts) / counts for values in columns)


def _measured_air(reader: RecordReader, from_ns: int, to_ns: int) -> StatedAir | None:
    """Return the DAQ's means in the window, None when the bench has no DAQ with all four channels."""
    names = (*_NAMES, "liquid_temperature")
    stream = _daq_stream(reader, names)
    if stream is None:
        return None
    series = reader.series(stream, from_ns, to_ns, list(names))
    if not len(series.t_ns):
        raise SeriesError("the DAQ recorded no ambient conditions in this window")
    for away in away_in(reader, from_ns, to_ns, stream):
        if away.lasted_s > _AIR_UNSEEN_S:
            raise SeriesError(f"nobody knows the air of this window: {away.said_in(from_ns)}")
    temperature, pressure, humidity, liquid = (float(np.mean(column(series, name))) for name in names)
    return StatedAir(temperature, liquid, pressure, humidity)
