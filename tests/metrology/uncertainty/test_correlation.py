"""Correlated inputs: in a budget, through its scaling, in its degrees of freedom, and in draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import MetrologyError
from rig.metrology.over_runs.repeats import mean_of_runs
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.metrology.uncertainty.correlation import Correlation, correlation_matrix
from rig.metrology.uncertainty.propagation import Input, monte_carlo, propagate, validate


def line(name, u, sensitivity=1.0, dof=math.inf):
    return Component(name, "B", 0.0, u, "mg", sensitivity, dof)


def budget(r, first=3.0, second=4.0, **more):
    return combine(0.0, "mg", [line("a", first), line("b", second)], correlations=[Correlation("a", "b", r)], **more)


@pytest.mark.parametrize("r, u", [(1.0, 7.0), (-1.0, 1.0), (0.0, 5.0), (0.5, math.sqrt(37.0))])
def test_u_of_a_sum_of_two(r, u):
    assert budget(r).u == pytest.approx(u)


def test_ten_resistors_calibrated_against_one_standard():
    # GUM 5.2.2, example: ten of 1 kΩ, each 100 mΩ from the same standard, in series: 1 Ω, not 0.32 Ω.
    names = [f"R{i}" for i in range(10)]
    every = [Correlation(a, b, 1.0) for i, a in enumerate(names) for b in names[i + 1 :]]
    reference = propagate(lambda *each: sum(each), [Input(name, 1000.0, 0.1, "Ω") for name in names], "Ω", every)
    assert (reference.value, reference.u) == (pytest.approx(10_000.0), pytest.approx(1.0))


def test_a_negative_sensitivity_turns_the_covariance():
    difference = combine(0.0, "mg", [line("a", 3.0), line("b", 4.0, -1.0)], correlations=[Correlation("a", "b", 1.0)])
    assert difference.u == pytest.approx(1.0)


def test_lines_that_cancel_leave_nothing():
    nothing = combine(0.0, "mg", [line("a", 0.1), line("b", 0.1, -1.0)], correlations=[Correlation("a", "b", 1.0)])
    assert nothing.u == 0.0


@given(st.floats(-1.0, 1.0), st.sampled_from([-3.0, -1.0, 0.5, 7.0]))
def test_scaling_scales_u_whatever_the_correlation(r, factor):
    scaled = budget(r).scaled(factor, 2.0, "%")
    assert scaled.u == pytest.approx(abs(factor) * budget(r).u, rel=1e-9, abs=1e-9)


def test_scaling_adds_independent_lines_to_the_variance():
    assert budget(0.5).scaled(-2.0, 0.0, "%", [line("time", 1.0)]).u == pytest.approx(math.sqrt(4 * 37.0 + 1.0))


def test_scaling_adds_lines_that_are_correlated_with_those_that_were_there():
    # (2·3)² + (2·4)² + 1² + 2·0.5·6·8 + 2·0.3·6·1
    scaled = budget(0.5).scaled(
        2.0, 0.0, "%", [Component("time", "B", 0.0, 1.0, "%", 1.0)], correlations=[Correlation("a", "time", 0.3)]
    )
    assert scaled.u == pytest.approx(math.sqrt(36.0 + 64.0 + 1.0 + 48.0 + 3.6))


def test_a_line_that_contributes_nothing_goes_with_its_correlation():
    found = combine(
        0.0, "mg", [line("a", 3.0), line("b", 4.0), line("c", 0.0)], correlations=[Correlation("a", "c", 0.9)]
    )
    assert (len(found.components), found.correlations, found.u) == (2, (), pytest.approx(5.0))


@pytest.mark.parametrize("r", [-0.9, 0.0, 0.4])
def test_inputs_that_were_observed_together_keep_their_degrees_of_freedom(r):
    found = combine(
        0.0, "mg", [line("a", 3.0, dof=4), line("b", 4.0, dof=4)], correlations=[Correlation("a", "b", r or 1e-9)]
    )
    assert found.effective_dof == pytest.approx(4.0)


def test_a_group_counts_as_one_line_beside_independent_ones():
    # The group has u² = 37 with 4 degrees, the other line u² = 9 with 9: (37 + 9)²/(37²/4 + 9²/9).
    found = combine(
        0.0,
        "mg",
        [line("a", 3.0, dof=4), line("b", 4.0, dof=4), line("c", 3.0, dof=9)],
        correlations=[Correlation("a", "b", 0.5)],
    )
    assert found.effective_dof == pytest.approx(46.0**2 / (37.0**2 / 4 + 9.0))


def test_unlike_degrees_of_freedom_are_bounded_by_errors_that_go_together():
    # cov(a, y) = 3·(3 + 0.5·4) = 15 with 4 degrees, cov(b, y) = 4·(4 + 0.5·3) = 22 with 16: (15/2 + 22/4)² spent.
    found = combine(
        0.0, "mg", [line("a", 3.0, dof=4), line("b", 4.0, dof=16)], correlations=[Correlation("a", "b", 0.5)]
    )
    assert found.effective_dof == pytest.approx(37.0**2 / 13.0**2)


def test_draws_of_observed_scatter_have_no_fewer_effective_degrees_than_are_told():
    # u from 5 and 17 independent readings of a and b, r known: ν of u² is 2·E²/Var.
    rng = np.random.default_rng(1)
    a, b = (size * np.sqrt(rng.chisquare(dof, 200_000) / dof) for size, dof in ((3.0, 4), (4.0, 16)))
    squared = a**2 + b**2 + 2 * 0.5 * a * b
    seen = 2 * squared.mean() ** 2 / squared.var()
    told = combine(
        0.0, "mg", [line("a", 3.0, dof=4), line("b", 4.0, dof=16)], correlations=[Correlation("a", "b", 0.5)]
    )
    assert 5 < told.effective_dof < seen


def test_draws_have_the_covariance_of_the_budget():
    inputs = [Input("a", 1.0, 0.3, "1"), Input("b", 2.0, 0.4, "1"), Input("c", 0.0, 0.1, "1", distribution="arcsine")]
    pair = [Correlation("a", "b", -0.8)]
    drawn = monte_carlo(lambda a, b, c: a + b + c, inputs, "1", seed=1, draws=200_000, correlations=pair)
    assert drawn.u == pytest.approx(math.sqrt(0.09 + 0.16 - 2 * 0.8 * 0.12 + 0.01), rel=0.01)


def test_a_linear_model_of_correlated_inputs_is_validated():
    inputs, pair = [Input("a", 1.0, 0.3, "1"), Input("b", 2.0, 0.4, "1")], [Correlation("a", "b", 0.7)]
    by_law = propagate(lambda a, b: a - b, inputs, "1", pair)
    assert validate(by_law, monte_carlo(lambda a, b: a - b, inputs, "1", seed=2, correlations=pair)).valid


def test_fully_correlated_inputs_are_drawn_as_one():
    inputs = [Input("a", 5.0, 0.3, "1"), Input("b", 5.0, 0.3, "1")]
    drawn = monte_carlo(
        lambda a, b: a - b, inputs, "1", seed=3, draws=10_000, correlations=[Correlation("a", "b", 1.0)]
    )
    assert drawn.u == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("distribution, dof", [("rectangular", math.inf), ("student", 5.0)])
def test_inputs_that_are_not_normal_are_not_drawn_correlated(distribution, dof):
    inputs = [Input("a", 0.0, 1.0, "1"), Input("b", 0.0, 1.0, "1", distribution=distribution, dof=dof)]
    with pytest.raises(MetrologyError, match="b is not normal"):
        monte_carlo(lambda a, b: a + b, inputs, "1", seed=1, correlations=[Correlation("a", "b", 0.5)])


@pytest.mark.parametrize("r", [1.01, -2.0, math.nan])
def test_a_coefficient_beyond_one_is_refused(r):
    with pytest.raises(MetrologyError, match="outside"):
        Correlation("a", "b", r)


def test_an_input_is_not_paired_with_itself():
    with pytest.raises(MetrologyError, match="itself"):
        Correlation("a", "a", 1.0)


@pytest.mark.parametrize(
    "names, pairs, said",
    [
        (["a", "b"], [("a", "c", 0.5)], "'c'"),
        (["a", "a", "b"], [("a", "b", 0.5)], "2 lines"),
        (["a", "b"], [("a", "b", 0.0), ("b", "a", 0.0)], "twice"),
        (["a", "b", "c"], [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)], "eigenvalue"),
    ],
)
def test_correlations_that_are_none_of_the_lines_are_refused(names, pairs, said):
    with pytest.raises(MetrologyError, match=said):
        correlation_matrix(names, [Correlation(*pair) for pair in pairs])


def test_a_budget_refuses_correlations_of_lines_that_it_does_not_have():
    with pytest.raises(MetrologyError, match="names 'b'"):
        Budget(1.0, "mg", (line("a", 1.0),), (), (Correlation("a", "b", 0.5),))


def runs(pairs):
    lines = [line("noise", 0.3), line("drift", 0.4), line("scale", 2.0), line("density", 1.0)]
    return [combine(0.0, "mg", lines, correlations=[Correlation(*pair) for pair in pairs]) for _ in range(4)]


def test_the_mean_of_runs_keeps_what_its_shared_lines_have_in_common():
    mean = mean_of_runs(runs([("scale", "density", 0.5)]), frozenset({"noise", "drift"}))
    assert mean.u == pytest.approx(math.sqrt(0.25 / 4 + 4.0 + 1.0 + 2.0))


def test_the_mean_of_runs_averages_noise_with_its_covariance():
    mean = mean_of_runs(runs([("noise", "drift", 1.0)]), frozenset({"noise", "drift"}))
    assert mean.u == pytest.approx(math.sqrt(0.49 / 4 + 5.0))


def test_what_falls_anew_is_not_correlated_with_what_all_runs_share():
    with pytest.raises(MetrologyError, match="falls anew"):
        mean_of_runs(runs([("noise", "scale", 0.5)]), frozenset({"noise", "drift"}))
