"""Water, air and buoyancy of the worlds against published figures."""

import numpy as np
import pytest

from tests.worlds.physics import air_kg_m3, indicated_mg, water_kg_m3


# Tanaka et al., Metrologia 38 (2001) 301.
@pytest.mark.parametrize("t_c, density", [(4.0, 999.9749), (20.0, 998.2067), (25.0, 997.0470), (37.0, 993.3290)])
def test_water_is_as_dense_as_published(t_c, density):
    assert water_kg_m3(t_c) == pytest.approx(density, rel=1e-5)


# CIPM-2007 (Picard et al., Metrologia 45 (2008) 149) at 20 °C, 1013.25 hPa and 50 %RH.
def test_air_is_as_dense_as_published():
    assert air_kg_m3(20.0, 1013.25, 50.0) == pytest.approx(1.1992, rel=3e-4)


# ISO 8655-6, table of Z: 1.0029 µL/mg; with more digits 1.00285.
def test_a_microlitre_of_water_shows_what_the_table_of_z_says():
    air = air_kg_m3(20.0, 1013.25, 50.0)
    shown_mg = indicated_mg(water_kg_m3(20.0) / 1000.0, water_kg_m3(20.0), air)
    assert 1.0 / shown_mg == pytest.approx(1.00285, abs=1e-5)


def test_a_steel_weight_shows_itself_in_any_air():
    assert indicated_mg(1000.0, 8000.0, np.asarray([0.9, 1.2])) == pytest.approx([1000.0, 1000.0], rel=1e-12)
