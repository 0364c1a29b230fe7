"""The verbs a plan may use, and what they return. Drivers implement these; plans and samplers see nothing else.

Every method may raise an `rig.errors.InstrumentError`; none returns None for "no answer".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Identity:
    """What an instrument says it is."""

    maker: str
    model: str
    serial: str
    firmware: str


class PumpState(StrEnum):
    """What the pump is doing."""

    STOPPED = "stopped"
    INFUSING = "infusing"
    BOLUS = "bolus"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class PumpStatus:
    """The pump's own account of itself; `delivered_ul` counts since its manufacture and never resets.

    `critical` are those of its alarms that it calls critical, None for a pump that tells no priorities; `sounding` are
    those that nobody has silenced, None for a pump that does not tell.
    """

    state: PumpState
    rate_ul_h: float
    delivered_ul: float
    reservoir_ul: float
    battery_v: float
    alarms: tuple[str, ...]
    pump_clock_ns: int
    log_entries: int
    critical: tuple[str, ...] | None = None
    sounding: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the pump's non-volatile event log, in the pump's own time.

    `detail` says more, 0 where the pump tells none: with the begin of an infusion or a ramp its rate in nL/h (of a ramp
    the last), with the begin of a bolus or a prime its volume in nL, with its end the volume given.
    """

    number: int
    pump_clock_ns: int
    event: str
    detail: int


@dataclass(frozen=True, slots=True)
class PumpLimits:
    """What the pump can be programmed to, and in which steps; drivers refuse the rest before sending."""

    min_rate_ul_h: float
    max_rate_ul_h: float
    rate_step_ul_h: float
    min_bolus_ul: float
    max_bolus_ul: float
    bolus_step_ul: float


@dataclass(frozen=True, slots=True)
class MassReading:
    """One balance reading; `t_ns` is the middle of the exchange on the rig's clock."""

    t_ns: int
    mass_mg: float
    stable: bool


@runtime_checkable
class Instrument(Protocol):
    """What every driver can do."""

    name: str

    def identify(self) -> Identity:
        """Get who the instrument says it is."""

    def close(self) -> None:
        """Release the port; safe to repeat. Never starts or stops delivery."""


@runtime_checkable
class Pump(Instrument, Protocol):
    """A drug pump under test: the least that one can do. What one can do beyond it: `rig.pump_skills`.

    A driver that has these four verbs is whole. A plan that asks for more is refused when it is collected.
    """

    limits: PumpLimits

    def run_continuous(self, *, rate_ul_h: float) -> None:
        """Control a constant infusion in µL/h; refuses rates that the pump cannot be set to."""

    def stop(self) -> None:
        """Control the end of all delivery; returns once the pump confirms it."""

    def status(self) -> PumpStatus:
        """Get the pump's own account of itself."""


@runtime_checkable
class Balance(Instrument, Protocol):
    """An analytical balance."""

    def read_mass(self) -> MassReading:
        """Get the present mass in mg, stable or not."""

    def zero(self) -> None:
        """Control a zero setting; returns once done."""

    def tare(self) -> None:
        """Control a tare; returns once done."""


@runtime_checkable
class AdjustsItself(Instrument, Protocol):
    """A balance with a weight of its own."""

    def adjust(self) -> None:
        """Control an adjustment with the internal weight; returns once done."""


@runtime_checkable
class FlowSensor(Instrument, Protocol):
    """A liquid flow sensor with a sample buffer, read as samples: channels flow (µL/h), temperature (°C)."""


@runtime_checkable
class Daq(Instrument, Protocol):
    """A data acquisition device: sampled analogue channels, an edge counter, an interlock relay."""

    def count_edges(self) -> int:
        """Get the edges counted since the start of sampling."""

    def set_interlock(self, *, closed: bool) -> None:
        """Control the supply interlock relay; closed feeds the pump."""


@runtime_checkable
class SetsLines(Instrument, Protocol):
    """A data acquisition device whose digital lines move what is done to a pump: valves, relays."""

    def set_line(self, *, line: str, high: bool) -> None:
        """Control a digital line, such as "port0/line3"; refuses the one that moves the interlock relay."""


@runtime_checkable
class Supply(Instrument, Protocol):
    """A power supply, one output of which feeds the pump."""

    def set_output(self, *, voltage_v: float, current_limit_a: float) -> None:
        """Set the output's voltage and current limit; refuses values outside the supply's range."""

    def switch(self, *, on: bool) -> None:
        """Control the output."""

    def measure_voltage_v(self) -> float:
        """Measure the output voltage in V."""

    def measure_current_a(self) -> float:
        """Measure the output current in A."""


@runtime_checkable
class Meter(Instrument, Protocol):
    """A multimeter in the supply line of the pump."""

    def measure_current_a(self) -> float:
        """Measure the direct current in A."""

    def measure_voltage_v(self) -> float:
        """Measure the direct voltage in V."""


CAPABILITIES: dict[str, type] = {
    "pump": Pump,
    "balance": Balance,
    "flow": FlowSensor,
    "daq": Daq,
    "supply": Supply,
    "meter": Meter,
}
