"""What happens in a run, against figures worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from tests.worlds import disturbances as disturb
from tests.worlds.bench import Air, Bench, drawn_bench
from tests.worlds.physics import Floats
from tests.worlds.recording import start_of
from tests.worlds.scene import Scene, seen
from tests.worlds.schedule import PER_H, boluses, infusion

RATE_UL_H = 40.0
# Of water at 20 °C in air of 1013.25 hPa and 50 %RH, µL per mg shown (ISO 8655-6).
Z_UL_MG = 1.00285


def quiet_bench(**changes) -> Bench:
    """A bench on which nothing is off: a tip above the liquid, a balance without noise, no loss."""
    drawn = drawn_bench(np.random.default_rng(1))
    weighing = replace(drawn.weighing, readability_mg=1e-6, repeatability_mg=0.0, capillary_mg=0.0, linearity_mg=0.0)
    air = Air(20.0, 20.0, 1013.25, 50.0)
    still = replace(
        drawn,
        weighing=weighing,
        liquid=replace(drawn.liquid, volume_at_c=20.0),
        true_air=air,
        calibration=0.0,
        clock=0.0,
        needle_mm=0.0,
        density_kg_m3=998.2067,
        loss_mg_h=0.0,
        drift_mg_h=0.0,
        walk_mg=0.0,
    )
    return replace(still, **changes)


def quiet(**changes) -> Scene:
    return replace(Scene(infusion(RATE_UL_H), quiet_bench(), error_percent=0.0), **changes)


def happened(scene: Scene):
    return seen(scene, np.random.default_rng(2))


def gain_mg(mass_mg: Floats, from_h: float, to_h: float) -> float:
    return float(mass_mg[round(to_h * PER_H)] - mass_mg[round(from_h * PER_H)])


def test_the_window_gains_what_the_pump_delivers():
    assert gain_mg(happened(quiet()).mass_mg, 28, 53) == pytest.approx(25 * RATE_UL_H / Z_UL_MG, rel=2e-5)


def test_nothing_comes_at_zero_flow():
    assert gain_mg(happened(quiet()).mass_mg, 0, 4) == pytest.approx(0.0, abs=1e-5)


def test_the_pump_counts_its_programme_whatever_it_delivers():
    counted = happened(quiet(error_percent=-10.0)).counted_ul
    assert gain_mg(counted, 28, 53) == pytest.approx(25 * RATE_UL_H)


def test_a_needle_in_the_liquid_enlarges_what_is_gained():
    bench = quiet_bench(needle_mm=3.0, vessel_mm=30.0)
    gained = gain_mg(happened(quiet(bench=bench)).mass_mg, 28, 53)
    assert gained == pytest.approx(25 * RATE_UL_H / Z_UL_MG / 0.99, rel=2e-5)


def test_true_is_the_error_of_the_pump():
    assert happened(quiet(error_percent=-3.0)).true_percent == pytest.approx(-3.0)


def test_a_fast_clock_of_the_rig_is_no_error_of_the_dose():
    assert happened(quiet(error_percent=2.0, bench=quiet_bench(clock=1e-3))).true_percent == pytest.approx(2.0)


def test_a_leak_is_part_of_the_true_dose():
    leaking = disturb.leak(quiet(schedule=infusion(2.0)), np.random.default_rng(1))
    assert happened(leaking).true_percent == pytest.approx(50.0)


def test_a_leak_at_rest_is_not():
    # Half a minute of it either way, where it ends between two readings.
    leaking = disturb.leak_at_rest(quiet(), np.random.default_rng(1))
    assert happened(leaking).true_percent == pytest.approx(0.0, abs=2e-3)


def test_a_leak_at_rest_arrives_while_the_pump_is_stopped():
    leaking = disturb.leak_at_rest(quiet(), np.random.default_rng(1))
    # Half a minute of it either way, where it ends between two readings.
    assert gain_mg(happened(leaking).mass_mg, 0, 4) == pytest.approx(4.0 / Z_UL_MG, abs=0.01)


def test_evaporation_takes_its_rate():
    bench = quiet_bench(loss_mg_h=0.2)
    assert gain_mg(happened(quiet(bench=bench)).mass_mg, 0, 4) == pytest.approx(-0.8, abs=1e-5)


@pytest.mark.parametrize("change, loss_mg", [(disturb.daily_swing, 4.8), (disturb.trend, None)])
def test_evaporation_that_varies_has_its_mean_over_a_day(change, loss_mg):
    varying = change(quiet(bench=quiet_bench(loss_mg_h=0.2)), np.random.default_rng(1))
    factor = np.asarray(varying.loss_factor)
    # A linear change over the run of 57 h: the mean of a day is its factor at noon.
    expected_mg = loss_mg if loss_mg is not None else 0.2 * 24 * (1.0 + (factor[-1] - 1.0) * 12.0 / 57.0)
    taken_mg = happened(quiet()).mass_mg - happened(varying).mass_mg
    assert gain_mg(taken_mg, 0, 24) == pytest.approx(expected_mg, rel=1e-3)


def test_an_open_door_takes_more_for_six_hours():
    opened = disturb.open_door(quiet(bench=quiet_bench(loss_mg_h=0.1)), np.random.default_rng(1))
    factor = np.asarray(opened.loss_factor).max()
    taken_mg = happened(quiet()).mass_mg - happened(opened).mass_mg
    assert taken_mg[-1] == pytest.approx(0.1 * (57 + 6 * (factor - 1)), abs=0.02)


def test_creep_is_in_the_window_alone():
    crept = np.asarray(disturb.creep(quiet(), np.random.default_rng(1)).extra_mg)
    moving = np.flatnonzero(np.diff(crept)) / PER_H
    assert (moving[0], moving[-1]) == pytest.approx((28.0, 53.0 - 1.0 / PER_H))


def test_a_tip_that_touches_carries_three_per_cent_of_what_comes_meanwhile():
    touching = quiet(tube_share=0.03, tube_h=(30.0, 40.0))
    missing = happened(quiet()).mass_mg - happened(touching).mass_mg
    shares = missing[[round(h * PER_H) for h in (29, 35, 41)]] / (RATE_UL_H / Z_UL_MG)
    assert shares == pytest.approx([0.0, 0.15, 0.0], abs=1e-4)


def test_a_tare_shows_nothing_and_goes_on_from_there():
    tared = happened(quiet(tared_h=10.0)).mass_mg
    assert gain_mg(tared, 11, 20) == pytest.approx(9 * RATE_UL_H / Z_UL_MG, rel=2e-5)
    assert tared[10 * PER_H + 1] == pytest.approx(RATE_UL_H / PER_H / Z_UL_MG, rel=1e-3)


def test_strokes_come_whole():
    shown = happened(quiet(stroke_ul=2.0)).counted_ul
    assert np.unique(np.round(np.diff(shown), 9)) == pytest.approx([0.0, 2.0])


def test_undeclared_strokes_are_not_in_the_record():
    scene = disturb.undeclared_strokes(quiet(), np.random.default_rng(1))
    assert start_of(scene).dut.stroke_ul == 0.0


def test_doses_add_their_volume_to_the_basal_infusion():
    plan = boluses(RATE_UL_H, 3, 0.5)
    shown = happened(quiet(schedule=plan, dose_shares=np.ones(3))).mass_mg
    assert gain_mg(shown, plan.from_h, plan.to_h) == pytest.approx((3.5 * RATE_UL_H + 60.0) / Z_UL_MG, rel=2e-5)


def test_the_true_error_of_doses_is_their_mean():
    plan = boluses(RATE_UL_H, 3, 0.5)
    shares = np.asarray([1.01, 1.02, 1.03])
    assert happened(quiet(schedule=plan, dose_shares=shares)).true_percent == pytest.approx(2.0)


def test_a_falling_barometer_lifts_what_is_in_the_vessel():
    drifting = replace(quiet().bench.true_air, drift_hpa_h=-10.0 / 24.0)
    shown = happened(quiet(bench=quiet_bench(true_air=drifting))).mass_mg
    # 30 g of glass displace 12 mL, as much steel 3.75 mL: 8.25 mL of air, 0.0119 kg/m³ lighter after 24 h.
    lifted_mg = 8.25 * 0.01186 * 4 / 24
    assert gain_mg(shown, 0, 4) == pytest.approx(lifted_mg, rel=0.03)
