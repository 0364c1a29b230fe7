"""Boluses on a basal infusion: k = 2 intervals hold the truth as often as they say, however errors are shared.

The records are drawn here from the noise that is meant: white, wandering, a wetting of each level, strokes.
"""

import math

import numpy as np
import pytest

from rig.metrology.dosing.bolus import evaluate_series
from rig.metrology.dosing.bolus_levels import bolus_steps
from rig.metrology.dosing.reading_noise import ReadingNoise, Strokes
from rig.metrology.uncertainty.budget import combine
from rig.metrology.uncertainty.decision import Verdict, decide_budget

POLL_S = 60.0
APART_S = 1200.0
BASAL_UL_H = 100.0
VOLUME_UL = 25.0
RUNS = 500


def record(rng, n, *, white_ul=0.0, walk_ul_rt_h=0.0, level_ul=0.0, stroke_ul=0.0, basal_ul_h=BASAL_UL_H):
    """Return seconds, volumes, commands; boluses of 25 µL in 60 s, on average, at any phase of the strokes."""
    t = np.arange(0.0, APART_S * (n + 1) + 1.0, POLL_S)
    commands = APART_S * np.arange(1, n + 1)
    given = np.clip((t[:, None] - commands) / 60.0, 0.0, 1.0)
    v = basal_ul_h * t / 3600 + VOLUME_UL * given.sum(axis=1)
    if stroke_ul:
        # Each bolus shifts the strokes' phase by chance, as one whose volume is no multiple of a stroke.
        phase = np.cumsum(rng.uniform(size=n + 1))[(given > 0).sum(axis=1)]
        turns = basal_ul_h * t / 3600 / stroke_ul + phase
        v = v + stroke_ul * (np.floor(turns) - turns + 0.5)
    wetting = level_ul * rng.normal(size=n + 1)
    v = v + wetting[(given > 0).sum(axis=1)] + white_ul * rng.normal(size=t.size)
    return t, v + walk_ul_rt_h * math.sqrt(POLL_S / 3600) * np.cumsum(rng.normal(size=t.size)), commands


def mean_error(rng, n, *, declared=True, **noise):
    t, v, commands = record(rng, n, **noise)
    steps = bolus_steps(
        t,
        v,
        commands,
        settling_s=300.0,
        noise=ReadingNoise(
            single_ul=noise.get("white_ul", 0.0),
            walk_ul2_h=noise.get("walk_ul_rt_h", 0.0) ** 2,
            level_ul=noise.get("level_ul", 0.0),
        ),
        strokes=Strokes(noise.get("stroke_ul", 0.0) if declared else 0.0, noise.get("basal_ul_h", BASAL_UL_H)),
    )
    if n > 1:
        return evaluate_series(steps.volume_ul, 0.0, VOLUME_UL, noise=steps.noise).mean_error
    lines = [line.component(np.ones(1), 100 / VOLUME_UL) for line in steps.noise]
    return combine(100 * (steps.total.value / VOLUME_UL - 1), "%", lines)


def held(n, runs=RUNS, **noise):
    rng = np.random.default_rng(20_260)
    budgets = [mean_error(rng, n, **noise) for _ in range(runs)]
    return np.mean([abs(budget.value) <= budget.expanded() for budget in budgets])


@pytest.mark.parametrize(
    "n, runs",
    [
        (1, 900),
        pytest.param(3, 700, marks=pytest.mark.nightly),
        (10, 500),
        pytest.param(25, 200, marks=pytest.mark.nightly),
    ],
)
def test_the_mean_holds_the_truth_in_95_of_100_series(n, runs):
    share = held(n, runs, white_ul=0.05, walk_ul_rt_h=0.05, level_ul=0.02)
    assert share == pytest.approx(0.95, abs=0.015 + 2 * math.sqrt(0.05 * 0.95 / runs))


@pytest.mark.parametrize("n", [1, 10])
def test_white_noise_that_nobody_knew_of_is_seen(n):
    share = held(n, 200, white_ul=0.05, walk_ul_rt_h=0.0)
    assert share >= 0.9


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("stroke_ul, basal_ul_h", [(0.5, 100.0), (2.0, 100.0), (2.0, 10.0)])
def test_strokes_do_not_take_the_truth_out_of_the_interval(stroke_ul, basal_ul_h, declared):
    share = held(3, 80, white_ul=0.02, stroke_ul=stroke_ul, basal_ul_h=basal_ul_h, declared=declared)
    assert share >= 0.9


def test_strokes_in_step_with_the_readings_are_in_the_budget_when_declared():
    # 0.5 µL at 30 µL/h: a stroke each minute, as the readings.
    share = held(3, 120, white_ul=0.02, stroke_ul=0.5, basal_ul_h=30.0)
    assert share >= 0.9


def test_a_pump_on_the_limit_is_accepted_no_more_often_than_the_risk_says():
    rng = np.random.default_rng(3)
    accepted = 0
    for _ in range(RUNS):
        budget = mean_error(rng, 3, white_ul=0.05, walk_ul_rt_h=0.05, level_ul=0.02)
        accepted += decide_budget(budget, None, 0.0).verdict is Verdict.PASS
    assert accepted / RUNS <= 0.0228 + 2 * math.sqrt(0.0228 / RUNS)


def test_boluses_in_step_with_strokes_and_readings_are_not_biased():
    # Readings at the seams between waits come three times, all at the moment of a stroke: 0.5 µL each 18 s.
    rng = np.random.default_rng(8)
    t = np.arange(0.0, 12_601.0, 60.0)
    t = np.sort(np.concatenate((t, np.repeat([1800.0, 5400.0, 9000.0, 12_600.0], 2))))
    commands = np.array([1800.0, 5400.0, 9000.0])
    z = []
    for _ in range(40):
        after = np.minimum(np.maximum(t[:, None] - commands - 1e-3, 0.0) / 150.0, 1.0).sum(axis=1)
        wanted = 100.0 * t / 3600 + VOLUME_UL * after + 0.05 * rng.uniform()
        v = 0.5 * np.ceil(wanted / 0.5 - 1e-9) + 0.02 * rng.normal(size=t.size)
        found = bolus_steps(
            t, v, commands, settling_s=1200.0, noise=ReadingNoise(single_ul=0.02), strokes=Strokes(0.5, 100.0)
        )
        z.append((found.total.value - 3 * VOLUME_UL) / found.total.u)
    assert abs(np.mean(z)) < 1.0
