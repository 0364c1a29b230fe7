"""The simulated cable's firmware: what each command does and answers. Knows data, not frames."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from instruments.plant.laboratory import Laboratory
from instruments.sensirion_scc1 import dialect
from instruments.sensirion_scc1.dialect import Buffered, CableCommand, ShdlcState
from instruments.sensirion_scc1.simulated.lg16 import Lg16Model, Lg16Sensor
from instruments.sensirion_scc1.simulated.measurement import Measurement

BAUD = 115_200
PRODUCT_TYPE, PRODUCT_NAME, ARTICLE_CODE, CABLE_SERIAL = "00070000", "SCC1-USB", "1-101077-01", "SCC1-000042"
VERSION = bytes([1, 9, 0, 1, 0, 1, 0])  # firmware 1.9, no debug build, hardware 1.0, SHDLC 1.0
FASTEST_MS = 2
SENSOR_TYPES = range(5)


class CableStateError(Exception):
    """A command is answered by a state instead of data."""

    def __init__(self, state: ShdlcState) -> None:
        self.state = state
        super().__init__(state.name)


@dataclass(frozen=True, slots=True)
class Sayings:
    """What a test can make the sensor say instead of the truth: unit word, raw flow, raw temperature."""

    unit: int | None = None
    raw_flow: int | None = None
    raw_temperature: int | None = None


class CableFirmware:
    """The state of one cable with one sensor. The caller holds the laboratory's lock."""

    def __init__(
        self, model: Lg16Model, serial: int, sensor: Lg16Sensor, laboratory: Laboratory, buffer_samples: int
    ) -> None:
        self.sayings = Sayings()
        self.error_flags = 0
        self.last_error = 0
        self.address = 0
        self._model = model
        self._serial = serial
        self._sensor = sensor
        self._laboratory = laboratory
        self._buffer_samples = buffer_samples
        self._measurement: Measurement | None = None
        self._sensor_type = dialect.SENSOR_TYPE
        self._i2c_address = 8
        self._totalising = False
        self._total = 0
        self._answers: dict[int, Callable[[bytes], bytes]] = {
            CableCommand.SENSOR_TYPE: self._kind,
            CableCommand.I2C_ADDRESS: self._i2c,
            CableCommand.SENSOR_STATUS: lambda _: bytes([self._measurement is not None]),
            CableCommand.START: self._start,
            CableCommand.STOP: self._stop,
            CableCommand.LAST_MEASUREMENT: self._last,
            CableCommand.READ_BUFFER: self._read,
            CableCommand.TOTALISER: self._totaliser,
            CableCommand.TOTALISER_VALUE: lambda _: struct.pack(">q", self._total),
            CableCommand.TOTALISER_RESET: self._reset_total,
            CableCommand.PART_NAME: lambda _: _text(f"{self._model.part:08X}{self._serial:08X}"),
            CableCommand.SCALE_AND_UNIT: self._scale,
            CableCommand.SERIAL: lambda _: _text(f"{self._serial:08X}"),
            CableCommand.HARD_RESET: self._stop,
            CableCommand.ADDRESS: self._own_address,
            CableCommand.BAUD: self._own_baud,
            CableCommand.DEVICE_INFO: self._info,
            CableCommand.VERSION: lambda _: VERSION,
            CableCommand.ERROR_STATE: self._errors,
            CableCommand.RESET: self._reset,
        }

    def answer(self, command: int, data: bytes) -> bytes:
        """Carry out one command and return the data of its reply; raise Refusal when it is not possible."""
        if self._measurement is not None:
            total = self._measurement.catch_up()
            self._total += total if self._totalising else 0
        if command not in self._answers:
            raise CableStateError(ShdlcState.UNKNOWN_COMMAND)
        return self._answers[command](data)

    def _kind(self, data: bytes) -> bytes:
        if not data:
            return bytes([self._sensor_type])
        (kind,) = _unpack(">B", data)
        if kind not in SENSOR_TYPES:
            raise CableStateError(ShdlcState.PARAMETER)
        self._sensor_type = kind
        return b""

    def _i2c(self, data: bytes) -> bytes:
        if not data:
            return bytes([self._i2c_address])
        (self._i2c_address,) = _unpack(">B", data)
        return b""

    def _start(self, data: bytes) -> bytes:
        if not data:
            return struct.pack(">H", self._measurement.interval_ms) if self._measurement is not None else b""
        interval_ms, liquid = _unpack(">HH", data)
        if liquid not in dialect.LIQUIDS.values():
            raise CableStateError(ShdlcState.PARAMETER)
        if self._measurement is not None:
            raise CableStateError(ShdlcState.ACCESS)
        # As fast as it goes is what the cable makes of intervals it cannot keep.
        self._measurement = Measurement(
            self._sensor, self._laboratory, max(FASTEST_MS, interval_ms), self._buffer_samples
        )
        return b""

    def _stop(self, _data: bytes) -> bytes:
        self._measurement = None
        return b""

    def _last(self, data: bytes) -> bytes:
        self._check_kind(data)
        if self._measurement is None or not len(self._measurement.last):
            return b""
        flow, temperature, flags = (int(value) for value in self._measurement.last[0])
        return struct.pack(">hhH", flow, temperature, flags & 0xFFFF)

    def _read(self, data: bytes) -> bytes:
        self._check_kind(data)
        if self._measurement is None:
            return dialect.pack_buffer(Buffered(0, 0, np.empty((0, dialect.SIGNALS), np.int16)))
        buffered = self._measurement.read()
        for column, value in enumerate((self.sayings.raw_flow, self.sayings.raw_temperature)):
            if value is not None:
                buffered.raw[:, column] = value
        return dialect.pack_buffer(buffered)

    def _totaliser(self, data: bytes) -> bytes:
        if not data:
            return bytes([self._totalising])
        (on,) = _unpack(">B", data)
        if on not in (0, 1):
            raise CableStateError(ShdlcState.PARAMETER)
        self._totalising = bool(on)
        return b""

    def _reset_total(self, _data: bytes) -> bytes:
        self._total = 0
        return b""

    def _scale(self, data: bytes) -> bytes:
        (liquid,) = _unpack(">H", data)
        if liquid not in dialect.LIQUIDS.values():
            raise CableStateError(ShdlcState.PARAMETER)
        unit = self._model.scale.unit if self.sayings.unit is None else self.sayings.unit
        return struct.pack(">HHH", self._model.scale.scale, unit, 0)

    def _own_address(self, data: bytes) -> bytes:
        if not data:
            return bytes([self.address])
        (address,) = _unpack(">B", data)
        if address == 0xFF:  # broadcasts have it
            raise CableStateError(ShdlcState.PARAMETER)
        self.address = address
        return b""

    def _own_baud(self, data: bytes) -> bytes:
        if not data:
            return struct.pack(">I", BAUD)
        if _unpack(">I", data) != (BAUD,):
            raise CableStateError(ShdlcState.PARAMETER)
        return b""

    def _info(self, data: bytes) -> bytes:
        (index,) = _unpack(">B", data)
        if index >= 4:
            raise CableStateError(ShdlcState.PARAMETER)
        return _text((PRODUCT_TYPE, PRODUCT_NAME, ARTICLE_CODE, CABLE_SERIAL)[index])

    def _errors(self, data: bytes) -> bytes:
        (clear,) = _unpack(">B", data)
        answer = struct.pack(">IB", self.error_flags, self.last_error)
        if clear:
            self.error_flags = 0
            self.last_error = 0
        return answer

    def _reset(self, data: bytes) -> bytes:
        self._totalising = False
        self._reset_total(data)
        return self._stop(data)

    def _check_kind(self, data: bytes) -> None:
        if _unpack(">B", data) != (dialect.SENSOR_TYPE,) or self._sensor_type != dialect.SENSOR_TYPE:
            raise CableStateError(ShdlcState.PARAMETER)


def _unpack(form: str, data: bytes) -> tuple[int, ...]:
    if len(data) != struct.calcsize(form):
        raise CableStateError(ShdlcState.DATA_SIZE)
    return struct.unpack(form, data)


def _text(text: str) -> bytes:
    return text.encode("ascii") + b"\x00"
