"""The analogue inputs of a bench file: which one, what it measures electrically, and what that means."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from rig.bench_file.tables import TomlTable
from rig.errors import QuantityError
from rig.quantities import convert, known_unit

Measures = Literal["voltage", "current", "thermocouple"]
Thermocouple = Literal["B", "E", "J", "K", "N", "R", "S", "T"]

# By what is measured: its unit, and the keys of its range with what holds where they are left out. A loop of 4 to
# 20 mA says by less than 3.6 mA or more than 21 mA that it is broken (NAMUR NE 43).
_RANGES: dict[str, tuple[str, dict[str, float]]] = {
    "voltage": ("V", {"min_v": -10.0, "max_v": 10.0}),
    "current": ("mA", {"min_ma": 3.6, "max_ma": 21.0}),
    "thermocouple": ("°C", {"min_c": 0.0, "max_c": 100.0}),
}
_BELONGS_TO = {
    "shunt_ohm": "current",
    "thermocouple": "thermocouple",
    "cold_junction_c": "thermocouple",
} | {key: kind for kind, (_, keys) in _RANGES.items() for key in keys}
# What weighing needs to know, in a unit of that kind.
_AIR_UNITS = {"air_temperature": "°C", "liquid_temperature": "°C", "air_pressure": "hPa", "air_humidity": "%RH"}


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
    """One analogue input. What it reads, in V, mA or °C, becomes a value by exactly one of

    `scale` and `offset` (value = reading · scale + offset), `polynomial` (c0 + c1 · reading + c2 · reading² …), or
    `table` of pairs (reading, value) between which lines are drawn; a reading beyond its ends is no value.
    """

    physical: str = Field(
        pattern=r"^(\w[\w-]*/)?ai\d+$",
        description="ai0 or another input of the device, or one of another device such as cDAQ1Mod4/ai0",
    )
    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,39}$", description="1 to 40 small letters, figures and _, a letter first"
    )
    unit: Annotated[str, AfterValidator(_unit)]
    measures: Measures = "voltage"
    scale: Annotated[float, AfterValidator(_not_zero)] = 1.0
    offset: float = 0.0
    polynomial: tuple[float, ...] = Field(default=(), max_length=16)
    table: tuple[tuple[float, float], ...] = Field(default=(), max_length=10_000)
    min_v: float | None = Field(default=None, ge=-60, le=60)
    max_v: float | None = Field(default=None, ge=-60, le=60)
    min_ma: float | None = Field(default=None, ge=-1000, le=1000)
    max_ma: float | None = Field(default=None, ge=-1000, le=1000)
    shunt_ohm: float | None = Field(default=None, gt=0, le=1_000_000)
    thermocouple: Thermocouple | None = None
    min_c: float | None = Field(default=None, ge=-270, le=2000)
    max_c: float | None = Field(default=None, ge=-270, le=2000)
    cold_junction_c: float | None = Field(default=None, ge=-50, le=100)
    terminals: Literal["default", "rse", "nrse", "differential", "pseudodifferential"] = "default"
    meaning: str = ""

    @property
    def reads_in(self) -> str:
        """Return the unit of its readings, before they are scaled: V, mA or °C."""
        return _RANGES[self.measures][0]

    @property
    def range_keys(self) -> tuple[str, str]:
        """Return the keys of the ends of its range."""
        least, most = _RANGES[self.measures][1]
        return least, most

    @property
    def range(self) -> tuple[float, float]:
        """Return the ends of its range, in the unit of its readings."""
        given = ((getattr(self, key), usual) for key, usual in _RANGES[self.measures][1].items())
        least, most = (usual if value is None else value for value, usual in given)
        return least, most

    @model_validator(mode="after")
    def _keys_belong(self) -> "AnalogChannel":
        for key, kind in _BELONGS_TO.items():
            if getattr(self, key) is not None and kind != self.measures:
                allowed = ", ".join(one for one, belongs in _BELONGS_TO.items() if belongs == self.measures)
                raise ValueError(
                    f"{key} is for what measures {kind}, this measures {self.measures}; allowed: {allowed}"
                )
        if self.measures == "thermocouple" and self.thermocouple is None:
            raise ValueError("thermocouple is missing; allowed: 'B', 'E', 'J', 'K', 'N', 'R', 'S', 'T'")
        if self.measures == "thermocouple" and self.unit not in ("°C", "K"):
            raise ValueError(f"unit {self.unit} of a thermocouple; allowed: °C, K")
        return self

    @model_validator(mode="after")
    def _range_is_one(self) -> "AnalogChannel":
        least, most = self.range
        if least >= most:
            (low, high), unit = _RANGES[self.measures][1], self.reads_in
            raise ValueError(f"{low} of {least:g} {unit} must be less than {high} of {most:g} {unit}")
        return self

    @model_validator(mode="after")
    def _scaled_in_one_way(self) -> "AnalogChannel":
        linear = {"scale", "offset"} & self.model_fields_set
        ways = [*(["scale and offset"] if linear else []), *(["polynomial"] if self.polynomial else [])]
        ways += ["table"] if self.table else []
        if len(ways) > 1:
            raise ValueError(f"{' beside '.join(ways)}; allowed: one of scale and offset, polynomial, table")
        if self.polynomial and not any(self.polynomial[1:]):
            raise ValueError("polynomial says the same of every reading; allowed: c0, c1 and on, one of which is not 0")
        readings = [reading for reading, _ in self.table]
        if self.table and (len(readings) < 2 or any(one >= following for one, following in pairwise(readings))):
            raise ValueError("table: its readings must rise from pair to pair, of which there are two or more")
        return self

    @model_validator(mode="after")
    def _air_in_its_unit(self) -> "AnalogChannel":
        wanted = _AIR_UNITS.get(self.name)
        if wanted is None:
            return self
        try:
            convert(1.0, self.unit, wanted)
        except QuantityError as error:
            raise ValueError(f"unit {self.unit} of {self.name}, which is read in {wanted}: {error}") from error
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
