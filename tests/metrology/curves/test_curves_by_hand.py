"""Curves of a handful of volumes, worked out by hand, and what averaging does to their noise."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rig.metrology.curves.from_readings import curves, delivered_volume
from rig.metrology.curves.schedules import Schedule
from rig.metrology.curves.trumpet import startup, trumpet
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification, TipInVessel
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate

# A sample each 30 min; 1 h of start-up, and an analysis of 2 h behind it.
SCHEDULE = Schedule(
    interval_min=30.0, startup_min=60.0, analysis_start_min=60.0, analysis_min=120.0, windows_min=(30.0, 60.0)
)
VOLUME_UL = np.array([0.0, 2.0, 5.0, 11.0, 15.0, 21.0, 24.0, 99.0])
RATE_UL_H = 10.0
AMBIENT = Ambient(
    liquid_temperature_c=20.0,
    air_temperature_c=20.0,
    air_pressure_hpa=1013.25,
    relative_humidity_percent=50.0,
    u_liquid_temperature_k=0.0,
    u_air_temperature_k=0.0,
    u_air_pressure_hpa=0.0,
    u_relative_humidity_percent=0.0,
)
Z_UL_MG = 1.0028512
CORRECTIONS = Corrections(
    EvaporationRate(0.2, 0.0, wander_mg2_h=0.04),
    AMBIENT,
    BalanceSpecification(readability_mg=0.1, repeatability_mg=0.3, linearity_mg=0.0, calibration_relative_u=0.002),
    TipInVessel(needle_mm=3.0, vessel_mm=30.0),
)
PER_MG = Z_UL_MG * 0.99


def test_a_start_up_graph_ends_with_its_period():
    graph = startup(VOLUME_UL, SCHEDULE, RATE_UL_H, u_reading_ul=0.1)
    # 2 and 3 µL in half an hour each.
    assert (graph.t_min.tolist(), graph.flow_ul_h.tolist()) == ([30.0, 60.0], [4.0, 6.0])


def test_errors_of_a_start_up_graph_are_percents_of_the_programmed_rate():
    graph = startup(VOLUME_UL, SCHEDULE, RATE_UL_H, u_reading_ul=0.1)
    # Two readings of 0.1 µL each make √2 of it, in 5 µL.
    assert ([*graph.error_percent], graph.u_percent) == (pytest.approx([-60.0, -40.0]), pytest.approx(2.0 * 2.0**0.5))


@pytest.mark.parametrize(
    "place, count, most, least",
    [
        # 6, 4, 6 and 3 µL where 5 µL are programmed; 10, 10 and 9 µL in an hour.
        (0, 4, 20.0, -40.0),
        (1, 3, 0.0, -10.0),
    ],
)
def test_a_trumpet_is_of_the_analysis_period_alone(place, count, most, least):
    window = trumpet(VOLUME_UL, SCHEDULE, RATE_UL_H).windows[place]
    assert (window.count, window.max_percent, window.min_percent) == pytest.approx((count, most, least))


def test_the_overall_error_is_of_the_analysis_period_alone():
    # 19 µL in 2 h, where 20 are programmed.
    assert trumpet(VOLUME_UL, SCHEDULE, RATE_UL_H).overall_percent == pytest.approx(-5.0)


def test_a_start_up_that_outlasts_the_analysis_is_sampled_to_its_end():
    # 4 h by half hours, and the sample at the beginning.
    assert replace(SCHEDULE, startup_min=240.0, analysis_start_min=0.0).samples == 9


@pytest.mark.parametrize("place, hours", [(0, 0.5), (1, 1.0)])
def test_noise_of_a_window_is_two_readings_and_the_walk_in_between(place, hours):
    window = trumpet(VOLUME_UL, SCHEDULE, RATE_UL_H, u_reading_ul=0.1, wander_ul2_h=0.04).windows[place]
    expected_ul = math.sqrt(2.0 * 0.1**2 + 0.04 * hours)
    assert window.u_percent == pytest.approx(100.0 * expected_ul / (RATE_UL_H * hours))


def test_a_position_is_as_uncertain_as_its_noise_and_what_shifts_the_curve():
    curve = trumpet(VOLUME_UL, SCHEDULE, RATE_UL_H, u_reading_ul=0.1, u_common_percent=3.0)
    assert curve.u_total_percent(curve.windows[0]) == pytest.approx(math.hypot(2.0 * math.sqrt(2.0), 3.0))


def of_readings(average_s, start_s=0.0):
    """Return the curves of 3 h at 10 µL/h that begin at a moment, read each minute while 0.2 mg/h evaporate."""
    t_s = np.arange(-3600.0, 5.0 * 3600.0 + 1.0, 60.0)
    mass_mg = 50.0 + np.maximum(t_s - start_s, 0.0) / 3600.0 * RATE_UL_H / PER_MG - 0.2 * t_s / 3600.0
    known = {"schedule": SCHEDULE, "programmed_ul_h": RATE_UL_H, "corrections": CORRECTIONS}
    return curves(t_s, mass_mg, start_s=start_s, average_s=average_s, **known)


@pytest.mark.parametrize("start_s", [0.0, 1800.0])
def test_a_steady_flow_is_flat_from_where_the_run_began(start_s):
    found = of_readings(0.0, start_s)
    flat = [*found.startup.error_percent, found.trumpet.windows[0].max_percent, found.overall.value]
    assert flat == pytest.approx([0.0] * 4, abs=1e-4)


@pytest.mark.parametrize("average_s, readings", [(0.0, 1), (59.0, 1), (600.0, 10)])
def test_averaging_narrows_the_noise_of_a_reading_and_not_its_digit(average_s, readings):
    found = of_readings(average_s)
    u_reading_mg = math.sqrt(0.3**2 / readings + 0.1**2 / 12.0)
    expected_percent = 100.0 * PER_MG * math.sqrt(2.0) * u_reading_mg / (RATE_UL_H * 0.5)
    assert found.startup.u_percent == pytest.approx(expected_percent, rel=1e-5)


@pytest.mark.parametrize("place, hours", [(0, 0.5), (1, 1.0)])
def test_a_walk_in_milligrams_is_one_in_microlitres(place, hours):
    window = of_readings(0.0).trumpet.windows[place]
    u_mg = math.sqrt(2.0 * (0.3**2 + 0.1**2 / 12.0) + 0.04 * hours)
    assert window.u_percent == pytest.approx(100.0 * PER_MG * u_mg / (RATE_UL_H * hours), rel=1e-5)


def test_the_overall_error_has_the_noise_of_two_averaged_readings():
    (line,) = [one for one in of_readings(600.0).overall.components if one.name.startswith("repeatability")]
    # Ten readings of 0.3 mg at either end, in percent of 20 µL.
    assert line.contribution == pytest.approx(5.0 * PER_MG * 0.3 * math.sqrt(2.0 / 10.0), rel=1e-5)


def test_what_shifts_a_whole_curve_is_not_its_noise():
    # Of these figures the calibration alone (0.2 %) and air's own formula (4e-4 of 1.2 kg/m³ in 1000) shift it.
    assert of_readings(0.0).trumpet.u_common_percent == pytest.approx(0.2, rel=1e-3)


def test_delivered_volume_is_z_and_immersion_times_what_came_and_evaporated():
    steady = {"evaporation": CORRECTIONS.evaporation, "ambient": AMBIENT, "tip": CORRECTIONS.tip}
    volume = delivered_volume([100.0, 1900.0, 3700.0], [50.0, 52.0, 55.0], **steady)
    assert volume == pytest.approx([0.0, 2.1 * PER_MG, 5.2 * PER_MG], rel=1e-6)


def test_a_needle_above_the_liquid_leaves_a_volume_as_it_is():
    above = {"evaporation": replace(CORRECTIONS.evaporation, rate_mg_h=0.0), "ambient": AMBIENT, "tip": TipInVessel()}
    assert delivered_volume([0.0, 60.0], [0.0, 1.0], **above)[1] == pytest.approx(Z_UL_MG, rel=1e-6)
