"""What disturbs a weighing: touches, charge, draughts, creep, the room, the vessel's buoyancy, a tip that touches."""

import numpy as np
import pytest

from tests.plant.worlds import QUIET, change_mg, indicated, moments, pump, quiet, world


def test_what_falls_on_the_pan_stays_there():
    lab = quiet(touch_mg=25.0, touch_at_h=3)
    assert (indicated(lab, 2.999, 3.0, 100.0) - 30_000.0).tolist() == [0.0, 25.0, 25.0]


def test_what_is_taken_from_the_pan_is_gone():
    assert change_mg(quiet(touch_mg=-4.0, touch_at_h=3), 2.9, 3.1) == -4.0


def test_a_charge_decays_from_when_it_came():
    lab = quiet(static_mg=3.0, static_at_h=1, static_decay_h=2)
    found = indicated(lab, 0.999, 1.0, 3.0, 5.0) - 30_000.0
    assert found.tolist() == pytest.approx([0.0, 3.0, 3.0 / np.e, 3.0 / np.e**2])


def test_draughts_are_as_strong_and_as_many_as_they_are_told():
    # Mean square: 2 mg squared, 12 times a day, each 20 min on the average: 4·12·20/1440 mg².
    moments_h = np.arange(0, 150 * 24, 1 / 10)
    felt = indicated(quiet(draught_mg=2.0, draughts_per_day=12), *moments_h) - 30_000.0
    assert np.mean(felt**2) == pytest.approx(4 * 12 * 20 / 1440, rel=0.08)


def test_a_draught_lasts_ten_minutes_at_least_and_thirty_at_most():
    minutes = np.arange(0, 100 * 24, 1 / 60)
    felt = indicated(quiet(draught_mg=2.0, draughts_per_day=0.5), *minutes) != 30_000.0
    edges = np.flatnonzero(np.diff(felt.astype(int)))
    lasted = np.diff(edges)[::2]
    assert (len(lasted) > 20, lasted.min() >= 10, lasted.max() <= 31) == (True, True, True)


def test_between_draughts_the_air_is_still():
    minutes = np.arange(0, 60 * 24, 1 / 60)
    still = indicated(quiet(draught_mg=2.0, draughts_per_day=6), *minutes) == 30_000.0
    # Six times 20 min a day blow, two at once seldom: e^(−6·20/1440).
    assert still.mean() == pytest.approx(np.exp(-6 * 20 / 1440), abs=0.02)


def test_a_draught_wanders_slowly():
    seconds = np.arange(0, 48, 1 / 3600)
    felt = indicated(quiet(draught_mg=1.0, draughts_per_day=24), *seconds) - 30_000.0
    blown = felt[1:][felt[1:] != 0] - felt[:-1][felt[1:] != 0]
    assert np.std(blown) < 0.1


def test_creep_moves_the_zero_in_its_span_and_leaves_it_there():
    lab = quiet(creep_mg_h=0.5, creep_from_h=2, creep_hours=4)
    assert lab.pan.zero_mg(moments(1, 2, 3, 6, 60)).tolist() == [0.0, 0.0, 0.5, 2.0, 2.0]


def test_creep_without_an_end_goes_on():
    assert quiet(creep_mg_h=0.5).pan.zero_mg(moments(100)).tolist() == [50.0]


def test_creep_is_the_balances_and_weighs_nothing():
    assert change_mg(quiet(creep_mg_h=0.5), 0, 10) == 0.0


def test_the_zero_follows_the_room():
    lab = quiet(balance_tempco_mg_k=0.3, air_temperature_drift_k_h=-0.5)
    assert lab.pan.zero_mg(moments(0, 4)).tolist() == pytest.approx([0.0, -0.6])


def test_thicker_air_bears_more_of_the_vessel():
    # 40 mL in air that gains 20 hPa: 0.34848·20/295.15 kg/m³ = 0.02361 mg/mL, 0.9446 mg in all.
    keys = {**QUIET, "vessel_displaces_ml": 40.0}
    rising, steady = world(**keys, air_pressure_drift_hpa_h=2), world(**keys)
    assert change_mg(steady, 0, 10) - change_mg(rising, 0, 10) == pytest.approx(0.9446, abs=1e-4)


def test_the_vessel_weighs_what_is_told_when_time_begins():
    assert indicated(quiet(vessel_displaces_ml=40.0), 0.0)[0] == 30_000.0


def test_a_tube_that_touches_the_wall_bears_a_share_of_what_comes():
    touched, free = quiet(tip_touch_percent=10, tip_touch_from_h=2, tip_touch_hours=6), quiet()
    for lab in (touched, free):
        pump(lab, 100.0, 1, 3, 5)
    # Of the 200 µL that came since it touched, a tenth; of the 100 µL before it, nothing.
    assert indicated(free, 7.0)[0] - indicated(touched, 7.0)[0] == pytest.approx(0.1 * 200 * 0.9967, abs=0.01)


@pytest.mark.parametrize("hours", [1.5, 9.0])
def test_a_tube_that_touches_no_more_bears_nothing(hours):
    touched, free = quiet(tip_touch_percent=10, tip_touch_from_h=2, tip_touch_hours=6), quiet()
    for lab in (touched, free):
        pump(lab, 100.0, 1, 3, 5)
    assert indicated(touched, hours).tolist() == indicated(free, hours).tolist()
