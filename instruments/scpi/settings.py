"""The keys that every SCPI instrument has in a bench file."""

from pydantic import Field

from rig.bench_file.tables import InstrumentSettings


class ScpiSettings(InstrumentSettings):
    """The keys that every SCPI instrument has in a bench file.

    `model` and `serial` demand one particular instrument where they are given. `visa_library` is PyVISA's: "@py", or
    "" or a path for a maker's VISA. `baud` is for ASRL ports alone.
    """

    visa_library: str = "@py"
    timeout_s: float = Field(default=2.0, gt=0, le=60)
    baud: int = Field(default=9600, ge=300, le=115_200)
    model: str = ""
    serial: str = ""
