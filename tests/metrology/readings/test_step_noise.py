"""The sine transform of steps against the library that has it, and lines through a few steps by hand."""

import numpy as np
import pytest
from scipy.fft import dst

from rig.metrology.readings.step_noise import _sines, fit_steps


@pytest.mark.parametrize("n", [1, 2, 7, 63, 127])
def test_the_transform_is_the_orthonormal_sine_transform(n):
    steps = np.random.default_rng(n).normal(size=n)
    assert np.allclose(_sines(n) @ steps, dst(steps, type=1, norm="ortho"), rtol=0, atol=1e-12)


NO_JUMPS = np.empty(0, np.intp)


def test_four_means_make_the_line_of_ordinary_least_squares():
    # 0, 1, 0, 1 at four times: the slope is 1/5, and 4/5 of squares are left to two degrees of freedom.
    fit = fit_steps(np.array([1.0, -1.0, 1.0]), NO_JUMPS, None)
    assert (fit.step, fit.white, fit.walk) == pytest.approx((0.2, 0.4, 0.0))
    assert fit.u_step == pytest.approx(np.sqrt(0.4 / 5.0))


def test_steps_between_averages_of_a_walk_are_weighed_as_such():
    # Variances of 2/3 and covariances of 1/6 of neighbours (Working 1960): the mean of three has 7/24 of a step's.
    fit = fit_steps(np.array([1.0, -1.0, 1.0]), NO_JUMPS, 1e6)
    assert fit.u_steady == pytest.approx(1e3 * np.sqrt(7.0 / 24.0), rel=1e-3)
