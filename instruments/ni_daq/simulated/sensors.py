"""What is wired to the simulated device's inputs, and what each input makes of the volts at its terminals.

A wrong shunt, a thermocouple of another type or a loop without a shunt show what they would show on a bench. A
thermocouple's volts per kelvin are taken as constant, which is good enough around a room's temperature.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator

from instruments.ni_daq.channels import Thermocouple
from instruments.ni_daq.dialect import NiCode
from instruments.ni_daq.simulated.refusals import DeviceError
from instruments.plant.laboratory import Laboratory
from rig.bench_file.tables import TomlTable

Quantity = Literal[
    "line_pressure_kpa",
    "supply_current_ma",
    "air_temperature_c",
    "air_pressure_hpa",
    "air_humidity_percent",
    "liquid_temperature_c",
    "pump_voltage_v",
    "back_pressure_kpa",
    "nothing",
]

CODES = 1 << 16
RANGES_V = (0.2, 1.0, 5.0, 10.0)
INTERNAL_SHUNT_OHM = 100.0
THERMOPOWER_V_PER_K: dict[str, float] = {
    "B": 1e-6,
    "E": 60.9e-6,
    "J": 51.7e-6,
    "K": 40.6e-6,
    "N": 26.5e-6,
    "R": 6.0e-6,
    "S": 6.0e-6,
    "T": 40.7e-6,
}
# Thermocouples are read by converters of 24 bits behind a filter.
_FINE_CODES = 1 << 24
_FINE_RANGE_V = 0.08
_FINE_NOISE = 1e-3
_ZERO_C_IN_K = 273.15


def _not_zero(value: float) -> float:
    if value == 0:
        raise ValueError("must not be 0")
    return value


class WiredSensor(TomlTable):
    """What is wired to one analogue input: value = output · scale + offset, as on the sensor's data sheet.

    The output is in V, or in mA through `shunt_ohm` across the terminals; without a shunt only an input with a shunt of
    its own sees a current. A thermocouple takes neither scale nor offset.
    """

    physical: str = Field(pattern=r"^(\w+/)?ai\d+$")
    quantity: Quantity
    output: Literal["voltage", "current", "thermocouple"] = "voltage"
    scale: Annotated[float, AfterValidator(_not_zero)] = 1.0
    offset: float = 0.0
    shunt_ohm: float | None = Field(default=None, gt=0, le=1_000_000)
    thermocouple: Thermocouple | None = None

    @model_validator(mode="after")
    def _keys_belong(self) -> Self:
        if self.shunt_ohm is not None and self.output != "current":
            raise ValueError("shunt_ohm is for an output of 'current'")
        if (self.thermocouple is not None) != (self.output == "thermocouple"):
            raise ValueError("thermocouple belongs to an output of 'thermocouple': give both or neither")
        return self


@dataclass(frozen=True, slots=True)
class Electrical:
    """What an input measures: in which range ±R of its converter, through which shunt, or with which thermocouple.

    `shunt_ohm` of None is the device's own; `cold_junction_c` of None is measured at the terminals.
    """

    range_v: float
    measures: Literal["voltage", "current", "thermocouple"] = "voltage"
    shunt_ohm: float | None = None
    thermocouple: str = ""
    cold_junction_c: float | None = None
    in_kelvin: bool = False

    @property
    def step_v(self) -> float:
        """Return what one step of the converter stands for."""
        return 2.0 * self.range_v / self.codes

    @property
    def codes(self) -> int:
        """Return how many steps the converter has."""
        return _FINE_CODES if self.thermocouple else CODES

    @property
    def noise(self) -> float:
        """Return which share of the device's noise it has."""
        return _FINE_NOISE if self.thermocouple else 1.0


