"""The keys of an NI device in a bench file."""

from typing import Literal

from pydantic import Field, model_validator

from instruments.ni_daq.channels import STANDARD_CHANNELS, AnalogChannel
from instruments.ni_daq.dialect import device_of, full_name
from instruments.ni_daq.products import FALLING_EDGES_ALONE, most_rate_hz
from rig.bench_file.tables import InstrumentSettings

# What a bench does not have, and how `interlock_readback` names the line itself.
NONE, ITSELF = "none", "itself"
# The slowest that 32 bits make of a timebase of 100 kHz, and the fastest that anything multiplexed has.
LEAST_RATE_HZ, MOST_RATE_HZ = 1e-4, 2_000_000.0
GRPC_SCHEME = "grpc://"
_TLS_KEYS = ("ca_file", "client_cert_file", "client_key_file", "server_name")


class DaqSettings(InstrumentSettings):
    """The port is `local` for this machine's NI-DAQmx driver, or `grpc://host:port` of an NI gRPC device server.

    Counter and lines are the device's own, or with its name another's: `cDAQ1Mod2/ctr0`, `Dev2/port0/line1`.
    """

    device: str = Field(default="Dev1", pattern=r"^\w[\w-]*$")
    product: str = ""
    sample_rate_hz: float = Field(default=10.0, ge=LEAST_RATE_HZ, le=MOST_RATE_HZ)
    convert_rate_hz: float | None = Field(default=None, ge=LEAST_RATE_HZ, le=100 * MOST_RATE_HZ)
    buffer_s: float = Field(default=600.0, gt=0, le=86_400)
    channels: tuple[AnalogChannel, ...] = Field(default=STANDARD_CHANNELS, min_length=1, max_length=32)
    edge_counter: str = Field(default="ctr0", pattern=r"^(none|(\w[\w-]*/)?_?ctr\d+)$")
    counter_edge: Literal["rising", "falling"] = "rising"
    most_edge_rate_hz: float = Field(default=10_000.0, gt=0, le=100_000_000)
    interlock_line: str = Field(default="port0/line0", pattern=r"^(none|(\w[\w-]*/)?port\d+/line\d+)$")
    interlock_readback: str = Field(default=ITSELF, pattern=r"^(itself|none|(\w[\w-]*/)?port\d+/line\d+)$")
    deadline_s: float = Field(default=5.0, gt=0, le=60)
    ca_file: str = ""
    client_cert_file: str = ""
    client_key_file: str = ""
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

    @model_validator(mode="after")
    def _rates_fit(self) -> "DaqSettings":
        number = len(self.channels)
        most_hz = most_rate_hz(self.product, number)
        if most_hz is not None and self.sample_rate_hz > most_hz:
            raise ValueError(
                f"sample_rate_hz of {self.sample_rate_hz:g} on {number} channels is more than a {self.product} has; "
                f"allowed: up to {most_hz:g}"
            )
        least_hz = self.sample_rate_hz * number
        if self.convert_rate_hz is not None and self.convert_rate_hz < least_hz:
            raise ValueError(
                f"convert_rate_hz of {self.convert_rate_hz:g} does not take {number} channels {self.sample_rate_hz:g} "
                f"times a second; allowed: {least_hz:g} or more"
            )
        return self

    @model_validator(mode="after")
    def _edge_is_the_products(self) -> "DaqSettings":
        counts_itself = self.counts_edges and device_of(self.device, self.edge_counter) == self.device
        if counts_itself and self.counter_edge == "rising" and self.product in FALLING_EDGES_ALONE:
            raise ValueError(f"counter_edge = 'rising', which a {self.product} does not see; allowed: 'falling'")
        return self

    @model_validator(mode="after")
    def _channels_are_distinct(self) -> "DaqSettings":
        for key, of in (("name", lambda c: c.name), ("physical", lambda c: full_name(self.device, c.physical))):
            values = [of(channel) for channel in self.channels]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"channels: {key} {', '.join(twice)} stands twice; each may stand once")
        return self

    @model_validator(mode="after")
    def _readback_has_a_relay(self) -> "DaqSettings":
        if not self.cuts_power and self.interlock_readback not in (ITSELF, NONE):
            raise ValueError(
                f"interlock_readback = {self.interlock_readback!r} beside interlock_line = 'none': there is no relay "
                "to read back; leave it out"
            )
        if self.is_interlock(self.interlock_readback):
            raise ValueError("interlock_readback names interlock_line; write 'itself' to read that line back")
        return self

    @model_validator(mode="after")
    def _tls_fits(self) -> "DaqSettings":
        given = [key for key, value in self.tls.items() if value]
        if given and not self.port.startswith(GRPC_SCHEME):
            raise ValueError(f"{', '.join(given)}: TLS is for a port like {GRPC_SCHEME}host:31763, leave it out")
        if bool(self.client_cert_file) != bool(self.client_key_file):
            raise ValueError("client_cert_file and client_key_file belong together: give both or neither")
        if self.server_name and not (self.ca_file or self.client_cert_file):
            raise ValueError("server_name is looked for in a certificate: give ca_file too")
        return self
