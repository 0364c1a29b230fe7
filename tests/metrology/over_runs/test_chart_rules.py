import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import SeriesError
from rig.metrology.over_runs.chart_rules import nelson, western_electric

ALTERNATING = [0.1, -0.1]


def numbers(signals):
    assert all(signal.said.startswith(f"{signal.rules} {signal.number}: ") for signal in signals)
    return [(signal.number, signal.point) for signal in signals]


@pytest.mark.parametrize(
    "z, expected",
    [
        ([0, 3.01, 0], [(1, 1)]),
        ([0, -3.01], [(1, 1)]),
        ([3.0], []),  # on the limit is not beyond it
        ([2.1, 0, 2.1], [(2, 2)]),
        ([2.1, 0, 0, 2.1], []),
        ([2.1, -2.1, 0], []),  # not on one side
        ([-2.1, -2.5], [(2, 1)]),
        ([1.1, 1.2, 0.5, 1.3, 1.1], [(3, 4)]),
        ([1.1, 1.2, 0.5, 0.6, 1.3, 1.1], []),
        ([0.2] * 7, []),
        ([0.2] * 8, [(4, 7)]),
        ([-0.2] * 9, [(4, 7), (4, 8)]),
        ([0.2] * 4 + [0.0] + [0.2] * 4, []),  # the centre line is on neither side
    ],
)
def test_western_electric_rules(z, expected):
    assert numbers(western_electric(np.array(z, dtype=float))) == expected


@pytest.mark.parametrize(
    "z, expected",
    [
        ([0, 3.01], [(1, 1)]),
        ([0.2, 0.1] * 4, []),
        ([0.3, 0.1, 0.1, 0.3, 0.3, 0.1, 0.1, 0.3, 0.3], [(2, 8)]),
        ([-0.9, -0.5, -0.1, 0.2, 0.5], []),
        ([-0.9, -0.5, -0.1, 0.2, 0.5, 0.8], [(3, 5)]),
        ([0.8, 0.5, 0.2, -0.1, -0.5, -0.9], [(3, 5)]),
        ([-0.9, -0.5, -0.1, -0.1, 0.2, 0.5, 0.8], []),  # a step of nothing is no rise
        ([1.2, -1.2] * 6 + [0.5], [(8, 7), (8, 8), (8, 9), (8, 10), (8, 11)]),
        (ALTERNATING * 6 + [0.1], []),
        (ALTERNATING * 7, [(4, 13)]),
        ([2.1, 0.5, 2.1], [(5, 2)]),
        ([2.1, 0.5, 0.4, 2.1], []),
        ([1.1, 1.2, 0.5, 1.3, 1.1], [(6, 4)]),
        ([1.1, 1.2, 0.5, 0.6, 1.3, 1.1], []),
        ([0.9, 0.9, -0.9, -0.9] * 3 + [0.9, 0.9], []),
        ([0.9, 0.9, -0.9, -0.9] * 3 + [0.9, 0.9, -0.9], [(7, 14)]),
        ([0.9, 0.9, -0.9, -0.9] * 3 + [0.9, 0.9, 1.5, -0.9], []),
        ([1.1, -1.1, -1.1, 1.1, 1.1, -1.1, -1.1], []),
        ([1.1, -1.1, -1.1, 1.1, 1.1, -1.1, -1.1, 1.1], [(8, 7)]),
    ],
)
def test_nelson_rules(z, expected):
    assert numbers(nelson(np.array(z, dtype=float))) == expected


def test_signal_names_the_points_of_its_pattern():
    (signal,) = western_electric(np.array([0.0, 2.1, 0.0, 2.2]))
    assert signal.points == (1, 3)


def test_trend_names_the_six_points_it_runs_over():
    (signal,) = nelson(np.array([0.9, -0.9, -0.5, -0.1, 0.2, 0.5, 0.8]))
    assert signal.points == (1, 2, 3, 4, 5, 6)


def test_alternation_names_its_fourteen_points():
    (signal,) = nelson(np.array(ALTERNATING * 7))
    assert signal.points == tuple(range(14))


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5), max_size=60))
def test_rules_do_not_know_up_from_down(z):
    scores = np.array(z, dtype=float)
    assert numbers(nelson(scores)) == numbers(nelson(-scores))
    assert numbers(western_electric(scores)) == numbers(western_electric(-scores))


def test_false_alarms_of_rule_one_are_those_of_three_sigma():
    scores = np.random.default_rng(5).normal(size=200_000)
    alarms = sum(signal.number == 1 for signal in western_electric(scores))
    assert alarms / scores.size == pytest.approx(0.0027, abs=0.0004)


def test_score_that_is_not_finite_is_refused():
    with pytest.raises(SeriesError):
        nelson(np.array([0.0, np.inf]))
