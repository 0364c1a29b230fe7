"""What the orders of a therapy ask for: day patterns, ramps, square boluses that wait, primes that all waits for."""

from datetime import UTC, datetime

import numpy as np
import pytest

from instruments.intrathecal_pump.programme import Ramp
from instruments.intrathecal_pump.simulated.infusion_steps import RampSteps
from rig.evaluation.orders import (
    BOLUS,
    BRIDGE,
    COMBINATION,
    FLEX,
    PATIENT,
    PRIME,
    RAMP,
    RUN,
    SET_CLOCK,
    SQUARE,
    STOP,
    PumpOrder,
)
from rig.evaluation.programme import NS_PER_H, Programme

# A Monday, at midnight.
MONDAY_NS = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()) * 10**9
MORE_ON_DAYS = {"every": {"00:00": 10.0, "08:00": 40.0, "20:00": 0.0}}


def order(hour, verb, amount=0.0, rate=0.0, **said):
    return PumpOrder(MONDAY_NS + round(hour * NS_PER_H), verb, amount, rate, said)


def flex(hour, days, clock_ahead_h=0.0):
    clock_ns = MONDAY_NS + round((hour + clock_ahead_h) * NS_PER_H)
    return order(hour, FLEX, days=days, pump_clock_ns=clock_ns)


def delivered(orders, *hours, until=1000):
    programme = Programme(orders, MONDAY_NS + until * NS_PER_H)
    return programme.volume_ul(np.asarray([MONDAY_NS + round(h * NS_PER_H) for h in hours], np.int64)).tolist()


def test_a_flex_infusion_follows_the_day():
    # 8 h at 10, 12 h at 40, 4 h at none: 560 µL a day.
    assert delivered([flex(0, MORE_ON_DAYS)], 8, 20, 24, 24 * 7) == pytest.approx([80, 560, 560, 560 * 7])


def test_a_flex_infusion_begins_in_the_step_of_its_hour():
    assert delivered([flex(10, MORE_ON_DAYS)], 10, 12, 24, 32) == pytest.approx([0, 80, 400, 480])


def test_it_goes_by_the_pumps_own_clock():
    # The pump believes that it is two hours later: its day begins at 22 h.
    assert delivered([flex(0, MORE_ON_DAYS, clock_ahead_h=2.0)], 6, 18, 22) == pytest.approx([60, 540, 540])


def test_a_clock_that_is_set_moves_the_steps_and_makes_nothing_up():
    at_noon = order(6, SET_CLOCK, t_ns=MONDAY_NS + 12 * NS_PER_H)
    # 6 h at 10, then at once the step of noon: 40 until what the pump takes for 20 h.
    assert delivered([flex(0, MORE_ON_DAYS), at_noon], 6, 7, 14, 18) == pytest.approx([60, 100, 380, 380])


def test_each_weekday_has_a_pattern_of_its_own():
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    week = {name: {"00:00": rate} for rate, name in enumerate(names)}
    assert delivered([flex(0, week)], 24, 48, 24 * 7, 24 * 8) == pytest.approx([0, 24, 24 * 21, 24 * 21])


def test_a_ramp_changes_minute_by_minute_and_stays():
    ramp = order(0, RAMP, 30.0, from_ul_h=10.0, to_ul_h=30.0, over_hours=2.0)
    # Minute i of 120 is at 10 + 20 · i/120: the first hour has its mean over i = 0 to 59, and so on.
    first, second = (10.0 + 20.0 * mean / 120.0 for mean in (29.5, 89.5))
    assert delivered([ramp], 1, 2, 3) == pytest.approx([first, first + second, first + second + 30.0])


