"""The keys of an NI device in a bench file."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from instruments.ni_daq.products import most_rate_hz
from rig.bench_file.tables import InstrumentSettings, TomlTable
from rig.errors import QuantityError
from rig.quantities import known_unit

# The slowest that 32 bits make of a timebase of 100 kHz, and the fastest that anything multiplexed has.
LEAST_RATE_HZ, MOST_RATE_HZ = 1e-4, 2_000_000.0
# How `interlock_readback` names the line itself, and no reading back at all.
ITSELF, NOT_AT_ALL = "itself", "none"


def _not_zero(value: float) -> float:
    if value == 0:
        raise ValueError("must not be 0")
    return value


def _unit(text: str) -> str:
    try:
        return known_unit(text)
    except QuantityError as error:
        raise ValueError(str(error)) from error


class AnalogChannel(TomlTable):
    """One analogue input: which physical channel, and what its volts mean: value = volts · scale + offset."""

    physical: str = Field(pattern=r"^ai\d+$")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    unit: Annotated[str, AfterValidator(_unit)]
    scale: Annotated[float, AfterValidator(_not_zero)] = 1.0
    offset: float = 0.0
    min_v: float = Field(default=-10.0, ge=-60, le=60)
    max_v: float = Field(default=10.0, ge=-60, le=60)
    terminals: Literal["default", "rse", "nrse", "differential"] = "default"
    meaning: str = ""

    @model_validator(mode="after")
    def _range_is_one(self) -> "AnalogChannel":
        if self.min_v >= self.max_v:
            raise ValueError(f"min_v of {self.min_v:g} V must be less than max_v of {self.max_v:g} V")
        return self


STANDARD_CHANNELS = (
    AnalogChannel(physical="ai0", name="line_pressure", unit="kPa", scale=20.0, meaning="line above ambient"),
    AnalogChannel(physical="ai1", name="supply_current", unit="mA", scale=5.0, meaning="current into the pump"),
    AnalogChannel(physical="ai2", name="air_temperature", unit="°C", scale=10.0, meaning="air beside the balance"),
    AnalogChannel(physical="ai3", name="air_pressure", unit="hPa", scale=120.0, offset=500.0, meaning="barometer"),
    AnalogChannel(physical="ai4", name="air_humidity", unit="%RH", scale=20.0, meaning="air beside the balance"),
    AnalogChannel(physical="ai5", name="liquid_temperature", unit="°C", scale=10.0, meaning="liquid in the line"),
    AnalogChannel(physical="ai6", name="pump_voltage", unit="V", scale=2.0, meaning="at the pump's terminals"),
    AnalogChannel(physical="ai7", name="back_pressure", unit="kPa", scale=5.0, meaning="at the catheter's tip"),
)


class DaqSettings(InstrumentSettings):
    """The port is `local` for this machine's NI-DAQmx driver, or `grpc://host:port` of an NI gRPC device server."""

    device: str = Field(default="Dev1", pattern=r"^\w[\w-]*$")
    product: str = ""
    sample_rate_hz: float = Field(default=10.0, ge=LEAST_RATE_HZ, le=MOST_RATE_HZ)
    buffer_s: float = Field(default=600.0, gt=0, le=86_400)
    channels: tuple[AnalogChannel, ...] = Field(default=STANDARD_CHANNELS, min_length=1, max_length=32)
    edge_counter: str = Field(default="ctr0", pattern=r"^ctr\d+$")
    most_edge_rate_hz: float = Field(default=10_000.0, gt=0, le=100_000_000)
    interlock_line: str = Field(default="port0/line0", pattern=r"^port\d+/line\d+$")
    interlock_readback: str = Field(default=ITSELF, pattern=r"^(itself|none|port\d+/line\d+)$")
    deadline_s: float = Field(default=5.0, gt=0, le=60)

    def samples_in(self, seconds: float, every_s: float) -> float:
        """Return the samples that its clock takes meanwhile, however often they are fetched."""
        del every_s
        return seconds * self.sample_rate_hz

    @model_validator(mode="after")
    def _rate_is_the_products(self) -> "DaqSettings":
        most_hz = most_rate_hz(self.product, len(self.channels))
        if most_hz is not None and self.sample_rate_hz > most_hz:
            raise ValueError(
                f"sample_rate_hz of {self.sample_rate_hz:g} on {len(self.channels)} channels is more than a "
                f"{self.product} has; allowed: up to {most_hz:g}"
            )
        return self

    @model_validator(mode="after")
    def _channels_are_distinct(self) -> "DaqSettings":
        for key in ("name", "physical"):
            values = [getattr(channel, key) for channel in self.channels]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"channels: {key} {', '.join(twice)} stands twice; each may stand once")
        return self