@dataclass(frozen=True, slots=True)
class InputChannel:
    """One analogue channel of a task: its virtual name, what is wired to it and how it measures that."""

    name: str
    physical: str
    sensor: WiredSensor
    electrical: Electrical

    def terminal_v(self, laboratory: Laboratory, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the volts at its terminals at each of `t_ns`."""
        value = _QUANTITIES[self.sensor.quantity](laboratory, t_ns)
        if self.sensor.thermocouple is not None:
            air_c = laboratory.environment.air_temperature_c(t_ns)
            return np.asarray(THERMOPOWER_V_PER_K[self.sensor.thermocouple] * (value - air_c))
        output = (value - self.sensor.offset) / self.sensor.scale
        if self.sensor.output == "current":
            own_ohm = INTERNAL_SHUNT_OHM if self._has_own_shunt() else 0.0
            return np.asarray(output / 1000.0 * (self.sensor.shunt_ohm or own_ohm))
        return np.asarray(output)

    def readings(
        self, volts: NDArray[np.float64], laboratory: Laboratory, t_ns: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return what a task reads of volts at the terminals: V, A, °C or K."""
        how = self.electrical
        if how.measures == "current":
            return volts / (how.shunt_ohm or INTERNAL_SHUNT_OHM)
        if how.measures == "thermocouple":
            air_c = laboratory.environment.air_temperature_c(t_ns)
            cold_c = air_c if how.cold_junction_c is None else how.cold_junction_c
            zero = _ZERO_C_IN_K if how.in_kelvin else 0.0
            return np.asarray(volts / THERMOPOWER_V_PER_K[how.thermocouple] + cold_c + zero)
        return volts

    def _has_own_shunt(self) -> bool:
        return self.electrical.measures == "current" and self.electrical.shunt_ohm is None


def range_for(min_v: float, max_v: float) -> float:
    """Return the device's smallest range ±R that holds min_v … max_v; raise DeviceError when none does."""
    check_order(min_v, max_v)
    fitting = [r for r in RANGES_V if max(abs(min_v), abs(max_v)) <= r]
    if not fitting:
        raise DeviceError(
            NiCode.INVALID_ATTRIBUTE_VALUE, f"{min_v} … {max_v} V is wider than the device's ±{RANGES_V[-1]} V"
        )
    return fitting[0]


def check_order(least: float, most: float) -> None:
    """Raise DeviceError for a range that ends before it begins."""
    if not least < most:
        raise DeviceError(NiCode.MIN_NOT_LESS_THAN_MAX, f"minimum {least} is not less than maximum {most}")


def of_current(min_a: float, max_a: float, shunt_ohm: float | None) -> Electrical:
    """Return an input for a current, through a shunt across its terminals or its own."""
    check_order(min_a, max_a)
    ohm = INTERNAL_SHUNT_OHM if shunt_ohm is None else shunt_ohm
    return Electrical(range_for(min_a * ohm, max_a * ohm), "current", shunt_ohm)


def of_thermocouple(kind: str, cold_junction_c: float | None, *, in_kelvin: bool) -> Electrical:
    """Return an input for a thermocouple."""
    return Electrical(_FINE_RANGE_V, "thermocouple", None, kind, cold_junction_c, in_kelvin)


_QUANTITIES: dict[str, Callable[[Laboratory, NDArray[np.int64]], NDArray[np.float64]]] = {
    "line_pressure_kpa": lambda laboratory, t_ns: laboratory.pressure_kpa(t_ns),
    "supply_current_ma": lambda laboratory, t_ns: laboratory.supply_current_a(t_ns) * 1000.0,
    "air_temperature_c": lambda laboratory, t_ns: laboratory.environment.air_temperature_c(t_ns),
    "air_pressure_hpa": lambda laboratory, t_ns: laboratory.environment.air_pressure_hpa(t_ns),
    "air_humidity_percent": lambda laboratory, t_ns: laboratory.environment.relative_humidity_percent(t_ns),
    "liquid_temperature_c": lambda laboratory, t_ns: laboratory.environment.liquid_temperature_c(t_ns),
    "pump_voltage_v": lambda laboratory, t_ns: laboratory.pump_voltage_v(t_ns),
    "back_pressure_kpa": lambda laboratory, t_ns: laboratory.tip_pressure.kpa(t_ns),
    "nothing": lambda _, t_ns: np.zeros(len(t_ns)),
}
