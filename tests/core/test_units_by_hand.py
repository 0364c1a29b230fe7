"""Each unit's size and how numbers are told, from tables and by hand."""

import math

import pytest

from rig.errors import QuantityError
from rig.quantities import Measured, convert, finite, in_digits, known_unit, parse, with_sign


@pytest.mark.parametrize(
    "unit, wanted, size",
    [
        ("nL", "µL", 0.001),
        ("mL", "µL", 1000.0),
        ("L", "µL", 1e6),
        ("µL/min", "µL/h", 60.0),
        ("µL/s", "µL/h", 3600.0),
        ("mL/h", "µL/h", 1000.0),
        ("mL/min", "µL/h", 60_000.0),
        ("mL/day", "µL/h", 1000.0 / 24.0),
        ("µg", "mg", 0.001),
        ("g", "mg", 1000.0),
        ("kg", "mg", 1e6),
        ("hPa", "kPa", 0.1),
        ("Pa", "kPa", 0.001),
        ("bar", "kPa", 100.0),
        ("mbar", "hPa", 1.0),
        ("min", "s", 60.0),
        ("h", "s", 3600.0),
        ("day", "h", 24.0),
        ("mV", "V", 0.001),
        ("mA", "A", 0.001),
        ("ppm", "%", 1e-4),
        ("kHz", "Hz", 1000.0),
        ("kΩ", "Ω", 1000.0),
    ],
)
def test_a_unit_is_as_large_as_it_is(unit, wanted, size):
    assert convert(3.0, unit, wanted) == pytest.approx(3.0 * size, rel=1e-15)


@pytest.mark.parametrize("spelled, unit", [("uL/h", "µL/h"), ("\u03bcg", "µg"), ("kohm", "kΩ"), ("\u2126", "Ω")])
def test_other_spellings_are_the_same_unit(spelled, unit):
    assert known_unit(spelled) == unit


@pytest.mark.parametrize(
    "text, wanted, value",
    [("12.5 µL/h", "µL/h", 12.5), (" -.5mL ", "µL", -500.0), ("+1e3 mg", "g", 1.0), ("2.E-1 kPa", "hPa", 2.0)],
)
def test_a_number_with_a_unit_is_read(text, wanted, value):
    assert parse(text, wanted) == pytest.approx(value)


def test_a_number_that_is_finite_is_itself():
    assert finite(-2, "a rate") == -2.0


def test_a_number_too_large_for_its_unit_is_refused():
    with pytest.raises(QuantityError):
        convert(math.inf, "mL", "µL")


def test_an_expanded_uncertainty_is_twice_the_standard_one():
    assert (Measured(1.0, 0.25, "%").expanded(), Measured(1.0, 0.25, "%").expanded(3.0)) == (0.5, 0.75)


def test_a_measured_value_is_told_with_its_expanded_uncertainty():
    assert str(Measured(41.7, 0.25, "µL/h")) == "41.7 ± 0.5 µL/h (k = 2)"


# U to two digits that count, the value to the same place (GUM 7.2.6).
@pytest.mark.parametrize(
    "value, expanded, told",
    [
        (1.23456, 0.0123, ("+1.235", "0.012")),
        (1.23456, 0.123, ("+1.23", "0.12")),
        (-1.23456, 1.23, ("−1.2", "1.2")),
        (123.456, 12.3, ("+123", "12")),
        (123.456, 1234.0, ("+123", "1234")),
        # 0.0996 is 0.10 to two digits.
        (1.23456, 0.0996, ("+1.23", "0.10")),
        (1.23456, 0.0, ("+1.235", "0.000")),
    ],
)
def test_a_value_has_the_digits_of_its_uncertainty(value, expanded, told):
    assert in_digits(value, expanded) == told


@pytest.mark.parametrize(
    "value, decimals, told",
    [(1.25, 1, "+1.2"), (-1.3, 1, "−1.3"), (0.04, 1, "0.0"), (-0.04, 1, "0.0"), (-0.05, 2, "−0.05"), (10, 0, "+10")],
)
def test_a_number_has_its_sign_unless_it_shows_as_nothing(value, decimals, told):
    assert with_sign(value, decimals) == told
