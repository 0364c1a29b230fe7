"""The commands of a SCPI power supply (SCPI-1999 instrument class "power supply", IVI DCPwr's usual subset)."""

from instruments.scpi.dialect import format_number

VOLTAGE = "VOLT?"
CURRENT_LIMIT = "CURR?"
OUTPUT = "OUTP?"
MEASURE_VOLTAGE = "MEAS:VOLT?"
MEASURE_CURRENT = "MEAS:CURR?"


def set_voltage(voltage_v: float) -> str:
    """Return the command that sets the output voltage in V."""
    return f"VOLT {format_number(voltage_v)}"


def set_current_limit(current_a: float) -> str:
    """Return the command that sets the current limit in A."""
    return f"CURR {format_number(current_a)}"


def switch_output(*, on: bool) -> str:
    """Return the command that switches the output."""
    return f"OUTP {'ON' if on else 'OFF'}"
