"""The shares of budget lines: they sum to 100 %, whether lines vary together or not."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.record.bodies.result import COVARIANCE, BudgetLine, shared_out

SIZES = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=12)


def lines(*contributions):
    return [
        BudgetLine(f"line {place}", "B", 0.0, size, "mg", 1.0, size, math.inf, 0.0)
        for place, size in enumerate(contributions)
    ]


def shares(contributions, u):
    return [(line.name, round(line.share_percent, 9)) for line in shared_out(lines(*contributions), u)]


@given(SIZES)
def test_independent_lines_share_the_variance_among_themselves(sizes):
    shared = shared_out(lines(*sizes), math.hypot(*sizes))
    assert len(shared) == len(sizes)
    assert math.fsum(line.share_percent for line in shared) == pytest.approx(100.0)


@pytest.mark.parametrize(
    "u, covariance_percent",
    # (3 + 4)² = 9 + 16 + 24; (4 − 3)² = 9 + 16 − 24.
    [(7.0, 100.0 * 24.0 / 49.0), (1.0, -2400.0)],
)
def test_what_lines_have_by_varying_together_is_a_line_of_its_own(u, covariance_percent):
    *own, together = shares((3.0, 4.0), u)
    assert own == [("line 0", round(900.0 / u**2, 9)), ("line 1", round(1600.0 / u**2, 9))]
    assert together == (COVARIANCE, round(covariance_percent, 9))


@pytest.mark.parametrize("u", [1.0, 3.0, 7.0])
def test_the_shares_of_correlated_lines_sum_to_the_whole(u):
    assert math.fsum(line.share_percent for line in shared_out(lines(3.0, 4.0), u)) == pytest.approx(100.0)


@pytest.mark.parametrize("u, contribution", [(7.0, math.sqrt(24.0)), (1.0, -math.sqrt(24.0))])
def test_the_covariance_line_contributes_its_root_with_the_sign_in_its_sensitivity(u, contribution):
    together = shared_out(lines(3.0, 4.0), u)[-1]
    assert together.sensitivity * together.u == pytest.approx(contribution)


def test_without_uncertainty_nothing_has_a_share():
    assert shares((0.0,), 0.0) == [("line 0", 0.0)]
