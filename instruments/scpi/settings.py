"""The keys that every SCPI instrument has in a bench file."""

from typing import Self

from pydantic import Field, model_validator

from instruments.scpi.resources import PYVISA_PY, check_port
from rig.bench_file.reading import TWIN_PORT
from rig.bench_file.serial_keys import SerialSettings


class ScpiSettings(SerialSettings):
    """The keys that every SCPI instrument has in a bench file.

    `model` and `serial` demand one particular instrument where they are given. `visa_library` is PyVISA's: "@py", or
    "" or a path for a maker's VISA. How a serial line is set is for serial ports alone.
    """

    visa_library: str = PYVISA_PY
    timeout_s: float = Field(default=2.0, gt=0, le=60)
    model: str = ""
    serial: str = ""

    @model_validator(mode="after")
    def _can_be_opened(self) -> Self:
        if self.port != TWIN_PORT:
            check_port(self.port, self.visa_library)
        return self
