"""The shapes of a deviation: what each costs, by least squares worked out apart, and which is called the best."""

import math

import numpy as np
import pytest

from rig.metrology.paths.patterns import rank_patterns

N = 200
T_S = np.linspace(0.0, 36_000.0, N)
VOLUME_UL = 40.0 * np.minimum(T_S, 18_000.0) / 3600.0
NOISE_UL = 0.5
# By the shape: its curve for a pattern that was found, and how many numbers it takes to say it.
CURVES = {
    "ramp": (lambda _: T_S, 1),
    "share": (lambda _: VOLUME_UL, 1),
    "growing": (lambda _: T_S**2, 1),
    "step": (lambda found: found.onset_s <= T_S, 2),
    "late ramp": (lambda found: np.maximum(0.0, T_S - found.onset_s), 2),
    "transient": (lambda found: (found.onset_s <= T_S) & (found.end_s > T_S), 3),
}


def noise(seed):
    values = NOISE_UL * np.random.default_rng(seed).normal(size=N)
    values[0] = 0.0
    return values


def ranked(deviation_ul, noise_ul=0.0):
    return rank_patterns(T_S, deviation_ul, VOLUME_UL, noise_ul)


@pytest.mark.parametrize("shape", CURVES)
def test_a_shape_costs_what_it_leaves_over_and_the_numbers_that_it_takes(shape):
    deviation_ul = 5.0 * T_S / T_S[-1] + noise(1)
    (found,) = (one for one in ranked(deviation_ul) if one.shape == shape)
    curve, parameters = CURVES[shape][0](found).astype(float), CURVES[shape][1]
    (_,), (rest,), *_ = np.linalg.lstsq(curve[:, None], deviation_ul, rcond=None)
    # Schwarz: n·ln(mean square of the residuals) + parameters·ln n.
    assert found.cost == pytest.approx(N * math.log(rest / N) + parameters * math.log(N))
    assert found.explained == pytest.approx(1.0 - rest / float(deviation_ul @ deviation_ul))


SHAPES = {
    "ramp": 20.0 * T_S / T_S[-1],
    "share": 0.1 * VOLUME_UL,
    "growing": 20.0 * (T_S / T_S[-1]) ** 2,
    "late ramp": 20.0 * np.maximum(0.0, T_S / T_S[-1] - 0.6),
    "step": 8.0 * (np.arange(N) >= 70),
    "transient": -8.0 * ((np.arange(N) >= 70) & (np.arange(N) < 120)),
    "steps": 8.0 * (np.arange(N) >= 40) + 6.0 * (np.arange(N) >= 110) + 9.0 * (np.arange(N) >= 150),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("noise_ul", [0.0, NOISE_UL])
def test_the_shape_that_a_deviation_has_is_called_the_best(shape, noise_ul):
    best = [ranked(SHAPES[shape] + noise(seed), noise_ul)[0].shape for seed in range(20)]
    # A richer shape fits noise better by more than it costs, ln 200, once in some tens of times.
    assert best.count(shape) >= 17, best


def test_a_shape_is_told_with_its_size_its_rate_and_where_it_begins():
    late, step = (next(one for one in ranked(SHAPES[shape]) if one.shape == shape) for shape in ("late ramp", "step"))
    # From 6 h on, 20 µL in 10 h.
    assert (late.size_ul, late.rate_ul_h) == (pytest.approx(8.0, abs=0.05), pytest.approx(2.0, abs=0.02))
    assert late.onset_s == pytest.approx(21_600.0, abs=T_S[1])
    assert (step.size_ul, step.rate_ul_h, step.onset_s, step.end_s) == (pytest.approx(8.0), 0.0, T_S[70], T_S[70])


def test_what_never_deviates_has_no_shape():
    assert ranked(np.zeros(N)) == ()


def test_each_of_several_steps_costs_its_place_and_its_level():
    deviation_ul = SHAPES["steps"] + noise(1)
    (found,) = (one for one in ranked(deviation_ul, 0.01) if one.shape == "steps")
    assert (found.onset_s, found.end_s) == (T_S[40], T_S[150])
    parts = [deviation_ul[40:110], deviation_ul[110:150], deviation_ul[150:]]
    rest = float(np.sum(deviation_ul[:40] ** 2)) + sum(float(np.sum((part - part.mean()) ** 2)) for part in parts)
    assert found.cost == pytest.approx(N * math.log(rest / N) + 6 * math.log(N))
