"""A loss that changes between two weighings: how far it walks, and what that makes of its mean."""

import math

import numpy as np
import pytest

from rig.metrology.weighing.loss_change import LossWalk, loss_walk

T_H = np.arange(0.0, 25.0, 1.0 / 60.0)
T_S = 3600.0 * T_H


def weighed(loss_mg_h, seed=1, noise_mg=0.02, rate_mg_h=2.0):
    lost = np.concatenate([[0.0], np.cumsum(loss_mg_h[:-1]) / 60.0])
    return rate_mg_h * T_H - lost + np.random.default_rng(seed).normal(0.0, noise_mg, T_H.size)


def test_the_mean_of_a_bridge_has_the_variance_t_over_12():
    assert LossWalk(0.04).u_of_mean_mg_h(24.0) == pytest.approx(math.sqrt(0.04 * 24.0 / 12.0), rel=1e-3)


@pytest.mark.parametrize("lead, lag", [(24, 0), (0, 24), (40, 8)])
def test_a_window_off_the_middle_is_known_worse(lead, lag):
    """Against 20,000 walks drawn step by step, four in an hour."""
    steps = np.random.default_rng(1).normal(0.0, math.sqrt(0.04 / 4), (20_000, (lead + 25 + lag) * 4))
    walk = np.cumsum(steps, axis=1)
    off = walk[:, lead * 4 : (lead + 25) * 4].mean(axis=1) - 0.5 * walk[:, -1]
    assert LossWalk(0.04).u_of_mean_mg_h(25.0, lead, lag) == pytest.approx(float(off.std()), rel=0.03)


def test_a_loss_that_stands_still_costs_nearly_nothing():
    assert loss_walk([(T_S, weighed(np.full(T_H.size, 0.2)))]).u_of_mean_mg_h(25.0) < 0.002


@pytest.mark.parametrize("seed", range(5))
def test_a_walk_is_found_in_its_size(seed):
    rng = np.random.default_rng(seed)
    loss = 1.0 + np.cumsum(rng.normal(0.0, 0.05 / math.sqrt(60.0), T_H.size))
    assert math.sqrt(loss_walk([(T_S, weighed(loss))]).variance_mg2_h3) == pytest.approx(0.05, rel=0.5)


def test_what_two_weighings_show_counts_where_the_window_shows_nothing():
    noisy = [(T_S, weighed(np.full(T_H.size, 0.2), noise_mg=2.0))]
    alike = loss_walk(noisy, 0.0, 0.004, 25.0)
    apart = loss_walk(noisy, 0.5, 0.004, 25.0)
    assert apart.u_of_mean_mg_h(25.0) > 2.0 * alike.u_of_mean_mg_h(25.0)


def test_readings_without_noise_have_a_loss_that_stands_still():
    assert loss_walk([(T_S, 2.0 * T_H)]).variance_mg2_h3 == 0.0


def test_readings_without_noise_leave_what_two_weighings_show():
    # 0.3 mg/h from one weighing to the other, 25 h later: σ²·T is the square of that.
    assert loss_walk([(T_S, 2.0 * T_H)], 0.3, 0.004, 25.0).variance_mg2_h3 == pytest.approx(0.09 / 25.0)


def test_a_creep_that_begins_with_the_window_shows_against_the_flow_before():
    before = (T_S - T_S[-1] - 60.0, weighed(np.full(T_H.size, 0.05), seed=2))
    window = (T_S, weighed(np.full(T_H.size, -0.03), seed=3))
    alone = loss_walk([window], 0.0, 0.004, 25.0).u_of_mean_mg_h(25.0)
    beside = loss_walk([before, window], 0.0, 0.004, 50.0).u_of_mean_mg_h(25.0, lead_h=25.0)
    assert beside > 0.02 > 5.0 * alone


def programme(rate_ul_h):
    """Return what a programme asks for, mg at T_S, of rates in the hours that begin with it."""
    return np.cumsum(np.concatenate([[0.0], rate_ul_h[:-1] * np.diff(T_H)]))


CHANGING = programme(np.where(T_H % 8.0 < 4.0, 40.0, 5.0))
WALK = 0.2 + np.cumsum(np.random.default_rng(7).normal(0.0, 0.05 * math.sqrt(T_H[1]), T_H.size))


def test_a_share_more_of_a_programme_is_no_change_of_the_loss():
    rest = weighed(np.full(T_H.size, 0.2)) + 0.05 * CHANGING
    unaware = loss_walk([(T_S, rest)]).u_of_mean_mg_h(25.0)
    aware = loss_walk([(T_S, rest)], programmed_mg=CHANGING).u_of_mean_mg_h(25.0)
    assert unaware > 0.1
    assert aware < 0.01


