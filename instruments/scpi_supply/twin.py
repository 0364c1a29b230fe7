"""A simulated SCPI power supply that feeds the laboratory's pump through the interlock relay."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments.hosting.fault_keys import HostedParameters
from instruments.plant.laboratory import Laboratory
from instruments.plant.power import IDLE_A, MOTOR_A
from instruments.scpi.simulated.hosted import ScpiTwin
from instruments.scpi.simulated.status_model import Command, ScpiDevice, boolean, none, number


class SupplyParameters(HostedParameters):
    """The `twin` table of a mocked supply: its range and the errors of its own read-back."""

    identity: str = Field(default="RIG,TWIN-SUPPLY,S000001,1.0", pattern=r"^[^,;\n]+,[^,;\n]+,[^,;\n]*,[^;\n]*$")
    max_voltage_v: float = Field(default=20.0, gt=0, le=1000)
    max_current_a: float = Field(default=1.5, gt=0, le=100)
    voltage_noise_v: float = Field(default=0.0003, ge=0)
    voltage_error_percent: float = Field(default=0.02, ge=-10, le=10)
    voltage_step_v: float = Field(default=0.0001, gt=0)
    current_noise_a: float = Field(default=5e-6, ge=0)
    current_error_percent: float = Field(default=0.1, ge=-10, le=10)
    current_step_a: float = Field(default=1e-6, gt=0)


class Twin(ScpiTwin):
    """A supply that limits its current, or with its protection on (CURR:PROT:STAT ON) trips until that is cleared.

    A limit below what the pump draws while its motor runs lets the voltage sag in proportion: a pump that is starved
    like this browns out, and the supply stays in its limit.
    """

    Parameters: ClassVar[type[SupplyParameters]] = SupplyParameters

    def __init__(self, name: str, parameters: SupplyParameters, laboratory: Laboratory) -> None:
        self._parameters = parameters
        self._rng = laboratory.rng(f"{name}.noise")
        self._voltage_v = 0.0
        self._limit_a = parameters.max_current_a
        self._on = False
        self._protected = False
        self._tripped = False
        super().__init__(ScpiDevice(parameters.identity, self._commands()), laboratory)

    def _commands(self) -> dict[str, Command]:
        source = "[SOURce:]"
        return {
            "*RST": self._reset,
            f"{source}VOLTage[:LEVel][:IMMediate][:AMPLitude]": self._set_voltage,
            f"{source}VOLTage[:LEVel][:IMMediate][:AMPLitude]?": self._get_voltage,
            f"{source}CURRent[:LEVel][:IMMediate][:AMPLitude]": self._set_limit,
            f"{source}CURRent[:LEVel][:IMMediate][:AMPLitude]?": self._get_limit,
            f"{source}CURRent:PROTection:STATe": self._set_protection,
            f"{source}CURRent:PROTection:STATe?": lambda _: str(int(self._protected)),
            f"{source}CURRent:PROTection:TRIPped?": self._is_tripped,
            "OUTPut:PROTection:CLEar": self._clear_protection,
            "OUTPut[:STATe]": self._switch,
            "OUTPut[:STATe]?": self._is_on,
            "MEASure[:SCALar]:VOLTage[:DC]?": self._measure_voltage,
            "MEASure[:SCALar]:CURRent[:DC]?": self._measure_current,
        }

    def _reset(self, parameters: list[str]) -> str:
        none(parameters)
        self._voltage_v, self._limit_a = 0.0, self._parameters.max_current_a
        self._on = self._protected = self._tripped = False
        return self._feed()

    def _set_voltage(self, parameters: list[str]) -> str:
        self._voltage_v = number(parameters, low=0.0, high=self._parameters.max_voltage_v, default=0.0)
        return self._feed()

    def _get_voltage(self, parameters: list[str]) -> str:
        return f"{self._asked(parameters, self._voltage_v, self._parameters.max_voltage_v):.6E}"

    def _set_limit(self, parameters: list[str]) -> str:
        high = self._parameters.max_current_a
        self._limit_a = number(parameters, low=0.0, high=high, default=high)
        return self._feed()

    def _get_limit(self, parameters: list[str]) -> str:
        return f"{self._asked(parameters, self._limit_a, self._parameters.max_current_a):.6E}"

    def _set_protection(self, parameters: list[str]) -> str:
        self._protected = boolean(parameters)
        return ""

    def _is_tripped(self, parameters: list[str]) -> str:
        none(parameters)
        self._load()
        return str(int(self._tripped))

    def _clear_protection(self, parameters: list[str]) -> str:
        none(parameters)
        self._tripped = False
        return ""

    def _switch(self, parameters: list[str]) -> str:
        self._on = boolean(parameters) and not self._tripped
        return self._feed()

    def _is_on(self, parameters: list[str]) -> str:
        none(parameters)
        self._load()
        return str(int(self._on))

    def _measure_voltage(self, parameters: list[str]) -> str:
        none(parameters)
        p = self._parameters
        voltage_v, _ = self._load()
        return self._reading(voltage_v, p.voltage_error_percent, p.voltage_noise_v, p.voltage_step_v)

    def _measure_current(self, parameters: list[str]) -> str:
        none(parameters)
        p = self._parameters
        _, current_a = self._load()
        return self._reading(current_a, p.current_error_percent, p.current_noise_a, p.current_step_a)

    def _feed(self) -> str:
        """Let the laboratory know what the output does from now on."""
        self._laboratory.change_power(
            supply_v=self._voltage_v * self._sag, current_limit_a=self._limit_a, output_on=self._on
        )
        return ""

    @property
    def _sag(self) -> float:
        """Return how much of its voltage the supply can hold against a running motor."""
        return min(1.0, self._limit_a / (IDLE_A + MOTOR_A))

    def _load(self) -> tuple[float, float]:
        """Return voltage in V and current in A at the output now."""
        if not self._on:
            return 0.0, 0.0
        now_ns = self._laboratory.advance()
        power = self._laboratory.power
        if self._sag == 1.0 or power.fed_by != "supply" or not power.interlock_closed:
            current_a = self._laboratory.supply_current_a(np.array([now_ns], np.int64))
            return self._voltage_v, float(current_a[0])
        if self._protected:
            self._on, self._tripped = False, True
            self._feed()
            return 0.0, 0.0
        return self._voltage_v * self._sag, self._limit_a

    def _reading(self, true: float, error_percent: float, noise: float, step: float) -> str:
        if self.malfunction.number:
            return self.malfunction.number
        value = true * (1.0 + error_percent / 100.0) + noise * float(self._rng.standard_normal())
        return f"{round(value / step) * step:+.6E}"

    @staticmethod
    def _asked(parameters: list[str], present: float, maximum: float) -> float:
        """Return the present setting, or one end of its range, as in `VOLT? MAX`."""
        return number(parameters, low=0.0, high=maximum, default=0.0) if parameters else present
