"""The shape behind a coverage factor: rectangles, triangles and what stands beside them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import MetrologyError
from rig.metrology.uncertainty.budget import Budget, Component
from rig.metrology.uncertainty.correlation import Correlation
from rig.metrology.uncertainty.decision import Verdict, decide, decide_budget
from rig.metrology.uncertainty.spread import Spread
from rig.quantities import Measured

RISK_OF_K_2 = 0.0227501319
WITHIN = math.sqrt(3.0)


def line(name, u, shape="normal", dof=math.inf):
    return Component(name, "B", 0.0, u, "s", 1.0, dof, shape)


def test_a_rectangle_alone_ends_before_its_bound():
    # 95.45 % of a rectangle of ± √3 is 0.9545 · √3.
    assert Budget(0.0, "s", (line("poll", 1.0, "rectangular"),)).coverage_factor() == pytest.approx(1.6532, abs=1e-4)


def test_two_equal_rectangles_are_a_triangle():
    # Of a triangle of ± √6, with √(2 · 0.02275) of it beyond: (1 − 0.21331) · √6 = 1.9269.
    both = Budget(0.0, "s", (line("first", 1.0, "rectangular"), line("second", 1.0, "rectangular")))
    one = Budget(0.0, "s", (line("difference", 1.0, "triangular"),))
    assert both.coverage_factor() == pytest.approx(one.coverage_factor())
    # One of them keeps its shape, the other is taken for normal: a little more than a triangle asks for, never less.
    assert 1.9269 < both.coverage_factor() < 1.96


@pytest.mark.parametrize(
    "u, dof, within", [(1.0, math.inf, 0.3), (1.0, math.inf, 4.0), (0.5, 4.0, 1.0), (2.0, 1.0, 1.5)]
)
@pytest.mark.parametrize("distance", [-2.0, 0.0, 0.5, 3.0])
def test_what_lies_beyond_is_that_of_draws(u, dof, within, distance):
    rng = np.random.default_rng(5)
    scores = rng.standard_normal(400_000) if math.isinf(dof) else rng.standard_t(dof, 400_000)
    drawn = u * scores + rng.uniform(-within, within, scores.size)
    share = np.mean(drawn > distance)
    assert Spread(u, dof, within).beyond(distance) == pytest.approx(share, abs=5.0 * math.sqrt(0.25 / scores.size))


@given(
    st.floats(1e-3, 1e3),
    st.sampled_from([1.0, 2.5, 7.0, 40.0, 1e6, 1e17, math.inf]),
    st.floats(0.0, 1e3),
    st.floats(0.5, 3.5),
)
def test_beyond_the_guard_band_lies_the_risk(u, dof, within, k):
    spread = Spread(u, dof, within)
    assert spread.beyond(spread.guard_band(k)) == pytest.approx(0.5 * math.erfc(k / math.sqrt(2.0)), rel=1e-5)


@given(st.floats(1e-3, 1e3), st.sampled_from([1.0, 2.5, 7.0, math.inf]), st.floats(0.0, 1e3), st.floats(0.0, 5e3))
def test_both_sides_are_alike(u, dof, within, distance):
    spread = Spread(u, dof, within)
    assert spread.beyond(distance) + spread.beyond(-distance) == pytest.approx(1.0)


@given(st.floats(1e-3, 1e3), st.floats(0.0, 1e3), st.floats(1.96, 4.0))
def test_a_bound_never_asks_for_more_than_a_normal_of_the_same_u(u, within, k):
    spread = Spread(u, math.inf, within)
    assert spread.guard_band(k) <= k * spread.combined_u * (1.0 + 1e-9)


@pytest.mark.parametrize("within", [10.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize("k", [0.1, 2.0, 4.0, 6.0])
def test_a_wide_bound_hides_what_stands_beside_it(within, k):
    expected = within * math.erf(k / math.sqrt(2.0))
    assert Spread(1.0, 8.0, within).guard_band(k) == pytest.approx(expected, abs=1e-6 * within + 4.0 * k)


@pytest.mark.parametrize("within", [0.0, 0.5, 1.7, 40.0])
@pytest.mark.parametrize("dof", [1e4, 9.9e4, 1.1e5, 1e7, 1e12, 1e17])
def test_many_degrees_are_as_good_as_a_normal(within, dof):
    many, normal = Spread(1.0, dof, within), Spread(1.0, math.inf, within)
    assert many.guard_band(2.0) == pytest.approx(normal.guard_band(2.0), rel=4.0 / dof + 1e-9)
    assert many.beyond(1.5) == pytest.approx(normal.beyond(1.5), rel=4.0 / dof + 1e-9)


def test_a_bound_a_hair_above_none_is_none():
    assert Spread(1.0, 5.0, 1e-9).guard_band(2.0) == pytest.approx(Spread(1.0, 5.0).guard_band(2.0), rel=1e-9)


def test_few_degrees_belong_to_the_readings_and_not_to_the_bound():
    budget = Budget(0.0, "s", (line("readings", 1.0, dof=4.0), line("poll", 0.5, "rectangular")))
    assert budget.spread.dof == pytest.approx(4.0)
    assert budget.spread.within == pytest.approx(0.5 * WITHIN)
    assert budget.spread.combined_u == pytest.approx(budget.u)


def test_one_degree_of_freedom_beside_a_bound_is_one():
    for u in (0.1, 0.3, 0.7, 1.1, 3.3):
        assert Budget(0.0, "s", (line("a", 0.3, dof=1.0), line("b", u, "rectangular"))).spread.dof >= 1.0


def test_bounds_that_vary_together_are_taken_for_normal():
    lines = (line("first", 1.0, "rectangular"), line("second", 1.0, "rectangular"))
    assert Budget(0.0, "s", lines, correlations=(Correlation("first", "second", 0.5),)).spread.within == 0.0


def test_a_value_just_inside_its_bound_passes():
    # Half a minute between readings of the status: u = 8.66 s, and the alarm rose within 15 s of the middle, always.
    found = Budget(45.5, "s", (line("poll", 30.0 / math.sqrt(12.0), "rectangular"),))
    decision = decide_budget(found, None, 60.0)
    assert decision.verdict is Verdict.PASS
    assert decision.guard_band == pytest.approx(15.0 * (1.0 - 2.0 * RISK_OF_K_2))
    assert decision.wrong_accept_risk == pytest.approx(0.5 * (15.0 - 14.5) / 15.0)


def test_beyond_the_bound_there_is_no_risk():
    found = Budget(20.0, "s", (line("poll", 30.0 / math.sqrt(12.0), "rectangular"),))
    assert decide_budget(found, None, 60.0).wrong_accept_risk == 0.0


def test_a_spread_scaled_keeps_its_shape():
    spread = Spread(1.0, 6.0, 2.0)
    scaled = spread.scaled_to(3.0 * spread.combined_u)
    assert (scaled.u, scaled.dof, scaled.within) == pytest.approx((3.0, 6.0, 6.0))
    assert Spread(0.0).scaled_to(2.0) == Spread(2.0)


@pytest.mark.parametrize("wrong", [{"u": -1.0}, {"u": math.nan}, {"u": 1.0, "within": -1.0}, {"u": 1.0, "dof": 0.5}])
def test_what_is_no_spread_is_refused(wrong):
    with pytest.raises(MetrologyError):
        Spread(**wrong)


def test_a_bound_wider_than_u_is_refused():
    with pytest.raises(MetrologyError, match="alone has more than the u"):
        decide(Measured(0.0, 1.0, "s"), None, 5.0, within=2.0)
