"""The twin of an SCC1 cable with an LG16 flow sensor in the laboratory's line."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import Field

from instruments.hosting.fault_keys import HostedParameters
from instruments.plant.laboratory import Laboratory
from instruments.sensirion_scc1 import dialect
from instruments.sensirion_scc1.dialect import FLAG, FrameError, ShdlcState
from instruments.sensirion_scc1.simulated.cable_firmware import BAUD, CableFirmware, CableStateError, Sayings
from instruments.sensirion_scc1.simulated.lg16 import MODELS, Lg16Sensor
from instruments.sensirion_scc1.simulated.measurement import BYTES_PER_SAMPLE

# A stuffed request is shorter; what runs on without a flag is noise.
_LONGEST_REQUEST = 600


class FlowSensorParameters(HostedParameters):
    """The `twin` table of a flow sensor in a mocked bench file.

    `gain_percent` sets the sensor's calibration error; left out, gain and offset are drawn within its accuracy.
    `offset_ul_h` is what it shows besides, `air_percent` of its samples tell of air in the line.
    """

    model: Literal["LG16-0150", "LG16-0430", "LG16-1000"] = "LG16-0430"
    serial: int = Field(default=0x1923_0042, ge=0, lt=2**32)
    buffer_bytes: int = Field(default=8192, ge=BYTES_PER_SAMPLE, le=65_535)
    gain_percent: float | None = Field(default=None, gt=-50, lt=50)
    offset_ul_h: float = Field(default=0.0, ge=-10_000, le=10_000)
    air_percent: float = Field(default=0.0, ge=0, le=100)


@dataclass(frozen=True, slots=True)
class CableMalfunction:
    """What is wrong with the cable or its sensor themselves at the moment; nothing by default.

    `refuse` answers every command with that state; `error_flags` puts the device into its error state; `sayings` are
    untruths.
    """

    refuse: ShdlcState = ShdlcState.OK
    error_flags: int = 0
    sayings: Sayings = field(default_factory=Sayings)


class Twin:
    """One cable and its sensor, in bytes."""

    hosting: ClassVar[str] = "serial"
    port_format: ClassVar[str] = "socket://{host}:{port}"
    baud: ClassVar[int] = BAUD
    Parameters: ClassVar[type[FlowSensorParameters]] = FlowSensorParameters

    def __init__(self, name: str, parameters: FlowSensorParameters, laboratory: Laboratory) -> None:
        model = MODELS[parameters.model]
        sensor = Lg16Sensor(
            name,
            model,
            laboratory,
            gain_percent=parameters.gain_percent,
            offset_ul_h=parameters.offset_ul_h,
            air_percent=parameters.air_percent,
        )
        capacity = parameters.buffer_bytes // BYTES_PER_SAMPLE
        self._laboratory = laboratory
        self._firmware = CableFirmware(model, parameters.serial, sensor, laboratory, capacity)
        self._malfunction = CableMalfunction()
        self._pending = b""

    @property
    def malfunction(self) -> CableMalfunction:
        """Return what the cable does wrong at present."""
        return self._malfunction

    @malfunction.setter
    def malfunction(self, malfunction: CableMalfunction) -> None:
        self._malfunction = malfunction
        self._firmware.sayings = malfunction.sayings
        self._firmware.error_flags = malfunction.error_flags

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they come and answer each whole frame among them.

        A frame is what stands between two flags; a flag that ends nonsense may begin the next frame.
        """
        *frames, self._pending = (self._pending + data).split(bytes([FLAG]))
        if len(self._pending) > _LONGEST_REQUEST:
            self._pending = b""
        return b"".join(self._answer(stuffed) for stuffed in frames if stuffed)

    def unsolicited(self) -> bytes:
        """Say nothing: the cable only answers."""
        return b""

    def hung_up(self) -> None:
        """Forget half a frame."""
        self._pending = b""

    def _answer(self, stuffed: bytes) -> bytes:
        try:
            request = dialect.parse_request(stuffed)
        except FrameError:
            return b""
        firmware = self._firmware
        # Bytes that are not for this address, or whose address may itself be damaged beyond its own, go unanswered.
        if request.address != firmware.address:
            return b""
        state, data = request.state, b""
        if state is ShdlcState.OK:
            state, data = self._obey(request.command, request.data)
        if state is not ShdlcState.OK:
            firmware.last_error = state
        bit = dialect.DEVICE_ERROR_BIT if firmware.error_flags else 0
        return dialect.reply(request.address, request.command, state | bit, data)

    def _obey(self, command: int, data: bytes) -> tuple[ShdlcState, bytes]:
        if self._malfunction.refuse is not ShdlcState.OK:
            return self._malfunction.refuse, b""
        try:
            with self._laboratory.lock:
                return ShdlcState.OK, self._firmware.answer(command, data)
        except CableStateError as refusal:
            return refusal.state, b""
