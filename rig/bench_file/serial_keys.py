"""The keys of instruments on serial lines."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from rig.bench_file.tables import InstrumentSettings
from rig.serial_line import Line


class SerialSettings(InstrumentSettings):
    """What a driver's `Settings` holds whose serial port can be set in every way; `line` is all of it for a stream."""

    baud: int = Field(default=9600, ge=50, le=4_000_000)
    data_bits: Literal[7, 8] = 8
    parity: Literal["none", "even", "odd", "mark", "space"] = "none"
    stop_bits: Literal[1, 2] = 1
    handshake: Literal["none", "xon/xoff", "rts/cts", "dsr/dtr"] = "none"
    rs485: Literal["off", "rts high to send", "rts low to send"] = "off"
    exclusive: bool = True

    @field_validator("rs485")
    @classmethod
    def _rts_is_free(cls, value: str, info: ValidationInfo) -> str:
        if value != "off" and info.data.get("handshake") == "rts/cts":
            raise ValueError("RTS holds up the line already: handshake = 'rts/cts'; take one of the two out")
        return value

    @property
    def line(self) -> Line:
        """Return how the port is set."""
        return Line(
            self.baud, self.data_bits, self.parity, self.stop_bits, self.handshake, self.rs485, exclusive=self.exclusive
        )
