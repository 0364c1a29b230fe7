"""What pages make of INVALID and INCONCLUSIVE results, held against the record's own numbers."""

import math

import numpy as np
import pytest

from reports.dashboards import accuracy, trend
from reports.dashboards.model import Query
from tests.dashboards import odd
from tests.dashboards.grafana import EVERYTHING

CHOSEN = {
    "source": "mocked",
    "bench": EVERYTHING,
    "dut": EVERYTHING,
    "result": "mean flow error",
    "setting": odd.SETTING,
}
VALUES = np.array([value for value, _, _ in odd.JUDGED])
ALL = (*odd.JUDGED, *odd.APART)


@pytest.fixture(scope="module")
def world(streamed):
    return streamed(odd.judged)


def first_row(world, panel, number=0):
    """Return the only row of one of a panel's queries."""
    queries = [query for query in panel.queries if isinstance(query, Query)]
    (row,) = world.rows(queries[number].text, CHOSEN)
    return row


@pytest.mark.parametrize("panel", [accuracy.SPREAD, trend.LIMITS], ids=lambda one: one.title)
@pytest.mark.parametrize(
    "column, wanted", [("n", len(VALUES)), ("mean", VALUES.mean()), ("s", VALUES.std(ddof=1))], ids=["n", "mean", "s"]
)
def test_pass_and_fail_alone_are_averaged(world, panel, column, wanted):
    assert first_row(world, panel)[column] == pytest.approx(wanted)


@pytest.mark.parametrize("panel", [accuracy.SPREAD, trend.LIMITS], ids=lambda one: one.title)
@pytest.mark.parametrize("number, verdict", [(1, "INCONCLUSIVE"), (2, "INVALID")])
def test_what_is_not_averaged_is_counted(world, panel, number, verdict):
    assert first_row(world, panel, number)[verdict] == 1


def test_a_counted_verdict_stands_in_the_line_of_the_mean(world):
    # Grafana merges rows that have the columns they share in common.
    mean, inconclusive, invalid = (first_row(world, accuracy.SPREAD, number) for number in range(3))
    assert mean["time"] == inconclusive["time"] == invalid["time"]


def test_the_mean_by_pump_is_that_of_pass_and_fail(world):
    assert first_row(world, trend.MEANS)["mean"] == pytest.approx(VALUES.mean())


@pytest.mark.parametrize(
    "name, wanted", [("V", VALUES), ("D", np.diff(VALUES)), ("P", VALUES)], ids=["values", "differences", "points"]
)
def test_control_limits_come_from_pass_and_fail(world, name, wanted):
    (query,) = (one for one in trend.INDIVIDUALS.queries if isinstance(one, Query) and one.name == name)
    (found,) = world.ask(query.text, CHOSEN)
    assert [value for _, value in found["values"]] == pytest.approx(list(wanted))


@pytest.mark.parametrize("panel", [trend.INDIVIDUALS, accuracy.OVER_TIME], ids=lambda one: one.title)
@pytest.mark.parametrize("value, _, verdict", odd.APART)
def test_what_is_not_averaged_is_shown_apart(world, panel, value, _, verdict):
    (query,) = (one for one in panel.queries if isinstance(one, Query) and one.name == verdict)
    (found,) = world.ask(query.text, CHOSEN)
    assert query.legend.endswith(verdict)
    assert [shown for _, shown in found["values"]] == [value]


def test_the_uncertainty_of_an_invalid_result_is_not_averaged(world):
    wanted = np.mean([u for _, u, verdict in ALL if verdict != "INVALID"])
    assert first_row(world, accuracy.UNCERTAINTY)["mean"] == pytest.approx(wanted)


def test_the_matrix_shows_the_latest_that_was_judged(world):
    assert first_row(world, accuracy.MATRIX)["error"] == VALUES[-1]


def test_a_mean_over_what_is_invalid_alone_is_empty(streamed):
    def invalid_alone(folder):
        return odd.judged(folder, [(38.0, 9.0, "INVALID")])

    assert streamed(invalid_alone).rows(trend.MEANS.queries[0].text, CHOSEN) == []


def test_the_latest_result_is_one_point(world):
    found = first_row(world, accuracy.LATEST)
    value, u, verdict = ALL[-1]
    assert (found["value"], found["U"], found["verdict_code"]) == (value, 2.0 * u, 3)
    assert (found["k"], verdict) == (2.0, "INVALID")


def test_a_latest_result_without_a_number_has_no_value_of_another(streamed):
    def without_a_number(folder):
        return odd.judged(folder, [(0.1, 0.5, "PASS"), (math.nan, 0.5, "INVALID")])

    found = first_row(streamed(without_a_number), accuracy.LATEST)
    assert (found["value"], found["U"], found["verdict_code"]) == (None, None, 3)


@pytest.mark.parametrize(
    "panel, number", [(accuracy.OVER_TIME, 0), (trend.INDIVIDUALS, 0)], ids=["over time", "individuals"]
)
def test_two_runs_of_one_pump_at_the_same_moment_are_told_apart(streamed, panel, number):
    def first(folder):
        return odd.judged(folder, [(0.1, 0.5, "PASS")], "first")

    def second(folder):
        return odd.judged(folder, [(0.2, 0.5, "PASS")], "second")

    query = panel.queries[number]
    found = streamed(first, second).rows(query.text, CHOSEN)
    assert {(row["run"], row["value_percent"]) for row in found} == {("first", 0.1), ("second", 0.2)}
    assert "$tag_run" in query.legend


def test_a_latest_result_of_two_at_the_same_moment_is_one_of_them(streamed):
    def one(folder):
        return odd.judged(folder, [(0.1, 0.5, "PASS")], "one")

    def other(folder):
        return odd.judged(folder, [(9.0, 0.25, "FAIL")], "other")

    found = first_row(streamed(one, other), accuracy.LATEST)
    # The worse of both.
    assert (found["value"], found["U"], found["verdict_code"], found["of_run"]) == (9.0, 0.5, 2, "other")
