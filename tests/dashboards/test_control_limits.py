"""Grafana's expressions for control limits give what the rig's own control charts give."""

import re

import numpy as np
import pytest

from reports.dashboards import trend
from reports.dashboards.model import Expression
from rig.metrology.over_runs.control_charts import individuals_chart

VALUES = np.array([0.4, -0.2, 0.1, 0.6, -0.5, 0.3, 0.0, -0.1])


def computed(panel):
    """Return what Grafana computes from the values: names to arrays and numbers."""
    known = {"V": VALUES, "D": np.diff(VALUES)}
    for asked in panel.queries:
        if isinstance(asked, Expression):
            known[asked.name] = _result(asked, known)
    return known


def _result(asked, known):
    if asked.reducer:
        assert asked.reducer == "mean"
        return float(np.mean(known[asked.text]))
    names = {"abs": np.abs}
    return eval(re.sub(r"\$(\w)", r"\1", asked.text), names, {name: known[name] for name in "VDRMC" if name in known})


@pytest.fixture
def individuals():
    return computed(trend.INDIVIDUALS)


def test_the_centre_is_the_mean(individuals):
    assert individuals["centre"] == pytest.approx(np.full(len(VALUES), VALUES.mean()))


@pytest.mark.parametrize("line, limit", [("upper control limit", "upper"), ("lower control limit", "lower")])
def test_control_limits_are_those_of_the_rigs_own_chart(individuals, line, limit):
    chart = individuals_chart(VALUES).location
    assert individuals[line] == pytest.approx(np.full(len(VALUES), getattr(chart, limit)), rel=1e-4)


def test_the_limit_of_ranges_is_that_of_the_rigs_own_chart():
    ranges = computed(trend.RANGES)["upper limit of ranges"]
    assert ranges == pytest.approx(np.full(len(VALUES) - 1, individuals_chart(VALUES).spread.upper), rel=1e-4)
