"""Time stamps as they really are are taken; what would give a plausible number from garbage is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import SeriesError
from rig.metrology.readings.checked import BLOCK, check_series, reading_noise

T_S = np.arange(0.0, 600.0, 0.1)
MASS_MG = 1000.0 + 0.01 * T_S


def test_a_regular_series_is_described():
    facts = check_series(T_S, MASS_MG)
    assert (facts.n, facts.equal_stamps) == (6000, 0)
    assert facts.mean_interval_s == pytest.approx(0.1)
    assert facts.largest_gap_s == pytest.approx(0.1)


def test_bursts_with_equal_stamps_are_taken_and_counted():
    stamps = np.repeat(np.arange(0.0, 100.0, 0.11), 3)
    assert check_series(stamps, np.zeros(stamps.size)).equal_stamps == 2 * stamps.size // 3


def test_arrival_jitter_is_taken():
    stamps = np.sort(T_S + np.random.default_rng(1).uniform(-0.2, 0.2, T_S.size))
    assert check_series(stamps, MASS_MG).n == T_S.size


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("index", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 16])
@pytest.mark.parametrize("where", ["time", "mass"])
def test_a_reading_that_is_no_number_is_refused_wherever_it_is(bad, index, where):
    t, m = np.arange(2.0 * BLOCK + 17), np.zeros(2 * BLOCK + 17)
    (t if where == "time" else m)[index] = bad
    with pytest.raises(SeriesError, match=f"reading {index} "):
        check_series(t, m)


@pytest.mark.parametrize("index", [1, BLOCK, BLOCK + 1, 2 * BLOCK])
def test_reversed_time_is_refused_with_its_index(index):
    t = np.arange(2.0 * BLOCK + 17)
    t[index] = t[index - 1] - 0.5
    with pytest.raises(SeriesError, match=f"goes back at reading {index}"):
        check_series(t, np.zeros(t.size))


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_readings_are_refused(n):
    with pytest.raises(SeriesError, match="at least 2"):
        check_series(np.arange(float(n)), np.zeros(n))


def test_readings_at_one_instant_span_no_time():
    with pytest.raises(SeriesError, match="span no time"):
        check_series(np.full(10, 3.0), np.zeros(10))


def test_a_gap_is_refused_with_where_and_how_long():
    keep = (T_S < 200.0) | (T_S > 260.0)
    with pytest.raises(SeriesError, match=r"gap of 60\.\d* s after reading 1999"):
        check_series(T_S[keep], MASS_MG[keep])


def test_a_gap_that_the_plan_allows_is_taken():
    keep = (T_S < 200.0) | (T_S > 260.0)
    assert check_series(T_S[keep], MASS_MG[keep], max_gap_s=61.0).largest_gap_s == pytest.approx(60.2)


def test_a_tare_in_the_middle_is_refused():
    mass = MASS_MG.copy()
    mass[3000:] -= mass[3000]
    with pytest.raises(SeriesError, match="tare in the middle"):
        check_series(T_S, mass, fall_mg=1.0)


def test_a_tare_of_readings_below_zero_is_refused():
    mass = -2.0 - 0.001 * T_S
    mass[3000:] -= mass[3000]
    with pytest.raises(SeriesError, match="tare in the middle"):
        check_series(T_S, mass, fall_mg=1.0)


@pytest.mark.parametrize("every_s", [0.1, 60.0, 600.0])
def test_a_tare_is_seen_at_any_polling_interval(every_s):
    t = every_s * np.arange(100.0)
    mass = 50.0 + 0.01 * np.arange(100.0)
    mass[50:] -= mass[50]
    with pytest.raises(SeriesError, match="tare in the middle"):
        check_series(t, mass, fall_mg=1.0)


def test_a_touched_vessel_is_refused():
    mass = MASS_MG.copy()
    mass[3000:] -= 50.0
    with pytest.raises(SeriesError, match="vessel touched or liquid lost"):
        check_series(T_S, mass, fall_mg=1.0)


def test_drops_that_overshoot_and_settle_are_no_tare():
    mass = np.zeros(T_S.size)
    for drop_s in np.arange(20.0, 590.0, 45.0):
        since = T_S - drop_s
        mass += np.where(since >= 0.0, 40.0 + 4.5 * np.exp(-np.maximum(since, 0.0) / 0.3), 0.0)
    assert check_series(T_S, mass, fall_mg=1.0).n == T_S.size


def test_strokes_that_lift_an_evaporating_vessel_above_zero_are_no_tare():
    mass = -3.0 + 2.0 * np.floor(T_S / 120.0)
    assert check_series(T_S, mass, fall_mg=1.0).n == T_S.size


@pytest.mark.parametrize(
    "t, m",
    [
        (np.zeros((2, 2)), np.zeros((2, 2))),
        (np.arange(3.0), np.arange(4.0)),
        (["a", "b"], [1.0, 2.0]),
        ([0.0, 1.0], [1.0, 1j]),
        ([0.0, 1.0], [None, 1.0]),
    ],
)
def test_what_is_no_series_of_numbers_is_refused(t, m):
    with pytest.raises(SeriesError):
        check_series(t, m)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=0, max_size=8))
def test_any_list_is_described_or_refused(values):
    try:
        facts = check_series(np.arange(float(len(values))), values, fall_mg=1.0)
    except SeriesError:
        return
    assert facts.n == len(values)
    assert all(math.isfinite(value) for value in values)


def test_noise_is_told_from_readings_that_also_step():
    rng = np.random.default_rng(2)
    readings = 2.0 * np.floor(T_S / 30.0) + rng.normal(0.0, 0.1, T_S.size)
    assert reading_noise(readings) == pytest.approx(0.1, rel=0.05)


def test_less_than_a_drop_may_fall_for_good():
    mass = MASS_MG.copy()
    mass[3000:] -= 4.5
    assert check_series(T_S, mass, fall_mg=1.0).n == T_S.size
