"""A graph's numbers survive being carried by a page as steps."""

from itertools import accumulate

import numpy as np
import pytest

from reports.facts.charts import Axis, Chart, Curve

MINUTES_H = np.arange(500) / 60.0


def carried(x, y, **changes):
    chart = Chart("c", "c", "c", Axis("t", "h"), Axis("y", "µL"), (Curve("a", "signal", x, y),), **changes)
    return chart.as_json()["curves"][0]


def times(coded):
    steps = [step for step, count in zip(coded["runs"][::2], coded["runs"][1::2], strict=True) for _ in range(count)]
    return np.array(list(accumulate(steps))) / coded["per"]


def values(coded):
    steps = np.array([step for step in coded["steps"] if step is not None])
    return np.cumsum(steps) / coded["per"]


def test_even_sampling_costs_a_page_one_step():
    coded = carried(MINUTES_H, MINUTES_H, origin_ns=0)["x"]
    assert coded == {"per": 36_000, "runs": [0, 1, 600, 499]}


@pytest.mark.parametrize("every_s", [1e-3, 0.5, 1.0, 60.0, 7200.0])
def test_times_are_kept_to_a_twentieth_of_the_sampling_interval(every_s):
    hours = (np.arange(500) + np.random.default_rng(1).uniform(0, 0.3, 500)) * every_s / 3600
    found = times(carried(hours, hours, origin_ns=0)["x"])
    assert np.abs(found - hours).max() <= every_s / 3600 / 20


@pytest.mark.parametrize("scale", [1e-9, 1.0, 2e7])
def test_values_are_kept_to_seven_digits_of_the_largest(scale):
    noise = scale * np.random.default_rng(1).normal(size=500)
    found = values(carried(MINUTES_H, noise, origin_ns=0)["y"])
    assert np.abs(found - noise).max() <= 1e-6 * np.abs(noise).max()


def test_what_is_not_finite_stays_a_gap_in_its_place():
    y = np.where(np.arange(500) % 100 == 7, np.nan, 2.5)
    steps = carried(MINUTES_H, y, origin_ns=0)["y"]["steps"]
    assert [place for place, step in enumerate(steps) if step is None] == [7, 107, 207, 307, 407]


@pytest.mark.parametrize("y", [np.zeros(500), np.full(500, np.nan)], ids=["zero", "nothing"])
def test_a_line_without_height_can_be_carried(y):
    assert carried(MINUTES_H, y, origin_ns=0)["y"]["per"] == 1.0


def test_a_graph_of_differences_carries_no_numbers_of_its_own():
    assert carried(MINUTES_H, MINUTES_H, origin_ns=0, less="programmed").keys() == {"name", "role"}
