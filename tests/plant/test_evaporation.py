"""Evaporation: what a beaker has lost when its rate swings, trends, walks, follows the humidity or jumps."""

import numpy as np
import pytest

from tests.plant.worlds import change_mg, indicated, quiet


def lost(from_h, to_h, seed=1, **keys):
    return -change_mg(quiet(seed, **{"evaporation_mg_h": 1.0, **keys}), from_h, to_h)


def test_half_a_day_of_a_swing_loses_more_by_its_mean():
    # ∫ 0.3·sin(2πh/24) dh over 12 h = 0.3·24/π mg.
    assert lost(0, 12, evaporation_swing_percent=30) == pytest.approx(12 + 0.3 * 24 / np.pi, abs=1e-3)


def test_a_swing_begins_at_its_phase():
    assert lost(6, 18, evaporation_swing_percent=30, evaporation_swing_phase_h=6) == pytest.approx(
        12 + 0.3 * 24 / np.pi, abs=1e-3
    )


def test_a_whole_day_of_a_swing_loses_nothing_more():
    assert lost(0, 24, evaporation_swing_percent=100) == pytest.approx(24.0, abs=1e-6)


def test_a_trend_adds_up_with_the_square_of_time():
    # +20 % a day: 24 mg on the first day, 10 % more at its mean.
    assert lost(0, 24, evaporation_trend_percent_day=20) == pytest.approx(24 * 1.1, abs=1e-6)


def test_a_rate_that_falls_to_nothing_does_not_turn_into_gain():
    # −100 % a day: half of 24 mg on the first, nothing afterwards.
    falling = quiet(evaporation_mg_h=1.0, evaporation_trend_percent_day=-100)
    assert (-change_mg(falling, 0, 24), change_mg(falling, 25, 48)) == (pytest.approx(12.0), 0.0)


def test_a_walk_spreads_with_the_root_of_time():
    # Two worlds' rates after 25 h differ from 1 mg/h by 4 %/√h·√25 h = 20 %, one standard deviation.
    rates = [lost(24.9, 25.1, seed, evaporation_walk_percent_rt_h=4) / 0.2 for seed in range(400)]
    assert np.std(rates) == pytest.approx(0.20, rel=0.12)


def test_a_walk_is_no_trend():
    rates = [lost(24.9, 25.1, seed, evaporation_walk_percent_rt_h=4) / 0.2 for seed in range(400)]
    assert np.mean(rates) == pytest.approx(1.0, abs=4 * 0.20 / 20)


def test_a_walk_is_its_seeds():
    assert lost(0, 30, 5, evaporation_walk_percent_rt_h=4) == lost(0, 30, 5, evaporation_walk_percent_rt_h=4)


def test_another_seed_walks_elsewhere():
    assert lost(0, 30, 5, evaporation_walk_percent_rt_h=4) != lost(0, 30, 6, evaporation_walk_percent_rt_h=4)


def test_a_rate_that_follows_the_humidity_rises_where_the_air_is_drier():
    # The humidity swings by ±3 % against sin(2πt/24 − 2.4); 2 % a percent is a swing of 6 %. The laboratory begins at
    # 08:00, so that the 12 h from 9.1673 h of the day are those of the half wave.
    half_wave_h = 2.4 / (2 * np.pi) * 24 - 8.0
    found = lost(half_wave_h, half_wave_h + 12, evaporation_humidity_percent_per_percent=2)
    assert found == pytest.approx(12 + 0.06 * 24 / np.pi, abs=1e-3)


@pytest.mark.parametrize("from_h, to_h, jumped_h", [(0, 10, 0), (0, 13, 3), (12, 14, 2), (0, 24, 6), (16, 24, 0)])
def test_an_open_door_counts_while_it_is_open(from_h, to_h, jumped_h):
    keys = {"evaporation_jump_at_h": 10, "evaporation_jump_hours": 6, "evaporation_jump_factor": 3}
    assert lost(from_h, to_h, **keys) == pytest.approx(to_h - from_h + 2 * jumped_h)


def test_a_jump_multiplies_the_rate_of_its_time():
    keys = {"evaporation_jump_at_h": 0, "evaporation_jump_hours": 24, "evaporation_jump_factor": 3}
    assert lost(0, 24, evaporation_trend_percent_day=20, **keys) == pytest.approx(3 * 24 * 1.1)


def test_days_ahead_do_not_change_the_past():
    keys = {"evaporation_mg_h": 0.1, "evaporation_walk_percent_rt_h": 10, "evaporation_swing_percent": 50}
    forward, backward = quiet(**keys), quiet(**keys)
    later = indicated(backward, 400.0)[0]
    early = indicated(backward, 5.0)[0]
    assert (indicated(forward, 5.0)[0], indicated(forward, 400.0)[0]) == (early, later)
