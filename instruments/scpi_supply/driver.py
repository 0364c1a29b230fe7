"""The driver of a SCPI power supply with one output, through PyVISA."""

import math
from typing import ClassVar

import numpy as np
from pydantic import Field

from instruments.scpi.queries import ScpiLink, ScpiSettings
from instruments.scpi_supply import dialect
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


class SupplySettings(ScpiSettings):
    """The keys of a power supply. The two maxima protect the pump: nothing above them is ever sent."""

    max_voltage_v: float = Field(default=6.0, gt=0, le=1000)
    max_current_a: float = Field(default=0.5, gt=0, le=100)


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
        self._link = ScpiLink(name, settings, context)
        self._link.expect("power supply", lambda: self._link.read_boolean(dialect.OUTPUT))

    @classmethod
    def unattended(cls, name: str, settings: SupplySettings) -> Act:
        """Return what switches the output off without this driver."""
        return cutting_act(name, settings.port, settings.baud, settings.model_dump_json())

    def identify(self) -> Identity:
        """Get what the supply answers to `*IDN?`."""
        return self._link.identity

    def set_output(self, *, voltage_v: float, current_limit_a: float) -> None:
        """Set the output's voltage in V and current limit in A, and read both back; refuses values out of range."""
        self._check("voltage_v", voltage_v, self._settings.max_voltage_v, "V")
        self._check("current_limit_a", current_limit_a, self._settings.max_current_a, "A")
        self._link.command(
            "set_output",
            {"voltage_v": voltage_v, "current_limit_a": current_limit_a},
            dialect.set_current_limit(current_limit_a),
            dialect.set_voltage(voltage_v),
        )
        self._confirm(dialect.VOLTAGE, voltage_v, _STEP_V, "V")
        self._confirm(dialect.CURRENT_LIMIT, current_limit_a, _STEP_A, "A")

    def switch(self, *, on: bool) -> None:
        """Control the output; returns once the supply says that it is so."""
        self._link.command("switch", {"on": on}, dialect.switch_output(on=on))
        if self._link.read_boolean(dialect.OUTPUT) is not on:
            raise self._link.reporter.refused(
                f"the output did not switch {'on' if on else 'off'}",
                "output",
                "look for a tripped protection on the supply's display; clear it and check the wiring for a short "
                "circuit",
                dialect.OUTPUT.encode("ascii"),
            )

    def measure_voltage_v(self) -> float:
        """Measure the output voltage in V."""
        limit_v = self._settings.max_voltage_v * _OVERSHOOT
        return self._link.read_number(dialect.MEASURE_VOLTAGE, unit="V", limit=limit_v)

    def measure_current_a(self) -> float:
        """Measure the output current in A."""
        limit_a = self._settings.max_current_a * _OVERSHOOT
        return self._link.read_number(dialect.MEASURE_CURRENT, unit="A", limit=limit_a)

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

    def _confirm(self, query: str, wanted: float, step: float, unit: str) -> None:
        """Make sure that the supply took a value and did not clip it."""
        found = self._link.read_number(query, unit=unit, limit=math.inf)
        if abs(found - wanted) > step:
            raise self._link.reporter.refused(
                f"set to {wanted:g} {unit}, the supply says {found:g} {unit}",
                "clipped",
                "check the supply's own range and limits; the bench file's maxima must not exceed them",
                query.encode("ascii"),
            )
