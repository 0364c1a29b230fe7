"""The NI device's twin: a gRPC server like NI's own, to which unmodified `nidaqmx` clients talk."""

from typing import Any, ClassVar

from pydantic import Field

from instruments.hosting.fault_keys import CalledParameters
from instruments.ni_daq.products import FALLING_EDGES_ALONE, MOST_SAMPLES_PER_S
from instruments.ni_daq.simulated.attributes import DeviceIdentity
from instruments.ni_daq.simulated.device import WiredRelay
from instruments.ni_daq.simulated.malfunction import DaqMalfunction
from instruments.ni_daq.simulated.sensors import WiredSensor
from instruments.ni_daq.simulated.tasks import TaskBook, Wires
from instruments.plant.laboratory import Laboratory

# What is wired to which input, with the scales of the sensors' data sheets.
STANDARD_WIRING = (
    WiredSensor(physical="ai0", quantity="line_pressure_kpa", scale=20.0),
    WiredSensor(physical="ai1", quantity="supply_current_ma", scale=5.0),
    WiredSensor(physical="ai2", quantity="air_temperature_c", scale=10.0),
    WiredSensor(physical="ai3", quantity="air_pressure_hpa", scale=120.0, offset=500.0),
    WiredSensor(physical="ai4", quantity="air_humidity_percent", scale=20.0),
    WiredSensor(physical="ai5", quantity="liquid_temperature_c", scale=10.0),
    WiredSensor(physical="ai6", quantity="pump_voltage_v", scale=2.0),
    WiredSensor(physical="ai7", quantity="back_pressure_kpa", scale=5.0),
)
_OTHERS_SAMPLES_PER_S = 500_000.0


class DaqParameters(CalledParameters):
    """The `twin` table of an NI device in a mocked bench file."""

    device: str = Field(default="Dev1", pattern=r"^\w+$")
    product: str = "PCIe-6323"
    serial: int = Field(default=0x01A2B3C4, ge=0, lt=2**32)
    wiring: tuple[WiredSensor, ...] = STANDARD_WIRING
    noise_v: float = Field(default=0.000_2, ge=0, le=1)
    modules: tuple[str, ...] = ()
    motor_counter: str = Field(default="ctr0", pattern=r"^(\w+/)?ctr[0-3]$")
    interlock_line: str = Field(default="port0/line0", pattern=r"^(\w+/)?port[0-2]/line\d+$")
    relays: tuple[WiredRelay, ...] = ()
    contact_line: str = Field(default="", pattern=r"^((\w+/)?port[0-2]/line\d+)?$")


class Twin:
    """One device of an NI device server."""

    hosting: ClassVar[str] = "grpc"
    Parameters: ClassVar[type[DaqParameters]] = DaqParameters

    def __init__(self, name: str, parameters: DaqParameters, laboratory: Laboratory) -> None:
        # Half a second of imports that a mere look at a bench file should not pay.
        from instruments.ni_daq.simulated.service import Service

        wires = Wires(
            device=parameters.device,
            sensors=parameters.wiring,
            noise_v=parameters.noise_v,
            motor_counter=parameters.motor_counter,
            interlock_line=parameters.interlock_line,
            relays=parameters.relays,
            contact_line=parameters.contact_line,
            most_hz=MOST_SAMPLES_PER_S.get(parameters.product, _OTHERS_SAMPLES_PER_S),
            modules=parameters.modules,
            falling_only=parameters.product in FALLING_EDGES_ALONE,
        )
        identity = DeviceIdentity(
            parameters.device,
            parameters.product,
            parameters.serial,
            driver_version=(25, 3, 0),
            most_hz=wires.most_hz,
            modules=parameters.modules,
        )
        self._service = Service(TaskBook(name, wires, laboratory), identity, laboratory)

    @property
    def malfunction(self) -> DaqMalfunction:
        """Return what the device itself does wrong at present."""
        return self._service.malfunction

    @malfunction.setter
    def malfunction(self, malfunction: DaqMalfunction) -> None:
        self._service.malfunction = malfunction

    def add_to(self, server: Any) -> None:
        """Register the device's methods with a grpc.Server."""
        self._service.add_to(server)

    def close(self) -> None:
        """Let calls that wait for samples end."""
        self._service.close()
