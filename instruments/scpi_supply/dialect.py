"""The commands of a SCPI power supply (SCPI-1999 instrument class "power supply", IVI DCPwr's usual subset)."""

import re

from instruments.scpi.dialect import format_number

VOLTAGE = "VOLT?"
CURRENT_LIMIT = "CURR?"
OUTPUT = "OUTP?"
MEASURE_VOLTAGE = "MEAS:VOLT?"
MEASURE_CURRENT = "MEAS:CURR?"
SELECTED_NUMBER = "INST:NSEL?"
SELECTED_NAME = "INST:SEL?"
OVER_VOLTAGE = "VOLT:PROT?"
OVER_VOLTAGE_ON = "VOLT:PROT:STAT?"
OVER_VOLTAGE_TRIPPED = "VOLT:PROT:TRIP?"
OVER_CURRENT_TRIPPED = "CURR:PROT:TRIP?"
# An output that no supply has: one that answers for it takes no heed of channel lists.
NO_SUCH_OUTPUT = 99
# How supplies are asked and told where they sense the voltage: query, command with its words for the load and the
# terminals.
REMOTE_SENSE = (
    ("VOLT:SENS:SOUR?", "VOLT:SENS:SOUR", "EXT", "INT"),
    ("SYST:RSEN?", "SYST:RSEN", "ON", "OFF"),
    ("SYST:SENS?", "SYST:SENS", "ON", "OFF"),
)
_SENSED_REMOTELY = re.compile(r"EXT(ERNAL)?|REM(OTE)?|ON|[+]?1", re.IGNORECASE)
_NAME = re.compile(r"([A-Z]+)(\d*)([A-Z0-9]*)", re.IGNORECASE)


def set_voltage(voltage_v: float) -> str:
    """Return the command that sets the output voltage in V."""
    return f"VOLT {format_number(voltage_v)}"


def set_current_limit(current_a: float) -> str:
    """Return the command that sets the current limit in A."""
    return f"CURR {format_number(current_a)}"


def set_over_voltage(voltage_v: float) -> str:
    """Return the command that sets from which voltage in V the output is switched off."""
    return f"VOLT:PROT {format_number(voltage_v)}"


def enable_over_voltage() -> str:
    """Return the command that arms the over-voltage protection, where it can be disarmed."""
    return "VOLT:PROT:STAT ON"


def switch_output(*, on: bool) -> str:
    """Return the command that switches the output."""
    return f"OUTP {'ON' if on else 'OFF'}"


def select_number(output: int) -> str:
    """Return the command after which commands go to this output."""
    return f"INST:NSEL {output}"


def select_name(output: str) -> str:
    """Return the same for an output with a name."""
    return f"INST:SEL {output}"


def to_outputs(message: str, output: int) -> str:
    """Return a command or query with the channel list that sends it to one output."""
    return f"{message}{',' if ' ' in message else ' '}(@{output})"


def is_sensed_remotely(answer: str) -> bool:
    """Tell whether an answer says that the voltage is sensed at the load."""
    return _SENSED_REMOTELY.fullmatch(answer.strip('"')) is not None


def is_same_output(wanted: str, said: str) -> bool:
    """Tell whether a supply's word for an output is the one meant: `OUT2`, `OUTP2` and `"OUTPUT2"` are one."""
    one, other = (_NAME.fullmatch(word.strip(' "')) for word in (wanted, said))
    if one is None or other is None or one[2] != other[2] or one[3].upper() != other[3].upper():
        return False
    short, long = sorted((one[1].upper(), other[1].upper()), key=len)
    return long.startswith(short)
