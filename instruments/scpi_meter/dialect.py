"""The commands of a SCPI multimeter (SCPI-1999 MEASure instructions)."""

from instruments.scpi.dialect import format_number

MEASURE_VOLTAGE = "MEAS:VOLT:DC?"


def measure_current(range_a: float) -> str:
    """Return the query that measures direct current in a fixed range in A: no time and no gap from autoranging."""
    return f"MEAS:CURR:DC? {format_number(range_a)}"
