"""A graph on paper: lines where their values are, round numbers beside them, no word within the picture."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.drawing.plots import HEIGHT, WIDTH, plot_of
from reports.drawing.ticks import ticks_between
from reports.facts.charts import Axis, Band, Chart, Curve, Mark, Region


def chart(*curves, **changes):
    fields = {"name": "c", "title": "t", "caption": "", "x": Axis("time", "h"), "y": Axis("flow", "µL/h")}
    return Chart(**fields | {"curves": curves} | changes)


def line(x, y, role="balance", **changes):
    return Curve(role, role, np.asarray(x, float), np.asarray(y, float), **changes)


def paths(plot):
    return [one for one in ET.fromstring(plot.svg) if one.get("stroke") == "#0b62a4"]


def test_a_line_goes_from_corner_to_corner():
    plot = plot_of(chart(line([0, 10], [0, 100])))
    (path,) = paths(plot)
    x0, y0, x1, y1 = (float(one) for one in re.findall(r"[\d.]+", path.get("d")))
    assert (x0, x1) == (0.0, WIDTH)
    # The lowest and the highest value stand 4 % of the range off the edges.
    assert y0 == pytest.approx(HEIGHT * 1.04 / 1.08, abs=0.1)
    assert y1 == pytest.approx(HEIGHT * 0.04 / 1.08, abs=0.1)


def test_a_line_is_broken_where_a_value_is_missing():
    (path,) = paths(plot_of(chart(line([0, 1, 2, 3, 4], [1, 2, np.nan, 2, 1]))))
    assert path.get("d").count("M") == 2


def test_a_value_in_steps_holds_for_the_interval_that_ends_at_it():
    (path,) = paths(plot_of(chart(line([0, 1, 2], [0, 1, 3], shape="steps"))))
    ups = [float(one) for one in re.findall(r" ([\d.]+)", path.get("d"))]
    assert ups[1] == ups[2]
    assert ups[3] == ups[4]


def test_a_day_at_ten_hertz_is_a_small_picture_with_its_one_peak():
    y = np.zeros(864_000)
    y[400_000] = 1.0
    (path,) = paths(plot_of(chart(line(np.arange(864_000) / 36_000, y))))
    ups = [float(one) for one in re.findall(r" ([\d.]+)", path.get("d"))]
    assert len(ups) < 1000
    assert min(ups) == pytest.approx(HEIGHT * 0.04 / 1.08, abs=0.1)


def test_names_stand_beside_the_picture_and_never_in_it():
    hostile = "</svg><script>"
    curves = (line([0, 1], [0, 1]), line([0, 1], [1, 2], "limit"), line([0, 1], [3, 4], "limit"))
    regions, marks = (Region(hostile, 0.0, 0.5),), (Mark(hostile, 0.25),)
    plot = plot_of(chart(*curves, bands=(Band(hostile, 1, 0),), regions=regions, marks=marks))
    assert "script" not in plot.svg
    assert [one.text for one in (*plot.regions, *plot.marks)] == [hostile, hostile]
    assert [(one.name, one.shape) for one in plot.legend] == [(hostile, "band"), ("limit", "line")]


@pytest.mark.parametrize("y", [[], [np.nan, np.nan]])
def test_a_graph_without_values_is_none(y):
    assert plot_of(chart(line(np.arange(len(y)), y))) is None


def test_a_logarithmic_axis_has_its_own_ticks_in_their_places():
    axis = Axis("window", "min", ticks=(10.0, 100.0, 1000.0), log=True)
    plot = plot_of(chart(line([10, 1000], [1, 2]), x=axis))
    assert [one.text for one in plot.x_ticks] == ["10", "100", "1000"]
    assert plot.x_ticks[1].at == pytest.approx(0.5)


@pytest.mark.parametrize(
    "low, high, texts",
    [
        (0.0, 1.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-5.0, 5.0, ["−4", "−2", "0", "2", "4"]),
        (0.0, 24.0, ["0", "5", "10", "15", "20"]),
    ],
)
def test_ticks_are_round(low, high, texts):
    assert [one.text for one in ticks_between(low, high, 5)] == texts


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_lie_within_and_differ(low, length):
    ticks = ticks_between(low, low + length, 5) if low + length > low else ()
    assert len({one.text for one in ticks}) == len(ticks)
    assert all(low - 0.01 * length <= one.at <= low + 1.01 * length for one in ticks)
