"""The laboratory: what a perfect balance would indicate, and who feeds the pump."""

import numpy as np
import pytest

from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from rig.clock import VirtualClock

EPOCH_NS = 1_767_600_000_000_000_000
HOUR_NS = 3_600_000_000_000


def laboratory(seed=1, **parameters):
    clock = VirtualClock(EPOCH_NS)
    return Laboratory(Parameters(**parameters), clock, seed), clock


def indicated(lab, *hours):
    return lab.beaker.indicated_mg(np.asarray([EPOCH_NS + round(h * HOUR_NS) for h in hours], np.int64))


def test_a_millilitre_of_water_indicates_what_the_z_factor_says():
    lab, _ = laboratory(
        air_temperature_c=20.0, air_temperature_swing_c=0, evaporation_mg_h=0, capillary_mg=0, needle_diameter_mm=0
    )
    lab.line.stroke(Stroke(EPOCH_NS, 1000.0, 1))
    gained = indicated(lab, 1.0)[0] - lab.parameters.beaker_mg
    # Z(20 °C, 1013.25 hPa, 50 %RH) = 1.00285 µL/mg; the air pressure swings a little with the days.
    assert 1000.0 / gained == pytest.approx(1.00285, abs=2e-5)


def test_an_immersed_needle_adds_its_share():
    bare, _ = laboratory(needle_diameter_mm=0, capillary_mg=0)
    immersed, _ = laboratory(needle_diameter_mm=0.8, vessel_diameter_mm=30, capillary_mg=0)
    for lab in (bare, immersed):
        lab.line.stroke(Stroke(EPOCH_NS, 1000.0, 1))
    ratio = (indicated(immersed, 1.0) - indicated(immersed, 1.0 - 1.1)) / (indicated(bare, 1.0) - indicated(bare, -0.1))
    assert ratio[0] == pytest.approx(1 / (1 - (0.8 / 30) ** 2), rel=1e-4)


def test_the_beaker_evaporates():
    lab, _ = laboratory(evaporation_mg_h=0.1, capillary_mg=0)
    start, later = indicated(lab, 0.0, 10.0)
    assert start - later == pytest.approx(1.0)


def test_the_meniscus_jumps_and_is_the_same_for_one_seed():
    one, _ = laboratory(seed=5)
    same, _ = laboratory(seed=5)
    other, _ = laboratory(seed=6)
    hours = (0.0, 5.0, 9.0)
    assert indicated(one, *hours).tolist() == indicated(same, *hours).tolist()
    assert indicated(one, *hours).tolist() != indicated(other, *hours).tolist()


def test_each_source_of_chance_has_a_seed_of_its_own():
    lab, _ = laboratory(seed=2**40 + 3)
    assert lab.seed_for("a") != lab.seed_for("b")
    assert lab.rng("a").normal() == lab.rng("a").normal()


def test_the_pump_is_fed_through_supply_and_interlock_only():
    lab, _ = laboratory(pump_power="supply")
    lab.change_power(supply_v=3.0, output_on=True)
    assert not lab.power.pump_alive
    lab.change_power(interlock_closed=True)
    assert lab.power.pump_v == 3.0
    lab.change_power(output_on=False)
    assert lab.power.pump_v == 0.0


def test_a_pump_with_a_cell_of_its_own_needs_no_supply():
    lab, _ = laboratory(pump_power="battery", battery_v=2.9)
    assert lab.power.pump_alive


def test_back_pressure_adds_to_the_line_pressure():
    lab, _ = laboratory(back_pressure_kpa=13.33)
    assert lab.pressure_kpa(np.asarray([EPOCH_NS]))[0] == 13.33


def test_the_past_keeps_the_power_it_had():
    lab, clock = laboratory(pump_power="supply")
    lab.change_power(supply_v=3.0, output_on=True, interlock_closed=True)
    clock.wait_s(10)
    lab.change_power(interlock_closed=False)
    moments = np.asarray([EPOCH_NS + 5 * 10**9, EPOCH_NS + 10 * 10**9], np.int64)
    assert lab.pump_voltage_v(moments).tolist() == [3.0, 0.0]
    assert (lab.supply_current_a(moments) > 0).tolist() == [True, False]
