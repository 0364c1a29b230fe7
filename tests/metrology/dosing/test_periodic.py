"""The period of a delivery found where single strokes are not seen, and refused where it would be invented."""

import numpy as np
import pytest
from scipy.signal import lfilter

from rig.errors import SeriesError
from rig.metrology.dosing.periodic import find_cycle, flow_over_periods


def pulsing(rate_ul_h, stroke_ul, every_s, hours=25.0, noise_ul=0.1, smear_s=0.0, seed=1):
    t = np.arange(0.0, hours * 3600.0, every_s)
    volume = stroke_ul * np.floor(rate_ul_h * t / 3600.0 / stroke_ul + 0.3)
    if smear_s:
        kept = np.exp(-every_s / smear_s)
        volume = lfilter([1.0 - kept], [1.0, -kept], volume)
    return t, volume + np.random.default_rng(seed).normal(0.0, noise_ul, t.size)


@pytest.mark.parametrize(
    "rate_ul_h, stroke_ul, every_s, smear_s",
    [
        (2.0, 0.1, 1.0, 0.0),
        (2.0, 0.05, 1.0, 0.0),
        (2.0, 0.5, 60.0, 0.0),
        (41.7, 1.0, 10.0, 0.0),
        (100.0, 2.0, 1.0, 10.0),
    ],
)
def test_strokes_in_the_noise_or_smeared_are_found_by_their_period(rate_ul_h, stroke_ul, every_s, smear_s):
    cycle = find_cycle(*pulsing(rate_ul_h, stroke_ul, every_s, smear_s=smear_s))
    assert cycle.interval_s == pytest.approx(3600.0 * stroke_ul / rate_ul_h, rel=1e-3)
    assert cycle.stroke_ul == pytest.approx(stroke_ul, rel=2e-3)


def test_intervals_of_uncertainty_hold_the_truth():
    cycles = [find_cycle(*pulsing(41.7, 1.0, 5.0, noise_ul=0.2, seed=seed)) for seed in range(40)]
    period_s = 3600.0 / 41.7
    assert np.mean([abs(each.interval_s - period_s) <= 2.0 * each.u_interval_s for each in cycles]) >= 0.9
    assert np.mean([abs(each.flow.value - 41.7) <= 2.0 * each.flow.u for each in cycles]) >= 0.85
    # Nor are they far wider than that.
    assert np.mean([abs(each.interval_s - period_s) >= 0.5 * each.u_interval_s for each in cycles]) >= 0.3


def test_the_flow_over_whole_periods_has_no_phase():
    t, volume = pulsing(41.7, 1.0, 1.0, hours=3.0, noise_ul=0.0)
    flows = [flow_over_periods(t[i:], volume[i:], 3600.0 / 41.7).value for i in range(0, 90, 10)]
    assert flows == pytest.approx([41.7] * 9, abs=0.02)


def line_of(budget, name):
    (line,) = [one for one in budget.components if one.name == name]
    return line


# 36 µL/h in strokes of 1 µL, each 100 s, read ten times: means of ten readings, 1900 s apart.
T_S, APART_H = np.arange(0.0, 2000.0, 10.0), 1900.0 / 3600.0


def test_a_flow_over_periods_has_the_noise_of_both_means():
    t_s = np.arange(0.0, 2000.0, 0.1)
    noisy = t_s / 100.0 + np.random.default_rng(1).normal(0.0, 0.2, t_s.size)
    # A thousand readings of 0.2 µL at either end.
    noise = line_of(flow_over_periods(t_s, noisy, 100.0), "noise of the means")
    assert noise.contribution == pytest.approx(0.2 * np.sqrt(2.0 / 1000.0) / APART_H, rel=0.03)


@pytest.mark.parametrize("every_s", [60.0, 70.0, 80.0])
def test_a_pump_that_is_read_too_seldom_does_not_show_a_false_period(every_s):
    with pytest.raises(SeriesError, match="read too seldom"):
        find_cycle(*pulsing(1000.0 / 24.0, 1.0, every_s))


@pytest.mark.parametrize("seed", range(20))
def test_noise_and_wander_have_no_period(seed):
    rng = np.random.default_rng(seed)
    t = np.arange(0.0, 7200.0, 1.0)
    volume = t / 36.0 + rng.normal(0.0, 0.1, t.size) + np.cumsum(rng.normal(0.0, 0.005, t.size))
    with pytest.raises(SeriesError):
        find_cycle(t, volume)


def test_nothing_delivered_has_no_period():
    with pytest.raises(SeriesError, match="no period"):
        find_cycle(np.arange(1000.0), np.zeros(1000))


@pytest.mark.parametrize("interval_s", [0.0, -1.0, 600.0, float("nan")])
def test_periods_that_do_not_fit_twice_are_refused(interval_s):
    with pytest.raises(SeriesError, match="whole periods"):
        flow_over_periods(np.arange(1000.0), np.arange(1000.0), interval_s)
