"""The sine transform of steps against the library that has it."""

import numpy as np
import pytest
from scipy.fft import dst

from rig.metrology.readings.step_noise import _sines


@pytest.mark.parametrize("n", [1, 2, 7, 63, 127])
def test_the_transform_is_the_orthonormal_sine_transform(n):
    steps = np.random.default_rng(n).normal(size=n)
    assert np.allclose(_sines(n) @ steps, dst(steps, type=1, norm="ortho"), rtol=0, atol=1e-12)
