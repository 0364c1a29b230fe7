"""Production driver of a Sensirion liquid flow sensor behind an SCC1 cable."""

from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from instruments.sensirion_scc1 import dialect
from instruments.sensirion_scc1.cable import Cable
from instruments.sensirion_scc1.losses import Missing, Told
from rig.bench_file.tables import InstrumentSettings
from rig.capabilities import Identity
from rig.channels import Channel
from rig.driving import DriverContext, Reporter
from rig.errors import GarbledReplyError
from rig.samples import Block
from rig.serial_line import Line
from rig.stamping import SampleClock
from rig.transports import ByteStream

MAKER = "Sensirion"
NS_PER_MS = 1_000_000
# More than any buffer holds: a cable that never says it is empty must not keep the rig.
_MOST_FRAMES = 512
_PLAUSIBLE_C = (-40.0, 125.0)
_DENSITIES_KG_M3 = {"water": 998.2, "isopropanol": 785.0}


class FlowSensorSettings(InstrumentSettings):
    """The keys of a flow sensor in a bench file. `serial` demands one particular sensor, when it is given."""

    baud: int = Field(default=115_200, ge=1200, le=1_000_000)
    address: int = Field(default=0, ge=0, le=254)
    rs485: Literal["off", "rts high to send", "rts low to send"] = "off"
    exclusive: bool = True
    interval_ms: int = Field(default=200, ge=1, le=65_535)
    liquid: Literal["water", "isopropanol"] = "water"
    timeout_s: float = Field(default=0.5, gt=0, le=10)
    serial: str = ""

    @property
    def calibrated_kg_m3(self) -> float:
        """Return the density of the liquid that the calibration in use is for, at 20 °C."""
        return _DENSITIES_KG_M3[self.liquid]

    def samples_in(self, seconds: float, every_s: float) -> float:
        """Return the samples that the cable takes meanwhile, however often they are fetched."""
        del every_s
        return seconds * 1000.0 / self.interval_ms


