"""What the laboratory does to the pan, as the balance's twin tells it over a wire, and what it does to its zero."""

import pytest

from instruments.mettler_mt_sics.driver import Driver
from instruments.mettler_mt_sics.simulated.load_cell import CellParameters, LoadCell
from instruments.mettler_mt_sics.twin import Twin
from instruments.plant.laboratory import Laboratory, Parameters
from tests.patience import patient

STILL = {"evaporation_mg_h": 0.0, "capillary_mg": 0.0, "air_temperature_swing_c": 0.0}
PERFECT = {"noise_mg": 0.0, "wander_mg": 0.0, "drift_mg_h": 0.0, "sensitivity_ppm": 0.0, "temperature_ppm_k": 0.0}


@pytest.fixture
def read_mg(clock, serve, context, closing):
    """Return a reading over a wire, in mg, of a perfect balance after so many hours in a laboratory with these keys."""

    def read(hours, **keys):
        twin = Twin("balance", Twin.Parameters(**PERFECT), Laboratory(Parameters(**STILL, **keys), clock, seed=7))
        driver = Driver("balance", Driver.Settings(port=serve(twin), timeout_s=patient(0.1)), context)
        closing.callback(driver.close)
        clock.wait_s(hours * 3600)
        return driver.read_mass().mass_mg

    return read


def test_what_falls_on_the_pan_is_read_over_the_wire(read_mg):
    assert read_mg(1.0, touch_mg=25.0, touch_at_h=0.5) == pytest.approx(30_025.0, abs=0.005)


def test_before_it_falls_nothing_is_read(read_mg):
    assert read_mg(0.4, touch_mg=25.0, touch_at_h=0.5) == pytest.approx(30_000.0, abs=0.005)


def test_creep_is_read_over_the_wire(read_mg):
    assert read_mg(10.0, creep_mg_h=0.5, creep_from_h=2, creep_hours=4) == pytest.approx(30_002.0, abs=0.005)


def test_what_siphons_through_a_pump_at_rest_is_read_over_the_wire(read_mg):
    # 5 µL in a beaker with a needle of 0.8 mm in 30 mm; 0.9967 mg/µL.
    assert read_mg(5.0, siphon_ul_h=1.0) == pytest.approx(30_000.0 + 4.987, abs=0.007)


def test_the_zero_follows_the_room(clock):
    laboratory = Laboratory(Parameters(**STILL, balance_tempco_mg_k=0.3, air_temperature_drift_k_h=1.0), clock, seed=7)
    cell = LoadCell("balance", CellParameters(**PERFECT), laboratory)
    clock.wait_s(4 * 3600)
    assert cell.weigh().mass_mg == pytest.approx(30_000.0 + 1.2, abs=1e-3)


def test_a_pan_that_something_falls_on_is_not_stable(clock):
    laboratory = Laboratory(Parameters(**STILL, touch_mg=25.0, touch_at_h=1.0), clock, seed=7)
    cell = LoadCell("balance", CellParameters(**PERFECT), laboratory)
    clock.wait_s(3600.5)
    assert not cell.weigh().stable
