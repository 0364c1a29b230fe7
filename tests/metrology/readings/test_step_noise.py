"""The sine transform of steps, and least squares without negative parts, against the library that has them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.fft import dst
from scipy.optimize import nnls

from rig.metrology.readings.step_noise import _sines
from rig.metrology.weighing.precision import _without_negative_ones


@pytest.mark.parametrize("n", [1, 2, 7, 63, 127])
def test_the_transform_is_the_orthonormal_sine_transform(n):
    steps = np.random.default_rng(n).normal(size=n)
    assert np.allclose(_sines(n) @ steps, dst(steps, type=1, norm="ortho"), rtol=0, atol=1e-12)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_nearest_parts_without_negative_ones_are_found(seed):
    rng = np.random.default_rng(seed)
    terms, wanted = rng.normal(size=(9, 3)), rng.normal(size=9)
    parts, _ = nnls(terms, wanted)
    assert np.allclose(_without_negative_ones(terms, wanted), parts, rtol=0, atol=1e-9)
