"""The driver of a SCPI power supply, of which one output feeds the pump, through PyVISA."""

import math
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from instruments.scpi.queries import ScpiLink
from instruments.scpi.settings import ScpiSettings
from instruments.scpi_supply import dialect
from instruments.scpi_supply.outputs import Form, choose
from instruments.scpi_supply.protection import Protection
from instruments.scpi_supply.unattended import cutting_act
from rig.capabilities import Identity
from rig.channels import Channel
from rig.driving import DriverContext
from rig.safety.supervisor.orders import Act
from rig.samples import Block

# A supply may measure a little more than it can be set to.
_OVERSHOOT = 1.1
# What a supply is set to comes back rounded to its own steps.
_STEP_V = 0.02
_STEP_A = 0.002
# Two readings are alike within this share of what can be.
_ALIKE = 0.01
# Below this share of what it was set to, an output that was switched on is asked whether a protection has tripped.
_FALLEN = 0.5
_OUTPUT = "a number from 1 to 98, or a name of letters and figures, a letter first"
_Number = Annotated[int, Field(ge=1, le=98, strict=True)]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,15}$")]


class SupplySettings(ScpiSettings):
    """The keys of a power supply. The two maxima protect the pump: nothing above them is ever sent.

    `output` is the number or name of the output that feeds the pump, `output_form` how the supply is told of it.
    A serial port stays open to others: the supervisor switches the output off by it while a frozen run has it open.
    `over_voltage_v` and `remote_sense` are set with the output's voltage and read back; left out they stay as they are.
    """

    max_voltage_v: float = Field(default=6.0, gt=0, le=1000)
    max_current_a: float = Field(default=0.5, gt=0, le=100)
    exclusive: bool = False
    output: _Number | _Name | None = Field(default=None, description=_OUTPUT)
    output_form: Form = "auto"
    over_voltage_v: float | None = Field(default=None, gt=0, le=1100)
    remote_sense: bool | None = None

    def cannot_feed(self, voltage_v: float, current_limit_a: float) -> dict[str, str]:
        """Return which keys forbid to feed a pump so, and why."""
        asked = (
            ("over_voltage_v", self.over_voltage_v, voltage_v, "V"),
            ("max_voltage_v", self.max_voltage_v, voltage_v, "V"),
            ("max_current_a", self.max_current_a, current_limit_a, "A"),
        )
        return {
            key: f"found {most:g}; [power] feeds the pump with {wanted:g} {unit}; allowed: that or more"
            for key, most, wanted, unit in asked
            if most is not None and most < wanted
        }


