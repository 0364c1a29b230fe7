"""Quantities convert exactly or are refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import QuantityError
from rig.quantities import Measured, convert, finite, known_unit, parse


@pytest.mark.parametrize(
    "value, unit, wanted, expected",
    [
        (1.0, "mL/day", "µL/h", 1000 / 24),
        (24.0, "mL/day", "µL/h", 1000.0),
        (0.1, "g", "mg", 100.0),
        (760.0, "hPa", "kPa", 76.0),
        (16.7, "µL/min", "µL/h", 1002.0),
        (250.0, "ppm", "%", 0.025),
    ],
)
def test_known_conversions(value, unit, wanted, expected):
    assert convert(value, unit, wanted) == pytest.approx(expected, rel=1e-15)


@given(st.floats(-1e12, 1e12), st.sampled_from(["nL", "µL", "mL", "L"]), st.sampled_from(["nL", "µL", "mL", "L"]))
def test_there_and_back_is_the_same(value, unit, wanted):
    assert convert(convert(value, unit, wanted), wanted, unit) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["", "12", "µL/h", "12µLh", "1.2.3 mg", "nan mg", "inf mg", "12 furlong", "1e999 mg"])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(QuantityError):
        parse(text, "mg")


def test_other_spellings_of_micro_mean_the_same():
    assert known_unit("uL") == known_unit("μL") == "µL"


def test_kinds_do_not_mix():
    with pytest.raises(QuantityError, match="µL is a volume, mg is a mass"):
        convert(1.0, "µL", "mg")


@pytest.mark.parametrize("value, u", [(math.nan, 0.1), (1.0, math.inf), (1.0, -0.1)])
def test_a_measured_value_is_finite_with_an_uncertainty(value, u):
    with pytest.raises(QuantityError):
        Measured(value, u, "µL")


def test_a_measured_value_converts_with_its_uncertainty():
    assert Measured(1.0, 0.01, "mL").to("µL") == Measured(1000.0, 10.0, "µL")
    assert Measured(1.0, 0.01, "mL").expanded() == 0.02


def test_finite_refuses_nan():
    with pytest.raises(QuantityError, match="mass"):
        finite(math.nan, "mass")