class Driver:
    """A flow sensor read from its buffer.

    Sample k = 1, 2, … is stamped t0 + k·interval, with t0 the middle of the exchange that started the measurement,
    and bent back where the cable's clock walks away from the rig's (`rig.stamping`). Samples that were lost count in
    k; what the cable tells of them must be what the time since the last reading holds (`losses`).

    A flow at either end of the sensor's numbers is not a number here (NaN): the sensor could say no more, and the
    true flow may be anything beyond.
    """

    capability: ClassVar[str] = "flow"
    measuring: ClassVar[bool] = True
    Settings: ClassVar[type[FlowSensorSettings]] = FlowSensorSettings

    channels: tuple[Channel, ...] = (
        Channel("flow", "µL/h", "flow through the sensor; not a number where the sensor saturates"),
        Channel("temperature", "°C", "liquid in the sensor"),
        Channel("flags", "1", "the sensor's flag word: 1 air in the line, 2 beyond full scale"),
    )

    def __init__(self, name: str, settings: FlowSensorSettings, context: DriverContext) -> None:
        self.name = name
        self._settings = settings
        self._clock = context.clock
        self._liquid = dialect.LIQUIDS[settings.liquid]
        self._sampling: SampleClock | None = None
        self._next = 1  # the number of the first sample that was not read yet; the first of all is number 1
        self._read_ns = 0  # when the buffer was read last, or sampling began
        self._in_doubt = False  # a read failed, and how many samples went with it is not known
        timeout_s = context.wire_s(settings.timeout_s)
        line = Line(settings.baud, rs485=settings.rs485, exclusive=settings.exclusive)
        stream = ByteStream(name, settings.port, line=line, timeout_s=timeout_s, tap=context.tap(name))
        self._cable = Cable(name, stream, settings.baud, settings.address, timeout_s)
        self._reporter = Reporter(name, settings.port, context, self._cable.last_exchange)
        with self._reporter.opening(self.close):
            self._identity = self._meet()
            self._ul_h_per_step = self._cable.flow_scale(self._liquid).ul_h_per_step

    def identify(self) -> Identity:
        """Get what sensor and cable said at opening."""
        return self._identity

    def start_sampling(self) -> None:
        """Control the start of the continuous measurement; a measurement that still runs is ended first."""
        if self._cable.interval_ms():
            self._stop()
        interval_ms, liquid = self._settings.interval_ms, self._settings.liquid
        with self._reporter.verb("start_sampling", interval_ms=interval_ms, liquid=liquid):
            t0_ns, _ = self._reporter.timed(lambda: self._cable.start(self._settings.interval_ms, self._liquid))
        interval_ms = self._cable.interval_ms()
        if not interval_ms:
            raise self._cable.garbled("the cable has accepted the start and does not measure")
        self._sampling = SampleClock(t0_ns, Fraction(interval_ms * NS_PER_MS))
        self._next = 1
        self._read_ns = t0_ns
        self._in_doubt = False

    def read_block(self) -> Block:
        """Get all samples in the cable's buffer.

        Returns a Block of flow (µL/h), temperature (°C) and flags. Raises an InstrumentError when a frame is missing
        or garbled, or tells of more lost samples than the time holds; what went with it counts as lost in the next
        block. Raises ConnectionLostError for a cable that measures no more, because its power was away, say.
        """
        clock = self._require_sampling()
        was_in_doubt, self._in_doubt = self._in_doubt, True
        raw, told, asked_ns = self._empty_buffer()
        answered_ns = self._clock.now_ns()
        columns = self._columns(raw)
        missing = Missing.by(clock, self._next, len(raw), asked_ns, answered_ns, since_ns=self._read_ns)
        if not len(raw) and missing.least > 0 and not self._cable.interval_ms():
            raise self._cable.at_rest()
        lost = missing.when_told(told, in_doubt=was_in_doubt)
        if lost is None:
            raise self._cable.garbled(f"the buffer told {told.said}, and {missing.said}")
        self._in_doubt, self._read_ns = False, asked_ns
        first = self._next + lost
        self._next = first + len(raw)
        stamps_ns, self._sampling = clock.stamp(first, len(raw), asked_ns=asked_ns, answered_ns=answered_ns)
        return Block(stamps_ns, columns, lost)

    def stop_sampling(self) -> None:
        """Control the end of the measurement; safe to repeat."""
        if self._sampling is not None:
            self._sampling = None
            self._stop()

    def close(self) -> None:
        """Close the port; silent, safe to repeat."""
        self._sampling = None
        self._cable.close()

    def _meet(self) -> Identity:
        # First of all: an old error would mark every answer.
        flags, last = self._clear_errors()
        if flags or last:
            with self._reporter.verb("clear_errors", flags=flags, last_error=last):
                pass  # done above: it is reported because there was something to clear
        version = self._cable.version()
        self._cable.use_flow_sensor()
        serial = self._cable.serial()
        self._reporter.demand("serial number", serial, self._settings.serial)
        return Identity(MAKER, self._cable.part_name(), serial, f"SCC1 {version}")

    def _empty_buffer(self) -> tuple[NDArray[np.int16], Told, int]:
        """Read frame after frame until the buffer is empty.

        Returns raw samples of shape (n, 3), what was told to be lost, and when the last frame was asked for.
        """
        frames = []
        told = Told()
        for _ in range(_MOST_FRAMES):
            asked_ns = self._clock.now_ns()
            buffered = self._cable.read_buffer()
            frames.append(buffered.raw)
            if buffered.lost:
                told = told.and_also(buffered.lost, self._cable.last_exchange()[1])
            if buffered.remaining == 0:
                return np.concatenate(frames), told, asked_ns
            if not len(buffered.raw):
                raise self._cable.garbled(f"the buffer says {buffered.remaining} bytes remain, and sends none")
        raise self._cable.garbled(f"the buffer is not empty after {_MOST_FRAMES} frames")

    def _columns(self, raw: NDArray[np.int16]) -> dict[str, NDArray[np.float64]]:
        steps = raw[:, 0].astype(np.float64)
        saturated = (raw[:, 0] == dialect.RAW_MAX) | (raw[:, 0] == dialect.RAW_MIN)
        temperature_c = raw[:, 1] / dialect.TEMPERATURE_PER_C
        low_c, high_c = _PLAUSIBLE_C
        if len(raw) and not (low_c <= temperature_c.min() and temperature_c.max() <= high_c):
            raise self._cable.garbled(
                f"the sensor says a temperature of {temperature_c.min():g} … {temperature_c.max():g} °C"
            )
        return {
            "flow": np.where(saturated, np.nan, steps * self._ul_h_per_step),
            "temperature": temperature_c,
            "flags": raw[:, 2].astype(np.uint16).astype(np.float64),
        }

    def _stop(self) -> None:
        with self._reporter.verb("stop_sampling"):
            self._cable.stop()

    def _require_sampling(self) -> SampleClock:
        if self._sampling is None:
            raise self._reporter.not_sampling("measurement")
        return self._sampling

    def _clear_errors(self) -> tuple[int, int]:
        """Clear them, once more where the answer is garbled: noise may stand before our first frame in the cable."""
        try:
            return self._cable.clear_errors()
        except GarbledReplyError:
            return self._cable.clear_errors()
