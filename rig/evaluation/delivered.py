"""What was delivered until a run ended: for closing a run that was killed."""

from rig.errors import SeriesError
from rig.evaluation.columns import read_column
from rig.record.reader import RecordReader


def delivered(reader: RecordReader) -> dict[str, float]:
    """Return the volume that the pump counted and the mass that the balance gained between first and last sample.

    A key is missing when the run holds fewer than two samples of its stream, or none of such a quantity.
    """
    result: dict[str, float] = {}
    for key, capability, column in (
        ("pump_ul", "pump", "delivered"),
        ("balance_mg", "balance", "mass"),
    ):
        for stream in streams_of(reader, capability):
            if column not in {channel.name for channel in reader.channels(stream)}:
                continue
            try:
                values, _ = read_column(reader, stream, column)
            except SeriesError:
                continue  # in a unit that is none of a volume or a mass: closing the run is not to fail by it
            if len(values) >= 2:
                result[key] = float(values[-1] - values[0])
    return result


def streams_of(reader: RecordReader, capability: str) -> list[str]:
    """Return the names of the recorded streams whose instrument has a capability."""
    recorded = set(reader.streams())
    return [name for name in reader.start().with_capability(capability) if name in recorded]