@pytest.mark.parametrize("first, last", [(20.0, 50.0), (50.0, 20.0), (1.0, 1000.0)])
def test_a_ramp_asks_for_the_staircase_of_the_simulated_pump(first, last):
    steps = RampSteps(Ramp(round(first * 1000), round(last * 1000), 3), 0)
    ramp = order(0, RAMP, last, from_ul_h=first, to_ul_h=last, over_hours=0.05)
    programme = Programme([ramp], MONDAY_NS + NS_PER_H)
    minutes = [minute * NS_PER_H // 60 for minute in range(5)]
    asked = [programme.rate_ul_h(MONDAY_NS + minute) for minute in minutes]
    assert asked == [steps.rate_nl_h(minute) / 1000.0 for minute in minutes]


def test_a_square_bolus_is_spread_on_top():
    orders = [order(0, RUN, 10.0), order(1, SQUARE, 60.0, over_minutes=120.0)]
    assert delivered(orders, 1, 2, 3, 4) == pytest.approx([10, 10 + 40, 90, 100])


@pytest.mark.parametrize("verb", [BOLUS, PATIENT])
def test_a_single_bolus_makes_a_square_one_wait(verb):
    # 30 µL/h for 2 h; after half an hour 20 µL at 40 µL/h take another half hour.
    orders = [order(0, SQUARE, 60.0, over_minutes=120.0), order(0.5, verb, 20.0, 40.0)]
    assert delivered(orders, 0.5, 1, 2, 2.5, 3) == pytest.approx([15, 35, 65, 80, 80])


def test_a_combination_gives_its_part_at_once_and_then_the_rest():
    both = order(0, COMBINATION, 20.0, 40.0, then_ul=30.0, over_minutes=60.0)
    assert delivered([both], 0.5, 1, 1.5, 2) == pytest.approx([20, 35, 50, 50])


def test_everything_waits_for_a_prime_and_nothing_is_made_up():
    orders = [order(0, RUN, 10.0), order(1, PRIME, 500.0, 1000.0)]
    assert delivered(orders, 1, 1.5, 2.5) == pytest.approx([10, 510, 520])


def test_a_bolus_waits_for_a_prime():
    orders = [order(0, BOLUS, 40.0, 20.0), order(1, PRIME, 500.0, 1000.0)]
    assert delivered(orders, 1, 1.5, 2.5, 3) == pytest.approx([20, 520, 540, 540])


# 500 µL of a prime take half an hour, the bridge another half one.
@pytest.mark.parametrize("at_h", [0.2, 0.0, -0.25])
def test_a_bridge_waits_for_a_prime_that_comes_before_it_or_in_it(at_h):
    bridge = order(at_h, BRIDGE, 20.0, 120.0, volume_ul=60.0)
    orders = sorted([order(0, PRIME, 500.0, 1000.0), bridge], key=lambda one: one.sent_ns)
    over_h = 1.0 + min(0.0, at_h)
    assert delivered(orders, over_h, over_h + 1.0) == pytest.approx([560.0, 580.0])


def test_a_bridge_gives_its_volume_and_then_the_new_rate():
    bridge = order(0, BRIDGE, 20.0, 50.0, volume_ul=100.0, then_ul_h=20.0)
    assert delivered([bridge], 1, 2, 3) == pytest.approx([50, 100, 120])


@pytest.mark.parametrize(
    "first",
    [
        flex(0, MORE_ON_DAYS),
        order(0, RAMP, 30.0, from_ul_h=10.0, to_ul_h=30.0, over_hours=2.0),
        order(0, SQUARE, 60.0, over_minutes=120.0),
        order(0, PRIME, 500.0, 100.0),
        order(0, COMBINATION, 20.0, 40.0, then_ul=30.0, over_minutes=60.0),
    ],
)
def test_a_stop_ends_everything(first):
    a_quarter, later = delivered([first, order(0.25, STOP)], 0.25, 100)
    assert a_quarter > 0
    assert later == a_quarter


def test_a_flex_infusion_whose_pump_tells_no_clock_goes_by_the_last_setting_before_it():
    # Set to its midnight at 1 h, to 3 h late at 2 h: at 4 h it is 6 h by the pump, which has 2 h of 10 µL/h to go.
    set_twice = [order(1, SET_CLOCK, t_ns=MONDAY_NS), order(2, SET_CLOCK, t_ns=MONDAY_NS + 4 * NS_PER_H)]
    assert delivered([*set_twice, order(4, FLEX, days=MORE_ON_DAYS)], 6, 7) == pytest.approx([20, 60])


def test_another_infusion_replaces_a_flex_one():
    assert delivered([flex(0, MORE_ON_DAYS), order(4, RUN, 5.0)], 4, 8, 12) == pytest.approx([40, 60, 80])
