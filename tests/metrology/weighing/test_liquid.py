"""The density of what is pumped, away from the temperature it is stated at."""

import math

import pytest

from rig.errors import MetrologyError
from rig.metrology.weighing.liquid import Liquid

# Saline of 9 g/kg at 20 °C.
SALINE = Liquid(1004.6, 0.2, 20.0)


def test_a_watery_solution_expands_as_water_does():
    # Tanaka 2001: 998.20675 at 20 °C, 993.32895 at 37 °C.
    assert SALINE.density_at(37.0) == pytest.approx(1004.6 * 993.32895 / 998.20675, rel=1e-8)


def test_an_expansion_of_its_own_is_taken():
    assert Liquid(1004.6, 0.2, 20.0, 3e-4).density_at(37.0) == pytest.approx(1004.6 * math.exp(-3e-4 * 17.0))


def test_relative_density_is_against_water_at_the_same_temperature():
    assert SALINE.relative_density_at(37.0) == pytest.approx(1004.6 / 998.20675, rel=1e-7)


def test_its_uncertainty_grows_away_from_the_reference():
    liquid = Liquid(1000.0, 0.1, 20.0, 3e-4, 1e-5)
    assert liquid.u_relative_density_at(20.0) == pytest.approx(1e-4 * 1000.0 / 998.20675, rel=1e-6)
    assert liquid.u_relative_density_at(37.0) == pytest.approx(math.hypot(1e-4, 1.7e-4), rel=0.01)


@pytest.mark.parametrize(
    "stated", [(0.0, 0.1, 20.0), (-1.0, 0.1, 20.0), (1000.0, -0.1, 20.0), (1000.0, 0.1, 60.0), (math.nan, 0.1, 20.0)]
)
def test_what_is_no_liquid_is_refused(stated):
    with pytest.raises(MetrologyError):
        Liquid(*stated)
