"""The simulated cell, judged by what is known of real ones: overshoot, settling, repeatability, drift."""

import numpy as np
import pytest
from pydantic import ValidationError

from instruments.mettler_mt_sics.simulated.load_cell import CellParameters, LoadCell
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke

PERFECT = {
    "noise_mg": 0.0,
    "wander_mg": 0.0,
    "drift_mg_h": 0.0,
    "sensitivity_ppm": 0.0,
    "temperature_ppm_k": 0.0,
}


@pytest.fixture
def still(clock):
    """A laboratory in which nothing changes but what a test drops; drops leave the tip at once."""
    return Laboratory(
        Parameters(evaporation_mg_h=0.0, capillary_mg=0.0, air_temperature_swing_c=0.0, line_resistance_kpa_h_ul=1e-9),
        clock,
        seed=7,
    )


def cell(laboratory, **changes):
    return LoadCell("balance", CellParameters(**{**PERFECT, **changes}), laboratory)


def drop(laboratory, clock, volume_ul):
    clock.wait_s(10)
    laboratory.advance()
    laboratory.line.stroke(Stroke(clock.now_ns(), volume_ul, 0))


def masses(balance, clock, every_s, count):
    found = []
    for _ in range(count):
        clock.wait_s(every_s)
        found.append(balance.weigh().mass_mg)
    return np.array(found)


def test_perfect_cell_weighs_the_beaker(still, clock):
    assert cell(still).weigh().mass_mg == pytest.approx(30_000.0, abs=1e-9)


def test_drop_of_40_mg_overshoots_by_about_4_and_a_half(still, clock):
    balance = cell(still)
    drop(still, clock, 40.0)
    readings = masses(balance, clock, 0.02, 150)
    assert readings.max() - readings[-1] == pytest.approx(4.5, abs=0.3)


def test_drop_is_settled_within_two_percent_after_a_second(still, clock):
    balance = cell(still)
    drop(still, clock, 40.0)
    readings = masses(balance, clock, 0.02, 150)
    gained = readings[-1] - 30_000.0
    assert np.abs(readings[50:] - readings[-1]).max() < 0.02 * gained


def test_drop_arrives_whole(still, clock):
    balance = cell(still)
    drop(still, clock, 40.0)
    clock.wait_s(5)
    # 40 µL at 22 °C, 1013.25 hPa, 50 %RH weigh 40/1.00328 mg by ISO 8655-6's table; 0.07 % more for the needle.
    assert balance.weigh().mass_mg - 30_000.0 == pytest.approx(40.0 / 1.00328 / (1 - (0.8 / 30) ** 2), rel=2e-5)


def test_pan_is_unstable_right_after_a_drop_and_stable_later(still, clock):
    balance = cell(still)
    drop(still, clock, 1.0)
    clock.wait_s(0.5)
    assert not balance.weigh().stable
    clock.wait_s(2.0)
    assert balance.weigh().stable


def test_repeatability_of_the_default_is_a_fiftieth_of_a_milligram(still, clock):
    defaults = CellParameters()
    readings = masses(cell(still, noise_mg=defaults.noise_mg, wander_mg=defaults.wander_mg), clock, 60, 4000)
    assert readings.std() == pytest.approx(0.02, rel=0.1)


def test_wander_is_slow(still, clock):
    readings = masses(cell(still, wander_mg=0.1, wander_s=900.0), clock, 60, 4000)
    lag_one = np.corrcoef(readings[1:], readings[:-1])[0, 1]
    assert readings.std() == pytest.approx(0.1, rel=0.3)
    assert lag_one == pytest.approx(np.exp(-60 / 900), abs=0.03)


def test_wander_does_not_depend_on_how_often_it_is_asked(still, clock):
    rare = masses(cell(still, wander_mg=0.1, wander_s=900.0), clock, 900, 4000)
    assert rare.std() == pytest.approx(0.1, rel=0.1)


def test_drift_adds_up(still, clock):
    balance = cell(still, drift_mg_h=0.5)
    clock.wait_s(7200)
    assert balance.weigh().mass_mg - 30_000.0 == pytest.approx(1.0, abs=1e-9)


def test_sensitivity_error_is_proportional_to_the_load(still):
    assert cell(still, sensitivity_ppm=100.0).weigh().mass_mg == pytest.approx(30_003.0, abs=1e-6)


def test_same_seed_weighs_the_same(clock):
    def readings():
        balance = cell(Laboratory(Parameters(), clock, seed=3), noise_mg=0.1, wander_mg=0.1)
        return [balance.weigh() for _ in range(20)]

    assert readings() == readings()


def test_readability_is_a_power_of_ten():
    with pytest.raises(ValidationError, match="power of ten"):
        CellParameters(readability_mg=0.02)


@pytest.mark.parametrize("readability_mg, decimals", [(0.001, 6), (0.01, 5), (0.1, 4), (1.0, 3), (1000.0, 0)])
def test_readability_says_how_many_decimals_a_gram_has(readability_mg, decimals):
    assert CellParameters(readability_mg=readability_mg).decimals == decimals
