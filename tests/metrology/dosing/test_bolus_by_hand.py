"""The budget of a series of four boluses, line by line."""

import math

import numpy as np
import pytest

from rig.metrology.dosing.bolus import evaluate_series
from rig.metrology.dosing.noise_lines import NoiseLine

# Programmed 10 µL: a mean of 10.1 µL, and a variance of 0.2/3 µL² (0.3, 0.1, 0.3, 0.1 off the mean).
VOLUME_UL = [9.8, 10.0, 10.4, 10.2]
SHARED = NoiseLine("a level that all share", "A", np.full((4, 4), 0.04))


def series(**different):
    known = {"noise": [SHARED], "u_common_ul": 0.03, **different}
    return evaluate_series(VOLUME_UL, 0.1, 10.0, **known)


@pytest.mark.parametrize(
    "name, contribution_percent",
    [
        # 0.01 µL² of each measurement's own noise is in the scatter; what all share is not.
        ("repeatability of the boluses", 10.0 * math.sqrt((0.2 / 3.0 - 0.01) / 4.0)),
        ("noise of each bolus measurement", 10.0 * 0.1 / 2.0),
        ("a level that all share", 10.0 * 0.2),
        ("common to all boluses", 10.0 * 0.03),
    ],
)
def test_a_line_of_a_mean_boluss_budget_is_what_is_worked_out_by_hand(name, contribution_percent):
    (line,) = [one for one in series().mean_error.components if one.name == name]
    assert line.contribution == pytest.approx(contribution_percent)


def test_the_scatter_of_four_boluses_without_noise_has_three_degrees_of_freedom():
    assert evaluate_series(VOLUME_UL, 0.0, 10.0).mean_error.components[0].dof == 3


def test_a_scatter_less_its_noise_is_known_from_fewer():
    # (0.2/3 − 0.01)/(0.2/3) = 0.85 of what was seen.
    assert series().mean_error.components[0].dof == pytest.approx(3 * 0.85**2)


def test_a_scatter_that_noise_explains_may_hide_one_of_the_pump_s_own():
    # Noise of 0.09 µL² is more than the 0.2/3 seen; s² of it varies by 0.09·√(2/3), of which a quarter counts.
    line = series(noise=[NoiseLine("own", "A", 0.08 * np.eye(4))]).mean_error.components[0]
    assert line.contribution == pytest.approx(10.0 * math.sqrt(0.25 * 0.09 * math.sqrt(2 / 3) / 4))


def test_what_is_only_known_to_stay_within_bounds_explains_no_scatter():
    bound = NoiseLine("linearity", "B", 0.04 * np.eye(4))
    lines = {one.name: one.contribution for one in series(bounds=[bound]).mean_error.components}
    assert lines["repeatability of the boluses"] == pytest.approx(10.0 * math.sqrt((0.2 / 3.0 - 0.01) / 4.0))
    assert lines["linearity"] == pytest.approx(10.0 * 0.1)


def test_the_mean_error_is_of_the_programmed_volume():
    assert (series().mean_ul, series().mean_error.value) == pytest.approx((10.1, 1.0))


def test_extremes_are_those_of_single_boluses():
    found = series()
    assert (found.n, found.largest_percent, found.smallest_percent) == (4, pytest.approx(4.0), pytest.approx(-2.0))


def test_as_many_boluses_as_were_planned_are_a_series():
    assert series(planned_count=4).n == 4


def test_a_tolerance_interval_of_95_in_95_of_four_boluses():
    # k = 6.341 for n = 4 (exact, two-sided, 95 % of all at 95 % confidence), of a deviation of 2.582 %.
    found = series().tolerance
    assert (found.lower, found.upper) == pytest.approx((1.0 - 6.341 * 2.58199, 1.0 + 6.341 * 2.58199), rel=1e-4)


def test_noise_that_all_share_explains_no_scatter_and_noise_of_each_does():
    each = NoiseLine("own", "A", 0.04 * np.eye(4))
    # 0.2/3 less 0.01 and 0.04 µL².
    (line,) = [one for one in series(noise=[each]).mean_error.components if one.name.startswith("repeatability")]
    assert line.contribution == pytest.approx(10.0 * math.sqrt((0.2 / 3.0 - 0.05) / 4.0))
