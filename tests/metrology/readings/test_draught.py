"""A fall that comes back is a draught; one that stays is a touched vessel."""

import numpy as np
import pytest

from rig.errors import SeriesError
from rig.metrology.readings.checked import check_series

T_S = np.arange(0.0, 6.0 * 3600.0, 60.0)
FLOWING = 40.0 * T_S / 3600.0 + np.random.default_rng(1).normal(0.0, 0.02, T_S.size)


@pytest.mark.parametrize("minutes", [1, 3, 20])
def test_a_draught_that_goes_by_is_no_touched_vessel(minutes):
    low = (T_S >= 7200.0) & (7200.0 + 60.0 * minutes > T_S)
    assert check_series(T_S, FLOWING - 30.0 * low, fall_mg=0.2).n == T_S.size


def test_a_draught_goes_by_where_readings_arrive_in_bursts_too():
    bursts = np.repeat(T_S[::3], 3)
    low = (bursts >= 7200.0) & (bursts < 8400.0)
    assert check_series(bursts, FLOWING - 30.0 * low, fall_mg=0.2).n == T_S.size


def test_a_fall_that_stays_is_one():
    with pytest.raises(SeriesError, match="and stayed there: vessel touched or liquid lost"):
        check_series(T_S, FLOWING - 30.0 * (T_S >= 7200.0), fall_mg=0.2)


def test_the_flow_that_fills_the_vessel_again_is_no_return():
    with pytest.raises(SeriesError, match="stayed there"):
        check_series(T_S, 25.0 * FLOWING - 300.0 * (T_S >= 7200.0), fall_mg=0.2)


@pytest.mark.parametrize("off_mg", [0.4, 8.0, 10_000.0])
@pytest.mark.parametrize("at", [2, 100, -2])
def test_a_reading_that_stands_alone_is_no_touched_vessel(off_mg, at):
    readings = FLOWING.copy()
    readings[at] += off_mg
    assert check_series(T_S, readings, fall_mg=0.2).n == T_S.size


def test_a_vessel_that_is_touched_right_behind_a_reading_that_stands_alone_is_one():
    readings = FLOWING - 30.0 * (T_S >= 7200.0)
    readings[119] += 8.0
    with pytest.raises(SeriesError, match="stayed there: vessel touched"):
        check_series(T_S, readings, fall_mg=0.2)
