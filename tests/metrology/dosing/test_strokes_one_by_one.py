"""Stroke by stroke from the balance alone, at 2 µL/h: the twin's line, beaker and cell tell what each stroke was."""

import numpy as np
import pytest

from instruments.mettler_mt_sics.simulated.load_cell import CellParameters, LoadCell
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from rig.clock import VirtualClock
from rig.metrology.dosing.cycles import find_strokes
from rig.metrology.dosing.stroke_scatter import stroke_scatter
from rig.quantities import Measured

START_NS = 1_767_600_000_000_000_000
STROKE_UL, EVERY_S, READ_S = 0.5, 900.0, 5.0
MG_UL = 0.997  # about what 1 µL of water at 22 °C indicates in air
# The line empties with 2.34 s; the cell answers within a second.
LAG = Measured(2.34 * np.log(2.0) + 0.25, 0.3, "s")
CELL = CellParameters()


def laboratory_with(count, seed, scatter=0.02, **parameters):
    """Return a laboratory whose line got so many strokes, about one each quarter of an hour, and when and how much."""
    rng = np.random.default_rng(seed)
    lab = Laboratory(Parameters(evaporation_mg_h=0.0, capillary_mg=0.0, **parameters), VirtualClock(START_NS), seed)
    at_s = EVERY_S * (1.0 + np.arange(count)) + rng.uniform(-20.0, 20.0, count)
    volume_ul = STROKE_UL * (1.0 + scatter * rng.normal(size=count))
    for when, volume in zip(at_s, volume_ul, strict=True):
        lab.line.stroke(Stroke(START_NS + round(when * 1e9), float(volume), 8))
    return lab, at_s, volume_ul


def weighed(count, seed, scatter=0.02, *, noise_mg=CELL.noise_mg, wander_mg=CELL.wander_mg, **parameters):
    """Return times and volumes as a balance of this noise and wander shows them, the strokes' times and volumes."""
    lab, at_s, volume_ul = laboratory_with(count, seed, scatter, **parameters)
    rng = np.random.default_rng([seed, 1])
    t_s = np.arange(0.0, EVERY_S * (count + 1), READ_S)
    shown = lab.beaker.indicated_mg(START_NS + np.round(t_s * 1e9).astype(np.int64))
    kept, wandered, steps = np.exp(-READ_S / CELL.wander_s), wander_mg * rng.normal(), rng.normal(size=t_s.size)
    walk = np.empty(t_s.size)
    for i, step in enumerate(steps):
        walk[i] = wandered = wandered * kept + wander_mg * np.sqrt(1.0 - kept**2) * step
    shown = np.round(shown + walk + noise_mg * rng.normal(size=t_s.size), 2)
    return t_s, (shown - shown[0]) / MG_UL, at_s, volume_ul


@pytest.fixture(scope="module")
def many():
    """Return the strokes that were found in each of twelve courses of six hours, beside those that were made."""
    found = []
    for seed in range(12):
        t_s, volume, at_s, made_ul = weighed(24, seed)
        found.append((find_strokes(t_s, volume, lag=LAG), at_s, made_ul))
    return found


def test_every_stroke_is_found(many):
    assert {strokes.count for strokes, _, _ in many} == {24}


def test_each_is_timed_within_5_s(many):
    assert max(np.abs(strokes.t_s - at_s).max() for strokes, at_s, _ in many) <= 5.0


def test_each_time_is_stated_to_5_s(many):
    assert max(2.0 * strokes.u_t_s.max() for strokes, _, _ in many) <= 5.0


def test_the_stated_time_holds_the_stroke(many):
    held = np.concatenate([np.abs(strokes.t_s - at_s) <= 2.0 * strokes.u_t_s for strokes, at_s, _ in many])
    assert np.mean(held) >= 0.93


def test_the_stated_size_holds_the_stroke_in_95_of_100(many):
    held = np.concatenate([np.abs(one.volume_ul - made) <= 2.0 * one.u_volume_ul for one, _, made in many])
    assert np.mean(held) == pytest.approx(0.95, abs=0.04)


def test_a_balance_that_wanders_more_makes_sizes_less_sure(many):
    """Left at the noise of the readings alone, half of them would not hold what they state."""
    courses = [weighed(24, seed, wander_mg=0.03) for seed in range(100, 108)]
    found = [(find_strokes(t_s, volume), made) for t_s, volume, _, made in courses]
    held = np.concatenate([np.abs(one.volume_ul - made) <= 2.0 * one.u_volume_ul for one, made in found])
    assert np.mean(held) >= 0.91
    assert np.median([one.u_volume_ul.mean() for one, _ in found]) > 2.0 * many[0][0].u_volume_ul.mean()


def test_a_loss_that_is_not_known_is_in_each_size():
    t_s, volume, _, _ = weighed(24, 3)
    surely, hardly = find_strokes(t_s, volume), find_strokes(t_s, volume, u_loss_ul_h=0.1)
    # 0.1 µL/h for a quarter of an hour.
    added = np.sqrt(hardly.u_volume_ul**2 - surely.u_volume_ul**2)[1:-1]
    assert added == pytest.approx(0.025, abs=0.002)


def test_without_a_known_lag_times_are_those_of_arrival():
    t_s, volume, _, _ = weighed(24, 3)
    apart = find_strokes(t_s, volume).t_s - find_strokes(t_s, volume, lag=LAG).t_s
    assert apart == pytest.approx(LAG.value)


def test_strokes_that_noise_hides_are_timed_less_surely():
    t_s, volume, at_s, _ = weighed(24, 5, noise_mg=0.2)
    found = find_strokes(t_s, volume, lag=LAG)
    assert found.u_t_s.min() > 2.0
    assert np.mean(np.abs(found.t_s - at_s) <= 2.0 * found.u_t_s) >= 0.9


def test_the_interval_of_the_scatter_holds_it_in_95_of_100(many):
    """Of what was made in all, 2 %; the twelve of a few hours each may miss it once or twice."""
    found = [stroke_scatter(strokes) for strokes, _, _ in many]
    held = [one.low_percent <= 2.0 <= one.high_percent for one in found]
    assert sum(held) >= 10


def test_strokes_that_are_alike_have_an_interval_from_nothing_on():
    t_s, volume, _, _ = weighed(24, 9, scatter=0.0)
    found = stroke_scatter(find_strokes(t_s, volume))
    assert found.low_percent <= 0.5
    assert found.high_percent < 3.0


def test_the_cell_itself_tells_them_too():
    """Reading by reading, with the cell's own answer to a step."""
    lab, at_s, made_ul = laboratory_with(6, 21)
    cell = LoadCell("balance", CELL, lab)
    t_s = np.arange(0.0, EVERY_S * 7, READ_S)
    shown = []
    for when in t_s:
        lab.clock.wait_until(START_NS + round(when * 1e9))
        shown.append(round(cell.weigh().mass_mg, 2))
    found = find_strokes(t_s, (np.array(shown) - shown[0]) / MG_UL, lag=LAG)
    assert np.abs(found.t_s - at_s).max() <= 5.0
    assert np.all(np.abs(found.volume_ul - made_ul) <= 3.0 * found.u_volume_ul)
