"""A simulated SCPI power supply, one output of which feeds the laboratory's pump through the interlock relay."""

from collections.abc import Callable
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from instruments.hosting.fault_keys import HostedParameters
from instruments.plant.laboratory import Laboratory
from instruments.plant.power import IDLE_A, MOTOR_A
from instruments.scpi.simulated.hosted import ScpiTwin
from instruments.scpi.simulated.status_model import Command, ScpiDevice, boolean, none, number
from instruments.scpi_supply.simulated.outputs import Outputs

_OVER = 1.1


class SupplyParameters(HostedParameters):
    """The `twin` table of a mocked supply: its outputs, their range, and the errors of its own read-back."""

    identity: str = Field(default="RIG,TWIN-SUPPLY,S000001,1.0", pattern=r"^[^,;\n]+,[^,;\n]+,[^,;\n]*,[^;\n]*$")
    outputs: int = Field(default=1, ge=1, le=4)
    pump_output: int = Field(default=1, ge=1, le=4)
    answers: Literal["1/0", "ON/OFF"] = "1/0"
    max_voltage_v: float = Field(default=20.0, gt=0, le=1000)
    max_current_a: float = Field(default=1.5, gt=0, le=100)
    voltage_noise_v: float = Field(default=0.0003, ge=0)
    voltage_error_percent: float = Field(default=0.02, ge=-10, le=10)
    voltage_step_v: float = Field(default=0.0001, gt=0)
    current_noise_a: float = Field(default=5e-6, ge=0)
    current_error_percent: float = Field(default=0.1, ge=-10, le=10)
    current_step_a: float = Field(default=1e-6, gt=0)

    @model_validator(mode="after")
    def _has_the_pump_s(self) -> Self:
        if self.pump_output > self.outputs:
            raise ValueError(f"pump_output {self.pump_output} is none of its {self.outputs} outputs")
        return self


