"""Portions of several strokes: seen where a pump delivers so, and nowhere else."""

import numpy as np
import pytest

from rig.clock import NS_PER_S
from rig.evaluation.infusions import NS_PER_H
from rig.evaluation.portions import portion_ul
from rig.evaluation.programme import Stretch

RATE_UL_H, STROKE_UL, NOISE_UL = 41.667, 0.5, 0.05
T_NS = np.arange(0, 6 * NS_PER_H, 10 * NS_PER_S, dtype=np.int64)


class Asked:
    """One rate all the time."""

    stretches = (Stretch(0, 6 * NS_PER_H, RATE_UL_H),)


def delivered(*moments_and_ul):
    """Return what had come at each reading of portions at hours, with a balance's noise."""
    hours, volumes = np.array(moments_and_ul).T
    came = (T_NS[:, None] / NS_PER_H >= hours) @ volumes
    return came + np.random.default_rng(1).normal(0.0, NOISE_UL, T_NS.size)


def each(volume_ul, factor=1.0):
    """Return portions as they fall due, each `factor` times as large as it should be."""
    apart_h = volume_ul / RATE_UL_H
    return [(apart_h * n, volume_ul * factor) for n in range(1, int(6 / apart_h) + 1)]


def portion(*moments_and_ul):
    return portion_ul(T_NS, delivered(*moments_and_ul), Asked(), STROKE_UL, NOISE_UL)


@pytest.mark.parametrize("volume_ul", [2.0, 3.0, 5.0])
def test_strokes_that_come_together_are_a_portion(volume_ul):
    assert volume_ul <= portion(*each(volume_ul)) <= min(1.3 * volume_ul, 10 * STROKE_UL)


@pytest.mark.parametrize("volume_ul", [0.5, 1.0])
def test_a_stroke_or_two_are_none(volume_ul):
    assert portion(*each(volume_ul)) == 0.0


def test_what_is_asked_for_in_an_hour_at_once_is_none():
    assert portion(*each(RATE_UL_H)) == 0.0


def test_some_volumes_at_once_beside_strokes_are_none():
    assert portion(*each(0.5), *((n / 1.5, 5.0) for n in range(1, 9))) == 0.0


def test_one_volume_too_much_makes_no_larger_portion():
    assert portion(*each(3.0), (3.01, 9.0)) == pytest.approx(portion(*each(3.0)), rel=0.01)


def test_strokes_at_a_wrong_rate_are_no_portion():
    assert portion(*each(0.5, factor=1.3)) == 0.0


def test_more_than_ten_strokes_at_once_are_no_portion():
    assert portion(*each(8.0)) == 0.0


class AskedForABolus:
    """Ten minutes at 60 µL/h."""

    stretches = (Stretch(NS_PER_H, NS_PER_H + NS_PER_H // 6, 60.0),)


@pytest.mark.parametrize("minutes", [10, 5, 2])
def test_a_bolus_that_comes_too_fast_is_no_portion(minutes):
    strokes = [(1.0 + n * minutes / 60.0 / 20, STROKE_UL) for n in range(1, 21)]
    assert portion_ul(T_NS, delivered(*strokes), AskedForABolus(), STROKE_UL, NOISE_UL) == 0.0


def test_a_bolus_in_portions_shows_them():
    bolus = AskedForABolus()
    bolus.stretches = (Stretch(NS_PER_H, NS_PER_H + NS_PER_H // 6, 600.0),)
    portions = [(1.0 + n / 6 / 20, 5.0) for n in range(1, 21)]
    assert portion_ul(T_NS, delivered(*portions), bolus, STROKE_UL, NOISE_UL) >= 4.0


def test_readings_of_one_moment_show_no_course():
    at_once = np.full(20, NS_PER_H, np.int64)
    assert portion_ul(at_once, np.arange(20.0), Asked(), STROKE_UL, NOISE_UL) == 0.0
