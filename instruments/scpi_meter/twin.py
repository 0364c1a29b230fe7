"""A simulated SCPI multimeter in the supply line of the laboratory's pump."""

import re
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments.hosting.fault_keys import HostedParameters
from instruments.plant.laboratory import Laboratory
from instruments.scpi.dialect import INFINITY
from instruments.scpi.simulated.hosted import ScpiTwin
from instruments.scpi.simulated.status_model import OUT_OF_RANGE, STALE, Command, CommandError, ScpiDevice, none, number

CURRENT_RANGES_A = (0.0001, 0.001, 0.01, 0.1, 1.0, 3.0)
VOLTAGE_RANGES_V = (0.1, 1.0, 10.0, 100.0, 1000.0)
_OVERRANGE = 1.2
_POINTS = 16
NS_PER_S = 1e9
# A scanner card's channels are 101, 102, …
_FIRST = 100
_LIST = re.compile(r"\(@(\d{1,4})\)", re.ASCII)


class MeterParameters(HostedParameters):
    """The `twin` table of a mocked meter. Defaults: a 6½-digit meter that integrates over ten mains periods."""

    identity: str = Field(default="RIG,TWIN-METER,M000001,1.0", pattern=r"^[^,;\n]+,[^,;\n]+,[^,;\n]*,[^;\n]*$")
    aperture_s: float = Field(default=0.2, gt=0, le=10)
    current_noise_a: float = Field(default=2e-8, ge=0)
    current_offset_a: float = Field(default=5e-8, ge=-1e-3, le=1e-3)
    current_error_percent: float = Field(default=0.01, ge=-10, le=10)
    voltage_noise_v: float = Field(default=5e-6, ge=0)
    voltage_error_percent: float = Field(default=0.003, ge=-10, le=10)
    current_at_channel: int | None = Field(default=None, ge=1, le=998)
    voltage_at_channel: int | None = Field(default=None, ge=1, le=998)
    channels: int = Field(default=20, ge=1, le=60)


class Twin(ScpiTwin):
    """A meter that averages over its aperture: a stroke of the pump shows in the readings it falls into."""

    Parameters: ClassVar[type[MeterParameters]] = MeterParameters

    def __init__(self, name: str, parameters: MeterParameters, laboratory: Laboratory) -> None:
        self._parameters = parameters
        self._rng = laboratory.rng(f"{name}.noise")
        self._function = "VOLT"
        self._channel: int | None = None
        self._last = ""
        self._range = VOLTAGE_RANGES_V[-1]
        super().__init__(ScpiDevice(parameters.identity, self._commands()), laboratory)

    def _commands(self) -> dict[str, Command]:
        return {
            "*RST": self._reset,
            "CONFigure:CURRent[:DC]": self._configure_current,
            "CONFigure:VOLTage[:DC]": self._configure_voltage,
            "CONFigure?": lambda _: f'"{self._function} {self._range:+.6E}"',
            "MEASure:CURRent[:DC]?": self._scanned(self._configure_current),
            "MEASure:VOLTage[:DC]?": self._scanned(self._configure_voltage),
            "READ?": self._read,
            "FETCh?": self._fetch,
        }

    def _reset(self, parameters: list[str]) -> str:
        none(parameters)
        return self._configure_voltage([])

    def _configure_current(self, parameters: list[str]) -> str:
        self._last = ""
        self._function, self._range = "CURR", _range(parameters, CURRENT_RANGES_A)
        return ""

    def _configure_voltage(self, parameters: list[str]) -> str:
        self._last = ""
        self._function, self._range = "VOLT", _range(parameters, VOLTAGE_RANGES_V)
        return ""

    def _scanned(self, configure: Command) -> Command:
        """Return the query that measures, at a channel of the scanner where there is one and a list says which."""

        def measure(parameters: list[str]) -> str:
            self._channel = None
            if self._scans and parameters and (listed := _LIST.fullmatch(parameters[-1])):
                self._channel = int(listed[1])
                if not _FIRST < self._channel <= _FIRST + self._parameters.channels:
                    raise CommandError(OUT_OF_RANGE)
                parameters = parameters[:-1]
            return configure(parameters) or self._read([])

        return measure

    @property
    def _scans(self) -> bool:
        p = self._parameters
        return p.current_at_channel is not None or p.voltage_at_channel is not None

    def _read(self, parameters: list[str]) -> str:
        none(parameters)
        if self.malfunction.number:
            return self.malfunction.number
        current = self._function == "CURR"
        wired_to = self._parameters.current_at_channel if current else self._parameters.voltage_at_channel
        value = self._current_a() if current else self._voltage_v()
        if self._channel != wired_to:
            value = 0.0  # nothing is connected there
        if abs(value) > self._range * _OVERRANGE:
            value = INFINITY if value > 0 else -INFINITY
        self._last = f"{value:+.8E}"
        return self._last

    def _fetch(self, parameters: list[str]) -> str:
        """Answer the last reading once more."""
        none(parameters)
        if self.malfunction.number:
            return self.malfunction.number
        if not self._last:
            raise CommandError(STALE)
        return self._last

    def _current_a(self) -> float:
        """Return the mean current of the aperture that ends now, as this meter sees it."""
        p = self._parameters
        now_ns = self._laboratory.advance()
        aperture_ns = p.aperture_s * NS_PER_S
        back_ns = ((np.arange(_POINTS) + 0.5) / _POINTS * aperture_ns).astype(np.int64)
        true = float(self._laboratory.supply_current_a(now_ns - back_ns).mean())
        noise = p.current_noise_a * float(self._rng.standard_normal())
        return true * (1.0 + p.current_error_percent / 100.0) + p.current_offset_a + noise

    def _voltage_v(self) -> float:
        """Return the voltage at the pump's terminals, as this meter sees it."""
        p = self._parameters
        self._laboratory.advance()
        noise = p.voltage_noise_v * float(self._rng.standard_normal())
        return self._laboratory.power.pump_v * (1.0 + p.voltage_error_percent / 100.0) + noise


def _range(parameters: list[str], ranges: tuple[float, ...]) -> float:
    """Return the smallest range that holds the wanted value, as in `10 mA`, or the largest for AUTO or nothing."""
    if not parameters or parameters[0].upper() == "AUTO":
        return ranges[-1]
    wanted = number(parameters[:1], low=0.0, high=ranges[-1], default=ranges[-1])
    fitting = [end for end in ranges if end >= wanted]
    if not fitting:
        raise CommandError(OUT_OF_RANGE)
    return fitting[0]
