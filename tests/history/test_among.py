"""Where a run stands among its kind."""

import pytest

from reports.history.among import among
from reports.history.chosen import Chosen
from reports.history.statistics import Lacking
from tests.history.lines import given, result, run
from tests.history.test_statistics import FLOWRATE


def stands(own, *others):
    """Return where a value stands among those of other runs."""
    runs, results = given((run(0, "P-0"), own), *others)
    (found,) = among(Chosen(tuple(runs), results, (), (), (), {}), runs[0])
    return found


def of_others(values, **more):
    return [(run(number, f"P-{number}"), result(value, **more)) for number, value in enumerate(values, 1)]


def test_a_value_has_its_place_from_below():
    found = stands(result(51.0), *of_others(FLOWRATE))
    assert (found.place, found.n) == (5, 11)


# NIST/SEMATECH e-Handbook, 6.3.2.2: the limits of these ten are 45.8159 and 55.8041.
@pytest.mark.parametrize("value, beyond", [(45.80, True), (45.83, False), (55.79, False), (55.82, True)])
def test_a_value_beyond_the_limits_of_the_others_is_told(value, beyond):
    found = stands(result(value), *of_others(FLOWRATE))
    assert found.is_beyond is beyond
    assert (found.others.n, found.others.mean) == (10, pytest.approx(50.81))


def test_a_value_on_a_limit_of_the_others_is_not_beyond_it():
    others = stands(result(50.0), *of_others(FLOWRATE)).others
    assert not any(stands(result(value), *of_others(FLOWRATE)).is_beyond for value in (others.lower, others.upper))


def test_others_that_are_too_few_have_no_chart():
    found = stands(result(9.0), *of_others([1.0, 2.0]))
    assert found.others == Lacking("2 decided values of other runs; a chart takes 9")
    assert (found.place, found.n, found.is_beyond) == (3, 3, False)


def test_what_was_not_decided_is_among_nothing():
    found = stands(result(1.0), *of_others([0.0, 0.5], verdict="INVALID"))
    assert found.n == 1
