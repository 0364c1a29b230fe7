"""What a graph of strokes says of how well they are known."""

import pytest

from reports.facts.run_facts import ShownResult
from reports.facts.shape_graphs import strokes_graph
from tests.reports.records import result_body, said

# Five strokes a quarter of an hour apart.
DETAILS = {
    "stroke_ul": 5.0,
    "low_percent": 1.6,
    "high_percent": 3.1,
    "volumes_ul": [4.9, 5.1, 5.0, 4.9, 5.1],
    "u_volumes_ul": [0.1, 0.2, 0.3, 0.2, 0.1],
    "at_h": [0.0, 0.25, 0.5, 0.75, 1.0],
    "u_at_s": [10.0, 20.0, 30.0, 20.0, 10.0],
}


def chart():
    body = result_body(value=2.0, u=0.2, details=DETAILS)
    (found,) = strokes_graph(None, (ShownResult(9, "stroke scatter", said(body)),)).charts
    return found


def test_a_stroke_is_known_to_twice_the_standard_uncertainty_in_the_middle():
    assert "One stroke is known to 0.4 µL, its time to 40 s (k = 2, in the middle)." in chart().caption


def test_the_scatter_lies_about_the_mean_stroke():
    curves = {curve.name: curve.y.tolist() for curve in chart().curves}
    # 2 % of 5 µL on either side.
    assert curves["mean + s"] == pytest.approx([5.1, 5.1])
    assert curves["mean − s"] == pytest.approx([4.9, 4.9])
