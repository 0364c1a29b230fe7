"""Strokes found in data: their volume, their interval and the flow over whole ones."""

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.metrology.dosing.cycles import find_strokes, flow_over_strokes, flows_over_strokes


def staircase(rate_ul_h, stroke_ul, hours, every_s, noise_ul=0.1, seed=1):
    t = np.arange(0.0, hours * 3600.0, every_s)
    delivered = stroke_ul * np.floor(rate_ul_h * t / 3600.0 / stroke_ul + 0.3)
    return t, delivered + np.random.default_rng(seed).normal(0.0, noise_ul, t.size)


@pytest.mark.parametrize(
    "rate_ul_h, stroke_ul, hours, every_s",
    [(100.0, 2.0, 1.0, 0.1), (20.0, 2.0, 5.0, 1.0), (1000.0 / 24.0, 1.0, 5.0, 1.0), (2.0, 0.5, 25.0, 10.0)],
)
def test_volume_and_interval_of_strokes_are_found(rate_ul_h, stroke_ul, hours, every_s):
    strokes = find_strokes(*staircase(rate_ul_h, stroke_ul, hours, every_s))
    assert strokes.stroke_ul == pytest.approx(stroke_ul, rel=0.005)
    assert strokes.interval_s == pytest.approx(3600.0 * stroke_ul / rate_ul_h, rel=0.001)
    assert strokes.volume_ul == pytest.approx(stroke_ul, abs=0.1)


@pytest.mark.parametrize("seed", range(10))
def test_the_flow_over_whole_strokes_is_the_rate(seed):
    budget = flow_over_strokes(find_strokes(*staircase(41.7, 1.0, 6.0, 1.0, seed=seed)))
    assert budget.unit == "µL/h"
    assert budget.value == pytest.approx(41.7, abs=3.0 * budget.u)


def test_the_flow_over_whole_strokes_does_not_depend_on_where_the_window_begins():
    t, volume = staircase(41.7, 1.0, 6.0, 1.0, noise_ul=0.02)
    between_ends, over_strokes = [], []
    for begin in range(0, 90, 10):
        part = slice(begin, begin + 18_000)
        between_ends.append((volume[part][-1] - volume[part][0]) / (t[part][-1] - t[part][0]) * 3600.0)
        over_strokes.append(flow_over_strokes(find_strokes(t[part], volume[part])).value)
    assert np.ptp(over_strokes) < 0.1 * np.ptp(between_ends)


def test_uneven_intervals_and_volumes_are_kept():
    rng = np.random.default_rng(3)
    when = np.cumsum(rng.uniform(40.0, 80.0, 50))
    size = rng.uniform(0.8, 1.2, 50)
    t = np.arange(0.0, when[-1] + 40.0, 1.0)
    volume = (size[:, None] * (t >= when[:, None])).sum(axis=0) + rng.normal(0.0, 0.02, t.size)
    strokes = find_strokes(t, volume)
    assert strokes.t_s == pytest.approx(when, abs=1.5)
    assert strokes.volume_ul == pytest.approx(size, abs=0.04)


def test_flow_is_averaged_over_runs_of_whole_strokes():
    strokes = find_strokes(*staircase(100.0, 2.0, 1.0, 0.1))
    flows = flows_over_strokes(strokes, 5)
    assert flows.shape == (strokes.count - 5,)
    assert flows == pytest.approx(100.0, abs=1.0)


@pytest.mark.parametrize("whole", [0, -1, 49, 1000])
def test_more_whole_strokes_than_there_are_is_refused(whole):
    strokes = find_strokes(*staircase(100.0, 2.0, 1.0, 0.1))
    with pytest.raises(SeriesError, match="whole strokes"):
        flows_over_strokes(strokes, whole)


@pytest.mark.parametrize("rate_ul_h, noise_ul", [(2.0, 0.1), (100.0, 0.1), (1000.0, 0.1), (100.0, 0.0)])
def test_an_even_flow_has_no_strokes(rate_ul_h, noise_ul):
    t = np.arange(0.0, 3600.0, 0.1)
    volume = rate_ul_h * t / 3600.0 + np.random.default_rng(2).normal(0.0, noise_ul, t.size)
    with pytest.raises(SeriesError, match="no strokes"):
        find_strokes(t, volume)


def test_nothing_delivered_has_no_strokes():
    with pytest.raises(SeriesError, match="no strokes"):
        find_strokes(np.arange(1000.0), np.zeros(1000))


def test_strokes_below_the_noise_are_not_invented():
    with pytest.raises(SeriesError, match="no strokes"):
        find_strokes(*staircase(100.0, 0.01, 1.0, 1.0))


def test_strokes_of_a_pump_that_does_not_wander_are_known_to_the_noise_of_their_plateaus():
    # Plateaus of 60 readings, of which those next to a stroke are not used.
    strokes = find_strokes(*staircase(60.0, 1.0, 1.0, 1.0, noise_ul=0.05))
    known = [0.05 * np.sqrt(2.0 / readings) for readings in (60, 30)]
    assert known[0] <= np.median(strokes.u_volume_ul) <= known[1]
