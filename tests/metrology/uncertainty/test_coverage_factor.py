"""One coverage factor for guard bands and expanded uncertainties: Student's t, with degrees of freedom as they are."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import MetrologyError
from rig.metrology.uncertainty.budget import Budget, Component, combine
from rig.metrology.uncertainty.coverage import student_factor
from rig.metrology.uncertainty.decision import decide_budget


def seen(dof, u=1.0):
    return combine(0.0, "%", [Component("readings", "A", 0.0, u, "%", 1.0, dof)])


@pytest.mark.parametrize(
    "dof, level, k",
    # GUM table G.2, t_p(ν).
    [
        (1, 0.95, 12.71),
        (1, 0.9545, 13.97),
        (2, 0.9545, 4.53),
        (4, 0.95, 2.78),
        (4, 0.9545, 2.87),
        (7, 0.9545, 2.43),
        (10, 0.9545, 2.28),
        (16, 0.99, 2.92),
        (50, 0.9545, 2.05),
        (math.inf, 0.95, 1.960),
        (math.inf, 0.99, 2.576),
    ],
)
def test_the_guides_table_of_students_t(dof, level, k):
    assert seen(dof).coverage_factor(level) == pytest.approx(k, abs=0.0051)


def test_k_is_2_with_many_degrees_of_freedom():
    assert seen(math.inf).coverage_factor() == pytest.approx(2.0, abs=1e-14)


def test_seven_degrees_of_freedom_less_a_rounding_step_are_seven():
    # Found: 6.999… was cut to 6, and k = 2.43 became 2.52.
    assert seen(math.nextafter(7.0, 0.0)).coverage_factor() == pytest.approx(seen(7.0).coverage_factor(), rel=1e-12)


def test_one_line_has_its_own_degrees_of_freedom_whatever_its_size():
    factors = [seen(7.0, u).coverage_factor() for u in (0.1, 0.3, 0.7, 1.1, 3.3)]
    assert factors == pytest.approx([2.429] * 5, abs=0.001)


@given(st.floats(1.0, 1e6), st.floats(1e-3, 1e3))
def test_the_expanded_uncertainty_is_the_guard_band(dof, u):
    budget = seen(dof, u)
    assert budget.expanded() == pytest.approx(decide_budget(budget, -1e9, 1e9).guard_band, rel=1e-12)


def test_a_factor_between_two_whole_numbers_of_degrees_lies_between_theirs():
    assert student_factor(2.0, 4.0) < student_factor(2.0, 3.5) < student_factor(2.0, 3.0)


@pytest.mark.parametrize("dof", [0.5, math.nan])
def test_fewer_than_one_degree_of_freedom_has_no_factor(dof):
    with pytest.raises(MetrologyError, match="at least 1"):
        student_factor(2.0, dof)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.45])
def test_a_level_that_is_no_fraction_is_refused(level):
    with pytest.raises(MetrologyError, match="fraction"):
        Budget(0.0, "%", (Component("a", "B", 0.0, 1.0, "%", 1.0),)).coverage_factor(level)
