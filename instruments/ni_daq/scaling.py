"""Readings of an analogue input to values: linear, by a polynomial or by a table, and which readings are none."""

import numpy as np
from numpy.polynomial import polynomial
from numpy.typing import NDArray

from instruments.ni_daq.channels import AnalogChannel

_CONVERTER_CODES = 1 << 16
_ZERO_C_IN_K = 273.15


def values_of(channel: AnalogChannel, readings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return readings in V, mA or °C as values in the channel's own unit."""
    if channel.table:
        values = np.interp(readings, *np.array(channel.table).T)
    elif channel.polynomial:
        values = polynomial.polyval(readings, channel.polynomial)
    else:
        values = readings * channel.scale + channel.offset
    absolute = channel.measures == "thermocouple" and channel.unit == "K"
    return np.asarray(values + _ZERO_C_IN_K if absolute else values)


def no_readings(channel: AnalogChannel, readings: NDArray[np.float64]) -> str:
    """Return which readings cannot be believed, in words; empty when all can.

    A converter that saturates stays at the end of its range, a broken loop or an open thermocouple beyond it; a table
    says nothing of what is beyond its own ends.
    """
    least, most = channel.range
    step = (most - least) / _CONVERTER_CODES
    ends = f"the end of the range {least:g} … {most:g} {channel.reads_in}"
    outside = (readings <= least + step / 2) | (readings >= most - 1.5 * step)
    if not outside.any() and channel.table:
        first, last = channel.table[0][0], channel.table[-1][0]
        ends = f"the end of the table {first:g} … {last:g} {channel.reads_in}"
        outside = (readings < first) | (readings > last)
    if not outside.any():
        return ""
    worst = readings[outside][np.argmax(np.abs(readings[outside]))]
    return (
        f"{channel.name}: {np.count_nonzero(outside)} of {len(readings)} samples lie at {ends} or beyond "
        f"(up to {worst:.6g} {channel.reads_in})"
    )
