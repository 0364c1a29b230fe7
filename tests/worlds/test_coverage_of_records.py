"""On a bench that is as its file states it, results hold the truth and verdicts are right, in each decade of flow.

The other worlds take minutes: `make coverage`. What the engine alone makes of drawn strokes is in `make test`:
tests/metrology/test_coverage.py.
"""

import pytest

from tests.worlds.catalogue import BY_NAME, DECADES
from tests.worlds.study import one_run, row_of, unmet

pytestmark = pytest.mark.nightly

RUNS = 50
STATED = BY_NAME["as stated"]


@pytest.fixture(scope="module")
def drawn_rows():
    return [
        row_of(STATED, decade, [one_run(STATED, decade, number) for number in range(RUNS)])
        for decade in range(len(DECADES))
    ]


each_decade = pytest.mark.parametrize("decade", range(len(DECADES)), ids=[f"{low:g}-{high:g}" for low, high in DECADES])


@each_decade
def test_nine_intervals_of_ten_hold_the_truth_at_the_least(drawn_rows, decade):
    assert drawn_rows[decade].covered.percent >= 90.0


@each_decade
def test_the_row_is_kept(drawn_rows, decade):
    assert unmet(drawn_rows[decade]) == ()


@each_decade
def test_no_healthy_pump_is_refused(drawn_rows, decade):
    assert drawn_rows[decade].healthy_refused.count == 0
