"""The keys of an NI device in a bench file."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from instruments.ni_daq.channels import STANDARD_CHANNELS, AnalogChannel
from instruments.ni_daq.dialect import device_of, full_name
from instruments.ni_daq.products import FALLING_EDGES_ALONE, most_rate_hz
from rig.bench_file.reading import TWIN_PORT
from rig.bench_file.tables import InstrumentSettings

# What a bench does not have, and how `interlock_readback` names the line itself.
NONE, ITSELF = "none", "itself"
# The slowest that 32 bits make of a timebase of 100 kHz, and the fastest that anything multiplexed has.
LEAST_RATE_HZ, MOST_RATE_HZ = 1e-4, 2_000_000.0
LOCAL, GRPC_SCHEME = "local", "grpc://"
_TLS_KEYS = ("ca_file", "client_cert_file", "client_key_file", "server_name")
_DEVICE = "the device's name in NI MAX, such as Dev1 or cDAQ1Mod1"
_COUNTER = "ctr0 or another counter of the device, one of another device such as cDAQ1Mod2/ctr0, or none"
_LINE = "port0/line0 or another line of the device, one of another device such as cDAQ1Mod3/port0/line0, or none"


class DaqSettings(InstrumentSettings):
    """The port is `local` for this machine's NI-DAQmx driver, or `grpc://host:port` of an NI gRPC device server.

    Counter and lines are the device's own, or with its name another's: `cDAQ1Mod2/ctr0`, `Dev2/port0/line1`.
    """

    device: str = Field(default="Dev1", pattern=r"^\w[\w-]*$", description=_DEVICE)
    product: str = ""
    channels: tuple[AnalogChannel, ...] = Field(default=STANDARD_CHANNELS, min_length=1, max_length=32)
    sample_rate_hz: float = Field(default=10.0, ge=LEAST_RATE_HZ, le=MOST_RATE_HZ)
    convert_rate_hz: float | None = Field(default=None, ge=LEAST_RATE_HZ, le=100 * MOST_RATE_HZ)
    buffer_s: float = Field(default=600.0, gt=0, le=86_400)
    edge_counter: str = Field(default="ctr0", pattern=r"^(none|(\w[\w-]*/)?_?ctr\d+)$", description=_COUNTER)
    counter_edge: Literal["rising", "falling"] = Field(default="rising", validate_default=True)
    most_edge_rate_hz: float = Field(default=10_000.0, gt=0, le=100_000_000)
    interlock_line: str = Field(
        default="port0/line0", pattern=r"^(none|(\w[\w-]*/)?port\d+/line\d+)$", description=_LINE
    )
    interlock_readback: str = Field(
        default=ITSELF, pattern=r"^(itself|none|(\w[\w-]*/)?port\d+/line\d+)$", description=f"itself, {_LINE}"
    )
    deadline_s: float = Field(default=5.0, gt=0, le=60)
    ca_file: str = ""
    client_cert_file: str = ""
    client_key_file: str = Field(default="", validate_default=True)
    server_name: str = ""

    @property
    def cuts_power(self) -> bool:
        """Tell whether it has an interlock relay."""
        return self.interlock_line != NONE

    @property
    def counts_edges(self) -> bool:
        """Tell whether it counts the motor's edges."""
        return self.edge_counter != NONE

    @property
    def devices(self) -> tuple[str, ...]:
        """Return every device that it needs, its own first."""
        named = (self.edge_counter, self.interlock_line, self.interlock_readback, *(c.physical for c in self.channels))
        return tuple(dict.fromkeys((self.device, *(device_of(self.device, one) for one in named))))

    @property
    def tls(self) -> dict[str, str]:
        """Return the keys of TLS."""
        return {key: getattr(self, key) for key in _TLS_KEYS}

    def samples_in(self, seconds: float, every_s: float) -> float:
        """Return the samples that its clock takes meanwhile, however often they are fetched."""
        del every_s
        return seconds * self.sample_rate_hz

    def is_interlock(self, line: str) -> bool:
        """Tell whether a digital line is the interlock's, with or without its device before it."""
        return self.cuts_power and full_name(self.device, line) == full_name(self.device, self.interlock_line)

    # Each looks at its own key and at those before it, so that all that is wrong is said at once.

    @field_validator("port")
    @classmethod
    def _port_is_a_driver_or_server(cls, port: str) -> str:
        if port not in (LOCAL, TWIN_PORT) and not port.startswith(GRPC_SCHEME):
            raise ValueError(f"allowed: '{LOCAL}' or {GRPC_SCHEME}host:31763")
        return port

    @field_validator("channels")
    @classmethod
    def _channels_are_distinct(
        cls, channels: tuple[AnalogChannel, ...], info: ValidationInfo
    ) -> tuple[AnalogChannel, ...]:
        device = info.data.get("device", "")
        names = [channel.name for channel in channels]
        inputs = [full_name(device, channel.physical) for channel in channels]
        for key, values in (("name", names), ("physical", inputs)):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"{key} {', '.join(twice)} stands twice; each may stand once")
        return channels

    @field_validator("sample_rate_hz")
    @classmethod
    def _rate_is_the_products(cls, rate_hz: float, info: ValidationInfo) -> float:
        product, number = info.data.get("product", ""), max(1, len(info.data.get("channels", ())))
        most_hz = most_rate_hz(product, number)
        if most_hz is not None and rate_hz > most_hz:
            raise ValueError(f"on {number} channels that is more than a {product} has; allowed: up to {most_hz:g}")
        return rate_hz

    @field_validator("convert_rate_hz")
    @classmethod
    def _convert_rate_suffices(cls, convert_hz: float | None, info: ValidationInfo) -> float | None:
        number, rate_hz = len(info.data.get("channels", ())), info.data.get("sample_rate_hz", 0.0)
        if convert_hz is not None and convert_hz < rate_hz * number:
            least_hz = rate_hz * number
            raise ValueError(f"it takes {number} channels {rate_hz:g} times a second; allowed: {least_hz:g} or more")
        return convert_hz

    @field_validator("counter_edge")
    @classmethod
    def _edge_is_the_products(cls, edge: str, info: ValidationInfo) -> str:
        counter, product = info.data.get("edge_counter", NONE), info.data.get("product", "")
        counts_itself = counter != NONE and device_of("", counter) in ("", info.data.get("device"))
        if counts_itself and edge == "rising" and product in FALLING_EDGES_ALONE:
            raise ValueError(f"a {product} does not see that edge; allowed: 'falling'")
        return edge

    @field_validator("interlock_readback")
    @classmethod
    def _readback_has_a_relay(cls, readback: str, info: ValidationInfo) -> str:
        line, device = info.data.get("interlock_line"), info.data.get("device", "")
        if readback in (ITSELF, NONE) or line is None:
            return readback
        if line == NONE:
            raise ValueError("interlock_line = 'none': there is no relay to read back; leave it out")
        if full_name(device, readback) == full_name(device, line):
            raise ValueError("that is interlock_line; write 'itself' to read that line back")
        return readback

    @field_validator(*_TLS_KEYS)
    @classmethod
    def _tls_has_a_server(cls, value: str, info: ValidationInfo) -> str:
        if value and not info.data.get("port", GRPC_SCHEME).startswith(GRPC_SCHEME):
            raise ValueError(f"it is for TLS to a port like {GRPC_SCHEME}host:31763; leave it out")
        return value

    @field_validator("client_key_file")
    @classmethod
    def _key_has_its_certificate(cls, key_file: str, info: ValidationInfo) -> str:
        if bool(key_file) != bool(info.data.get("client_cert_file")):
            raise ValueError("client_cert_file and client_key_file belong together: give both or neither")
        return key_file

    @field_validator("server_name")
    @classmethod
    def _name_is_in_a_certificate(cls, name: str, info: ValidationInfo) -> str:
        if name and not (info.data.get("ca_file") or info.data.get("client_cert_file")):
            raise ValueError("it is looked for in a certificate: give ca_file too")
        return name
