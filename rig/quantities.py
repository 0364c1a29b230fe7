"""Quantities: a measured value with its uncertainty and unit, and conversions that are exact or refused."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from rig.errors import QuantityError

# Rates are per hour, stamps in seconds.
S_PER_H = 3600.0

# Unit → (kind, exact factor to the kind's base unit). Affine units (°C) convert to nothing else on purpose.
_UNITS: dict[str, tuple[str, Fraction]] = {
    "nL": ("volume", Fraction(1, 1000)),
    "µL": ("volume", Fraction(1)),
    "mL": ("volume", Fraction(1000)),
    "L": ("volume", Fraction(1_000_000)),
    "µL/h": ("flow", Fraction(1)),
    "µL/min": ("flow", Fraction(60)),
    "µL/s": ("flow", Fraction(3600)),
    "mL/h": ("flow", Fraction(1000)),
    "mL/min": ("flow", Fraction(60_000)),
    "mL/day": ("flow", Fraction(1000, 24)),
    "µg": ("mass", Fraction(1, 1000)),
    "mg": ("mass", Fraction(1)),
    "g": ("mass", Fraction(1000)),
    "kg": ("mass", Fraction(1_000_000)),
    "mg/h": ("mass rate", Fraction(1)),
    "kPa": ("pressure", Fraction(1)),
    "hPa": ("pressure", Fraction(1, 10)),
    "Pa": ("pressure", Fraction(1, 1000)),
    "bar": ("pressure", Fraction(100)),
    "mbar": ("pressure", Fraction(1, 10)),
    "µL/kPa": ("compliance", Fraction(1)),
    "s": ("time", Fraction(1)),
    "min": ("time", Fraction(60)),
    "h": ("time", Fraction(3600)),
    "day": ("time", Fraction(86_400)),
    "V": ("voltage", Fraction(1)),
    "mV": ("voltage", Fraction(1, 1000)),
    "A": ("current", Fraction(1)),
    "mA": ("current", Fraction(1, 1000)),
    "%": ("ratio", Fraction(1)),
    "ppm": ("ratio", Fraction(1, 10_000)),
    "°C": ("temperature", Fraction(1)),
    "K": ("absolute temperature", Fraction(1)),
    "Hz": ("frequency", Fraction(1)),
    "kHz": ("frequency", Fraction(1000)),
    "Ω": ("resistance", Fraction(1)),
    "kΩ": ("resistance", Fraction(1000)),
    "%RH": ("humidity", Fraction(1)),
    "1": ("number", Fraction(1)),
}
# Other spellings people and instruments use for the same unit.
_SPELLINGS = {"u": "µ", "μ": "µ"}
_WORDS = {"ohm": "Ω", "Ohm": "Ω", "\N{OHM SIGN}": "Ω", "kohm": "kΩ", "kOhm": "kΩ", "k\N{OHM SIGN}": "kΩ"}
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)\s*")


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its standard uncertainty `u` (k = 1), both in `unit`.

    Raises QuantityError for a value or u that is not finite, a negative u, or a unit that is not known.
    """

    value: float
    u: float
    unit: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and math.isfinite(self.u)) or self.u < 0:
            raise QuantityError(f"value {self.value!r} with u {self.u!r} {self.unit} is not a measured quantity")
        known_unit(self.unit)

    def expanded(self, k: float = 2.0) -> float:
        """Return U = k·u in `unit`."""
        return k * self.u

    def to(self, unit: str) -> "Measured":
        """Return the same quantity in `unit`; raise QuantityError when the kinds differ."""
        return Measured(convert(self.value, self.unit, unit), convert(self.u, self.unit, unit), unit)

    def __str__(self) -> str:
        return f"{self.value:.6g} ± {self.expanded():.2g} {self.unit} (k = 2)"


def known_unit(text: str) -> str:
    """Return the rig's spelling of a unit; raise QuantityError for one that is not known (never a guess)."""
    spelled = _WORDS.get(text, text)
    if text and text[0] in _SPELLINGS:
        spelled = _SPELLINGS[text[0]] + text[1:]
    if spelled not in _UNITS:
        raise QuantityError(f"unit {text!r} is not known; known are {', '.join(_UNITS)}")
    return spelled


def convert(value: float, unit: str, wanted: str) -> float:
    """Convert a number between units of one kind with an exact factor; raise QuantityError when the kinds differ."""
    kind, factor = _UNITS[known_unit(unit)]
    wanted_kind, wanted_factor = _UNITS[known_unit(wanted)]
    if kind != wanted_kind:
        raise QuantityError(f"{unit} is a {kind}, {wanted} is a {wanted_kind}")
    if not math.isfinite(value):
        raise QuantityError(f"{value!r} {unit} is not a finite number")
    if unit == wanted:
        return value
    ratio = factor / wanted_factor
    return value * ratio.numerator / ratio.denominator


def parse(text: str, wanted: str) -> float:
    """Read "12.5 µL/h" as a number in `wanted`; raise QuantityError for anything that is not number, space, unit."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise QuantityError(f"{text!r} is not a number with a unit; write it like '12.5 {wanted}'")
    return convert(float(match[1]), match[2], wanted)


def finite(value: float, what: str) -> float:
    """Return `value` as a float; raise QuantityError when it is NaN or infinite."""
    if not math.isfinite(value):
        raise QuantityError(f"{what} is {value!r}; a finite number is needed")
    return float(value)


def in_digits(value: float, expanded: float) -> tuple[str, str]:
    """Return value and U as text: U to two digits that count, the value to the same place (GUM 7.2.6).

    The value has its sign, a true minus, and no sign where it is zero as shown.
    """
    decimals = 3
    if 0.0 < expanded < math.inf:
        # Not by a logarithm: what is rounded up may be more than a float holds.
        decimals = max(0, 1 - int(f"{expanded:.1e}".partition("e")[2]))
    return with_sign(value, decimals), f"{expanded:.{decimals}f}" if math.isfinite(expanded) else endless(expanded)


def with_sign(value: float, decimals: int) -> str:
    """Return a number with its sign, a true minus, and no sign for what is zero as shown; see `endless` for others."""
    if not math.isfinite(value):
        return endless(value)
    text = f"{value:+.{decimals}f}"
    return text[1:] if not any(digit in "123456789" for digit in text) else text.replace("-", "−")


def endless(value: float) -> str:
    """Return what stands for a number that is infinite, or is none."""
    if math.isnan(value):
        return "–"
    return "∞" if value > 0 else "−∞"
