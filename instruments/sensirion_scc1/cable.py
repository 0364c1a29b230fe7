"""The SCC1 cable as the driver uses it: one method per command, every failure one typed error with its bytes."""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from sensirion_shdlc_driver import ShdlcConnection
from sensirion_shdlc_driver.command import ShdlcCommand
from sensirion_shdlc_driver.errors import ShdlcDeviceError, ShdlcResponseError

from instruments.sensirion_scc1 import dialect
from instruments.sensirion_scc1.dialect import Buffered, CableCommand, FlowScale, MeaningError, ShdlcState
from instruments.sensirion_scc1.shdlc_port import StreamPort
from rig.errors import ConnectionLostError, GarbledReplyError, InstrumentError, RefusedError
from rig.transports import ByteStream

V = TypeVar("V")

_ADVICE = {
    ShdlcState.DATA_SIZE: "check that the cable is an SCC1 with firmware 1.7 or newer",
    ShdlcState.UNKNOWN_COMMAND: "check that the cable is an SCC1 with firmware 1.7 or newer",
    ShdlcState.ACCESS: "power the cable off and on; another program may have left it measuring",
    ShdlcState.PARAMETER: "check that the sensor supports this liquid and this interval",
    ShdlcState.CHECKSUM: "check the wiring for interference: the cable received a damaged request",
    ShdlcState.FIRMWARE_UPDATE: "the cable is in its firmware updater: power it off and on",
}
_SENSOR_ADVICE = "check that the sensor is plugged into the cable and not damaged, then power the cable off and on"
_GARBLED_ADVICE = "check baud rate and wiring, and that the port leads to an SCC1 cable and to nothing else"


class Cable:
    """Commands to one SCC1 cable on an open stream."""

    def __init__(self, instrument: str, stream: ByteStream, baud: int, address: int, timeout_s: float) -> None:
        self._instrument = instrument
        self._stream = stream
        self._port = StreamPort(stream, baud)
        self._connection = ShdlcConnection(self._port)
        self._address = address
        self._timeout_s = timeout_s

    def last_exchange(self) -> tuple[bytes, bytes]:
        """Return the frames last sent and received."""
        return self._port.sent, self._port.received

    def version(self) -> str:
        """Get firmware and hardware version of the cable."""
        data = self.execute(CableCommand.VERSION, length=7)
        return f"{data[0]}.{data[1]} (hardware {data[3]}.{data[4]})"

    def use_flow_sensor(self) -> None:
        """Set the cable to the family of sensors with scale and unit per command."""
        self.execute(CableCommand.SENSOR_TYPE, bytes([dialect.SENSOR_TYPE]), length=0)

    def clear_errors(self) -> tuple[int, int]:
        """Get the device's error flags and the number of its last error, and clear them."""
        flags, last = struct.unpack(
            ">IB", self.execute(CableCommand.ERROR_STATE, b"\x01", length=5, heed_error_bit=False)
        )
        return flags, last

    def part_name(self) -> str:
        """Get the sensor's part name."""
        return self._parsed(dialect.parse_text, self.execute(CableCommand.PART_NAME, bytes([dialect.SENSOR_TYPE])))

    def serial(self) -> str:
        """Get the sensor's serial number."""
        return self._parsed(dialect.parse_text, self.execute(CableCommand.SERIAL, bytes([dialect.SENSOR_TYPE])))

    def flow_scale(self, liquid: int) -> FlowScale:
        """Get scale and unit of the measurement of a liquid."""
        return self._parsed(
            dialect.parse_scale, self.execute(CableCommand.SCALE_AND_UNIT, struct.pack(">H", liquid), length=6)
        )

    def start(self, interval_ms: int, liquid: int) -> None:
        """Control the start of the continuous measurement."""
        self.execute(CableCommand.START, struct.pack(">HH", interval_ms, liquid), length=0)

    def interval_ms(self) -> int:
        """Get the interval of the running measurement, which may not be the one asked for; 0 at rest."""
        data = self.execute(CableCommand.START)
        if len(data) not in (0, 2):
            raise self.garbled(f"an interval came in {len(data)} bytes instead of 2")
        return int.from_bytes(data, "big")

    def stop(self) -> None:
        """Control the end of the continuous measurement."""
        self.execute(CableCommand.STOP, length=0)

    def read_buffer(self) -> Buffered:
        """Get as many samples as fit one frame."""
        return self._parsed(
            dialect.parse_buffer, self.execute(CableCommand.READ_BUFFER, bytes([dialect.SENSOR_TYPE]), length=None)
        )

    def execute(
        self, command: CableCommand, data: bytes = b"", *, length: int | None = None, heed_error_bit: bool = True
    ) -> bytes:
        """Send one command and return the data of its reply, of exactly `length` bytes when that is given."""
        shortest, longest = (0, dialect.MAX_DATA) if length is None else (length, length)
        order = ShdlcCommand(int(command), data, self._timeout_s, shortest, longest)
        try:
            answer, holds_error = self._connection.execute(self._address, order)
        except ShdlcDeviceError as error:
            raise self._refused(command, int(error.error_code)) from error
        except ShdlcResponseError as error:
            raise self.garbled(f"{_said(command)}: {error}") from error
        if holds_error and heed_error_bit:
            raise self._device_error(command)
        return answer or b""

    def close(self) -> None:
        """Close the port; silent, safe to repeat."""
        self._stream.close()

    def _parsed(self, parse: Callable[[bytes], V], data: bytes) -> V:
        try:
            return parse(data)
        except MeaningError as error:
            raise self.garbled(str(error)) from error

    def _refused(self, command: CableCommand, code: int) -> RefusedError:
        meaning = (
            ShdlcState(code).name.lower().replace("_", " ")
            if code in list(ShdlcState)
            else "an error of the sensor's own"
        )
        advice = _ADVICE[ShdlcState(code)] if code in list(ShdlcState) else _SENSOR_ADVICE
        return RefusedError(
            self._instrument,
            f"{_said(command)} was refused: {meaning}",
            code=f"0x{code:02x}",
            advice=advice,
            **self._bytes(),
        )

    def _device_error(self, command: CableCommand) -> RefusedError:
        """Return the error for a device in error, having asked it for which one."""
        evidence = self._bytes()
        which = "it does not say which"
        with suppress(InstrumentError):  # the error bit is what is reported; its detail is a courtesy
            flags, last = self.clear_errors()
            which = f"flags 0x{flags:08x}, last error 0x{last:02x}"
        return RefusedError(
            self._instrument,
            f"the device reports an error at {_said(command)}: {which}",
            code="device error",
            advice=_SENSOR_ADVICE,
            **evidence,
        )

    def garbled(self, what: str) -> GarbledReplyError:
        """Return the error for a reply that makes no sense, with the frames of the last exchange."""
        return GarbledReplyError(self._instrument, what, advice=_GARBLED_ADVICE, **self._bytes())

    def at_rest(self) -> ConnectionLostError:
        """Return the error for a cable that was set measuring and measures no more."""
        return ConnectionLostError(
            self._instrument,
            "the cable measures no more: it was switched off and on, or another program stopped it",
            advice="check the cable's supply and that no other program uses its port",
            **self._bytes(),
        )

    def _bytes(self) -> dict[str, Any]:
        return {"port": self._stream.port, "sent": self._port.sent, "received": self._port.received}


def _said(command: CableCommand) -> str:
    return f"{command.name.lower().replace('_', ' ')} (0x{command:02x})"
