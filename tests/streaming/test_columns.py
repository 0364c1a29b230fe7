"""Every number reads back to the very same number, and each line holds what it is to hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rig.streaming.columns import encode_lines
from rig.streaming.field_column import FieldColumn

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


def texts(values: np.ndarray, ending: str = "") -> list[str]:
    """Return what stands for each value of a column, its lines taken apart by their form alone."""
    lines = encode_lines("m,a=b", [FieldColumn("f", values)], np.arange(len(values))).decode().splitlines()
    fields = [line.split(" ") for line in lines]
    assert [(head, int(stamp)) for head, _, stamp in fields] == [("m,a=b", row) for row in range(len(values))]
    return [field.removeprefix("f=").removesuffix(ending) for _, field, _ in fields]


def same(values: np.ndarray) -> bool:
    back = np.array([float(text) for text in texts(values)])
    return np.array_equal(back.view(np.int64), values.view(np.int64))


@pytest.mark.parametrize("column", COLUMNS)
def test_floats_read_back(column):
    assert same(np.array(COLUMNS[column], np.float64))


@given(arrays(np.float64, st.integers(1, 40), elements=FINITE))
def test_any_floats_read_back(values):
    assert same(values)


@given(arrays(np.int64, st.integers(1, 40), elements=st.integers(-(2**63), 2**63 - 1)))
def test_any_integers_read_back(values):
    assert [int(text) for text in texts(values, "i")] == values.tolist()


def test_what_a_balance_shows_is_written_as_short_as_it_reads_back():
    assert texts(np.array([12.34, -0.01, 0.1 + 0.2])) == ["12.34", "-0.01", "0.30000000000000004"]


def test_a_line_goes_without_what_is_not_there_and_says_what_is_no_number():
    columns = [
        FieldColumn("n", np.array([1, 2, 3])),
        FieldColumn("x", np.array([1.5, np.nan, -np.inf])),
        FieldColumn("y", np.array([7.0, 0.0, 8.0]), np.array([True, False, True])),
    ]
    assert encode_lines("m", columns, np.array([10, 11, 12])).decode().splitlines() == [
        "m n=1i,x=1.5,y=7 10",
        'm n=2i,x_not_finite="nan" 11',
        'm n=3i,x_not_finite="-inf",y=8 12',
    ]


def test_a_slice_of_a_column_is_written_as_it_is():
    values = np.array([0.5, 1.5, 2.5, 3.5])[1:3]
    assert texts(values) == ["1.5", "2.5"]


def test_a_name_that_utf_8_cannot_hold_is_replaced():
    assert encode_lines("m", [FieldColumn("\udcff", np.array([1]))], np.array([5])) == b"m ?=1i 5\n"
