"""What a mean flow says of levels, strokes, steps and a changing loss, each worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rig.metrology.readings.regression import fit_line
from rig.metrology.uncertainty.budget import Budget
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow import Surroundings, mean_flow, volume_delivered, with_changing_loss
from rig.metrology.weighing.levels import level
from rig.metrology.weighing.loss_change import LossWalk, loss_walk

# Water at 20 °C in air of 1013.25 hPa and 50 %RH.
Z_UL_MG = 1.0028512
T_S = np.arange(0.0, 25.0 * 3600.0 + 1.0, 60.0)
T_H = T_S / 3600.0
BALANCE = BalanceSpecification(readability_mg=0.01, repeatability_mg=0.1, linearity_mg=0.2, calibration_relative_u=1e-5)
CORRECTIONS = Corrections(
    EvaporationRate(0.1, 0.004, 50.0, white_mg2_s=0.1**2 * 60.0, u_between_mg_h=0.03),
    Ambient(
        liquid_temperature_c=20.0,
        air_temperature_c=20.0,
        air_pressure_hpa=1013.25,
        relative_humidity_percent=50.0,
        u_liquid_temperature_k=0.3,
        u_air_temperature_k=0.3,
        u_air_pressure_hpa=1.0,
        u_relative_humidity_percent=3.0,
    ),
    BALANCE,
)
RATE_UL_H = 12.5


def weighed(rate_ul_h=RATE_UL_H, noise_mg=0.02):
    """Return what a balance shows of a steady flow, while 0.1 mg/h evaporate."""
    return 500.0 + (rate_ul_h / Z_UL_MG - 0.1) * T_H + np.random.default_rng(1).normal(0.0, noise_mg, T_S.size)


def found(mass_mg, **different):
    return mean_flow(T_S, mass_mg, programmed_ul_h=RATE_UL_H, corrections=CORRECTIONS, **different)


def line(budget: Budget, name: str):
    (one,) = [one for one in budget.components if one.name == name]
    return one


@pytest.mark.parametrize("dropped_mg", [20.0, 4.0, -4.0])
def test_what_came_at_once_is_delivered_or_fallen_on_the_pan(dropped_mg):
    error = found(weighed() + dropped_mg * (T_H >= 9.0)).error
    # Either 0 or all of it is true: over √2 of its share of 312.5 µL.
    percent = 100.0 * Z_UL_MG * abs(dropped_mg) / 312.5
    at_once = [one for one in error.components if one.name in ("what came at once", "end-point against regression")]
    assert max(one.contribution for one in at_once) == pytest.approx(percent / math.sqrt(2.0), rel=0.05)


def test_what_came_at_once_shifts_nothing():
    # A drop of 1 mg in 312.5 µL.
    assert found(weighed() + (T_H >= 9.0)).error.value == pytest.approx(100.0 * Z_UL_MG / 312.5, abs=0.03)


def test_a_difference_of_end_points_and_regression_counts_once():
    result = found(weighed() + 20.0 * (T_H >= 9.0))
    assert not result.agree
    assert [one.name for one in result.error.components].count("what came at once") == 0


def test_a_difference_of_end_points_and_regression_is_either_or_nothing():
    bent = weighed() + np.where(T_H < 5.0, 0.4 * (5.0 - T_H), 0.0)
    result = found(bent)
    apart = line(result.error, "end-point against regression")
    assert apart.contribution == pytest.approx(abs(result.difference_percent) / math.sqrt(2.0))


def test_end_points_and_regression_may_differ_by_the_noise_of_both_ends():
    # A level of two readings of 0.1 mg each at either end: twice their 0.1 mg, in percent of what comes meanwhile.
    expected = 2.0 * 100.0 * Z_UL_MG * 0.1 / (RATE_UL_H * (25.0 - 1.0 / 60.0))
    assert found(weighed()).allowed_percent == pytest.approx(expected, rel=0.01)


def test_a_declared_stroke_larger_than_what_shows_counts():
    cut = line(found(weighed(), stroke_ul=0.6).error, "phase of the strokes at both ends")
    # 0.6 µL over √6, in percent of the volume between the ends' levels (a minute each at both ends: 24 h 59 min).
    assert cut.contribution == pytest.approx(100.0 * 0.6 / math.sqrt(6.0) / (RATE_UL_H * (25.0 - 1.0 / 60.0)), rel=1e-6)


def test_levels_are_means_of_a_minute_at_each_end():
    gain = found(weighed()).gain
    # Two readings a minute apart at each end: their mean times lie 25 h less a minute apart.
    assert (gain.hours, gain.readings) == (pytest.approx(25.0 - 1.0 / 60.0), 2)


def test_regression_is_corrected_for_evaporation():
    assert found(weighed(noise_mg=0.02)).regression_ul_h == pytest.approx(RATE_UL_H, rel=1e-3)


def test_the_regressions_own_uncertainty_is_a_flow():
    # White noise of 0.02 mg about a line through n readings over T: σ·√12/(T·√n).
    result = found(weighed(noise_mg=0.02))
    expected_ul_h = Z_UL_MG * 0.02 * math.sqrt(12.0 / T_S.size) / 25.0
    assert result.u_regression_ul_h == pytest.approx(expected_ul_h, rel=0.3)


def test_the_volume_between_plateaus_is_corrected_for_what_evaporated_in_between():
    t_s = np.arange(0.0, 3601.0, 60.0)
    mass_mg = 100.0 + 50.0 * (t_s > 1800.0) - 0.1 * t_s / 3600.0
    budget = volume_delivered(t_s, mass_mg, before_s=(0.0, 600.0), after_s=(3000.0, 3600.0), corrections=CORRECTIONS)
    assert budget.value == pytest.approx(50.0 * Z_UL_MG, rel=1e-7)


def test_a_plateau_may_be_one_reading():
    t_s = np.arange(0.0, 3601.0, 60.0)
    mass_mg = 100.0 + 50.0 * (t_s > 1800.0)
    budget = volume_delivered(t_s, mass_mg, before_s=(0.0, 0.0), after_s=(3600.0, 3600.0), corrections=CORRECTIONS)
    assert line(budget, "repeatability of start and end").u == pytest.approx(0.1 * math.sqrt(2.0))


def test_the_shorter_plateau_says_what_a_digit_is_averaged_over():
    t_s = np.arange(0.0, 3601.0, 60.0)
    mass_mg = 100.0 + 50.0 * (t_s > 1800.0)
    budget = volume_delivered(t_s, mass_mg, before_s=(0.0, 1200.0), after_s=(3420.0, 3600.0), corrections=CORRECTIONS)
    # Four readings of the shorter one, 21 of the longer.
    assert line(budget, "resolution").u == pytest.approx(0.01 * math.sqrt(2.0 / 12.0 / 4.0))


def test_a_level_is_the_mean_of_its_span_with_both_ends():
    t_s, mass_mg = np.arange(6.0), np.array([1.0, 2.0, 3.0, 5.0, 8.0, 13.0])
    quiet = replace(BALANCE, repeatability_mg=10.0)
    found_level = level(t_s, mass_mg, (1.0, 3.0), quiet, 0.0, 0.0)
    assert (found_level.t_s, found_level.mass_mg, found_level.readings) == pytest.approx((2.0, 10.0 / 3.0, 3))


def test_noise_of_a_level_is_averaged_down():
    assert level(np.arange(4.0), np.full(4, 7.0), (0.0, 3.0), BALANCE, 0.0, 0.0).u_mg == pytest.approx(0.05)


def test_noise_seen_without_flow_counts_where_it_is_larger():
    # 0.36 mg²·s over 4 s (four readings a second apart stand for four seconds).
    assert level(np.arange(4.0), np.full(4, 7.0), (0.0, 3.0), BALANCE, 0.36, 0.0).u_mg == pytest.approx(0.3)


def test_structure_of_a_level_counts_in_full():
    mass_mg = np.array([0.0, 2.0, 0.0, 2.0])
    # Of a variance of 4/3 mg² all but that of one reading.
    assert level(np.arange(4.0), mass_mg, (0.0, 3.0), BALANCE, 0.0, 0.0).u_mg == pytest.approx(math.sqrt(4 / 3 - 0.01))


def test_a_slope_is_no_structure_of_a_level():
    mass_mg = 2.0 * np.arange(4.0)
    assert level(np.arange(4.0), mass_mg, (0.0, 3.0), BALANCE, 0.0, 7200.0).u_mg == pytest.approx(0.05)


def of_stretch(*slopes_mg_h):
    """Return what a step from stretches of other slopes before adds to the change of the loss, mg/h."""
    here, *noise = np.random.default_rng(5).normal(0.0, 0.001, (1 + len(slopes_mg_h), T_S.size))
    before = tuple(
        (T_S - 26.0 * 3600.0 * place, 100.0 + (12.0 + slope_mg_h) * T_H + own)
        for place, (slope_mg_h, own) in enumerate(zip(slopes_mg_h, noise, strict=True), start=1)
    )
    here += 500.0 + 12.0 * T_H
    open_vessel = replace(CORRECTIONS, tip=TipInVessel(vessel_mm=100.0))
    around = Surroundings(before, lead_h=26.0 * len(before) + 1.0)
    return with_changing_loss(T_S, here, open_vessel, around).evaporation.u_between_mg_h


def test_a_step_of_the_slope_before_a_window_may_be_all_loss_or_none():
    # A rectangle of ±0.6 mg/h, beside the 0.03 mg/h of the weighings and what the walk itself says of such a step.
    walked = math.sqrt(of_stretch(0.6) ** 2 - 0.03**2)
    assert 0.6 / math.sqrt(3.0) <= walked <= 0.6 / math.sqrt(3.0) + 0.25


@pytest.mark.parametrize("slopes_mg_h", [(0.6, 0.0), (0.0, 0.6)])
def test_of_several_stretches_before_a_window_the_one_that_is_farthest_counts(slopes_mg_h):
    assert math.sqrt(of_stretch(*slopes_mg_h) ** 2 - 0.03**2) >= 0.6 / math.sqrt(3.0)


def test_a_loss_that_changes_is_no_more_than_an_open_vessel_loses():
    tip = TipInVessel(vessel_mm=10.0)
    here = 500.0 + np.where(T_H < 12.0, 12.0 * T_H, 144.0 + 24.0 * (T_H - 12.0))
    walked = with_changing_loss(T_S, here, replace(CORRECTIONS, tip=tip)).evaporation.u_between_mg_h
    assert walked == pytest.approx(math.hypot(0.03, tip.open_loss_mg_h / math.sqrt(12.0)))


@pytest.mark.parametrize(
    "beside_h, walked",
    # Nothing scatters: 0.3 mg/h in 10 h, of which the middle 4 h are the window (see below); or in those 4 h alone.
    [(3.0, math.sqrt(0.09 / 10.0 * (3.0 + 4.0 / 3.0 + 2.5 - 5.0))), (0.0, 0.3 / math.sqrt(12.0))],
)
def test_what_two_weighings_show_is_counted_once_over_all_of_the_time_between_them(beside_h, walked):
    t_s = np.arange(0.0, 4.0 * 3600.0 + 1.0, 60.0)
    of_weighings_mg_h = math.hypot(0.03, 0.3 / math.sqrt(12.0))
    apart = replace(CORRECTIONS.evaporation, change_mg_h=0.3, u_change_mg_h=0.004, u_between_mg_h=of_weighings_mg_h)
    c = replace(CORRECTIONS, evaporation=apart, tip=TipInVessel(vessel_mm=100.0))
    around = Surroundings(lead_h=beside_h, lag_h=beside_h)
    changing = with_changing_loss(t_s, 12.0 * t_s / 3600.0, c, around).evaporation
    assert changing.u_between_mg_h == pytest.approx(math.hypot(0.03, walked), rel=1e-3)


def test_a_walk_over_the_window_and_beside_it_adds_up():
    # Of a walk over 10 h of which the middle 4 h are the window: the mean of the window less that of the ends has
    # σ²·(min(t, s) averaged over the window + 10/4 − the window's middle): 3 + 4/3 + 2.5 − 5.
    u = LossWalk(1.0).u_of_mean_mg_h(4.0, lead_h=3.0, lag_h=3.0)
    assert u == pytest.approx(math.sqrt(3.0 + 4.0 / 3.0 + 2.5 - 5.0), rel=1e-3)


def test_strokes_that_both_ends_cut_explain_a_difference_of_end_points_and_regression():
    # Readings that scatter by 0.5 mg are 0.1 mg of the balance's and structure, which either end, of one reading, has.
    expected = 2.0 * 100.0 * Z_UL_MG * math.sqrt(2.0) * 0.5 / (RATE_UL_H * 25.0)
    assert found(weighed(noise_mg=0.5)).allowed_percent == pytest.approx(expected, rel=0.06)


def test_a_slope_before_a_window_that_its_own_noise_explains_is_no_step():
    here = 500.0 + 12.0 * T_H + np.random.default_rng(1).normal(0.0, 0.001, T_S.size)
    before = 100.0 + 12.0 * T_H + np.random.default_rng(4).normal(0.0, 1.0, T_S.size)
    lines = fit_line(T_S, here), fit_line(T_S, before)
    assert lines[0].u_slope_h < abs(lines[0].slope_h - lines[1].slope_h) < lines[1].u_slope_h
    stretch = T_S - 26.0 * 3600.0, before
    c = replace(CORRECTIONS, tip=TipInVessel(vessel_mm=100.0))
    changing = with_changing_loss(T_S, here, c, Surroundings((stretch,), lead_h=1.0)).evaporation
    walk = loss_walk([stretch, (T_S, here)]).u_of_mean_mg_h(25.0, 1.0)
    assert changing.u_between_mg_h == pytest.approx(math.hypot(0.03, walk))
