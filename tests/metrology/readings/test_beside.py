"""Known courses are taken out of readings in the size that they have; everything else stays."""

import numpy as np
import pytest

from rig.metrology.readings.beside import beside

T_S = np.arange(0.0, 86_400.0, 60.0)
STEPS = np.cumsum(np.where((T_S // 7200) % 2, 3.0, 1.0))
LATER = np.interp(T_S - 600.0, T_S, STEPS) - STEPS
SAW = T_S / 3600.0 % 1.0


def test_courses_go_in_their_sizes_and_the_rest_stays():
    left = beside(T_S, 0.3 * STEPS - 0.7 * LATER + SAW, [STEPS, LATER])
    line = np.polynomial.Polynomial.fit(T_S, left - SAW, 1)
    assert left - SAW == pytest.approx(line(T_S), abs=0.05)


def test_a_straight_course_explains_nothing():
    y = 2.0 * T_S + SAW
    assert beside(T_S, y, [5.0 * T_S, np.zeros_like(T_S)]).tolist() == y.tolist()


@pytest.mark.parametrize("n", [0, 1, 4])
def test_readings_that_are_too_few_stay_as_they_are(n):
    y = STEPS[:n]
    assert beside(T_S[:n], y, [STEPS[:n], LATER[:n]]).tolist() == y.tolist()


def test_readings_of_one_moment_stay_as_they_are():
    assert beside(np.zeros(9), STEPS[:9], [STEPS[:9]]).tolist() == STEPS[:9].tolist()


def test_many_readings_are_told_as_few_are():
    t_s = np.linspace(0.0, 86_400.0, 50_000)
    asked = np.interp(t_s, T_S, STEPS)
    left = beside(t_s, 1.02 * asked, [asked])
    line = np.polynomial.Polynomial.fit(t_s, left, 1)
    assert left == pytest.approx(line(t_s), abs=1e-6 * asked.max())