class Driver:
    """A power supply: set voltage and current limit, switch, measure."""

    capability: ClassVar[str] = "supply"
    measuring: ClassVar[bool] = False
    Settings: ClassVar[type[SupplySettings]] = SupplySettings

    channels: tuple[Channel, ...] = (
        Channel("voltage", "V", "voltage at the output"),
        Channel("current", "A", "current out of the output"),
    )

    def __init__(self, name: str, settings: SupplySettings, context: DriverContext) -> None:
        self.name = name
        self._settings = settings
        self._set_v: float | None = None  # what an output that is on was set to
        self._on = False
        self._link = ScpiLink(name, settings, context)
        with self._link.reporter.opening(self._link.close):
            self._output = choose(self._link, settings.output, settings.output_form)
            self._protection = Protection(self._link, self._output)
        self._link.expect("power supply", self._output.look)

    @classmethod
    def unattended(cls, name: str, settings: SupplySettings) -> Act:
        """Return what switches the output off without this driver."""
        by_bytes = settings.line.is_plain and (settings.output is None or settings.output_form != "auto")
        output = settings.output if by_bytes else None
        return cutting_act(
            name,
            settings.port,
            settings.baud,
            settings.model_dump_json(),
            by_bytes=by_bytes,
            output=output,
            listed=settings.output_form == "list",
        )

    def identify(self) -> Identity:
        """Get what the supply answers to `*IDN?`."""
        return self._link.identity

    def set_output(self, *, voltage_v: float, current_limit_a: float) -> None:
        """Set the output's voltage in V and current limit in A, and read both back; refuses values out of range.

        Before it, remote sense and over-voltage protection become what the bench file says of them.
        """
        most_v = min(self._settings.max_voltage_v, self._settings.over_voltage_v or math.inf)
        self._check("voltage_v", voltage_v, most_v, "V")
        self._check("current_limit_a", current_limit_a, self._settings.max_current_a, "A")
        if self._settings.remote_sense is not None:
            self._protection.sense(remotely=self._settings.remote_sense)
        if self._settings.over_voltage_v is not None:
            self._protection.set_over_voltage(self._settings.over_voltage_v)
        commands = (dialect.set_current_limit(current_limit_a), dialect.set_voltage(voltage_v))
        arguments: dict[str, float | bool] = {"voltage_v": voltage_v, "current_limit_a": current_limit_a}
        for last in (False, True):  # a digit that was flipped on the way there is set right by saying it again
            self._output.command("set_output", arguments, *commands)
            if self._took(voltage_v, current_limit_a, last=last):
                break
        self._set_v = voltage_v

    def switch(self, *, on: bool) -> None:
        """Control the output; returns once the supply says that it is so."""
        self._on = False
        self._output.command("switch", {"on": on}, dialect.switch_output(on=on))
        if self._output.boolean(dialect.OUTPUT) is not on:
            what = f"the output did not switch {'on' if on else 'off'}"
            self._protection.demand_untripped(what)
            raise self._link.reporter.refused(
                what,
                "output",
                "look for a tripped protection on the supply's display; clear it and check the wiring for a short "
                "circuit",
                dialect.OUTPUT.encode("ascii"),
            )
        self._on = on

    def measure_voltage_v(self) -> float:
        """Measure the output voltage in V; raises RefusedError, which names it, when a protection has tripped."""
        limit_v = self._settings.max_voltage_v * _OVERSHOOT
        voltage_v = self._output.number(dialect.MEASURE_VOLTAGE, unit="V", limit=limit_v, within=limit_v * _ALIKE)
        if self._on and self._set_v is not None and voltage_v < self._set_v * _FALLEN:
            self._protection.demand_untripped(f"the output fell to {voltage_v:g} V of {self._set_v:g} V")
        return voltage_v

    def measure_current_a(self) -> float:
        """Measure the output current in A."""
        limit_a = self._settings.max_current_a * _OVERSHOOT
        return self._output.number(dialect.MEASURE_CURRENT, unit="A", limit=limit_a, within=limit_a * _ALIKE)

    def start_sampling(self) -> None:
        """Do nothing: the supply measures when it is asked."""

    def read_block(self) -> Block:
        """Get one reading of voltage (V) and current (A)."""
        t_ns, (voltage_v, current_a) = self._link.reporter.timed(
            lambda: (self.measure_voltage_v(), self.measure_current_a())
        )
        return Block(np.array([t_ns], np.int64), {"voltage": np.array([voltage_v]), "current": np.array([current_a])})

    def stop_sampling(self) -> None:
        """Do nothing: nothing was started."""

    def close(self) -> None:
        """Release the port, leaving the output as it is; safe to repeat."""
        self._link.close()

    def _check(self, what: str, value: float, maximum: float, unit: str) -> None:
        advice = f"ask for less, or raise the supply's maximum in the bench file if the pump bears {unit}"
        self._link.reporter.check_range(what, value, 0, maximum, unit, advice)

    def _took(self, voltage_v: float, current_limit_a: float, *, last: bool) -> bool:
        """Tell whether the supply took both values; the last time it did not, the output is off and that is an error.

        Nobody knows what a supply will do that does not take what it is told.
        """
        for query, wanted, step, unit in (
            (dialect.VOLTAGE, voltage_v, _STEP_V, "V"),
            (dialect.CURRENT_LIMIT, current_limit_a, _STEP_A, "A"),
        ):
            found = self._output.number(query, unit=unit, limit=math.inf, within=step)
            if abs(found - wanted) > step:
                if not last:
                    return False
                if found > wanted:
                    self.switch(on=False)
                raise self._link.reporter.refused(
                    f"set to {wanted:g} {unit}, the supply says {found:g} {unit}",
                    "clipped",
                    "check the supply's own range and limits; the bench file's maxima must not exceed them",
                    query.encode("ascii"),
                )
        return True
