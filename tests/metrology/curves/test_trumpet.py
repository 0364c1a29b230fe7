"""Start-up graph, trumpet curve and overall error against the reference's closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import SeriesError, WindowError
from rig.metrology.curves.schedules import Schedule, ambulatory, volumetric
from rig.metrology.curves.trumpet import expected_maximum, startup, trumpet
from rig.metrology.readings.checked import BLOCK


def minutes_of(schedule):
    return schedule.interval_min * np.arange(schedule.samples)


def pulses():
    """Return pulses of 1 µL at 1000/24 µL/h, one each 1.44 min, on the schedule of ambulatory pumps."""
    schedule = ambulatory(15.0)
    return schedule, np.floor(minutes_of(schedule) / 1.44 + 1e-9), 1000.0 / 24.0


@pytest.mark.parametrize(
    "place, window_min, count, most, least, digits",
    [
        (0, 15.0, 100, 5.6, -4.0, 1e-9),
        (1, 60.0, 97, 0.8, -1.6, 1e-9),
        (2, 150.0, 91, 0.8, -0.16, 1e-9),
        (3, 330.0, 79, 0.3636, -0.0727, 5e-5),
        (4, 570.0, 63, 0.0421, -0.2105, 5e-5),
        (5, 930.0, 39, 0.0258, -0.1290, 5e-5),
    ],
)
def test_the_trumpet_of_a_pulsing_ambulatory_pump(place, window_min, count, most, least, digits):
    schedule, volume, rate = pulses()
    window = trumpet(volume, schedule, rate).windows[place]
    assert (window.window_min, window.count) == (window_min, count)
    assert window.max_percent == pytest.approx(most, abs=digits)
    assert window.min_percent == pytest.approx(least, abs=digits)


def test_the_trumpet_of_a_ramping_volumetric_pump():
    schedule = volumetric(0.5)
    t = minutes_of(schedule)
    # In the analysis hour the rate ramps from −1 % to +1 % of 100 µL/h.
    volume = 100.0 / 60.0 * (t + np.where(t >= 60.0, 0.01 * ((t - 90.0) ** 2 - 900.0) / 60.0, 0.0))
    curve = trumpet(volume, schedule, 100.0)
    assert [window.max_percent for window in curve.windows] == pytest.approx(
        [0.966667, 0.916667, 0.816667, 0.683333, 0.483333], abs=5e-7
    )
    assert [window.min_percent for window in curve.windows] == pytest.approx(
        [-0.966667, -0.916667, -0.816667, -0.683333, -0.483333], abs=5e-7
    )
    assert curve.overall_percent == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("period_min", [7.0, 20.0, 47.0])
def test_the_trumpet_of_a_sine_is_its_envelope(period_min):
    schedule = Schedule(
        interval_min=0.01, startup_min=1.0, analysis_start_min=0.0, analysis_min=240.0, windows_min=(2.0, 5.0, 31.0)
    )
    t = minutes_of(schedule)
    volume = 10.0 * (t - 0.03 * period_min / (2.0 * math.pi) * np.cos(2.0 * math.pi * t / period_min))
    for window in trumpet(volume, schedule, 600.0).windows:
        x = math.pi * window.window_min / period_min
        envelope = 100.0 * 0.03 * abs(math.sin(x) / x)
        assert window.max_percent == pytest.approx(envelope, abs=1e-4)
        assert window.min_percent == pytest.approx(-envelope, abs=1e-4)


def test_the_start_up_graph_shows_the_flow_of_each_interval():
    schedule = volumetric(0.5)
    volume = np.minimum(minutes_of(schedule), 60.0) * 2.0
    graph = startup(volume, schedule, 100.0, u_reading_ul=0.1)
    assert graph.t_min[[0, -1]] == pytest.approx([0.5, 120.0])
    assert graph.flow_ul_h[[0, 119, 120, -1]] == pytest.approx([120.0, 120.0, 0.0, 0.0])
    assert graph.error_percent[[0, -1]] == pytest.approx([20.0, -100.0])
    assert graph.u_percent == pytest.approx(100.0 * math.sqrt(2.0) * 0.1 * 60.0 / (0.5 * 100.0))


@pytest.mark.parametrize("window_min, percent", [(15.0, 28.0), (1440.0, 0.3)])
def test_noise_of_a_tenth_of_a_milligram_at_2_ul_h(window_min, percent):
    schedule = Schedule(
        interval_min=15.0, startup_min=15.0, analysis_start_min=0.0, analysis_min=1500.0, windows_min=(window_min,)
    )
    volume = 2.0 / 60.0 * minutes_of(schedule)
    assert trumpet(volume, schedule, 2.0, u_reading_ul=0.1).windows[0].u_percent == pytest.approx(percent, rel=0.02)


@pytest.mark.parametrize("white_ul, walk_ul2_h", [(0.1, 0.0), (0.0, 0.05**2), (0.1, 0.1**2)])
def test_the_envelope_is_what_a_perfect_pump_shows_on_average(white_ul, walk_ul2_h):
    schedule = ambulatory(15.0)
    t_h = minutes_of(schedule) / 60.0
    rng = np.random.default_rng(1)
    shown = []
    for _ in range(300):
        walk = np.cumsum(rng.normal(0.0, math.sqrt(walk_ul2_h * 0.25), t_h.size))
        volume = 10.0 * t_h + rng.normal(0.0, white_ul, t_h.size) + walk
        curve = trumpet(volume, schedule, 10.0, u_reading_ul=white_ul, wander_ul2_h=walk_ul2_h)
        shown.append([window.max_percent for window in curve.windows])
    expected = [window.perfect_max_percent for window in curve.windows]
    assert np.mean(shown, axis=0) == pytest.approx(expected, rel=0.15)


def test_windows_of_one_interval_are_no_more_than_there_are():
    """Windows that do not overlap are independent: as many as there are, whatever the fit to overlapping ones says."""
    schedule = Schedule(
        interval_min=15.0, startup_min=15.0, analysis_start_min=0.0, analysis_min=150.0, windows_min=(15.0,)
    )
    # In a quarter of an hour 2.5 µL are asked for, and a walk of 0.1 µL² an hour makes √0.025 µL.
    (window,) = trumpet(10.0 / 60.0 * minutes_of(schedule), schedule, 10.0, wander_ul2_h=0.1).windows
    assert window.perfect_max_percent == pytest.approx(100.0 * math.sqrt(0.025) / 2.5 * expected_maximum(10))


def test_the_largest_of_independent_normals_is_tabulated():
    # Harter 1961, expected values of the largest of n: 0.56419, 1.53875, 2.50759.
    assert [expected_maximum(n) for n in (2, 10, 100)] == pytest.approx([0.56419, 1.53875, 2.50759], abs=5e-6)


@given(st.integers(1, 40), st.integers(0, 400), st.integers(0, 99))
def test_block_by_block_gives_what_the_definition_says(n, extra, seed):
    volume = np.cumsum(np.random.default_rng(seed).uniform(0.0, 2.0, n + extra + 1))
    schedule = Schedule(
        interval_min=1.0,
        startup_min=1.0,
        analysis_start_min=0.0,
        analysis_min=float(volume.size - 1),
        windows_min=(float(n),),
    )
    errors = [100.0 * (60.0 * (volume[j + n] - volume[j]) / (n * 60.0) - 1.0) for j in range(volume.size - n)]
    (window,) = trumpet(volume, schedule, 60.0).windows
    assert window.count == len(errors)
    assert (window.max_percent, window.min_percent) == (pytest.approx(max(errors)), pytest.approx(min(errors)))


def test_an_extreme_at_the_edge_of_a_block_is_not_lost():
    volume = np.arange(3.0 * BLOCK)
    volume[BLOCK:] += 5.0
    volume[2 * BLOCK :] -= 3.0
    schedule = Schedule(
        interval_min=1.0,
        startup_min=1.0,
        analysis_start_min=0.0,
        analysis_min=volume.size - 1.0,
        windows_min=(1.0,),
    )
    (window,) = trumpet(volume, schedule, 60.0).windows
    assert (window.max_percent, window.min_percent) == (pytest.approx(500.0), pytest.approx(-300.0))


def test_periods_that_begin_later_use_only_their_own_readings():
    schedule, volume, rate = pulses()
    spoilt = volume.copy()
    spoilt[:90] = -1e6
    assert trumpet(spoilt, schedule, rate) == trumpet(volume, schedule, rate)


@pytest.mark.parametrize("interval_min", [0.0, -1.0, math.nan, math.inf])
def test_a_sample_interval_is_demanded(interval_min):
    with pytest.raises(WindowError, match="sample interval"):
        volumetric(interval_min)


@pytest.mark.parametrize("windows_min", [(7.0,), (0.25,), (0.0,), (-15.0,), (math.nan,), (1515.0,), ()])
def test_windows_that_do_not_fit_are_refused(windows_min):
    with pytest.raises(WindowError, match="window"):
        Schedule(
            interval_min=15.0,
            startup_min=1440.0,
            analysis_start_min=1440.0,
            analysis_min=1500.0,
            windows_min=windows_min,
        )


def test_tenths_of_a_minute_are_whole_intervals():
    schedule = Schedule(
        interval_min=0.1, startup_min=0.3, analysis_start_min=0.7, analysis_min=1.1, windows_min=(0.3, 0.6)
    )
    assert schedule.samples == 19


def test_a_run_that_is_one_sample_short_is_refused():
    schedule, volume, rate = pulses()
    with pytest.raises(WindowError, match=r"196 volumes .* needs 197"):
        trumpet(volume[:-1], schedule, rate)


def test_a_volume_that_is_no_number_is_refused_with_its_place():
    schedule, volume, rate = pulses()
    volume[150] = math.nan
    with pytest.raises(SeriesError, match="volume 150 is nan"):
        trumpet(volume, schedule, rate)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_an_error_against_no_rate_is_refused(rate):
    schedule, volume, _ = pulses()
    with pytest.raises(WindowError, match="positive rate"):
        trumpet(volume, schedule, rate)