SINGLE_BOLUS = programme(np.where((T_H > 10.0) & (T_H < 10.5), 900.0, 0.0))


@pytest.mark.parametrize("asked", [CHANGING, SINGLE_BOLUS], ids=["changing rate", "one bolus"])
@pytest.mark.parametrize("share", [-0.1, 0.0, 0.3])
def test_a_walk_beside_a_programme_is_found_whatever_share_the_pump_gives(asked, share):
    found = loss_walk([(T_S, weighed(WALK) + share * asked)], programmed_mg=asked)
    assert math.sqrt(found.variance_mg2_h3) == pytest.approx(0.05, rel=0.6)


def test_a_programme_of_one_rate_is_held_by_the_flow_already():
    steady = programme(np.full(T_H.size, 40.0))
    rest = weighed(WALK) + 0.05 * steady
    assert loss_walk([(T_S, rest)], programmed_mg=steady) == loss_walk([(T_S, rest)])


def steps(rates_ul_h, hours=1.0):
    """Return a programme of rates that follow each other each `hours`, and the last of them to the end."""
    return programme(np.asarray(rates_ul_h)[np.minimum((T_H / hours).astype(int), len(rates_ul_h) - 1)])


def later(asked, minutes):
    """Return what comes of a programme behind a line that gives way: an exponential of `minutes`."""
    kernel = np.exp(-np.arange(200) / minutes)
    flow = np.convolve(np.diff(asked, prepend=0.0), kernel / kernel.sum())[: asked.size]
    return np.cumsum(flow)


PROGRAMMES = {
    "pause": steps([40.0, 40.0, 0.0, 40.0], hours=6.0),
    "steps": steps([40.0, 70.0, 20.0, 40.0, 60.0, 5.0], hours=4.0),
    "each hour another": steps([60.0, 20.0, 40.0, 80.0, 30.0] * 5),
    "one bolus": SINGLE_BOLUS,
    "bolus in the last span": programme(np.where(T_H > 24.7, 300.0, 0.0)),
    "bolus in the first minute": programme(np.where(T_H < 0.02, 3000.0, 0.0)),
}


@pytest.mark.parametrize("asked", PROGRAMMES.values(), ids=PROGRAMMES)
@pytest.mark.parametrize("share", [-0.3, 0.0, 0.03, 0.1])
def test_a_share_behind_a_line_that_gives_way_is_no_change_of_the_loss(asked, share):
    rest = weighed(np.full(T_H.size, 0.2)) + (1.0 + share) * later(asked, 6.0) - asked
    u_mg = 25.0 * loss_walk([(T_S, rest)], programmed_mg=asked).u_of_mean_mg_h(25.0)
    assert u_mg < 0.002 * asked[-1]


@pytest.mark.parametrize("asked", PROGRAMMES.values(), ids=PROGRAMMES)
def test_a_walk_behind_a_line_that_gives_way_is_found(asked):
    found = loss_walk([(T_S, weighed(WALK) + 1.05 * later(asked, 6.0) - asked)], programmed_mg=asked)
    assert math.sqrt(found.variance_mg2_h3) == pytest.approx(0.05, rel=0.6)


def test_a_programme_that_asks_for_nothing_explains_nothing():
    rest = weighed(WALK)
    assert loss_walk([(T_S, rest)], programmed_mg=np.full(T_H.size, 3385.66804806)) == loss_walk([(T_S, rest)])


def test_a_bolus_that_nobody_asked_for_is_no_share_of_the_programme():
    asked = PROGRAMMES["steps"]
    extra = np.where(T_H > 13.0, 20.0, 0.0) * np.minimum(1.0, (T_H - 13.0) / 2.0)
    assert loss_walk([(T_S, weighed(WALK) + extra)], programmed_mg=asked).u_of_mean_mg_h(25.0) > 0.2


@pytest.mark.parametrize("readings", [4, 5, 6, 7, 8, 11, 16, 31, 32])
@pytest.mark.parametrize("share", [0.0, 0.05])
def test_few_readings_of_a_changing_rate_have_an_uncertainty(readings, share):
    t_s = np.linspace(0.0, 4.0 * 3600.0, readings)
    asked = np.where(t_s < 7200.0, 0.01 * t_s, 72.0 + 0.002 * (t_s - 7200.0))
    rest = share * asked + np.random.default_rng(1).normal(0.0, 0.02, readings)
    assert 0.0 <= loss_walk([(t_s, rest)], programmed_mg=asked).variance_mg2_h3 < math.inf
