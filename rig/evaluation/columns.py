"""Columns of a record in the units that the evaluation reckons in: checked, and converted, at the door."""

from numpy import float64
from numpy.typing import NDArray

from rig.errors import QuantityError, SeriesError
from rig.quantities import convert
from rig.record.reader import RecordReader
from rig.record.series import Series

# What the evaluation reads of each kind of instrument, and in which unit.
UNITS = {
    "mass": "mg",
    "delivered": "µL",
    "reservoir": "µL",
    "rate": "µL/h",
    "battery": "V",
    "boluses": "1",
    "clock_offset": "s",
    "flow": "µL/h",
    "air_temperature": "°C",
    "liquid_temperature": "°C",
    "air_pressure": "hPa",
    "air_humidity": "%RH",
    "line_pressure": "kPa",
    "back_pressure": "kPa",
    "pump_voltage": "V",
    "voltage": "V",
    "temperature": "°C",
    "current": "mA",
    "supply_current": "mA",
    "state": "1",
    "alarms": "1",
}


def column(series: Series, name: str) -> NDArray[float64]:
    """Return a column in the unit that `UNITS` has for it; raise SeriesError for one that is no such quantity."""
    recorded, wanted = series.units[name], UNITS[name]
    if recorded == wanted:
        return series.columns[name]
    try:
        factor = convert(1.0, recorded, wanted)
    except QuantityError as error:
        raise SeriesError(
            f"{series.stream} recorded {name} in {recorded!r}, where {wanted} is needed: {error}"
        ) from error
    return series.columns[name] * factor


def read_column(
    reader: RecordReader, stream: str, name: str, from_ns: int | None = None, to_ns: int | None = None
) -> tuple[NDArray[float64], Series]:
    """Return one column of a stream in its proper unit with its series; raises as `column` and `reader.series` do."""
    series = reader.series(stream, from_ns, to_ns, [name])
    return column(series, name), series
