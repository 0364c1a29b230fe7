"""Lines of the noise of levels: what a digit is worth beside noise that carries readings over its edge, or does not."""

import numpy as np
import pytest

from rig.metrology.dosing.level_noise import CommonSlope
from rig.metrology.dosing.reading_noise import ReadingNoise, Strokes, noise_of_levels

# Two levels of 25 readings each.
LEVELS = CommonSlope(np.arange(0.0, 100.0), np.array([0, 60]), np.array([25, 85]))
DIGIT_UL = 0.1


def resolution(single_ul):
    noise = ReadingNoise(single_ul=single_ul, digit_ul=DIGIT_UL / 12.0**0.5)
    _, lines = noise_of_levels(LEVELS, single_ul**2, 0.0, noise, Strokes())
    (line,) = [one for one in lines if one.name == "resolution"]
    return line.covariance


@pytest.mark.parametrize("single_ul, readings", [(0.051, 25), (0.049, 1)])
def test_a_digit_is_averaged_from_half_a_digit_of_noise_on(single_ul, readings):
    assert resolution(single_ul)[0, 0] == pytest.approx(DIGIT_UL**2 / 12.0 / readings)


def test_a_digit_that_is_not_averaged_leaves_the_slope():
    assert resolution(0.001)[2, 2] == 0.0
