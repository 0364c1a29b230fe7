"""Every number reads back to the very same number, whichever way its column is written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rig.streaming import digits
from rig.streaming.digits import float_cells, int_cells

FINITE = st.floats(allow_nan=False, allow_infinity=False)
POWERS = [base**power for base, powers in ((10.0, range(-30, 60)), (2.0, range(-80, 200))) for power in powers]
COLUMNS = {
    "beside every power of ten and two": [
        side for one in POWERS for side in (np.nextafter(one, 0), one, -one * 1.0001)
    ],
    "hundredths": list(np.round(np.random.default_rng(1).normal(0, 500, 3000), 2)),
    "whole beyond 2**53": [2.0**53, 2.0**53 + 2, 2.0**62, -(2.0**60)],
    "the ends of a double": [5e-324, -2.2250738585072014e-308, 1.7976931348623157e308, 0.0, -0.0],
    "noise": list(np.random.default_rng(2).normal(50, 20, 20_000)),
    "noise around 1": list(1 + np.random.default_rng(3).normal(0, 1e-12, 20_000)),
    "one odd value among hundredths": [*np.arange(500) / 100, 1 / 3],
    "all magnitudes": list(10 ** np.random.default_rng(4).uniform(-300, 300, 5000)),
}


def texts(cells: np.ndarray) -> list[str]:
    return [row.tobytes().replace(b"\0", b"").decode() for row in cells]


def same(values: np.ndarray) -> bool:
    back = np.array([float(text) for text in texts(float_cells(values))])
    return np.array_equal(back.view(np.int64), values.view(np.int64))


@pytest.mark.parametrize("column", COLUMNS)
def test_floats_read_back(column):
    assert same(np.array(COLUMNS[column], np.float64))


@given(arrays(np.float64, st.integers(1, 40), elements=FINITE))
def test_any_floats_read_back(values):
    assert same(values)


def test_floats_read_back_without_80_bit_arithmetic(monkeypatch):
    monkeypatch.setattr(digits, "_HAS_LONG", False)
    assert same(np.array(COLUMNS["noise"][:500]))


@given(arrays(np.int64, st.integers(1, 40), elements=st.integers(-(2**63), 2**63 - 1)))
def test_any_integers_read_back(values):
    assert [int(text) for text in texts(int_cells(values))] == values.tolist()


def test_what_a_balance_shows_is_written_as_it_shows_it():
    assert texts(float_cells(np.array([12.34, -0.01, 0.0]))) == ["12.34", "-0.01", "0.00"]
