"""What every driver is given, and what every driver would otherwise write anew.

A driver is a class named `Driver` with the class attributes `capability` (a key of `rig.capabilities.CAPABILITIES`),
`measuring` (True when verdicts rest on what it measures, so that it needs a calibration) and `Settings` (a subclass
of `rig.bench_file.tables.InstrumentSettings`), constructed as `Driver(name, settings, context)`. Constructing it opens
the port and makes sure that the right instrument answers; it raises ConnectionFailedError (or another
InstrumentError) else.

Nothing here reaches numpy, scipy, pydantic or grpc: what must be small may drive instruments too.
"""

from rig.driving.context import LONGEST_SILENCE_S, LONGEST_VIRTUAL_SILENCE_S, DriverContext, patience_of
from rig.driving.reporter import Reporter, VerbUnderWay
from rig.driving.turns import serialise
from rig.exchange import Exchange

__all__ = [
    "LONGEST_SILENCE_S",
    "LONGEST_VIRTUAL_SILENCE_S",
    "DriverContext",
    "Exchange",
    "Reporter",
    "VerbUnderWay",
    "patience_of",
    "serialise",
]
