"""The commands of a SCPI multimeter (SCPI-1999 MEASure instructions)."""

from instruments.scpi.dialect import format_number

MEASURE_VOLTAGE = "MEAS:VOLT:DC?"
# Answers the last reading once more, without measuring anew.
REPEAT = "FETC?"
# A channel that no scanner has: a meter that answers for it takes no heed of channel lists.
NO_SUCH_CHANNEL = 999


def measure_current(range_a: float) -> str:
    """Return the query that measures direct current in a fixed range in A: no time and no gap from autoranging."""
    return f"MEAS:CURR:DC? {format_number(range_a)}"


def at_channel(query: str, channel: int | None) -> str:
    """Return a query with the channel list of a scanning meter; as it is for one without."""
    return query if channel is None else f"{query}{',' if ' ' in query else ' '}(@{channel})"