class Twin(ScpiTwin):
    """A supply that limits its current, or with its protection on (CURR:PROT:STAT ON) trips until that is cleared.

    A limit below what the pump draws while its motor runs lets the voltage sag in proportion: a pump that is starved
    like this browns out, and the supply stays in its limit. An output that is set above its over-voltage protection
    trips.
    """

    Parameters: ClassVar[type[SupplyParameters]] = SupplyParameters

    def __init__(self, name: str, parameters: SupplyParameters, laboratory: Laboratory) -> None:
        self._parameters = parameters
        self._rng = laboratory.rng(f"{name}.noise")
        self._most_over_v = parameters.max_voltage_v * _OVER
        self.outputs = Outputs(parameters.outputs, parameters.max_current_a, self._most_over_v)
        super().__init__(ScpiDevice(parameters.identity, self._commands()), laboratory)

    def _commands(self) -> dict[str, Command]:
        source = "[SOURce:]"
        level = "[:LEVel][:IMMediate][:AMPLitude]"
        of_an_output: dict[str, Command] = {
            f"{source}VOLTage{level}": self._set_voltage,
            f"{source}VOLTage{level}?": self._get_voltage,
            f"{source}CURRent{level}": self._set_limit,
            f"{source}CURRent{level}?": self._get_limit,
            f"{source}CURRent:PROTection:STATe": self._set_protection,
            f"{source}CURRent:PROTection:STATe?": self._said(lambda: self.outputs.meant.current_protected),
            f"{source}CURRent:PROTection:TRIPped?": self._said(lambda: self.outputs.meant.current_tripped),
            f"{source}VOLTage:PROTection[:LEVel]": self._set_over_voltage,
            f"{source}VOLTage:PROTection[:LEVel]?": self._get_over_voltage,
            f"{source}VOLTage:PROTection:STATe": self._set_voltage_protection,
            f"{source}VOLTage:PROTection:STATe?": self._said(lambda: self.outputs.meant.voltage_protected),
            f"{source}VOLTage:PROTection:TRIPped?": self._said(lambda: self.outputs.meant.voltage_tripped),
            "SYSTem:RSENse": self._sense,
            "SYSTem:RSENse?": self._said(lambda: self.outputs.meant.sensed_remotely),
            "OUTPut:PROTection:CLEar": self._clear_protection,
            "OUTPut[:STATe]": self._switch,
            "OUTPut[:STATe]?": self._said(lambda: self.outputs.meant.on),
            "MEASure[:SCALar]:VOLTage[:DC]?": self._measure_voltage,
            "MEASure[:SCALar]:CURRent[:DC]?": self._measure_current,
        }
        addressed = {pattern: self.outputs.addressed(command) for pattern, command in of_an_output.items()}
        return {"*RST": self._reset, **addressed, **self.outputs.commands()}

    def _said(self, what: Callable[[], bool]) -> Command:
        """Return the query that answers what is so, once the load has been looked at."""

        def answer(parameters: list[str]) -> str:
            none(parameters)
            self._load()
            return self._parameters.answers.split("/")[not what()]

        return answer

    def _reset(self, parameters: list[str]) -> str:
        none(parameters)
        self.outputs.reset()
        return self._feed()

    def _set_voltage(self, parameters: list[str]) -> str:
        self.outputs.meant.voltage_v = number(parameters, low=0.0, high=self._parameters.max_voltage_v, default=0.0)
        return self._feed()

    def _get_voltage(self, parameters: list[str]) -> str:
        return f"{self._asked(parameters, self.outputs.meant.voltage_v, self._parameters.max_voltage_v):.6E}"

    def _set_limit(self, parameters: list[str]) -> str:
        high = self._parameters.max_current_a
        self.outputs.meant.limit_a = number(parameters, low=0.0, high=high, default=high)
        return self._feed()

    def _get_limit(self, parameters: list[str]) -> str:
        return f"{self._asked(parameters, self.outputs.meant.limit_a, self._parameters.max_current_a):.6E}"

    def _set_protection(self, parameters: list[str]) -> str:
        self.outputs.meant.current_protected = boolean(parameters)
        return ""

    def _set_over_voltage(self, parameters: list[str]) -> str:
        most_v = self._most_over_v
        self.outputs.meant.over_voltage_v = number(parameters, low=0.0, high=most_v, default=most_v)
        return self._feed()

    def _get_over_voltage(self, parameters: list[str]) -> str:
        return f"{self._asked(parameters, self.outputs.meant.over_voltage_v, self._most_over_v):.6E}"

    def _set_voltage_protection(self, parameters: list[str]) -> str:
        self.outputs.meant.voltage_protected = boolean(parameters)
        return self._feed()

    def _sense(self, parameters: list[str]) -> str:
        self.outputs.meant.sensed_remotely = boolean(parameters)
        return ""

    def _clear_protection(self, parameters: list[str]) -> str:
        none(parameters)
        self.outputs.meant.current_tripped = self.outputs.meant.voltage_tripped = False
        return ""

    def _switch(self, parameters: list[str]) -> str:
        self.outputs.meant.on = boolean(parameters) and not self.outputs.meant.tripped
        return self._feed()

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

    @property
    def _feeds_the_pump(self) -> bool:
        return self.outputs.meant is self.outputs.states[self._parameters.pump_output - 1]

    def _feed(self) -> str:
        """Let the laboratory know what the pump's output does from now on."""
        for state in self.outputs.states:
            if state.on and state.voltage_protected and state.voltage_v > state.over_voltage_v:
                state.on, state.voltage_tripped = False, True
        pump = self.outputs.states[self._parameters.pump_output - 1]
        self._laboratory.change_power(
            supply_v=pump.voltage_v * _sag(pump.limit_a), current_limit_a=pump.limit_a, output_on=pump.on
        )
        return ""

    def _load(self) -> tuple[float, float]:
        """Return voltage in V and current in A at the output now."""
        output = self.outputs.meant
        if not output.on:
            return 0.0, 0.0
        now_ns = self._laboratory.advance()
        power = self._laboratory.power
        if not self._feeds_the_pump:
            return output.voltage_v, 0.0
        if _sag(output.limit_a) == 1.0 or power.fed_by != "supply" or not power.interlock_closed:
            current_a = self._laboratory.supply_current_a(np.array([now_ns], np.int64))
            return output.voltage_v, float(current_a[0])
        if output.current_protected:
            output.on, output.current_tripped = False, True
            self._feed()
            return 0.0, 0.0
        return output.voltage_v * _sag(output.limit_a), output.limit_a

    def _reading(self, true: float, error_percent: float, noise: float, step: float) -> str:
        if self.malfunction.number:
            return self.malfunction.number
        value = true * (1.0 + error_percent / 100.0) + noise * float(self._rng.standard_normal())
        return f"{round(value / step) * step:+.6E}"

    @staticmethod
    def _asked(parameters: list[str], present: float, maximum: float) -> float:
        """Return the present setting, or one end of its range, as in `VOLT? MAX`."""
        return number(parameters, low=0.0, high=maximum, default=0.0) if parameters else present


def _sag(limit_a: float) -> float:
    """Return how much of its voltage a supply with this limit can hold against a running motor."""
    return min(1.0, limit_a / (IDLE_A + MOTOR_A))
