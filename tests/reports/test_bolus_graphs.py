"""What a graph of boluses shows beside them: mean, tolerance interval and limits."""

import pytest

from reports.facts.bolus_graphs import bolus_chart, doses_graph
from reports.facts.run_facts import ShownResult
from tests.reports.records import result_body, said


def shown(name="mean bolus error", **details):
    return ShownResult(9, name, said(result_body(details=details)))


def test_the_interval_lies_from_its_lower_to_its_upper_end_about_the_mean():
    found = bolus_chart(
        shown(error_percent=[-1.0, 3.0, 1.0], tolerance_lower_percent=-6.0, tolerance_upper_percent=8.0)
    )
    curves = {curve.name: curve.y.tolist() for curve in found.curves}
    ends = [curves[f"tolerance interval, {side}"] for side in ("lower", "upper")]
    assert ends == [[-6.0, -6.0], [8.0, 8.0]]
    assert (curves["mean"], curves["bolus"]) == ([1.0, 1.0], [-1.0, 3.0, 1.0])
    (band,) = found.bands
    assert [found.curves[place].name for place in (band.upper, band.lower)] == [
        "tolerance interval, upper",
        "tolerance interval, lower",
    ]


def test_without_errors_the_volumes_are_drawn():
    (found,) = doses_graph(None, (shown("bolus volume", volume_ul=[9.8, 10.4]),)).charts
    assert (found.y.unit, found.curves[0].y.tolist()) == ("µL", pytest.approx([9.8, 10.4]))
