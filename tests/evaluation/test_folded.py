"""Few samples of what comes in strokes, laid over one another, have the mean of a stroke."""

import numpy as np
import pytest

from rig.evaluation.folded import folded_mean

PERIOD_S = 1.8


def strokes(t_s):
    """Return a flow of mean 1000 that leaps with each stroke and dies away behind it."""
    tau = 0.5
    return 1000.0 * np.exp(-(t_s % PERIOD_S) / tau) * PERIOD_S / tau / (1.0 - np.exp(-PERIOD_S / tau))


def test_sixteen_samples_have_the_mean_of_a_stroke_within_their_uncertainty():
    off = []
    for begin_s in np.linspace(0.0, PERIOD_S, 50, endpoint=False):
        t_s = begin_s + 4.7 * np.arange(16)
        mean, u, dof = folded_mean(t_s, strokes(t_s), PERIOD_S)
        assert (dof, u < 150.0) == (14.0, True)
        off.append((mean - 1000.0) / u)
    assert np.abs(off).max() < 2.0


@pytest.mark.parametrize("t_s", [4.7 * np.arange(11), 3.6 * np.arange(40)], ids=["too few", "in step with strokes"])
def test_samples_that_leave_a_stroke_open_say_nothing(t_s):
    assert folded_mean(t_s, strokes(t_s), PERIOD_S) is None
